"""What several commands given as one will do, a line or more each: for previews on the screen and on the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from atendente_tui import labels
from atendente_tui.i18n import _, later

if TYPE_CHECKING:
    from atendente_tui.desk.together import Change, Outcome

_COLUMNS = {
    "status": later("status"),
    "priority": later("priority"),
    "assignee": later("agent"),
    "team": later("team"),
    "tier": later("level"),
    "reason": later("reason"),
    "wrap_up": later("wrap-up"),
    "tags": later("tags"),
    "snoozed_until": later("snooze"),
}


def told(outcome: Outcome, channel: str | None, names: Mapping[str, str] | None = None) -> list[str]:
    """The sentences of one command: what it is, every effect of it, or why it is not allowed. Foreign text inside.

    names   what the helpdesk calls its wrap-up codes, reasons and people
    """
    what = labels.command(outcome.deed.verb)
    arguments: dict[str, Any] = dict(outcome.deed.arguments)
    if outcome.refused is not None:
        if not outcome.hinders:
            return [_("{what}: is so already").format(what=what)]
        return [_("{what}: NOT allowed: {why}").format(what=what, why=labels.refusal(outcome.refused))]
    if outcome.deed.verb == "reply":
        way = labels.channel(str(arguments.get("channel") or channel or ""))
        lines = [_("answer to the customer by {channel}:").format(channel=way)]
        lines += [f"  {line}" for line in str(arguments["text"]).strip("\n").split("\n")]
    elif outcome.deed.verb == "note":
        lines = [_("internal note:")]
        lines += [f"  {line}" for line in str(arguments["text"]).strip("\n").split("\n")]
    else:
        lines = [f"{what}:"]
    changes = [_changed(one, names or {}) for one in outcome.changes]
    if len(lines) == 1 and changes:
        return [f"{lines[0]} {', '.join(changes)}"]
    return [*lines, *(f"  {one}" for one in changes)]


def hindrance(outcomes: Sequence[Outcome]) -> bool:
    return any(one.hinders for one in outcomes)


def _changed(change: Change, names: Mapping[str, str]) -> str:
    name = _(_COLUMNS[change.column])
    if change.column == "tags":
        before, after = (set(json.loads(one or "[]")) for one in (change.before, change.after))
        parts = [
            *(f"+{one}" for one in sorted(after - before)),
            *(f"-{one}" for one in sorted(before - after)),
        ]
        return f"{name} {' '.join(parts)}"
    known = {"status": labels.status, "priority": labels.priority}
    label = known.get(change.column, lambda word: names.get(word, word))
    before_said = label(change.before) if change.before else _("none")
    after_said = label(change.after) if change.after else _("none")
    return f"{name} {before_said} → {after_said}"
