"""Comments that carry what RT has no word for: one machine-readable first line, then the same for people.

    atendente/1 escalation {"to": "N2", "reason": "...", ...}

    Escalated to N2
    Reason: ...

A first line counts only on a comment that bears our mark (OpID), which a customer's mail cannot.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

from atendente_tui.domain.command import ConfirmFact, Escalate, Promise, SettlePromise, WrapUp
from atendente_tui.domain.words import EventKind, Tier
from atendente_tui.i18n import _

Value = str | int | float | bool | None
_FIRST = re.compile(r"atendente/1 (\w{1,20}) (\{.*\})")
_KINDS = {
    "escalation": EventKind.ESCALATION,
    "wrapup": EventKind.WRAP_UP,
    "promise": EventKind.PROMISE,
    "fact": EventKind.FACT,
}


@dataclass(frozen=True, slots=True)
class Record:
    kind: EventKind
    data: Mapping[str, Value]
    text: str
    """What people read below the first line."""


Recorded = Escalate | WrapUp | Promise | SettlePromise | ConfirmFact


def written(command: Recorded, tier: Tier | None = None) -> str:
    """The comment for one of the commands that RT cannot express otherwise. `tier`: where it stands now."""
    name, data, lines = _told(command, tier)
    first = f"atendente/1 {name} {json.dumps(data, ensure_ascii=False, sort_keys=True)}"
    return first + "\n\n" + "\n".join(line for line in lines if line)


def read(text: str) -> Record | None:
    """The record in a comment; None when it is an ordinary one."""
    first, _sep, rest = text.partition("\n")
    found = _FIRST.fullmatch(first.rstrip("\r"))
    if found is None or found[1] not in _KINDS:
        return None
    try:
        data = json.loads(found[2])
    except (ValueError, RecursionError):
        return None
    plain = {
        key: value for key, value in data.items() if value is None or isinstance(value, str | int | float)
    }
    return Record(_KINDS[found[1]], plain, rest.replace("\r\n", "\n").strip("\n"))


def _told(command: Recorded, tier: Tier | None) -> tuple[str, dict[str, Value], list[str]]:
    match command:
        case Escalate():
            return (
                "escalation",
                {
                    "from": str(tier) if tier else None,
                    "to": str(command.tier),
                    "team": command.team,
                    "reason": command.reason,
                    "tried": command.tried,
                    "workaround": command.workaround,
                    "article": command.article,
                },
                [
                    _("Escalated to {tier}").format(tier=command.tier),
                    _("Reason: {reason}").format(reason=command.reason),
                    _("Already tried: {tried}").format(tried=command.tried),
                    _("Workaround given: {workaround}").format(workaround=command.workaround),
                    _("Article consulted: {article}").format(article=command.article)
                    if command.article
                    else "",
                ],
            )
        case WrapUp():
            return (
                "wrapup",
                {
                    "code": command.code,
                    "reason": command.reason,
                    "survey": command.survey,
                    "note": command.note,
                },
                [
                    _("Wrapped up: {code}").format(code=command.code),
                    _("Contact reason: {reason}").format(reason=command.reason) if command.reason else "",
                    "" if command.survey else _("No survey, please"),
                    command.note,
                ],
            )
        case Promise():
            due = command.due.astimezone(UTC)
            return (
                "promise",
                {"promise": str(command.id), "due": due.isoformat(), "what": command.what},
                [
                    _("Promised to the customer until {due}: {what}").format(
                        due=f"{due:%Y-%m-%d %H:%M} UTC", what=command.what
                    )
                ],
            )
        case SettlePromise():
            said = {
                "kept": _("Promise kept"),
                "broken": _("Promise broken"),
                "cancelled": _("Promise cancelled"),
            }[command.outcome]
            return (
                "promise",
                {"promise": str(command.promise), "outcome": command.outcome, "note": command.text},
                [said, command.text],
            )
        case ConfirmFact():
            return (
                "fact",
                {"name": command.name, "value": command.value},
                [
                    _("Known about the customer: {name} = {value}").format(
                        name=command.name, value=command.value
                    )
                ],
            )
