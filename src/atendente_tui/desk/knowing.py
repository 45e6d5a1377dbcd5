"""What is known about a customer, so that nobody asks again; and what is wrong with an article."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Literal

from atendente_tui.desk.desk import Desk, Given, Job, Submitted, give, ticket_of, written
from atendente_tui.domain.refusal import Refused

if TYPE_CHECKING:
    from atendente_tui.store.writing import Tx


def confirm_fact(desk: Desk, ticket_id: int, name: str, value: str = "yes") -> Future[Submitted]:
    """Refused: fact_empty, nothing_to_change."""
    return desk.do(fact_job(desk, ticket_id, name=name, value=value))


def fact_job(desk: Desk, ticket_id: int, *, name: str, value: str = "yes") -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command

        ticket = ticket_of(tx, ticket_id)
        what, told = written(name, "fact_empty"), written(value, "fact_empty")
        known = tx.db.execute(
            "SELECT 1 FROM fact WHERE customer_id = ? AND name = ? AND value = ?",
            (ticket.customer_id, what, told),
        ).fetchone()
        if known:
            raise Refused("nothing_to_change")
        return give(tx, desk, command.ConfirmFact(**given.on(ticket_id), name=what, value=told))

    return job


def flag_article(
    desk: Desk, article: str, flag: Literal["outdated", "wrong", "missing"], text: str = ""
) -> Future[Submitted]:
    """Tell its owners what is wrong with an article. Its `ticket_id` is 0."""
    return desk.do(flag_job(desk, article, flag, text))


def flag_job(
    desk: Desk,
    article: str,
    flag: Literal["outdated", "wrong", "missing"],
    text: str = "",
    *,
    given: Given | None = None,
) -> Job:
    given = given or desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command

        return give(
            tx,
            desk,
            command.FlagArticle(
                id=given.id, at=given.at, author=given.author, article=article, flag=flag, text=text.strip()
            ),
        )

    return job
