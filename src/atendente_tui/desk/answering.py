"""Answer the customer; leave a note for colleagues."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.desk import reaching, sending
from atendente_tui.desk.desk import Desk, Job, Submitted, filled, give, ticket_of, written
from atendente_tui.desk.drafting import slot_of
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, Status

if TYPE_CHECKING:
    from atendente_tui.desk.reviewing import Silenced
    from atendente_tui.domain.change import Attachment
    from atendente_tui.store.news import Seen
    from atendente_tui.store.writing import Tx


class Beside(NamedTuple):
    """What goes with an answer besides its words."""

    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    """Files the backend has already."""
    at: datetime | None = None
    """When it is to leave, None for as soon as its hold is over."""
    template: str | None = None
    """Id of the approved template the text is made of."""
    signed: bool = True
    """Whether the channel's signature goes below it."""
    survey: bool = True
    """With "solved": False asks that the customer be left alone, `survey_reason` says why."""
    survey_reason: str = ""
    silenced: Silenced = MappingProxyType({})
    """What the reviewer found and its author lets pass."""


ALONE = Beside()


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
    beside: Beside = ALONE,
) -> Future[Submitted]:
    """A public answer.

    channel     by which it goes, None for the ticket's own
    status      what the ticket becomes with it, None to leave it to the backend
    hold        seconds in which it can be undone, None for the channel's own
    seen        what was on the author's screen: anything else that others said refuses it, unless `insist`
    insist      send it over what came in since and is here; without `seen` over anything, also what is still on its way

    Refused: text_empty, variables_unfilled, too_long, window_closed, stale, ticket_closed, status_move; for a channel
    that is not the ticket's own also channel_stays, channel_elsewhere, channel_no_address; for what goes with it
    address_unreadable, copies_channel, copies_unable, files_unable, when_past, survey_reason; review_blocked.
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
            beside=beside,
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
    beside: Beside = ALONE,
) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.desk import reviewing, surveying
        from atendente_tui.domain import command
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
        sending.check(desk, way, beside, given.at)
        leaves = to_ms(beside.at) if beside.at is not None else given.ms
        sending.check_channel(way, words, there.last_inbound, leaves, template=beside.template)
        where = reviewing.situation(
            tx.db,
            desk,
            ticket_id,
            channel=way,
            copies=(*beside.cc, *beside.bcc),
            files=len(beside.attachments),
            now=leaves,
            template=beside.template is not None,
        )
        found = reviewing.findings(tx.db, desk, ticket_id, words, where)
        reviewing.check(found, beside.silenced)
        # The signature is the company's own, and reviewed by nobody.
        if beside.signed and not beside.template:
            words = sending.signed(tx.db, desk, ticket_id, way, words)
        sending.check_channel(way, words, there.last_inbound, leaves, template=beside.template)
        if (
            seen is not None
            and not insist
            and (newer := news.news(tx.db, ticket_id, given.author, seen).number)
        ):
            raise Refused("stale", newer=newer)
        asked = surveying.asked(tx, desk, ticket.customer_id, status, beside, given.ms)
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
                attachments=beside.attachments,
                cc=beside.cc,
                bcc=beside.bcc,
                not_before=beside.at,
                template=beside.template,
                survey=asked,
            ),
            hold=hold if beside.at is None else (beside.at - given.at).total_seconds(),
            channel=way,
        )
        if not desk.dry:
            drop_draft(tx, slot_of(ticket_id, "reply"))
            reviewing.record(tx, desk, ticket_id, found, beside.silenced)
        return submitted

    return job


def _seen_there(tx: Tx, ticket_id: int, login: str) -> str | None:
    """What the backend is to compare with; nothing where it does not have the ticket yet: nobody else can have spoken."""
    from atendente_tui.store import news

    there = tx.db.execute("SELECT remote_id FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
    return news.seen_there(tx.db, ticket_id, login) if there and there[0] is not None else None


def note(
    desk: Desk,
    ticket_id: int,
    text: str,
    *,
    hold: float | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> Future[Submitted]:
    """Internal: never reaches the customer. Refused: text_empty, files_unable, review_blocked (a card's number)."""
    return desk.do(note_job(desk, ticket_id, text=text, hold=hold, attachments=attachments))


def note_job(
    desk: Desk,
    ticket_id: int,
    *,
    text: str,
    hold: float | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.desk import reviewing
        from atendente_tui.domain import command
        from atendente_tui.store.drafts import drop_draft

        ticket_of(tx, ticket_id)
        words = written(text)
        where = reviewing.situation(tx.db, desk, ticket_id, public=False)
        reviewing.check(reviewing.findings(tx.db, desk, ticket_id, words, where), {})
        sending.check_files(desk, attachments)
        submitted = give(
            tx, desk, command.Note(**given.on(ticket_id), text=words, attachments=attachments), hold=hold
        )
        if not desk.dry:
            drop_draft(tx, slot_of(ticket_id, "note"))
        return submitted

    return job
