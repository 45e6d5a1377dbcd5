"""Sending what is in the composer: it stays there until the store has it, and whenever something says no."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from atendente_tui import formats, labels
from atendente_tui.domain.endings import Ended, read_endings
from atendente_tui.domain.instants import from_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Status
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import news, reading

if TYPE_CHECKING:
    from concurrent.futures import Future

    from atendente_tui.desk.desk import Submitted
    from atendente_tui.desk.together import Outcome
    from atendente_tui.tui.widgets.composer import Composer, Kind

THINK = 0.5
"""Seconds a warning must have been on screen before the same key means "send it all the same"."""

SECOND = 1.0
"""Seconds between two looks at what is said of leaving."""
LATER = 300
"""Seconds of a hold from which on the hour is said in place of the seconds."""
NOTICE = 4.0
"""Seconds for which it is said that something was sent, where the composer has made room for the ticket."""


def send(composer: Composer, *, solve: bool = False, on: bool = False) -> Coroutine[Any, Any, None] | None:
    """`solve` solves the ticket with it, `on` goes to the next ticket afterwards. Hand the text to the desk: what is to be awaited for it, None when it may not go.

    From here on, not from when that is begun, the field is closed: keys may be on their way that were pressed after.
    """
    if composer.sending or composer.ticket is None:
        return None
    review = composer.review()
    if review.blocked:
        composer.warn(_("not sent: {reason}").format(reason=review.blocked))
        return None
    try:
        ended = read_endings(composer.text, from_ms(composer.app.now_ms()), composer.app.workplace.zone)
    except Refused as refused:
        composer.warn(_("not sent: {reason}").format(reason=labels.refusal(refused)))
        return None
    if stops := composer.reading.stopping():
        key = composer.app.keymap.shown("review")
        said = _("not sent: {reason}").format(reason=stops[0].sentence)
        composer.warn(f"{said} {composer.app.glyphs.dot} " + _("{key} shows the review").format(key=key))
        return None
    if look_for_news(composer) and composer.kind == "reply" and not _insists(composer):
        return None
    ticket_id, kind, text = composer.ticket.id, composer.kind, composer.text
    ask = partial(_perform, composer, ended, solve=solve, insist=bool(composer.warned))
    composer.close_field()
    composer.say(review)
    return _give(composer, ask, (ticket_id, kind, text), on=on)


def _perform(composer: Composer, ended: Ended, *, solve: bool, insist: bool) -> Future[list[Outcome]]:
    """The text and what its last lines ask for, as one."""
    from atendente_tui.desk import together

    assert composer.ticket is not None  # noqa: S101  # nosec B101 # for the type checker
    beside = composer.going.beside()
    orders = [
        together.Deed("promise", {"due": one.at, "what": one.what})
        for one in ended.endings
        if one.kind == "promise"
    ]
    for one in ended.endings:
        if one.kind == "remind":
            if one.what:
                orders.append(together.Deed("note", {"text": _("Reminder: {what}").format(what=one.what)}))
            orders.append(together.Deed("snooze", {"until": one.at}))
        elif one.kind == "send":
            beside = beside._replace(at=one.at)
        elif one.kind == "solve":
            solve = True
            if one.what:
                beside = beside._replace(survey=False, survey_reason=one.what)
    if composer.kind == "note":
        first = together.Deed("note", {"text": ended.text, "attachments": beside.attachments})
        if solve:
            orders.insert(0, together.Deed("status", {"status": Status.SOLVED}))
    else:
        first = together.Deed(
            "reply",
            {
                "text": ended.text,
                "channel": composer.elsewhere,
                "status": Status.SOLVED if solve else None,
                "seen": composer.seen,
                "insist": insist,
                "beside": beside,
            },
        )
    return together.perform(
        composer.app.workplace.desk, composer.ticket.id, [first, *orders], name="composer"
    )


async def _give(
    composer: Composer, ask: Callable[[], Future[list[Outcome]]], what: tuple[int, Kind, str], *, on: bool
) -> None:
    trouble: Exception | None = None
    try:
        outcomes = await asyncio.shield(asyncio.wrap_future(ask()))
    except Exception as error:
        trouble = error
    finally:
        composer.open_field()
    if isinstance(trouble, Refused):
        _refused(composer, trouble)
    elif trouble is not None:
        said = _("not sent, the text is still here: {error}")
        composer.warn(said.format(error=trouble or type(trouble).__name__))
    elif (composer.ticket_id, composer.kind, composer.text) == what:
        submitted = outcomes[0].submitted
        assert submitted is not None  # noqa: S101  # nosec B101 # an answer always changes something
        _sent(composer, submitted)
        if on:
            await cast(Any, composer.screen).do_next()


def _sent(composer: Composer, submitted: Submitted) -> None:
    """Empty the field, say until when it can be taken back, and go where the next verb is one key away."""
    said = _leaving(composer, submitted.hold_until)
    composer.clear(said or _("on its way out"))
    _count_down(composer, submitted.hold_until, said)
    workstation: Any = composer.screen
    if workstation.focused is composer.area:
        workstation.go("ticket")
    if workstation.one_at_a_time:
        composer.app.say(said or _("on its way out"), seconds=NOTICE)


def _leaving(composer: Composer, until: int) -> str:
    """When it leaves and what takes it back; "" once it may be gone."""
    seconds = -((composer.app.now_ms() - until) // 1000)
    undo = composer.app.keymap.shown("undo")
    if seconds > LATER:
        when = formats.moment(until, composer.app.workplace.zone, composer.app.now_ms())
        return _("leaves {when}: {undo} takes it back").format(when=when, undo=undo)
    return _("leaves in {n} s: {undo} takes it back").format(n=seconds, undo=undo) if seconds > 0 else ""


def _count_down(composer: Composer, until: int, said: str) -> None:
    """Keep true what is said of when it leaves, second by second, until it has left or something else is said."""
    now = _leaving(composer, until)
    if said and composer.restate(said, now):
        composer.set_timer(SECOND, partial(_count_down, composer, until, now))


def _refused(composer: Composer, refused: Refused) -> None:
    if refused.code != "stale":
        composer.warn(labels.refusal(refused))
        return
    look_for_news(composer)
    if not composer.alert:
        composer.alert = _count(int(str(refused.values.get("newer", 1))))
    composer.warned = composer.warned or monotonic()
    composer.say(composer.review())


def _insists(composer: Composer) -> bool:
    """Whether the warning was on screen long enough for this key to mean "all the same"."""
    return bool(composer.warned) and monotonic() - composer.warned >= THINK


def look_for_news(composer: Composer) -> bool:
    """Whether the customer or a colleague wrote since this text was begun; says what."""
    row, app = composer.ticket, composer.app
    if row is None or composer.kind != "reply" or not composer.text or composer.seen is None:
        return False
    found = news.news(app.read, row.id, app.workplace.desk.agent.login, composer.seen)
    if not found.number:
        return False
    newest = reading.event(app.read, found.newest) if found.newest is not None else None
    said = _count(found.number)
    if newest is not None:
        who = safe_line(newest.author or labels.event(newest.kind), characters=30)
        at = formats.moment(newest.at, app.workplace.zone, app.now_ms())
        said += f": {who} {at} «{safe_line(newest.text, characters=80)}»"
    said += f" {app.glyphs.dot} " + _("{key} again sends all the same").format(key=app.keymap.shown("send"))
    if said != composer.alert:
        composer.alert = said
        composer.warned = monotonic()
        composer.say(composer.review())
    return True


def _count(count: int) -> str:
    return n_("{n} new since you began", "{n} newer ones since you began", count).format(n=count)


def signature_below(composer: Composer) -> str:
    """What goes below the answer, "" for nothing; why it cannot, where a value is missing."""
    if composer.way is None or composer.ticket is None or composer.going.template:
        return ""
    from atendente_tui.desk.sending import signature

    try:
        return signature(
            composer.app.read, composer.app.workplace.desk, composer.ticket.id, composer.way.channel
        )
    except Refused as refused:
        return labels.refusal(refused)
