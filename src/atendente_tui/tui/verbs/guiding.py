"""Going through a guided script beside the ticket, and the list of its process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _, n_
from atendente_tui.tui.verbs.place import Handler, app_of, chosen, workplace_of
from atendente_tui.tui.verbs.running import outcome
from atendente_tui.tui.widgets.guide_pane import GuidePane, guide_of

if TYPE_CHECKING:
    from textual.screen import Screen

    from atendente_tui.desk.guiding import Standing
    from atendente_tui.desk.processes import Checklist
    from atendente_tui.knowledge.scripts import Script


async def begin(screen: Screen[Any], script: Script) -> None:
    """Take up a script on the open ticket and go to it; one that is being gone through is left after a question."""
    from atendente_tui.desk import guiding
    from atendente_tui.store import beside
    from atendente_tui.tui.asking import Option, choose

    pane = guide_of(screen)
    ticket_id = getattr(screen, "ticket_id", None)
    app = app_of(screen)
    if pane is None or ticket_id is None:
        app.say(_("Open a ticket first: a script is gone through beside it."))
        return
    place = beside.place(app.read, ticket_id)
    if place is not None and pane.standing is not None and not pane.standing.state.ended:
        options = [
            Option("stay", _("go on where I was: {title}").format(title=pane.standing.script.title)),
            Option("begin", _("begin {title}").format(title=script.title)),
        ]
        answer = await choose(app, _("A script is being gone through here"), "", options)
        if answer is None:
            return
        if answer == "stay":
            _go(screen)
            return
    pane.show(ticket_id)
    if await app.done(guiding.begin(workplace_of(screen).desk, ticket_id, script)) is None:
        return
    await pane.look(from_top=True)
    _go(screen)


async def choose_script(screen: Screen[Any]) -> None:
    """Offer the guided scripts of the ticket's channel, those meant for it first."""
    from atendente_tui.desk.known import known
    from atendente_tui.store import reading
    from atendente_tui.tui.asking import Option, choose
    from atendente_tui.tui.composing import channel_of

    app, pane = app_of(screen), guide_of(screen)
    targets = chosen(screen)
    if pane is None or not targets:
        app.say(_("No ticket is chosen."), severity="warning")
        return
    if targets[0] != getattr(screen, "ticket_id", None):
        screen.open_ticket(targets[0], peek=True)  # type: ignore[attr-defined]
    row = reading.ticket(app.read, targets[0])
    if row is None:
        return
    seen = known(workplace_of(screen).desk, row.id, app.read)
    texts = await pane.texts()
    channel = channel_of(row.channel)
    found = [one for one in texts.scripts.values() if one.guide is not None and one.suits(channel)]
    if not found:
        app.say(_("There is no guided script for this channel."))
        return
    found.sort(key=lambda one: (one.when is None, not one.meant(seen), one.title))
    options = [
        Option(one.id, one.title, _("meant for this ticket") if one.when and one.meant(seen) else "")
        for one in found
    ]
    answer = await choose(app, _("Go through which script?"), "", options)
    if answer is not None:
        await begin(screen, texts.scripts[answer])


async def taken(screen: Screen[Any], pane: GuidePane, key: str) -> None:
    """Do what was chosen in the pane (inside a worker)."""
    kind, _colon, name = key.partition(":")
    match kind:
        case "next":
            await go_on(screen)
        case "choose":
            there = _there(pane)
            await _moved(screen, pane, "choose", there.script, name)
        case "letter":
            if (answer := pane.choice(name)) is not None:
                await _moved(screen, pane, "choose", _there(pane).script, answer)
        case "skip":
            await skip(screen)
        case "insert":
            await insert(screen)
        case "finish":
            await finish(screen)
        case "item":
            await _tick(screen, pane, name)
        case "fact":
            await _confirm(screen, name)


async def go_on(screen: Screen[Any]) -> None:
    pane = _pane(screen)
    there = _there(pane)
    if there.state.ended:
        await finish(screen)
        return
    await _moved(screen, pane, "go_on", there.script)


