"""`outbox`: what is on its way out, and what a person decides about what did not get there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from atendente_tui import labels, os_words
from atendente_tui.cli import shapes
from atendente_tui.cli.disclosing import given_in_full
from atendente_tui.cli.exits import Exit, confirmed, say
from atendente_tui.cli.opening import session
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.desk import outgoing
from atendente_tui.domain.words import OutboxState
from atendente_tui.i18n import _
from atendente_tui.privacy.masking import masked
from atendente_tui.store import outbox as rows

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]
CommandId = Annotated[str, typer.Argument(metavar="COMMAND_ID")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help=_("What is on its way out, and what did not get there."), rich_markup_mode=None)
    group.callback(invoke_without_command=True)(listing)
    group.command("list", help=_("List what is not settled."))(list_)
    group.command("retry", help=_("Send it again."))(retry)
    group.command("delivered", help=_("You looked: an unknown one did arrive."))(delivered)
    group.command("discard", help=_("Do not send it; its text becomes a draft."))(discard)
    group.command("edit", help=_("Send another text in its place."))(edit)
    group.command("export", help=_("Write what is not settled to a file."))(export)
    app.add_typer(group, name="outbox")


def listing(context: typer.Context, as_json: AsJson = False) -> int | None:
    return _list(False, as_json) if context.invoked_subcommand is None else None


def list_(
    every: Annotated[bool, typer.Option("--all", help=_("Settled ones too."))] = False,
    as_json: AsJson = False,
) -> int:
    return _list(every, as_json)


def _list(every: bool, as_json: bool) -> int:
    with session() as at:
        found = rows.listing(at.read) if every else rows.pending(at.read)
        items = [shapes.outbox_item(one, at.now()) for one in found]
        if as_json:
            given_in_full(at, [item["text"] for item in items])
            print_json(items)
        else:
            print_table(
                [_("id"), _("what"), _("ticket"), _("state"), _("tries"), _("reason"), _("text")],
                (
                    [
                        one.command_id,
                        labels.command(one.type),
                        one.protocol or "",
                        labels.outbox(item["state"]),
                        str(one.attempts),
                        one.error or one.error_code or "",
                        masked(item["text"] or "", at.config.privacy.mask),
                    ]
                    for one, item in zip(found, items, strict=True)
                ),
            )
    return Exit.DONE


def retry(
    command_id: CommandId,
    insist: Annotated[
        bool, typer.Option("--insist", help=_("An answer: whatever came in since, seen or not."))
    ] = False,
    as_json: AsJson = False,
) -> int:
    with session(writing=True) as at:
        submitted = outgoing.retry(at.desk, command_id, insist=insist).result()
        return _told(submitted.state, str(submitted.command_id), as_json)


def delivered(command_id: CommandId, as_json: AsJson = False) -> int:
    with session(writing=True) as at:
        return _told(outgoing.mark_delivered(at.desk, command_id).result().state, command_id, as_json)


def edit(
    command_id: CommandId,
    text: Annotated[str, typer.Option("--text", help=_("The text; - reads it from standard input."))],
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.carrying_out import text_given

    with session(writing=True) as at:
        submitted = outgoing.edit(at.desk, command_id, text_given(text)).result()
        return _told(submitted.state, str(submitted.command_id), as_json)


def discard(
    command_id: CommandId,
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask."))] = False,
    as_json: AsJson = False,
) -> int:
    if not yes:
        if not sys.stdin.isatty():
            say(_("Nothing was discarded: confirm with --yes."))
            return Exit.USAGE
        if not confirmed(_("Discard it? Its text becomes a draft.")):
            return Exit.REFUSED
    with session(writing=True) as at:
        return _told(outgoing.discard(at.desk, command_id).result().state, command_id, as_json)


def export(file: Annotated[Path, typer.Argument(metavar="FILE")], as_json: AsJson = False) -> int:
    with session() as at:
        try:
            count = outgoing.export(at.desk, file).result()
        except OSError as error:
            say(_("{file} cannot be written: {error}").format(file=file, error=os_words.why(error)))
            return Exit.REFUSED
    if as_json:
        print_json({"file": str(file), "commands": count})
    else:
        say(_("{n} written to {file}").format(n=count, file=file))
    return Exit.DONE


def _told(state: OutboxState, command_id: str, as_json: bool) -> int:
    if as_json:
        print_json({"command_id": command_id, "state": str(state), "reason": None})
    else:
        say(labels.outbox(state))
    return Exit.DONE
