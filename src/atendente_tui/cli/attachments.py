"""`attachment`: what is attached to a ticket, listed, or fetched from the helpdesk and saved."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import formats
from atendente_tui.cli import shapes
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import Session, session
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.store import reading

if TYPE_CHECKING:
    from atendente_tui.store.rows import AttachmentRow

STDOUT = "-"


def register(app: typer.Typer) -> None:
    app.command("attachment", help=_("List what is attached to a ticket, or save it."))(attachment)


def attachment(
    ticket: Annotated[str, typer.Argument(metavar="ID", help=_("Its id or protocol number."))],
    event: Annotated[int | None, typer.Option("--event", help=_("Only of this event."))] = None,
    number: Annotated[
        int | None, typer.Option("--number", min=1, help=_("Save this one of those listed."))
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            metavar="DIR|FILE|-",
            help=_("Save there; - writes it to standard output. Without it, the folder of downloads."),
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))] = False,
) -> int:
    if output == STDOUT and (as_json or sys.stdout.isatty()):
        raise Refused("attachment_pipe")
    if number is None and output is None:
        with session() as at:
            _list(at, _attached(at, ticket, event)[1], as_json)
        return Exit.DONE
    with session(writing=True) as at:
        ticket_id, files = _attached(at, ticket, event)
        if number is not None:
            if number > len(files):
                raise Refused("attachment_unknown", found=number, count=len(files))
            files = [files[number - 1]]
        if not files:
            raise Refused("attachment_none")
        if output == STDOUT:
            _print(at, ticket_id, files)
        else:
            _save(at, ticket_id, files, output or "", as_json)
    return Exit.DONE


def _attached(at: Session, ticket: str, event: int | None) -> tuple[int, Sequence[AttachmentRow]]:
    ticket_id = at.ticket(ticket)
    files = reading.attachments_of(at.read, ticket_id)
    return ticket_id, [one for one in files if event is None or one.event_key == event]


def _list(at: Session, files: Sequence[AttachmentRow], as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "number": n,
                    "event": one.event_key,
                    "at": shapes.iso(one.event_key >> 6, at.zone),
                    "name": one.name,
                    "content_type": one.content_type,
                    "size": one.size,
                    "remote_id": one.remote_id,
                }
                for n, one in enumerate(files, 1)
            ]
        )
        return
    now = at.now()
    print_table(
        [_("no."), _("name"), _("size"), _("kind"), _("when"), _("event")],
        (
            [
                str(n),
                one.name,
                formats.size(one.size) if one.size is not None else "",
                one.content_type,
                formats.moment(one.event_key >> 6, at.zone, now),
                str(one.event_key),
            ]
            for n, one in enumerate(files, 1)
        ),
    )


def _print(at: Session, ticket_id: int, files: Sequence[AttachmentRow]) -> None:
    from atendente_tui.desk import attachments

    if len(files) > 1:
        raise Refused("attachment_several", count=len(files))
    (file,) = files
    content = attachments.fetched(at.config, None, file)
    attachments.record(at.desk, ticket_id, file, content).result()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _save(at: Session, ticket_id: int, files: Sequence[AttachmentRow], output: str, as_json: bool) -> None:
    from atendente_tui.desk import attachments

    told = f"{output}/" if len(files) > 1 and output else output
    saved: list[dict[str, Any]] = []
    try:
        for file in files:
            where = attachments.place(at.config, file, told)
            path = attachments.save(at.desk, at.config, None, ticket_id, file, where).result()
            size = path.stat().st_size
            saved.append({"event": file.event_key, "name": file.name, "file": str(path), "size": size})
            if not as_json:
                say(_("Saved: {path}").format(path=path))
    finally:
        if as_json and saved:
            print_json({"saved": saved})
