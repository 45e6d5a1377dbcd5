"""Personal data shown in full: with a reason, and on record before it is seen."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from atendente_tui.desk.subjects import reason_of
from atendente_tui.store import audit

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.store import Tx


def reveal(desk: Desk, customer_id: int, ticket_id: int | None, reason: str) -> Future[None]:
    """Record that this agent looks at the customer's personal data, and why.

    Refused, through the future: reason_missing.
    """

    def job(tx: Tx) -> None:
        audit.record(
            tx, desk.agent.login, "reveal", ticket_id, customer=customer_id, reason=reason_of(reason)
        )

    return desk.do(job)
