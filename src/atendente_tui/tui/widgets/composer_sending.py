"""Sending what is in the composer: it stays there until the store has it, and whenever something says no."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from atendente_tui import formats, labels
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Status
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import news, reading

if TYPE_CHECKING:
    from concurrent.futures import Future

    from atendente_tui.desk.desk import Submitted
    from atendente_tui.tui.widgets.composer import Composer, Kind

THINK = 0.5
"""Seconds a warning must have been on screen before the same key means "send it all the same"."""

NOTICE = 4.0
"""Seconds for which it is said that something was sent, where the composer has made room for the ticket."""


def send(composer: Composer, *, solve: bool = False) -> Coroutine[Any, Any, None] | None:
    """Hand the text to the desk: what is to be awaited for it, None when it may not go.

    From here on, not from when that is begun, the field is closed: keys may be on their way that were pressed after.
    """
    if composer.sending or composer.ticket is None:
        return None
    review = composer.review()
    if review.blocked:
        composer.warn(_("not sent: {reason}").format(reason=review.blocked))
        return None
    if look_for_news(composer) and composer.kind == "reply" and not _insists(composer):
        return None
    from atendente_tui.desk import answering

    desk, ticket_id, kind, text = (
        composer.app.workplace.desk,
        composer.ticket.id,
        composer.kind,
        composer.text,
    )
    if kind == "note":
        ask = partial(answering.note, desk, ticket_id, text)
    else:
        status = Status.SOLVED if solve else None
        insist = bool(composer.warned)
        ask = partial(
            answering.reply,
            desk,
            ticket_id,
            text,
            channel=composer.elsewhere,
            status=status,
            seen=composer.seen,
            insist=insist,
        )
    composer.close_field()
    composer.say(review)
    return _give(composer, ask, (ticket_id, kind, text))


async def _give(
    composer: Composer, ask: Callable[[], Future[Submitted]], what: tuple[int, Kind, str]
) -> None:
    trouble: Exception | None = None
    try:
        submitted = await asyncio.shield(asyncio.wrap_future(ask()))
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
        _sent(composer, submitted)


def _sent(composer: Composer, submitted: Submitted) -> None:
    """Empty the field, say until when it can be taken back, and go where the next verb is one key away."""
    seconds = (submitted.hold_until - composer.app.now_ms()) // 1000
    said = _("on its way out")
    if seconds > 0:
        undo = composer.app.keymap.shown("undo")
        said = _("leaves in {n} s: {undo} takes it back").format(n=seconds, undo=undo)
    composer.clear(said)
    workstation: Any = composer.screen
    if workstation.focused is composer.area:
        workstation.go("ticket")
    if workstation.one_at_a_time:
        composer.app.say(said, seconds=NOTICE)


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
