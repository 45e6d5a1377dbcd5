"""Asking the optional assistant: in the background, its answer a diff to accept or refuse; nothing waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from atendente_tui.i18n import _, later
from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui.asking import Option, choose
from atendente_tui.tui.verbs.place import Handler, app_of, workplace_of
from atendente_tui.tui.widgets.composer_actions import composer_of

if TYPE_CHECKING:
    from textual.screen import Screen

    from atendente_tui.desk.assisting import Asked

CHOICES = {
    "suggest": later("draft an answer"),
    "summarise": later("sum the ticket up"),
    "tone:cordial e acolhedor": later("say it more warmly"),
    "tone:direto e curto": later("say it more briefly"),
    "tone:formal": later("say it more formally"),
    "translate:inglês": later("translate into English"),
    "translate:espanhol": later("translate into Spanish"),
    "translate:português do Brasil": later("translate into Portuguese"),
}
_OF_TEXT = ("tone", "translate")


async def assistant(screen: Screen[Any]) -> None:
    """Ask which help is wanted, wait for it beside everything else, and offer it (inside a worker)."""
    app = app_of(screen)
    if workplace_of(screen).config.assistant is None:
        app.say(
            _("No assistant is set up: [assistant] in the configuration says where one is."),
            severity="warning",
        )
        return
    composer = composer_of(screen)
    ticket_id = getattr(screen, "ticket_id", None) or (composer.ticket_id if composer else None)
    if ticket_id is None or composer is None:
        app.say(_("No ticket is chosen."), severity="warning")
        return
    if composer.ticket_id != ticket_id:
        composer.open(ticket_id, "reply")
    text = composer.text
    options = [
        Option(key, _(label), able=bool(text.strip()) or not key.startswith(_OF_TEXT))
        for key, label in CHOICES.items()
    ]
    chosen = await choose(app, _("Ask the assistant"), _("Names and personal data stay here."), options)
    if chosen is None:
        return
    task, _sign, how = chosen.partition(":")
    place = (composer.ticket_id, composer.kind)
    app.say(_("The assistant is at it. Go on working: its answer comes by itself."))
    told = await _answer(screen, task, how, text, ticket_id)
    if told is None:
        return
    from atendente_tui.tui.screens.assistant import AssistantScreen

    here = (composer.ticket_id, composer.kind) == place
    title = safe_line(_("The assistant: {what}").format(what=_(CHOICES[chosen])))
    replaces = task != "summarise"
    if not here and replaces:
        app.say(_("The assistant's answer was for a ticket that is no longer open here; it was dropped."))
        return
    written = composer.text if replaces else ""
    if await app.push_screen_wait(AssistantScreen(title, written, told, may_take=replaces)):
        if (composer.ticket_id, composer.kind) != place or composer.sending or composer.going.template:
            return
        composer.area.select_all()
        composer.area.put(told)
        composer.write()


async def _answer(screen: Screen[Any], task: str, how: str, text: str, ticket_id: int) -> str | None:
    """The assistant's text; None, and why, when there is none. On threads of their own, never on the screen's loop."""
    from atendente_tui.desk.assisting import AssistantError, ask

    place = workplace_of(screen)

    def work() -> str:
        return ask(place.config.assistant, _asked(screen, task, how, text, ticket_id))

    try:
        return await _on_its_own(work)
    except AssistantError as error:
        app_of(screen).say(str(error), severity="warning")
    except LookupError:
        app_of(screen).say(_("The ticket is no longer here."), severity="warning")
    return None


async def _on_its_own(work: Callable[[], str]) -> str:
    """The work of a thread that nobody waits for when the program ends."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[str] = loop.create_future()

    def settle(text: str | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(text or "")

    def run() -> None:
        text, error = None, None
        try:
            text = work()
        except BaseException as wrong:
            error = wrong
        with contextlib.suppress(RuntimeError):  # the program has ended meanwhile
            loop.call_soon_threadsafe(settle, text, error)

    threading.Thread(target=run, name="assistant", daemon=True).start()
    return await done


def _asked(screen: Screen[Any], task: str, how: str, text: str, ticket_id: int) -> Asked:
    from atendente_tui.desk import assisting
    from atendente_tui.desk.suggesting import shelved, suggest
    from atendente_tui.store import reading

    place = workplace_of(screen)
    with contextlib.closing(place.store.reader()) as db:
        if task in _OF_TEXT:
            row = reading.ticket(db, ticket_id)
            customer = row.customer_id if row else None
            return assisting.about_text(
                db, place.desk, text, "tone" if task == "tone" else "translate", how, customer
            )
        if task == "summarise":
            return assisting.about_ticket(db, place.desk, ticket_id, "summarise")
        with contextlib.closing(place.store.search_reader()) as search:
            articles = [int(one.ref) for one in suggest(search, ticket_id, shelved([])).articles]
        return assisting.about_ticket(db, place.desk, ticket_id, "suggest", articles)


HANDLERS: Mapping[str, Handler] = {"assistant": assistant}
