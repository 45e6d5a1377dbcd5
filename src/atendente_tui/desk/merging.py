"""Tickets that belong together: one swallows the other, or they point at each other."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Literal

from atendente_tui.desk.desk import Desk, Job, Submitted, give, ticket_of
from atendente_tui.domain.refusal import Refused

if TYPE_CHECKING:
    from atendente_tui.store.writing import Tx


def merge(desk: Desk, ticket_id: int, into: int) -> Future[Submitted]:
    """`ticket_id` disappears into `into`, drafts and all. Refused: merge_self."""
    return desk.do(merge_job(desk, ticket_id, into=into))


def merge_job(desk: Desk, ticket_id: int, *, into: int) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command

        if ticket_id == into:
            raise Refused("merge_self")
        ticket_of(tx, ticket_id)
        ticket_of(tx, into)
        return give(tx, desk, command.Merge(**given.on(ticket_id), into=command.TicketRef(id=into)))

    return job


def link(
    desk: Desk,
    ticket_id: int,
    other: int,
    relation: Literal["refers_to", "depends_on", "parent"] = "refers_to",
) -> Future[Submitted]:
    """Refused: merge_self."""
    return desk.do(link_job(desk, ticket_id, other=other, relation=relation))


def link_job(
    desk: Desk,
    ticket_id: int,
    *,
    other: int,
    relation: Literal["refers_to", "depends_on", "parent"] = "refers_to",
) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command

        if ticket_id == other:
            raise Refused("merge_self")
        ticket_of(tx, ticket_id)
        ticket_of(tx, other)
        return give(
            tx,
            desk,
            command.Link(**given.on(ticket_id), other=command.TicketRef(id=other), relation=relation),
        )

    return job


def link_article(desk: Desk, ticket_id: int, article: str) -> Future[Submitted]:
    """Note that an article was used, by the backend's id of it."""
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command

        ticket_of(tx, ticket_id)
        if not desk.dry:
            tx.db.execute("UPDATE article SET used = used + 1 WHERE remote_id = ?", (article,))
        return give(
            tx,
            desk,
            command.Link(
                **given.on(ticket_id),
                other=command.TicketRef(id=ticket_id),
                relation="article",
                article=article,
            ),
        )

    return desk.do(job)
