"""`scripts`: ready answers and guided scripts, found, shown and checked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import labels, paths
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.knowing import AsJson, Limit, print_faults, print_found, tell
from atendente_tui.cli.opening import Session, configuration, session
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _, n_

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.flow.guide import Step
    from atendente_tui.knowledge.marked import Fault
    from atendente_tui.knowledge.scripts import Script

ScriptId = Annotated[str, typer.Argument(metavar="ID")]


def register(app: typer.Typer) -> None:
    scripts = typer.Typer(
        help=_("Scripts: ready answers with variables, and guided ones."),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    scripts.command("list", help=_("List the scripts."))(list_scripts)
    scripts.command("search", help=_("Search the scripts."))(search_scripts)
    scripts.command("show", help=_("Show a script."))(show_script)
    scripts.command("lint", help=_("Say what is wrong with script files, by file, line and column."))(
        lint_files
    )
    app.add_typer(scripts, name="scripts")


def list_scripts(
    channel: Annotated[
        Channel | None, typer.Option("--channel", help=_("Only those offered on this channel."))
    ] = None,
    tag: Annotated[str | None, typer.Option("--tag", help=_("Only those with this tag."))] = None,
    guided: Annotated[bool, typer.Option("--guided", help=_("Only guided ones."))] = False,
    as_json: AsJson = False,
) -> int:
    found = [
        one
        for one in scripts_in_use()
        if one.suits(channel) and (tag is None or tag in one.tags) and (one.guide is not None or not guided)
    ]
    if as_json:
        print_json([_told(one, whole=False) for one in found])
    else:
        print_table(
            [_("id"), _("title"), _("channels"), _("steps")],
            (
                [
                    one.id,
                    one.title,
                    ", ".join(map(labels.channel, one.channels)) or _("all"),
                    str(len(one.guide.steps)) if one.guide is not None else "",
                ]
                for one in found
            ),
        )
    return Exit.DONE


def search_scripts(
    query: Annotated[str, typer.Argument(metavar="QUERY")] = "", limit: Limit = 20, as_json: AsJson = False
) -> int:
    from atendente_tui.knowledge.finding import find_scripts, indexed_scripts

    found = [
        {
            "id": one.item.id,
            "title": one.item.title,
            "audience": "public",
            "snippet": one.snippet,
            "score": one.score,
        }
        for one in find_scripts(indexed_scripts(scripts_in_use()), query, limit=limit)
    ]
    print_found(found, as_json)
    return Exit.DONE


def show_script(script: ScriptId, as_json: AsJson = False) -> int:
    one = script_named(script)
    if as_json:
        print_json(_told(one, whole=True))
        return Exit.DONE
    print_text(f"{one.title}\n")
    if one.guide is None:
        print_text(one.text or json.dumps({str(c): t for c, t in one.variants.items()}, ensure_ascii=False))
        return Exit.DONE
    for step in one.guide.steps.values():
        print_text("\n".join(_step_lines(step)) + "\n")
    return Exit.DONE


def lint_files(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help=_("Default: the folders in use."))
    ] = None,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.knowledge.script_lint import lint_scripts

    faults: list[Fault] = []
    for one in [folder] if folder else _folders():
        if not one.exists():
            raise Refused("no_such_folder", found=str(one))
        faults += lint_scripts(one)
    return print_faults(faults, as_json)


def script_named(name: str) -> Script:
    """Raises Refused("no_such_script")."""
    found = next((one for one in scripts_in_use() if one.id == name), None)
    if found is None:
        raise Refused("no_such_script", found=name)
    return found


def scripts_in_use() -> list[Script]:
    """Files need no store; only what the team shares is in one."""
    if (paths.store_dir() / "store.db").exists():
        with session() as at:
            return scripts_at(at)
    return _said_of(None)


def scripts_at(at: Session) -> list[Script]:
    """The scripts in use beside an open store."""
    return _said_of(at.read)


def _said_of(db: Connection | None) -> list[Script]:
    from atendente_tui.desk.scripts import scripts_in

    found = scripts_in(_folders(), db)
    tell(found.faults)
    for one in found.hidden:
        say(one)
    return found.scripts


def _folders() -> list[Path]:
    from atendente_tui.desk.scripts import script_folders

    return script_folders(configuration(), paths.data_dir())


def _told(one: Script, *, whole: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": one.id,
        "title": one.title,
        "channels": [str(channel) for channel in one.channels],
        "tags": list(one.tags),
        "guided": one.guide is not None,
    }
    if whole:
        told["text"] = one.text
        told["variants"] = {str(channel): text for channel, text in one.variants.items()}
        if one.guide is not None:
            told["start"] = one.guide.start
            told["steps"] = [_step_told(step) for step in one.guide.steps.values()]
    return told


def _step_told(step: Step) -> dict[str, Any]:
    return {
        "id": step.name,
        "title": step.title,
        "text": step.text,
        "variants": dict(step.variants),
        "hint": step.hint,
        "required": step.required,
        "choices": [{"id": one.key, "label": one.label, "goto": one.goto} for one in step.choices],
        "branch": [one.goto for one in step.branches],
        "next": step.next,
        "end": step.end,
    }


def _step_lines(step: Step) -> Iterable[str]:
    words = [] if step.required or step.decides or step.end else [_("may be left out")]
    words += [_("decides by itself")] if step.decides else []
    words += [_("ends the script")] if step.end else []
    yield f"[{step.name}] {step.title}" + (f" ({', '.join(words)})" if words else "")
    yield from (f"  {line}" for line in step.said(None).strip("\n").split("\n") if line)
    if step.hint:
        yield "  " + _("hint: {hint}").format(hint=step.hint.strip())
    for one in step.choices:
        yield f"  {one.key}) {one.label} → {one.goto}"
    if step.branches:
        ways = n_("{n} way on", "{n} ways on", len(step.branches)).format(n=len(step.branches))
        yield f"  {ways}: {', '.join(one.goto for one in step.branches)}"
    if step.next is not None:
        yield f"  → {step.next}"
