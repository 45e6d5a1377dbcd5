"""`process`: how each kind of contact is handled, and how far a ticket is in it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import labels, paths
from atendente_tui.cli.carrying_out import AsJson, TicketName
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.knowing import print_faults, tell
from atendente_tui.cli.opening import Session, session
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.knowledge.processes import Process

Reason = Annotated[str, typer.Argument(metavar="REASON")]


def register(app: typer.Typer) -> None:
    process = typer.Typer(
        help=_("Processes: how each kind of contact is handled."),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    process.command("list", help=_("List the processes."))(list_processes)
    process.command("show", help=_("Show the process of a contact reason."))(show_process)
    process.command("lint", help=_("Say what is wrong with process files, by file, line and column."))(
        lint_files
    )
    process.command("check", help=_("Say what a ticket still lacks before it is closed."))(check)
    process.command("tick", help=_("Mark an item of a ticket's list as done."))(tick)
    app.add_typer(process, name="process")


def list_processes(as_json: AsJson = False) -> int:
    found = _processes()
    if as_json:
        print_json([{"reason": one.reason, "title": one.title, "items": len(one.checklist)} for one in found])
    else:
        print_table([_("reason"), _("title")], ([one.reason, one.title] for one in found))
    return Exit.DONE


def show_process(reason: Reason, as_json: AsJson = False) -> int:
    from atendente_tui.knowledge.processes import process_for

    one = process_for(_processes(), reason)
    if one is None:
        raise Refused("no_such_process", found=reason)
    if as_json:
        print_json(_told(one))
        return Exit.DONE
    print_text(f"{one.title} ({one.reason})\n")
    for item in one.checklist:
        print_text(f"[ ] {item.text}" + ("" if item.required else f" ({_('if it fits')})"))
    if one.required:
        print_text(_("to be confirmed: {names}").format(names=", ".join(map(labels.fact, one.required))))
    for said in filter(None, (one.owner, one.control, one.risk)):
        print_text(said)
    return Exit.DONE


def lint_files(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help=_("Default: the folder in use."))
    ] = None,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.scripting import scripts_in_use
    from atendente_tui.desk.processes import process_folders, processes_in
    from atendente_tui.knowledge.processes import lint_processes

    if folder is not None and not folder.exists():
        raise Refused("no_such_folder", found=str(folder))
    processes, faults = processes_in([folder] if folder is not None else process_folders(paths.data_dir()))
    scripts = {one.id for one in scripts_in_use()}
    return print_faults([*faults, *lint_processes(processes, scripts=scripts)], as_json)


def check(ticket: TicketName, as_json: AsJson = False) -> int:
    from atendente_tui.desk.processes import checklist
    from atendente_tui.knowledge.processes import withheld

    with session() as at:
        ticket_id = at.ticket(ticket)
        listed = checklist(at.desk, at.read, ticket_id, _processes())
        if listed is None:
            raise Refused("no_such_process", found=_reason(at, ticket_id))
        if as_json:
            print_json(
                {
                    "reason": listed.process.reason,
                    "items": [
                        {
                            "id": one.id,
                            "text": one.text,
                            "required": one.required,
                            "done": one.id in listed.done,
                        }
                        for one in listed.items
                    ],
                    "missing": {
                        "facts": list(listed.missing.facts),
                        "items": [one.id for one in listed.missing.items],
                    },
                    "not_to_be_told": sorted(withheld(listed.process, listed.facts)),
                }
            )
        else:
            for one in listed.items:
                print_text(f"[{'x' if one.id in listed.done else ' '}] {one.id}: {one.text}")
            for name in listed.missing.facts:
                say(_("still to be confirmed") + f": {labels.fact(name)}")
        return Exit.REFUSED if listed.missing else Exit.DONE


def tick(
    ticket: TicketName,
    item: Annotated[str, typer.Argument(metavar="ITEM")],
    undo: Annotated[bool, typer.Option("--undo", help=_("It is not done after all."))] = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk import processes

    with session(writing=True) as at:
        ticket_id = at.ticket(ticket)
        listed = processes.checklist(at.desk, at.read, ticket_id, _processes())
        if listed is None:
            raise Refused("no_such_process", found=_reason(at, ticket_id))
        done = processes.tick(at.desk, ticket_id, listed.process, item, done=not undo).result()
        if as_json:
            print_json({"ticket": ticket_id, "item": item, "done": done})
        else:
            say(_("done") if done else _("not done"))
    return Exit.DONE


def _reason(at: Session, ticket_id: int) -> str:
    from atendente_tui.store import reading

    row = reading.ticket(at.read, ticket_id)
    return (row.reason if row is not None else None) or "—"


def _processes() -> list[Process]:
    from atendente_tui.desk.processes import process_folders, processes_in

    found, faults = processes_in(process_folders(paths.data_dir()))
    tell(faults)
    return found


def _told(one: Process) -> dict[str, Any]:
    told = asdict(one)
    for name in ("path", "line", "open", "anyone", "identified"):
        del told[name]
    told["disclose"] = {"anyone": sorted(one.anyone), "identified": sorted(one.identified)}
    told["checklist"] = [
        {"id": item.id, "text": item.text, "required": item.required} for item in one.checklist
    ]
    told["targets"] = {
        name: None if span is None else span.total_seconds()
        for name, span in (
            ("first", one.targets.first),
            ("next", one.targets.next),
            ("resolution", one.targets.resolution),
        )
    }
    return told
