"""`macro`: text and actions in one, previewed, done and taken back as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from atendente_tui import labels, paths
from atendente_tui.cli.carrying_out import AsJson, TicketName
from atendente_tui.cli.exits import Exit, code_of, say
from atendente_tui.cli.knowing import tell
from atendente_tui.cli.opening import Session, session
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.store import reading

if TYPE_CHECKING:
    from atendente_tui.desk.together import Outcome
    from atendente_tui.knowledge.macros import Macro

MacroId = Annotated[str, typer.Argument(metavar="MACRO")]


def register(app: typer.Typer) -> None:
    macro = typer.Typer(
        help=_("Macros: an answer and actions in one."), no_args_is_help=True, rich_markup_mode=None
    )
    macro.command("list", help=_("List the macros."))(list_macros)
    macro.command("show", help=_("Show a macro."))(show_macro)
    macro.command("run", help=_("Run a macro on a ticket."))(run_macro)
    app.add_typer(macro, name="macro")


def list_macros(as_json: AsJson = False) -> int:
    found = _macros()
    if as_json:
        print_json([{"id": one.id, "title": one.title} for one in found])
    else:
        print_table([_("id"), _("title")], ([one.id, one.title] for one in found))
    return Exit.DONE


def show_macro(macro: MacroId, as_json: AsJson = False) -> int:
    one = _named(_macros(), macro)
    if as_json:
        actions = [{"action": action.name, "values": list(action.values)} for action in one.actions]
        print_json({"id": one.id, "title": one.title, "text": one.text, "actions": actions})
        return Exit.DONE
    print_text(f"{one.title}\n")
    if one.text.strip():
        print_text(one.text)
    for action in one.actions:
        print_text(f"- {action.name}: {', '.join(action.values)}")
    return Exit.DONE


def run_macro(
    macro: MacroId,
    ticket: TicketName,
    value: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help=_("What its text asks for; as often as needed.")),
    ] = None,
    tried: Annotated[
        str, typer.Option("--tried", help=_("What was tried, for a macro that moves the level."))
    ] = "",
    workaround: Annotated[
        str,
        typer.Option("--workaround", help=_("What helps meanwhile, for a macro that moves the level.")),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Tell every effect; change nothing."))] = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.guiding import given
    from atendente_tui.desk import macros, together
    from atendente_tui.desk.library import variables
    from atendente_tui.domain.templates import fill

    answers = given(value or [])
    with session(writing=True) as at:
        ticket_id = at.ticket(ticket)
        one = _named(_macros_at(at), macro)
        text = fill(one.text.strip("\n"), variables(at.desk, ticket_id, at.read) | answers).text
        made = macros.deeds_of(one, text, {"tried": tried, "workaround": workaround})
        if dry_run:
            outcomes = together.preview(at.desk, ticket_id, made).result()
            return told_outcomes(at, ticket_id, outcomes, as_json, dry_run=True)
        try:
            outcomes = together.perform(at.desk, ticket_id, made, name=one.id, keep_drafts=True).result()
        except together.NotWhole as refused:
            return told_outcomes(at, ticket_id, [refused.outcome], as_json, dry_run=False)
        return told_outcomes(at, ticket_id, outcomes, as_json, dry_run=False)


def told_outcomes(
    at: Session, ticket_id: int, outcomes: Sequence[Outcome], as_json: bool, *, dry_run: bool
) -> int:
    """Every effect, told; 1 where one thing is not allowed, and nothing was done then."""
    from atendente_tui.tui.together_lines import told

    row = reading.ticket(at.read, ticket_id)
    hindered = next((one for one in outcomes if one.hinders), None)
    if as_json:
        print_json(
            {
                "ticket": ticket_id,
                "dry_run": dry_run,
                "done": hindered is None and not dry_run,
                "effects": [
                    {
                        "verb": one.deed.verb,
                        "command_id": None
                        if one.submitted is None or dry_run
                        else str(one.submitted.command_id),
                        "changes": [
                            {"field": change.column, "before": change.before, "after": change.after}
                            for change in one.changes
                        ],
                        "reason": None if one.refused is None else labels.refusal(one.refused),
                        "allowed": not one.hinders,
                    }
                    for one in outcomes
                ],
            }
        )
    else:
        for number, one in enumerate(outcomes, 1):
            say(f"{number} " + "\n".join(told(one, row.channel if row is not None else None)))
        first = next((one.submitted for one in outcomes if one.submitted is not None), None)
        if first is not None and not dry_run:
            print(first.command_id)
    if hindered is not None and hindered.refused is not None:
        if not as_json:
            say(_("Nothing was done: not all of it is allowed."))
        return code_of(hindered.refused)
    return Exit.DONE


def _macros() -> list[Macro]:
    """Files need no store; only what the team shares is in one."""
    if (paths.store_dir() / "store.db").exists():
        with session() as at:
            return _macros_at(at)
    from atendente_tui.desk.macros import macros_in

    found, faults = macros_in(paths.data_dir(), None)
    tell(faults)
    return found


def _macros_at(at: Session) -> list[Macro]:
    from atendente_tui.desk.macros import macros_in

    found, faults = macros_in(paths.data_dir(), at.read)
    tell(faults)
    return found


def _named(found: Sequence[Macro], name: str) -> Macro:
    one = next((one for one in found if one.id == name), None)
    if one is None:
        raise Refused("no_such_macro", found=name)
    return one