async def back(screen: Screen[Any]) -> None:
    pane = _pane(screen)
    await _moved(screen, pane, "back", _there(pane).script)


async def skip(screen: Screen[Any]) -> None:
    """Leave a step out; one that must be done with a reason."""
    from atendente_tui.flow.guide import may_skip

    pane = _pane(screen)
    there = _there(pane)
    step = there.guide.steps[there.state.place]
    reason = ""
    if not may_skip(step):
        raise Refused("guide_over" if there.state.ended else "guide_no_skip")
    if step.required:
        from atendente_tui.tui.asking import LineScreen

        title = _("Leave out “{step}”").format(step=step.title)
        text = _("This step must be done. Why not now? The reason is kept with the ticket.")
        answer = await app_of(screen).push_screen_wait(LineScreen(title, text, needed=_("Fill this in.")))
        if answer is None:
            return
        reason = answer
    await _moved(screen, pane, "skip", there.script, reason)


async def fill(screen: Screen[Any]) -> bool:
    """Ask for what the step's text still lacks; what is answered stays known in this script. False when one went back."""
    from atendente_tui.desk import guiding
    from atendente_tui.tui.variable_prompts import asked

    pane = _pane(screen)
    there = _there(pane)
    step = there.guide.steps[there.state.place]
    answers = await asked(app_of(screen), step.title, step.said(pane.channel), pane.values)
    if answers is None:
        return False
    if answers:
        desk = workplace_of(screen).desk
        await app_of(screen).done(guiding.learn(desk, _ticket(pane), there.script, answers))
        await pane.look()
    return True


async def insert(screen: Screen[Any]) -> None:
    """Put the step's text at the cursor of the composer, after asking for what it lacks."""
    from atendente_tui.domain.templates import fill as filled
    from atendente_tui.tui.widgets.composer_actions import composer_of

    pane = _pane(screen)
    there = _there(pane)
    step = there.guide.steps[there.state.place]
    composer = composer_of(screen)
    ticket_id = _ticket(pane)
    text = step.said(pane.channel).strip("\n")
    if composer is None or not text:
        app_of(screen).say(_("This step has no text to insert."))
        return
    if not await fill(screen) or pane.ticket_id != ticket_id:
        return
    if composer.ticket_id != ticket_id:
        composer.open(ticket_id, "reply")
    screen.go("composer")  # type: ignore[attr-defined]
    composer.insert(filled(text, pane.values).text)


async def leave(screen: Screen[Any], *, noted: bool = False) -> None:
    """Put the script away; before its end with a reason, which becomes a note. `noted`: its account is one already."""
    from atendente_tui.desk import guiding

    pane = _pane(screen)
    there = _there(pane)
    reason = ""
    if not there.state.ended:
        from atendente_tui.tui.asking import LineScreen

        title = _("Leave the script")
        text = _("Why? The reason is kept with the ticket as an internal note.")
        answer = await app_of(screen).push_screen_wait(LineScreen(title, text, needed=_("Fill this in.")))
        if answer is None:
            return
        reason = answer
    desk = workplace_of(screen).desk
    written = await outcome(guiding.leave(desk, _ticket(pane), there.script, reason, noted=noted))
    await pane.look(from_top=True)
    if not noted:
        said = (
            _("The script is put away, its account is a note.") if written else _("The script is put away.")
        )
        app_of(screen).say(said)
    screen.go("ticket")  # type: ignore[attr-defined]


async def finish(screen: Screen[Any]) -> None:
    """At the end: what the script asks to be done, previewed and done as one; then it is put away."""
    from atendente_tui.desk.guiding import account
    from atendente_tui.desk.together import deeds
    from atendente_tui.tui.verbs.together import previewed

    pane = _pane(screen)
    there = _there(pane)
    if not there.state.ended:
        raise Refused("guide_choose", allowed="—")
    wanted = there.script.finish(there.state.place)
    noted = bool(wanted.ending is not None or wanted.actions)
    if noted:
        made = deeds(
            actions=wanted.actions,
            ending=wanted.ending,
            packet={"reason": there.script.title},
            note=account(there),
        )
        done = await previewed(screen, _ticket(pane), there.script.title, made, name=there.script.id)
        if not done:
            return
    await leave(screen, noted=noted)


