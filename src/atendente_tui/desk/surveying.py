"""Asking how it went when a ticket is solved: once in a while per customer, never against the agent's reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.surveying import DAY, may_ask
from atendente_tui.domain.words import Status

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.desk.answering import Beside
    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.writing import Tx


def last_asked(db: Connection, customer_id: int, since: int) -> int | None:
    """When this customer was last asked, or answered, on any ticket since then. Moments in ms."""
    found = db.execute(
        "SELECT max(at) FROM event WHERE customer_id = ? AND at >= ? AND (kind = 'survey_answer'"
        " OR (kind IN ('message', 'wrap_up') AND json_extract(data, '$.survey') = 1))",
        (customer_id, since),
    ).fetchone()[0]
    return None if found is None else int(found)


def due(db: Connection, desk: Desk, customer_id: int, now: int) -> bool:
    """Whether the customer would be asked now. Where nothing is set up it is left to the backend."""
    days = desk.survey_days
    return days is not None and may_ask(last_asked(db, customer_id, int(now - days * DAY)), now, days)


def asked(
    tx: Tx, desk: Desk, customer_id: int, status: Status | None, beside: Beside, now: int
) -> bool | None:
    """What an answer says about the survey: None where it solves nothing or nobody set one up.

    Refused: survey_reason, where the survey is declined without a reason. The reason goes on record.
    """
    if status is not Status.SOLVED or (desk.survey_days is None and beside.survey):
        return None
    if beside.survey:
        return due(tx.db, desk, customer_id, now)
    if not beside.survey_reason.strip():
        raise Refused("survey_reason")
    if not desk.dry:
        from atendente_tui.store import audit

        audit.record(tx, desk.agent.login, "survey_declined", None, reason=beside.survey_reason.strip())
    return False
