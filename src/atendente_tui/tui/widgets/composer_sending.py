"""Sending what is in the composer: it stays there until the store has it, and whenever something says no."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from atendente_tui import formats, labels
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Status
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import news, reading

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Submitted
    from atendente_tui.tui.widgets.composer import Composer

THINK = 0.5
"""Seconds a warning must have been on screen before the same key means "send it all the same"."""


async def send(composer: Composer, *, solve: bool = False) -> None:
    """Hand the text to the desk (inside a worker)."""
    if composer.sending or composer.ticket is None:
        return
    review = composer.review()
    if review.blocked:
        composer.warn(_("not sent: {reason}").format(reason=review.blocked))
        return
    if look_for_news(composer) and composer.kind == "reply" and not _insists(composer):
        return
    from atendente_tui.desk import answering

    desk, ticket_id, kind = composer.app.workplace.desk, composer.ticket.id, composer.kind
    typed, text = composer.text, composer.text.strip()
    composer.sending = True
    composer.area.read_only = True
    composer.say(review)
    try:
        if kind == "note":
            future = answering.note(desk, ticket_id, text)
        else:
            future = answering.reply(
                desk,
                ticket_id,
                text,
                channel=None,
                status=Status.SOLVED if solve else None,
                seen=composer.seen,
                insist=bool(composer.warned),
            )
        submitted = await asyncio.shield(asyncio.wrap_future(future))
    except Refused as refused:
        composer.sending = False
        _refused(composer, refused)
        return
    except Exception as error:
        composer.sending = False
        composer.warn(
            _("not sent, the text is still here: {error}").format(error=error or type(error).__name__)
        )
        return
    finally:
        composer.sending = False
        composer.area.read_only = False
    if (composer.ticket_id, composer.kind, composer.text) == (ticket_id, kind, typed):
        composer.clear(_leaving(composer, submitted))
    composer.post_message(composer.Sent(submitted, kind, text))


def _leaving(composer: Composer, submitted: Submitted) -> str:
    """When what was sent will leave, and how to take it back until then."""
    seconds = (submitted.hold_until - composer.app.now_ms()) // 1000
    if seconds <= 0:
        return _("on its way out")
    shown = composer.app.keymap.shown
    return _("leaves in {n} s: {leave} {undo} takes it back").format(
        n=seconds, leave=shown("leave"), undo=shown("undo")
    )


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
    if not found.count:
        return False
    newest = reading.event(app.read, found.newest) if found.newest is not None else None
    said = _count(found.count)
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
