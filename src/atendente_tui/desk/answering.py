"""Answer the customer; leave a note for colleagues."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from atendente_tui.desk import reaching
from atendente_tui.desk.desk import Desk, Job, Submitted, filled, give, ticket_of, written
from atendente_tui.desk.drafting import slot_of
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, Status

if TYPE_CHECKING:
    from atendente_tui.store.news import Seen
    from atendente_tui.store.writing import Tx


def reply(
    desk: Desk,
    ticket_id: int,
    text: str,
    *,
    channel: Channel | str | None = None,
    status: Status | None = None,
    hold: float | None = None,
    seen: Seen | None = None,
    insist: bool = False,
) -> Future[Submitted]:
    """A public answer.

    channel     by which it goes, None for the ticket's own
    status      what the ticket becomes with it, None to leave it to the backend
    hold        seconds in which it can be undone, None for the channel's own
    seen        what was on the author's screen: anything else that others said refuses it, unless `insist`
    insist      send it over what came in since and is here; without `seen` over anything, also what is still on its way

    Refused: text_empty, variables_unfilled, too_long, window_closed, stale, ticket_closed, status_move; for a channel
    that is not the ticket's own also channel_stays, channel_elsewhere, channel_no_address.
    """
    return desk.do(
        reply_job(
            desk,
            ticket_id,
            text=text,
            channel=channel,
            status=status,
            hold=hold,
            seen=seen,
            insist=insist,
        )
    )


def reply_job(
    desk: Desk,
    ticket_id: int,
    *,
    text: str,
    channel: Channel | str | None = None,
    status: Status | None = None,
    hold: float | None = None,
    seen: Seen | None = None,
    insist: bool = False,
) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command
        from atendente_tui.domain.channels import check_reply
        from atendente_tui.domain.lifecycle import after_reply, move
        from atendente_tui.store import news
        from atendente_tui.store.drafts import drop_draft

        ticket = ticket_of(tx, ticket_id)
        words = filled(text)
        if ticket.status == Status.CLOSED:
            raise Refused("ticket_closed")
        if status is Status.SNOOZED:
            raise Refused("snooze_needs_time")
        if status is not None:
            move(after_reply(Status(ticket.status)), status)
        way = Channel(channel or ticket.channel)
        there = reaching.way(tx.db, desk.can, ticket_id, way, given.ms)
        if there.refused is not None:
            raise there.refused
        for finding in check_reply(way, words, there.last_inbound, given.ms):
            if finding.blocks:
                raise Refused(finding.code, **finding.values)
        if (
            seen is not None
            and not insist
            and (newer := news.news(tx.db, ticket_id, given.author, seen).number)
        ):
            raise Refused("stale", newer=newer)
        submitted = give(
            tx,
            desk,
            command.Reply(
                **given.on(ticket_id),
                text=words,
                channel=way,
                status=status,
                last_seen=seen.newest if seen is not None else None,
                seen=None if insist and seen is None else _seen_there(tx, ticket_id, given.author),
            ),
            hold=hold,
            channel=way,
        )
        if not desk.dry:
            drop_draft(tx, slot_of(ticket_id, "reply"))
        return submitted

    return job


def _seen_there(tx: Tx, ticket_id: int, login: str) -> str | None:
    """What the backend is to compare with; nothing where it does not have the ticket yet: nobody else can have spoken."""
    from atendente_tui.store import news

    there = tx.db.execute("SELECT remote_id FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
    return news.seen_there(tx.db, ticket_id, login) if there and there[0] is not None else None


def note(desk: Desk, ticket_id: int, text: str, *, hold: float | None = None) -> Future[Submitted]:
    """Internal: never reaches the customer. Refused: text_empty."""
    return desk.do(note_job(desk, ticket_id, text=text, hold=hold))


def note_job(desk: Desk, ticket_id: int, *, text: str, hold: float | None = None) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command
        from atendente_tui.store.drafts import drop_draft

        ticket_of(tx, ticket_id)
        submitted = give(tx, desk, command.Note(**given.on(ticket_id), text=written(text)), hold=hold)
        if not desk.dry:
            drop_draft(tx, slot_of(ticket_id, "note"))
        return submitted

    return job
