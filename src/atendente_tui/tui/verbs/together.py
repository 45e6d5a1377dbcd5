"""Macros: chosen, filled, previewed to the last effect, done as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from atendente_tui.desk import together
from atendente_tui.desk.together import Deed
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _, n_
from atendente_tui.store import news, reading
from atendente_tui.tui.together_lines import hindrance, told
from atendente_tui.tui.verbs.place import Handler, app_of, chosen, on_tickets, workplace_of
from atendente_tui.tui.verbs.running import outcome

if TYPE_CHECKING:
    from textual.screen import Screen

    from atendente_tui.knowledge.macros import Macro


async def macro(screen: Screen[Any], ids: Sequence[int]) -> None:
    """Choose a macro, answer what it asks, see all it does, do it."""
    from atendente_tui.tui.asking import Option, choose
    from atendente_tui.tui.widgets.guide_pane import guide_of

    app, pane = app_of(screen), guide_of(screen)
    if pane is None:
        return
    if len(ids) > 1:
        app.say(_("A macro is run on one ticket at a time."), severity="warning")
        return
    texts = await pane.texts()
    if not texts.macros:
        app.say(_("There are no macros: put them into the folder macros of your data."))
        return
    options = [Option(one.id, one.title, _about(one)) for one in texts.macros.values()]
    answer = await choose(app, _("Run which macro?"), "", options)
    if answer is not None and chosen(screen)[:1] == [ids[0]]:
        await run(screen, ids[0], texts.macros[answer])


async def run(screen: Screen[Any], ticket_id: int, one: Macro) -> None:
    from atendente_tui.desk import library, macros
    from atendente_tui.tui.variable_prompts import filled

    app, desk = app_of(screen), workplace_of(screen).desk
    row = reading.ticket(app.read, ticket_id)
    if row is None:
        return
    text = await filled(app, one.title, one.text.strip("\n"), library.variables(desk, ticket_id, app.read))
    if text is None:
        return
    packet = await _packet(screen, one)
    if packet is None:
        return
    seen = news.seen(app.read, ticket_id, desk.agent.login)
    made = macros.deeds_of(one, text, packet, **({"seen": seen} if text.strip() else {}))
    await previewed(screen, ticket_id, one.title, made, name=one.id, text=text)


async def previewed(
    screen: Screen[Any], ticket_id: int, title: str, made: Sequence[Deed], *, name: str, text: str = ""
) -> bool:
    """Show every effect, and do all of it when the person agrees (inside a worker). Whether it was done."""
    from atendente_tui.tui.screens.together import ask
    from atendente_tui.tui.widgets.composer_actions import composer_of

    app, desk = app_of(screen), workplace_of(screen).desk
    row = reading.ticket(app.read, ticket_id)
    outcomes = await app.done(together.preview(desk, ticket_id, made))
    if outcomes is None or row is None:
        return False
    kinds = ("wrap_up", "reason", "agent", "team")
    names = {key: label for kind in kinds for key, label in reading.directory(app.read, kind)}
    effects = [(one.hinders, "\n".join(told(one, row.channel, names))) for one in outcomes]
    allowed = not hindrance(outcomes)
    answer = await ask(app, title, effects, allowed=allowed, may_insert=bool(text.strip()))
    if answer == "insert":
        composer = composer_of(screen)
        if composer is not None:
            composer.open(ticket_id, "reply")
            screen.go("composer")  # type: ignore[attr-defined]
            composer.insert(text)
        return False
    if answer != "all":
        return False
    try:
        app.save_drafts()  # what is being written stays, so it must be whole
        done = await outcome(together.perform(desk, ticket_id, made, name=name, keep_drafts=True))
    except Refused as refused:
        if refused.code == together.SAME:  # all of it is so already
            return True
        app.refuse(refused)
        return False
    count = sum(one.submitted is not None for one in done)
    said = n_(
        "{title}: {n} thing done; u takes it back.", "{title}: {n} things done; u takes them back.", count
    )
    app.say(said.format(title=title, n=count))
    return True


async def _packet(screen: Screen[Any], one: Macro) -> dict[str, str] | None:
    """What must be told to whoever gets the ticket next; nothing where it stays at its level."""
    from atendente_tui.desk.macros import TRIED, WORKAROUND, moves_level
    from atendente_tui.tui.asking import LineScreen

    packet: dict[str, str] = {}
    if not moves_level(one):
        return packet
    for name, question in (
        (TRIED, _("What was tried?")),
        (WORKAROUND, _("What helps the customer meanwhile?")),
    ):
        answer = await app_of(screen).push_screen_wait(
            LineScreen(one.title, question, needed=_("Fill this in."))
        )
        if answer is None:
            return None
        packet[name] = answer
    return packet


def _about(one: Macro) -> str:
    count = len(one.actions)
    said = [_("answers the customer")] if one.text.strip() else []
    said += [n_("{n} action", "{n} actions", count).format(n=count)] if count else []
    return ", ".join(said)


HANDLERS: Mapping[str, Handler] = {"macro": on_tickets(macro)}
