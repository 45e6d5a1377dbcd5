"""Carrying out a verb of the desk for somebody at a shell: what is given as words, and the answer in the contract's shape."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import labels
from atendente_tui.cli.exits import Exit, code_of, say
from atendente_tui.cli.opening import Session, session
from atendente_tui.cli.printing import print_json
from atendente_tui.domain.instants import from_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import IdentityKind
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Submitted
    from atendente_tui.domain.change import Identity

TicketName = Annotated[str, typer.Argument(metavar="ID", help=_("Its id or protocol number."))]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]
Hold = Annotated[
    float | None, typer.Option("--hold", min=0, help=_("Seconds in which it can still be undone."))
]
Now = Annotated[bool, typer.Option("--now", help=_("Send before returning."))]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help=_("Say whether it would be allowed; change nothing."))
]
TextOption = Annotated[str, typer.Option("--text", help=_("The text; - reads it from standard input."))]

Verb = Callable[[Session], "Future[Submitted]"]


def carry_out(
    verb: Verb,
    *,
    hold: float | None,
    now: bool,
    dry_run: bool,
    as_json: bool,
    name_ticket: bool = False,
    command_id: str | None = None,
) -> int:
    """Carry out a verb and answer where its command stands; the exit code is the contract's.

    command_id   the command that the verb is about, where it gives none of its own
    """
    with session(writing=True) as opened:
        at = opened
        if now or hold is not None:
            at = at._replace(desk=at.desk._replace(holds={"default": hold or 0.0}))
        try:
            if now and at.config.backend is None:
                raise Refused("no_backend")
            if dry_run:
                with at.desk.trying() as dry:
                    submitted = verb(at._replace(desk=dry)).result()
                answer: dict[str, Any] = {
                    "command_id": None,
                    "state": "held",
                    "reason": None,
                    "dry_run": True,
                }
                _tell(answer, as_json, _("Allowed; nothing was changed."))
                return Exit.DONE
            submitted = verb(at).result()
        except Refused as refused:
            answer = {
                "command_id": command_id,
                "state": "refused",
                "reason": labels.refusal(refused),
                "code": refused.code,
            }
            _tell(answer, as_json, answer["reason"])
            return code_of(refused)
        answer = {"command_id": str(submitted.command_id), "state": str(submitted.state), "reason": None}
        code: int = Exit.DONE
        if now:
            from atendente_tui.cli.syncing import pushed

            code, answer = pushed(at, submitted, answer)
        if name_ticket:
            from atendente_tui.store.reading import ticket

            row = ticket(at.read, submitted.ticket_id)
            answer |= {"ticket": submitted.ticket_id, "protocol": row.protocol if row else None}
        _tell(answer, as_json, answer["reason"] or labels.outbox(answer["state"]))
        return code


def _tell(answer: dict[str, Any], as_json: bool, sentence: str) -> None:
    if as_json:
        print_json(answer)
    else:
        say(sentence)
        if answer.get("protocol"):
            print(answer["protocol"])
        elif answer.get("command_id") and answer["state"] != "refused":
            print(answer["command_id"])


def text_given(text: str) -> str:
    """The text itself, or standard input for "-". Bytes that are not UTF-8 are refused, not guessed at."""
    if text != "-":
        return text
    try:
        read = sys.stdin.buffer.read().decode("utf-8-sig")
        return read.replace("\r\n", "\n").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise Refused("text_not_utf8", byte=error.start) from error


def identity_given(text: str) -> Identity:
    from atendente_tui.domain.change import Identity

    kind, colon, value = text.partition(":")
    if not colon or not value or kind not in tuple(IdentityKind):
        raise Refused("identity_unreadable", found=text, allowed=", ".join(IdentityKind))
    return Identity(kind=IdentityKind(kind), value=value)


def when_given(text: str, at: Session) -> datetime:
    """A moment as people type it, or ISO 8601."""
    from atendente_tui.domain.when import parse_when

    try:
        return iso_given(text, at)
    except Refused:
        return parse_when(text, from_ms(at.now()), at.zone)


def iso_given(text: str, at: Session) -> datetime:
    """An ISO 8601 moment; without an offset it is meant in the operator's zone. Raises Refused("moment_unreadable")."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("moment_unreadable", found=text) from error
    return found if found.tzinfo else found.replace(tzinfo=at.zone)
