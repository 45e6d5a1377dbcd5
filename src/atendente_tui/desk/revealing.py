"""Personal data shown in full: with a reason, and on record before it is seen."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from atendente_tui.domain.refusal import Refused
from atendente_tui.store import audit

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.store import Tx

MOST = 200
"""Characters of a reason."""


def reveal(desk: Desk, customer_id: int, ticket_id: int | None, reason: str) -> Future[None]:
    """Record that this agent looks at the customer's personal data, and why.

    Raises Refused("reason_missing") through the future.
    """

    def job(tx: Tx) -> None:
        if not reason.strip():
            raise Refused("reason_missing")
        audit.record(
            tx, desk.agent.login, "reveal", ticket_id, customer=customer_id, reason=reason.strip()[:MOST]
        )

    return desk.store.submit(job)
