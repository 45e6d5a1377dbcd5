"""`guide`: going through a guided script beside a ticket, one step a command."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui.cli.carrying_out import AsJson, TicketName
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import Session, session
from atendente_tui.cli.printing import print_json, print_text
from atendente_tui.cli.scripting import scripts_at
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.store import beside, reading

if TYPE_CHECKING:
    from atendente_tui.desk.guiding import Standing
    from atendente_tui.flow.machine import State
    from atendente_tui.knowledge.scripts import Script

Reason = Annotated[str, typer.Option("--reason", help=_("Why; it is kept with the ticket."))]


def register(app: typer.Typer) -> None:
    guide = typer.Typer(
        help=_("Guided scripts, step by step beside a ticket."), no_args_is_help=True, rich_markup_mode=None
    )
    guide.command("begin", help=_("Take up a guided script on a ticket."))(begin)
    guide.command("show", help=_("Show where one stands."))(show)
    guide.command("next", help=_("The step is done: go on."))(go_on)
    guide.command("choose", help=_("Choose an answer."))(choose)
    guide.command("skip", help=_("Leave the step out."))(skip)
    guide.command("back", help=_("Go back a step."))(back)
    guide.command("set", help=_("Fill in what the step's text lacks."))(learn)
    guide.command("end", help=_("Put the script away; at its end, do what it asks for."))(end)
    app.add_typer(guide, name="guide")


def begin(
    ticket: TicketName, script: Annotated[str, typer.Argument(metavar="SCRIPT")], as_json: AsJson = False
) -> int:
    from atendente_tui.desk import guiding

    with session(writing=True) as at:
        ticket_id = at.ticket(ticket)
        one = next((one for one in scripts_at(at) if one.id == script), None)
        if one is None:
            raise Refused("no_such_script", found=script)
        guiding.begin(at.desk, ticket_id, one).result()
        return _tell(at, ticket_id, as_json)


def show(ticket: TicketName, as_json: AsJson = False) -> int:
    with session() as at:
        return _tell(at, at.ticket(ticket), as_json)


def go_on(ticket: TicketName, as_json: AsJson = False) -> int:
    from atendente_tui.desk import guiding

    return _moved(ticket, as_json, lambda at, n, script: guiding.go_on(at.desk, n, script))


def choose(
    ticket: TicketName, answer: Annotated[str, typer.Argument(metavar="ANSWER")], as_json: AsJson = False
) -> int:
    from atendente_tui.desk import guiding

    return _moved(ticket, as_json, lambda at, n, script: guiding.choose(at.desk, n, script, answer))


def skip(ticket: TicketName, reason: Reason = "", as_json: AsJson = False) -> int:
    from atendente_tui.desk import guiding

    return _moved(ticket, as_json, lambda at, n, script: guiding.skip(at.desk, n, script, reason))


def back(ticket: TicketName, as_json: AsJson = False) -> int:
    from atendente_tui.desk import guiding

    return _moved(ticket, as_json, lambda at, n, script: guiding.back(at.desk, n, script))


def learn(
    ticket: TicketName,
    value: Annotated[
        list[str], typer.Argument(metavar="NAME=VALUE", help=_("A variable, or ?Question, and its value."))
    ],
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk import guiding

    answers = given(value)
    return _moved(ticket, as_json, lambda at, n, script: guiding.learn(at.desk, n, script, answers))


def end(
    ticket: TicketName,
    reason: Reason = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Tell every effect; change nothing."))] = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.macros import told_outcomes
    from atendente_tui.desk import guiding, together

    with session(writing=True) as at:
        ticket_id = at.ticket(ticket)
        there = _standing(at, ticket_id)
        made: tuple[together.Deed, ...] = ()
        if there.state.ended:
            wanted = there.script.finish(there.state.place)
            if wanted.ending is not None or wanted.actions:
                packet = {"reason": there.script.title}
                made = together.deeds(
                    actions=wanted.actions, ending=wanted.ending, packet=packet, note=guiding.account(there)
                )
        if dry_run:
            outcomes = together.preview(at.desk, ticket_id, made).result()
            return told_outcomes(at, ticket_id, outcomes, as_json, dry_run=True)
        outcomes = []
        if made:
            name = there.script.id
            outcomes = together.perform(at.desk, ticket_id, made, name=name, keep_drafts=True).result()
        guiding.leave(at.desk, ticket_id, there.script, reason, noted=bool(made)).result()
        return told_outcomes(at, ticket_id, outcomes, as_json, dry_run=False)


def given(values: list[str]) -> dict[str, str]:
    """`NAME=VALUE` each. Raises Refused("answer_unreadable")."""
    answers = {}
    for one in values:
        name, sign, value = one.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise Refused("answer_unreadable", found=one)
        answers[name.strip()] = value.strip()
    return answers


def _moved(ticket: str, as_json: bool, verb: Callable[[Session, int, Script], Future[State]]) -> int:
    with session(writing=True) as at:
        ticket_id = at.ticket(ticket)
        verb(at, ticket_id, _standing(at, ticket_id).script).result()
        return _tell(at, ticket_id, as_json)


def _standing(at: Session, ticket_id: int) -> Standing:
    from atendente_tui.desk.guiding import standing

    place = beside.place(at.read, ticket_id)
    script = None if place is None else next((one for one in scripts_at(at) if one.id == place.script), None)
    there = standing(at.read, ticket_id, script)
    if there is None:
        raise Refused("guide_gone", found=place.script if place is not None else "")
    return there


def _tell(at: Session, ticket_id: int, as_json: bool) -> int:
    from atendente_tui.desk.guiding import values_of
    from atendente_tui.desk.known import known
    from atendente_tui.desk.library import variables
    from atendente_tui.domain.templates import fill
    from atendente_tui.flow.guide import offered
    from atendente_tui.tui.guide_items import shown_text

    there = _standing(at, ticket_id)
    state, step = there.state, there.guide.steps[there.state.place]
    row = reading.ticket(at.read, ticket_id)
    text = step.said(row.channel if row is not None else None).strip("\n")
    values = values_of(state, variables(at.desk, ticket_id, at.read))
    filled = fill(text, values)
    choices = offered(step, state, known(at.desk, ticket_id, at.read))
    if as_json:
        told: dict[str, Any] = {
            "ticket": ticket_id,
            "script": there.script.id,
            "step": step.name,
            "title": step.title,
            "required": step.required,
            "text": filled.text,
            "missing": [one.key for one in filled.missing],
            "hint": step.hint,
            "choices": [{"id": one.key, "label": one.label} for one in choices],
            "ended": state.ended,
            "trail": [{"step": one.place, "mark": one.mark, "value": one.value} for one in state.trail],
        }
        print_json(told)
        return Exit.DONE
    print_text(f"{there.script.title} · {step.title}\n")
    if text:
        print_text(shown_text(text, values))
    if step.hint:
        print_text("# " + step.hint.strip())
    for one in choices:
        print_text(f"  {one.key}) {one.label}")
    if state.ended:
        say(_("The script is at its end: atendente guide end {ticket}").format(ticket=ticket_id))
    return Exit.DONE
