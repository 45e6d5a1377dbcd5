"""What an event says besides its text: a change of state, a call, an order, a promise, as people read it.

Screen and command line say the same; standard library and our own light modules only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from atendente_tui import formats, labels
from atendente_tui.domain.instants import to_ms
from atendente_tui.i18n import _, later
from atendente_tui.store.rows import EventRow

FIELDS = {
    "status": later("status"),
    "priority": later("priority"),
    "assignee": later("agent"),
    "owner": later("agent"),
    "team": later("team"),
    "queue": later("team"),
    "tier": later("level"),
    "subject": later("subject"),
    "tags": later("tags"),
    "impact": later("impact"),
    "reason": later("contact reason"),
    "snoozed_until": later("snoozed until"),
}
RELATIONS = {
    "merge": later("merged with"),
    "merged": later("merged with"),
    "refers_to": later("refers to"),
    "depends_on": later("depends on"),
    "parent": later("part of"),
    "article": later("article used"),
    "split": later("split from"),
}
OUTCOMES = {
    "answered": later("answered"),
    "missed": later("not answered"),
    "busy": later("busy"),
    "voicemail": later("voice mail"),
    "abandoned": later("hung up while waiting"),
}


def values(row: EventRow) -> dict[str, Any]:
    """`data` of an event; empty when it cannot be read."""
    try:
        data = json.loads(row.data or "{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def headline(kind: str, data: Mapping[str, Any], zone: tzinfo) -> str:
    """What an event of this kind is, in a line; foreign text in it is not clean yet."""
    return _HEADS[kind](data, zone) if kind in _HEADS else labels.event(kind)


def details(kind: str, data: Mapping[str, Any]) -> list[str]:
    """What it says in more words, a line each, besides its text."""
    return _BODIES[kind](data) if kind in _BODIES else []


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return "" if value is None else str(value)


def _call(data: Mapping[str, Any], _zone: tzinfo) -> str:
    parts = [labels.channel("phone")]
    seconds = data.get("seconds")
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < 1e7:
        parts.append(formats.duration(seconds))
    outcome = _text(data, "outcome")
    if outcome:
        parts.append(_(OUTCOMES[outcome]) if outcome in OUTCOMES else outcome)
    return " · ".join(parts)


def _field_change(data: Mapping[str, Any], _zone: tzinfo) -> str:
    name = _text(data, "field")
    old, new = _value(name, _text(data, "old")), _value(name, _text(data, "new"))
    shown = _(FIELDS[name]) if name in FIELDS else name or labels.event("field_change")
    if old and new:
        return _("{field}: {old} to {new}").format(field=shown, old=old, new=new)
    return f"{shown}: {new or _('none')}"


def _value(name: str, value: str) -> str:
    if name == "status":
        return labels.status(value)
    if name == "priority":
        return labels.priority(value)
    if name == "impact":
        return labels.impact(value)
    return value


def _survey(data: Mapping[str, Any], _zone: tzinfo) -> str:
    name = _text(data, "survey").upper() or labels.event("survey_answer")
    score, of = _text(data, "score"), _text(data, "of") or ("10" if name == "NPS" else "5")
    return _("{survey}: {score} of {of}").format(survey=name, score=score or "—", of=of)


def _order(data: Mapping[str, Any], _zone: tzinfo) -> str:
    parts = [_("order {number}").format(number=_text(data, "number") or "—")]
    parts += [_text(data, "status")] if data.get("status") else []
    expected = _iso_day(_text(data, "expected"))
    if expected:
        parts.append(_("expected {day}").format(day=expected))
    total = data.get("total")
    if isinstance(total, int | float) and not isinstance(total, bool):
        parts.append(_money(total))
    elif total:
        parts.append(str(total))
    return " · ".join(parts)


def _wrap_up(data: Mapping[str, Any], _zone: tzinfo) -> str:
    parts = [_("wrap-up {code}").format(code=_text(data, "code") or "—")]
    if data.get("reason"):
        parts.append(_text(data, "reason"))
    return " · ".join(parts)


def _promise(data: Mapping[str, Any], zone: tzinfo) -> str:
    outcome = {"kept": _("promise kept"), "broken": _("promise broken"), "cancelled": _("promise cancelled")}
    if _text(data, "outcome") in outcome:
        return outcome[_text(data, "outcome")]
    due = _iso_moment(_text(data, "due"), zone)
    return _("promised for {due}").format(due=due) if due else labels.event("promise")


def _escalation(data: Mapping[str, Any], _zone: tzinfo) -> str:
    before, after = _text(data, "from"), _text(data, "to")
    return _("escalated {steps}").format(steps=f"{before} → {after}" if before else after)


def _fact(data: Mapping[str, Any], _zone: tzinfo) -> str:
    name, value = labels.fact(_text(data, "name")), _text(data, "value")
    said = _("known fact: {name}").format(name=name)
    return said if value in ("", "yes") else f"{said}: {value}"


def _link(data: Mapping[str, Any], _zone: tzinfo) -> str:
    relation, other = _text(data, "relation"), _text(data, "other")
    shown = _(RELATIONS[relation]) if relation in RELATIONS else relation or labels.event("link")
    return f"{shown} {other}".strip()


_HEADS: Mapping[str, Callable[[Mapping[str, Any], tzinfo], str]] = {
    "call": _call,
    "field_change": _field_change,
    "survey_answer": _survey,
    "order": _order,
    "wrap_up": _wrap_up,
    "promise": _promise,
    "escalation": _escalation,
    "fact": _fact,
    "link": _link,
}


def _escalation_body(data: Mapping[str, Any]) -> list[str]:
    named = (
        ("reason", _("reason: {text}")),
        ("tried", _("already tried: {text}")),
        ("workaround", _("workaround given: {text}")),
    )
    return [said.format(text=_text(data, name)) for name, said in named if data.get(name)]


def _promise_body(data: Mapping[str, Any]) -> list[str]:
    return [_text(data, "what")] if data.get("what") else []


_BODIES: Mapping[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "escalation": _escalation_body,
    "promise": _promise_body,
}


def _iso_day(text: str) -> str:
    """An ISO date as people read it; what is none comes back as it is."""
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return text[:30]
    return formats.day(to_ms(at), UTC).split(" ", 1)[1]


def _iso_moment(text: str, zone: tzinfo) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text[:30]
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return f"{formats.day(to_ms(at), zone)} {formats.hour(to_ms(at), zone)}"


def _money(value: float) -> str:
    return f"R$ {formats.number(value, 2)}"
