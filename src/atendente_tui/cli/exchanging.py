"""`import` and `export`: somebody else's tickets in, the whole store out and back."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import session
from atendente_tui.cli.printing import print_json
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.store.writing import Tx

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]
SHOWN = 20  # bad lines told one by one to a person; --json has them all


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


def register(app: typer.Typer) -> None:
    app.command("import", help=_("Bring tickets in from CSV, JSON Lines or JSON, or a whole export back."))(
        import_
    )
    app.command("export", help=_("Write everything that is stored here as files."))(export)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The file, or the folder of an export."))],
    mapping: Annotated[
        Path | None, typer.Option("--map", help=_("Which of their columns is which of our fields."))
    ] = None,
    push: Annotated[bool, typer.Option("--push", help=_("Also create the tickets on the backend."))] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help=_("Bring the good lines though others are bad."))
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Read and check the file; change nothing."))
    ] = False,
    as_json: AsJson = False,
) -> int:
    if file.is_dir():
        return _restore(file, dry_run, as_json)
    if mapping is None:
        say(_("A mapping is needed: --map MAP.toml says which of their columns is which of our fields."))
        return Exit.USAGE
    from atendente_tui.clock import SystemClock
    from atendente_tui.desk.import_map import read_map
    from atendente_tui.desk.importing import read
    from atendente_tui.desk.storing import store_reading

    mapped = read_map(mapping)
    if not file.exists():
        raise Refused("no_such_file", found=str(file))
    reading = read(file, mapped, SystemClock().now())
    skipped = [{"line": one.line, "why": one.why} for one in reading.skipped]
    answer = {"customers": 0, "tickets": 0, "events": 0, "skipped": skipped}
    for one in reading.skipped[:SHOWN]:
        say(_("line {line}: {why}").format(line=one.line, why=one.why))
    if len(reading.skipped) > SHOWN:
        say(_("and {n} more lines").format(n=len(reading.skipped) - SHOWN))
    if reading.skipped and not partial and not dry_run:
        say(_("Nothing was written. --partial brings the good lines."))
        if as_json:
            print_json(answer)
        return Exit.REFUSED
    if dry_run:
        answer |= {
            "customers": len(reading.customers),
            "tickets": len(reading.tickets),
            "events": len(reading.events),
            "dry_run": True,
        }
    else:
        with session(writing=True) as at:
            if push and at.config.backend is None:
                raise Refused("no_backend")
            done = store_reading(at.desk, reading, push=push)
        answer |= {
            "customers": done.customers,
            "tickets": done.tickets,
            "events": done.events,
            "already": done.already + reading.repeated,
            "queued": done.queued,
        }
    if as_json:
        print_json(answer)
    else:
        say(
            _("{customers} customers, {tickets} tickets, {events} events.").format(
                customers=answer["customers"], tickets=answer["tickets"], events=answer["events"]
            )
        )
    return Exit.REFUSED if reading.skipped and dry_run else Exit.DONE


class _OnlyRead(Exception):
    """Ends the transaction of a dry run, and with it everything it did."""

    def __init__(self, done: dict[str, int]) -> None:
        super().__init__()
        self.done = done


def _restore(folder: Path, dry_run: bool, as_json: bool) -> int:
    from atendente_tui.store.archive import read_archive

    def job(tx: Tx) -> dict[str, int]:
        done = read_archive(tx, folder)
        if dry_run:
            raise _OnlyRead(done)
        return done

    with session(writing=True) as at:
        try:
            done = at.store.write(job)
        except _OnlyRead as only:
            done = only.done
    answer = {
        "customers": done.get("customer", 0),
        "tickets": done.get("ticket", 0),
        "events": done.get("event", 0),
        "skipped": [],
        "tables": done,
    } | ({"dry_run": True} if dry_run else {})
    if as_json:
        print_json(answer)
    else:
        say(
            _("{customers} customers, {tickets} tickets, {events} events.").format(
                customers=answer["customers"], tickets=answer["tickets"], events=answer["events"]
            )
        )
    return Exit.DONE


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("An empty or new folder."))],
    kind: Annotated[Format, typer.Option("--format", help=", ".join(Format))] = Format.JSONL,
    mask: Annotated[
        bool,
        typer.Option(
            "--mask", help=_("Mask personal data, for somebody else; such an export is not taken back.")
        ),
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help=_("Why; kept with your name and the time."))] = "",
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk.handing_out import on_record
    from atendente_tui.store.archive import write_archive

    with session(writing=True) as at:
        kinds = at.config.privacy.mask if mask else ()
        on_record(at.desk, "export", folder, masked=kinds, reason=reason, format=str(kind))
        files = write_archive(at.read, folder, str(kind), mask=kinds)
    if as_json:
        print_json({"files": [str(file) for file in files]})
    elif mask:
        say(
            _("{n} files in {folder}. Personal data in them is masked, names are not.").format(
                n=len(files), folder=folder
            )
        )
    else:
        say(
            _("{n} files in {folder}. They hold personal data: keep them safe.").format(
                n=len(files), folder=folder
            )
        )
    return Exit.DONE
