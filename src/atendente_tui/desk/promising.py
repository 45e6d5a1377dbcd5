"""What we owe a customer: make a promise, say what became of it."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from atendente_tui.desk.desk import Desk, Job, Submitted, give, ticket_of, written
from atendente_tui.domain.refusal import Refused

if TYPE_CHECKING:
    from atendente_tui.store.writing import Tx


def promise(desk: Desk, ticket_id: int, due: datetime, what: str) -> Future[Submitted]:
    """Refused: when_past, text_empty."""
    return desk.do(promise_job(desk, ticket_id, due=due, what=what))


def promise_job(desk: Desk, ticket_id: int, *, due: datetime, what: str) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command

        ticket_of(tx, ticket_id)
        words = written(what)
        if due <= given.at:
            raise Refused("when_past", found=due.isoformat())
        return give(tx, desk, command.Promise(**given.on(ticket_id), due=due, what=words))

    return job


def settle_promise(
    desk: Desk, promise_id: UUID | str, outcome: Literal["kept", "broken", "cancelled"], text: str = ""
) -> Future[Submitted]:
    """Refused: promise_unknown, promise_settled."""
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command

        found = tx.db.execute(
            "SELECT ticket_id, outcome FROM promise WHERE id = ?", (str(promise_id),)
        ).fetchone()
        if found is None:
            raise Refused("promise_unknown")
        if found[1] is not None:
            raise Refused("promise_settled", outcome=found[1])
        return give(
            tx,
            desk,
            command.SettlePromise(
                **given.on(found[0]), promise=UUID(str(promise_id)), outcome=outcome, text=text.strip()
            ),
        )

    return desk.do(job)
