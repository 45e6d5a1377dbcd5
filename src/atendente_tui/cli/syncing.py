"""`sync`: one round with the helpdesk, or rounds until stopped; and `--now` of every verb."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import labels
from atendente_tui.cli import printing
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import Session, session
from atendente_tui.cli.printing import print_json
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import OutboxState
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line

if TYPE_CHECKING:
    from atendente_tui.desk.connecting import BackendError
    from atendente_tui.desk.desk import Submitted
    from atendente_tui.store.rows import OutboxRow
    from atendente_tui.sync.once import SyncReport

BELIEVING = "atendente sync --once --full --accept-gone"
PATIENCE = 15.0  # seconds in which `--now` tries again before it leaves the command to a later round

_REFUSED = (OutboxState.REFUSED, OutboxState.CONFLICT, OutboxState.UNKNOWN)


def register(app: typer.Typer) -> None:
    app.command("sync", help=_("Send what is waiting and fetch what is new."))(sync)


def sync(
    once: Annotated[
        bool, typer.Option("--once", help=_("One round; without it, rounds until Ctrl+C."))
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help=_("Walk through everything again, and find what vanished."))
    ] = False,
    accept_gone: Annotated[
        bool, typer.Option("--accept-gone", help=_("Believe the helpdesk that most tickets are gone."))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))] = False,
) -> int:
    from atendente_tui.desk.connecting import sync_now

    with session(writing=True) as at, suppress(KeyboardInterrupt):
        while True:
            report = sync_now(at.config, at.store, at.desk.clock, full=full, accept_gone=accept_gone)
            _tell(report, as_json)
            if once or printing.asked() == "json":
                return _code(report)
            full = accept_gone = False  # what a person said counts once
            time.sleep(at.config.backend.poll_seconds if at.config.backend else 15)
    return Exit.DONE


def _tell(report: SyncReport, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "pulled": report.pulled,
                "pushed": report.pushed,
                "pending": report.pending,
                "refused": report.refused,
                "conflicts": report.conflicts,
                "unknown": report.unknown,
                "lost": report.lost,
                "skipped": report.skipped,
                "cursor": report.cursor,
                "seconds": round(report.seconds, 3),
                "error": report.error,
                "detail": report.detail,
                "gone": report.gone,
                "known": report.known,
            }
        )
        return
    say(
        _(
            "{pulled} changes fetched, {pushed} commands sent, {pending} waiting, {trouble} to look at."
        ).format(
            pulled=report.pulled,
            pushed=report.pushed,
            pending=report.pending,
            trouble=report.refused + report.conflicts + report.unknown,
        )
    )
    if report.lost:
        say(
            n_(
                "{n} ticket that you claimed was claimed by somebody else first.",
                "{n} tickets that you claimed were claimed by somebody else first.",
                report.lost,
            ).format(n=report.lost)
        )
    if report.error == "mass_disappearance":
        say(labels.vanished(report.gone, report.known))
        say(_("If that is right: {command}").format(command=BELIEVING))
    elif report.error:
        say(sync_error(report.error, report.detail))


def _code(report: SyncReport) -> int:
    if report.error in ("unreachable", "rate_limited", "circuit_open"):
        return Exit.UNREACHABLE
    return Exit.REFUSED if report.error else Exit.DONE


def sync_error(code: str, detail: str) -> str:
    """What stopped a round, as a sentence; the server's own words, cleaned, behind it."""
    sentence = {
        "unreachable": _("The helpdesk does not answer. What you do is kept and sent later."),
        "unauthorized": _("The helpdesk does not know this login: atendente login, or ATENDENTE_TOKEN."),
        "forbidden": _("The helpdesk does not allow that to this user."),
        "rate_limited": _("The helpdesk asks to wait a little."),
        "disk_low": _(
            "There is little room left on the disk: answers are sent, nothing more is fetched. Free some."
        ),
        "other_helpdesk": labels.refusal(Refused("other_helpdesk")),
    }.get(code, _("The helpdesk answered something that was not understood."))
    return f"{sentence} ({safe_line(detail)})" if detail else sentence


def code_of_backend_error(error: BackendError) -> Exit:
    from atendente_tui.desk.connecting import Unreachable

    return Exit.UNREACHABLE if isinstance(error, Unreachable) else Exit.REFUSED


def told_backend_error(error: BackendError) -> str:
    from atendente_tui.desk import connecting

    if isinstance(error, connecting.Unreachable):
        return sync_error("unreachable", str(error))
    if isinstance(error, connecting.Unauthorized):
        return sync_error("unauthorized", str(error))
    if isinstance(error, connecting.Forbidden):
        return sync_error("forbidden", str(error))
    return sync_error("protocol", str(error))


def _why(row: OutboxRow) -> str | None:
    current, events = json.loads(row.current or "{}"), json.loads(row.events or "[]")
    return labels.conflict(row.type, current, len(events)) or row.error or row.error_code


def pushed(at: Session, submitted: Submitted, answer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Send what was just given, and say how it went: the exit code and the answer with its state."""
    from atendente_tui.desk.connecting import BackendError, sync_now
    from atendente_tui.store import outbox

    try:
        report = sync_now(at.config, at.store, at.desk.clock, fetch=False, patience=PATIENCE)
    except BackendError as error:
        return code_of_backend_error(error), answer | {"reason": told_backend_error(error)}
    row = outbox.row(at.read, str(submitted.command_id))
    state = OutboxState(row.state) if row else OutboxState.CONFIRMED
    if state is OutboxState.DISCARDED:  # a claim that somebody else got
        return Exit.REFUSED, answer | {
            "state": str(OutboxState.REFUSED),
            "reason": _why(row) if row else None,
        }
    answer = answer | {"state": str(state)}
    if state in _REFUSED:
        return Exit.REFUSED, answer | {"reason": _why(row) if row else None}
    if state is not OutboxState.CONFIRMED:
        reason = sync_error(report.error, report.detail) if report.error else labels.outbox(state)
        return (Exit.UNREACHABLE if report.error else Exit.DONE), answer | {"reason": reason}
    return Exit.DONE, answer
