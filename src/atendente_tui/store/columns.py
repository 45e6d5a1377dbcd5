"""What a command does to the columns of its ticket: a pure function of the row, the command's JSON and its event.

Because it is pure it can be applied again: when the backend's news slide under a command that is still on its
way, or when an earlier one is undone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.lifecycle import after_reply
from atendente_tui.domain.words import LIVE, Status

HELD = (
    "status",
    "priority",
    "impact",
    "assignee",
    "team",
    "tier",
    "reason",
    "wrap_up",
    "tags",
    "solved",
    "snoozed_until",
    "keep_snoozed",
    "merged_into",
    "paused_since",
    "pauses",
)
"""Columns that a pending command holds against what the backend says meanwhile."""
TRAIL = ("updated", "first_reply", "last_outbound", "waiting_since", "newest_event", "seen_event")
"""Columns that follow the timeline: news move them whether or not a command is pending."""

Row = dict[str, Any]


def ms(moment: str) -> int:
    """Milliseconds of an ISO moment as pydantic writes it."""
    return to_ms(datetime.fromisoformat(moment))


def changed(row: Mapping[str, Any], body: Mapping[str, Any], event: int | None) -> Row:
    """The values that the command of JSON `body` gives to columns of `row`, only those that differ.

    event   key of what it put on the timeline, None for nothing.
    """
    at = ms(body["at"])
    new: Row = dict(_FIELDS.get(body["type"], _none)(row, body, at))
    new["updated"] = max(row["updated"], at)
    if event is not None:
        new["newest_event"] = max(row["newest_event"] or 0, event)
        if (row["seen_event"] or 0) >= (row["newest_event"] or 0):
            new["seen_event"] = new["newest_event"]
    return {column: value for column, value in new.items() if row[column] != value}


def unwind(row: Row, undo: Mapping[str, Any]) -> None:
    """Take back in `row` what `changed` gave, where nothing newer has moved it since."""
    for column in HELD:
        if column in undo:
            row[column] = undo[column]
    trail = undo.get("@trail", {})
    ours_is_last = "last_outbound" not in trail or row["last_outbound"] == trail["last_outbound"][1]
    for column, (old, new) in trail.items():
        if row[column] == new:
            row[column] = old
        elif column == "waiting_since" and ours_is_last and old is not None:
            # The customer wrote again meanwhile; without our answer they wait since the older message.
            row[column] = min(old, row[column]) if row[column] is not None else old


def apply(row: Row, body: Mapping[str, Any], event: int | None) -> Row:
    """Put `changed` into `row`; returns what `unwind` needs to take it back."""
    new = changed(row, body, event)
    undo: Row = {column: row[column] for column in new if column in HELD}
    trail = {column: [row[column], new[column]] for column in new if column in TRAIL}
    row.update(new)
    return {**undo, "@trail": trail}


def to_status(row: Mapping[str, Any], wanted: str, at: int) -> Row:
    """A status with what hangs on it: the pause while the customer is waited for, the moment of solving, the snooze."""
    current = row["status"]
    if wanted == current:
        return {}
    new: Row = {"status": wanted, "snoozed_until": None, "keep_snoozed": 0}
    if current == Status.PENDING and row["paused_since"] is not None:
        new["paused_since"] = None
        if at > row["paused_since"]:
            new["pauses"] = json.dumps([*json.loads(row["pauses"]), [row["paused_since"], at]])
    if wanted == Status.PENDING:
        new["paused_since"] = at
    if wanted in LIVE:
        new["solved"] = None
    elif row["solved"] is None:
        new["solved"] = at
    return new


def _none(_row: Mapping[str, Any], _body: Mapping[str, Any], _at: int) -> Row:
    return {}


def _reply(row: Mapping[str, Any], body: Mapping[str, Any], at: int) -> Row:
    if body.get("not_before"):
        return {}  # nothing is said yet: it counts when it has left (`effects.confirmed`)
    wanted = body["status"] or after_reply(Status(row["status"]))
    return {
        **to_status(row, str(wanted), at),
        "first_reply": row["first_reply"] if row["first_reply"] is not None else at,
        "last_outbound": max(row["last_outbound"] or 0, at),
        "waiting_since": None,
    }


def _claim(_row: Mapping[str, Any], body: Mapping[str, Any], _at: int) -> Row:
    return {"assignee": body["author"]}


def _release(_row: Mapping[str, Any], _body: Mapping[str, Any], _at: int) -> Row:
    return {"assignee": None}


def _assign(_row: Mapping[str, Any], body: Mapping[str, Any], _at: int) -> Row:
    return {"assignee": body["assignee"]}


def _status(row: Mapping[str, Any], body: Mapping[str, Any], at: int) -> Row:
    return to_status(row, body["status"], at)


def _priority(_row: Mapping[str, Any], body: Mapping[str, Any], _at: int) -> Row:
    impact = {"impact": body["impact"]} if body["impact"] is not None else {}
    return {"priority": body["priority"], **impact}


def _team(_row: Mapping[str, Any], body: Mapping[str, Any], _at: int) -> Row:
    return {"team": body["team"]}


def _escalate(_row: Mapping[str, Any], body: Mapping[str, Any], _at: int) -> Row:
    return {"tier": body["tier"], **({"team": body["team"]} if body["team"] is not None else {})}


def _snooze(row: Mapping[str, Any], body: Mapping[str, Any], at: int) -> Row:
    until = {"snoozed_until": ms(body["until"]), "keep_snoozed": int(body["keep_on_reply"])}
    return {**to_status(row, Status.SNOOZED, at), **until}


def _tag(row: Mapping[str, Any], body: Mapping[str, Any], _at: int) -> Row:
    kept = [tag for tag in json.loads(row["tags"]) if tag not in body["remove"]]
    kept += [tag for tag in dict.fromkeys(body["add"]) if tag not in kept]
    return {"tags": json.dumps(kept, ensure_ascii=False)}


def _wrapup(row: Mapping[str, Any], body: Mapping[str, Any], at: int) -> Row:
    new = to_status(row, body["status"], at) if body["status"] is not None else {}
    new["wrap_up"] = body["code"]
    if body["reason"] is not None:
        new["reason"] = body["reason"]
    return new


def _merge(row: Mapping[str, Any], body: Mapping[str, Any], at: int) -> Row:
    return {**to_status(row, Status.CLOSED, at), "merged_into": body["into"]["id"]}


_FIELDS = {
    "reply": _reply,
    "claim": _claim,
    "release": _release,
    "assign": _assign,
    "status": _status,
    "priority": _priority,
    "team": _team,
    "escalate": _escalate,
    "snooze": _snooze,
    "tag": _tag,
    "wrapup": _wrapup,
    "merge": _merge,
}
