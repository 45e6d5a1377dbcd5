"""What an event of the timeline is in one word, and of what: "reply", "fact" of "cpf_confirmed", "tier" of "N2".

Personas ask what agents have done so far, and training proves its criteria by it.
"""

from __future__ import annotations

from atendente_tui.domain.change import EventAppend
from atendente_tui.domain.words import AuthorKind, Direction, EventKind

CHANGED = ("status", "assignee", "team", "tier", "priority", "impact", "tags", "reason")
"""Columns whose change is an event of its own name."""
KINDS = (
    "customer", "reply", "bot", "note", "call", "survey", "order", "wrap_up", "promise", "promise_settled", "escalation",
    "fact", "article", "link", *CHANGED,
)  # fmt: skip


def witnessed(event: EventAppend) -> tuple[str, str]:
    """The kind (one of `KINDS`) and the value, "" where it has none."""
    data = {name: "" if value is None else str(value) for name, value in event.data.items()}
    match event.kind:
        case EventKind.MESSAGE:
            said = event.author_kind is AuthorKind.CUSTOMER and event.direction is Direction.INBOUND
            return ("customer" if said else "reply"), ""
        case EventKind.FIELD_CHANGE:
            return data.get("field", ""), data.get("new", "")
        case EventKind.WRAP_UP:
            return "wrap_up", data.get("code", "")
        case EventKind.PROMISE:
            return ("promise_settled", data["outcome"]) if data.get("outcome") else ("promise", "")
        case EventKind.ESCALATION:
            return "escalation", data.get("to", "")
        case EventKind.FACT:
            return "fact", data.get("name", "")
        case EventKind.LINK:
            return ("article" if data.get("relation") == "article" else "link"), data.get("other", "")
        case EventKind.SURVEY_ANSWER:
            return "survey", data.get("score", "")
        case EventKind.ORDER:
            return "order", data.get("status", "")
        case EventKind.CALL:
            return "call", data.get("outcome", "")
        case EventKind.BOT_TURN:
            return "bot", ""
    return str(event.kind), ""


def marks(event: EventAppend) -> tuple[str, ...]:
    """How a persona's condition names it: the kind, and the kind with its value."""
    if event.author_kind is not AuthorKind.AGENT:
        return ()
    kind, value = witnessed(event)
    return (kind, f"{kind}:{value}") if value else (kind,)