async def _moved(screen: Screen[Any], pane: GuidePane, verb: str, *arguments: Any) -> None:
    from atendente_tui.desk import guiding

    desk = workplace_of(screen).desk
    if await app_of(screen).done(getattr(guiding, verb)(desk, _ticket(pane), *arguments)) is not None:
        await pane.look()


async def _tick(screen: Screen[Any], pane: GuidePane, item: str) -> None:
    from atendente_tui.desk import processes

    if pane.listed is not None:
        desk = workplace_of(screen).desk
        await app_of(screen).done(processes.tick(desk, _ticket(pane), pane.listed.process, item))
        await pane.look()


async def _confirm(screen: Screen[Any], name: str) -> None:
    from atendente_tui.tui.verbs.knowing import fact

    await fact(screen, [_ticket(_pane(screen))], {"name": name})


def _go(screen: Screen[Any]) -> None:
    go = getattr(screen, "go", None)
    if go is not None:
        go("guide")


def _pane(screen: Screen[Any]) -> GuidePane:
    pane = guide_of(screen)
    if pane is None:
        raise Refused("guide_gone", found="")
    return pane


def _there(pane: GuidePane) -> Standing:
    if pane.standing is None:
        raise Refused("guide_gone", found="")
    return pane.standing


def _ticket(pane: GuidePane) -> int:
    if pane.ticket_id is None:
        raise Refused("guide_gone", found="")
    return pane.ticket_id


async def listed_for(screen: Screen[Any], ids: Sequence[int]) -> Checklist | None:
    """How far a single ticket is in the process of its reason; None for several, and where none is written."""
    from atendente_tui.desk.processes import checklist

    pane = guide_of(screen)
    if pane is None or len(ids) != 1:
        return None
    texts = await pane.texts()
    return checklist(workplace_of(screen).desk, app_of(screen).read, ids[0], texts.processes)


def gaps(listed: Checklist) -> str:
    """What is missing before a ticket is closed, as sentences; "" when nothing is."""
    from atendente_tui import labels

    said = []
    if listed.missing.facts:
        names = ", ".join(labels.fact(one) for one in listed.missing.facts)
        said.append(_("Not confirmed yet: {names}.").format(names=names))
    if listed.missing.items:
        count = len(listed.missing.items)
        said.append(n_("Not done yet ({n}):", "Not done yet ({n}):", count).format(n=count))
        said += [f"- {one.text}" for one in listed.missing.items]
    return "\n".join(said)


def _in_turn(verb: Callable[[Screen[Any]], Awaitable[object]]) -> Handler:
    """After whatever was pressed before in the pane."""

    async def handler(screen: Screen[Any]) -> None:
        async with _pane(screen).turn:
            await verb(screen)

    return handler


def lacking(listed: Checklist) -> str:
    """`gaps` in one line."""
    from atendente_tui import labels

    said = []
    if listed.missing.facts:
        names = ", ".join(labels.fact(one) for one in listed.missing.facts)
        said.append(_("Not confirmed yet: {names}.").format(names=names))
    if count := len(listed.missing.items):
        text = n_("{n} thing of the list is not done.", "{n} things of the list are not done.", count)
        said.append(text.format(n=count))
    return " ".join(said)


HANDLERS: Mapping[str, Handler] = {
    "guide": choose_script,
    "guide_next": _in_turn(go_on),
    "guide_back": _in_turn(back),
    "guide_skip": _in_turn(skip),
    "guide_insert": _in_turn(insert),
    "guide_fill": _in_turn(fill),
    "guide_leave": _in_turn(leave),
}
