"""A ticket as it was: its fields folded back from its own events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from atendente_tui.domain.words import EventKind
from atendente_tui.store.rows import EventRow, TicketRow

FOLDED = ("status", "priority", "assignee", "team", "tier")


def fields_at(row: TicketRow, later: Sequence[EventRow]) -> dict[str, Any]:
    """The folded fields before `later`, the ticket's events after the moment, in order.

    Each field's value then is the `old` of its first later change; a field nobody changed since is as it is now.
    "tags" is None when they were changed since.
    """
    found: dict[str, Any] = {name: getattr(row, name) for name in FOLDED}
    settled: set[str] = set()
    for event in later:
        if event.kind not in (EventKind.FIELD_CHANGE, EventKind.ESCALATION):
            continue
        data = json.loads(event.data)
        if event.kind == EventKind.ESCALATION:
            data = {"field": "tier", "old": data.get("from")}
        name = data.get("field")
        if name in found and name not in settled and "old" in data:
            found[name] = data["old"]
            settled.add(name)
        elif name == "tags":
            found["tags"] = None  # the event joins them, so they cannot be told apart any more
    return found
