"""What a command in the outbox is, in plain words: its state, what went wrong, what it would do, what can be done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from atendente_tui import formats, labels
from atendente_tui.domain.instants import to_ms
from atendente_tui.i18n import _, later, n_
from atendente_tui.privacy.safe import SafeText, safe_line, safe_text
from atendente_tui.quality.mark import is_ours, readable
from atendente_tui.store.rows import OutboxRow

TEXTS = ("reply", "note", "create")
"""Commands that carry words to be read."""
WRITTEN = ("reply", "note")
"""Commands whose words a person wrote in the composer."""
PROBLEMS = ("unknown", "refused", "conflict")

ERRORS: Mapping[str, str] = {
    "unreachable": later("The helpdesk could not be reached."),
    "timeout": later("The helpdesk took too long to answer."),
    "unauthorized": later("The helpdesk does not accept the login: log in again."),
    "forbidden": later("You may not do this in the helpdesk."),
    "rate_limited": later("The helpdesk asked to wait a little."),
    "conflict": later("Somebody changed this in the meantime."),
    "rejected": later("The helpdesk refused it."),
    "protocol": later("The helpdesk gave an answer nobody understands."),
    "unknown": later("No answer came: it may have arrived, or not."),
    "gave_up": later("It was tried for a day without success."),
    "ticket_gone": later("The ticket is not there any more."),
    "ticket_unbound": later("The ticket it belongs to was never created there."),
    "disk_low": later(
        "There is little room left on the disk: answers are sent, nothing more is fetched. Free some."
    ),
    "mass_disappearance": later("The helpdesk says that most tickets are gone; nothing was removed here."),
}
"""Sentences for the error codes of the outbox; what the helpdesk said itself follows them."""

FIELDS: Mapping[str, str] = {
    "text": later("text"),
    "channel": later("channel"),
    "status": later("status"),
    "priority": later("urgency"),
    "impact": later("impact"),
    "assignee": later("assigned to"),
    "team": later("team"),
    "tier": later("level"),
    "reason": later("why"),
    "tried": later("tried"),
    "workaround": later("workaround"),
    "article": later("article"),
    "until": later("until"),
    "snoozed_until": later("snoozed until"),
    "add": later("added"),
    "remove": later("taken off"),
    "tags": later("tags"),
    "code": later("outcome"),
    "wrap_up": later("outcome"),
    "note": later("note"),
    "due": later("due"),
    "what": later("what"),
    "outcome": later("outcome"),
    "name": later("fact"),
    "value": later("value"),
    "customer_name": later("customer"),
    "subject": later("subject"),
    "opened_at": later("since"),
    "relation": later("relation"),
    "into": later("into"),
    "other": later("other"),
}
OUTCOMES: Mapping[str, str] = {
    "kept": later("kept"),
    "broken": later("not kept"),
    "cancelled": later("no longer needed"),
}
"""What can become of a promise."""
RELATIONS: Mapping[str, str] = {
    "refers_to": later("refers to it"),
    "depends_on": later("waits for it"),
    "parent": later("is part of it"),
}
"""How one ticket may belong to another."""
_WORDS: Mapping[str, Callable[[str], str]] = {
    "name": labels.fact,
    "outcome": lambda word: _(OUTCOMES.get(word, word)),
    "relation": lambda word: _(RELATIONS.get(word, word)),
    "status": labels.status,
    "priority": labels.priority,
    "impact": labels.impact,
    "channel": labels.channel,
}
_MOMENTS = frozenset({"until", "due", "opened_at", "snoozed_until"})


def body_of(row: OutboxRow) -> Mapping[str, Any]:
    return _object(row.body)


def current_of(row: OutboxRow) -> Mapping[str, Any]:
    """On a conflict, how the ticket stands now, by field."""
    return _object(row.current or "{}")


def since(row: OutboxRow) -> list[Mapping[str, Any]]:
    """On a conflict, what was said since, oldest first, as JSON of `domain.change.EventAppend`."""
    try:
        found = json.loads(row.events or "[]")
    except ValueError:
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def is_written(row: OutboxRow) -> bool:
    """Whether its words can be written anew; those of a quality review are made of the review."""
    return row.type in WRITTEN and not is_ours(str(body_of(row).get("text") or ""))


def text_of(row: OutboxRow) -> str:
    """The words it carries, as written; empty for commands without any."""
    return readable(str(body_of(row).get("text") or "")) if row.type in TEXTS else ""


def state(row: OutboxRow, zone: tzinfo) -> str:
    """The state, with the moment until which it may be undone where there is one."""
    if row.state == "held":
        return _("undo until {time}").format(time=formats.full(row.hold_until, zone)[-8:])
    if row.state == "unknown":
        return _("no answer: check")
    return labels.outbox(row.state)


def attempts(row: OutboxRow, now: int) -> str:
    """How often it was tried, and when it will be tried next."""
    if not row.attempts:
        return ""
    text = n_("tried once", "tried {n} times", row.attempts).format(n=row.attempts)
    if row.state == "queued" and row.next_try > now:
        left = formats.countdown(row.next_try - now)
        text += ", " + _("again in {left}").format(left=left)
    return text


def trouble(row: OutboxRow) -> SafeText:
    """What went wrong last, as a sentence; empty when nothing did."""
    if row.error_code is None:
        return safe_line("")
    if row.state == "conflict" and (said := labels.conflict(row.type, current_of(row), len(since(row)))):
        return safe_line(said)
    known = ERRORS.get(row.error_code)
    own = row.error or ""
    if known is None:
        return safe_line(own or row.error_code, characters=300)
    sentence = _(known)
    return safe_line(
        _("{sentence} It said: {own}").format(sentence=sentence, own=own) if own else sentence, characters=300
    )


def contents(row: OutboxRow, zone: tzinfo, now: int) -> list[tuple[SafeText, SafeText]]:
    """What the command would do: name and value of each field it sets, its text left out."""
    return list(_named(body_of(row), zone, now, without=("text",)))


def as_it_stands(row: OutboxRow, zone: tzinfo, now: int) -> list[tuple[SafeText, SafeText]]:
    """The same fields as the helpdesk has them now."""
    return list(_named(current_of(row), zone, now))


def _named(
    values: Mapping[str, Any], zone: tzinfo, now: int, without: tuple[str, ...] = ()
) -> Iterator[tuple[SafeText, SafeText]]:
    for name, value in values.items():
        if (
            name in without
            or value in (None, "", [], (), {})
            or name in ("id", "at", "author", "type", "ticket")
        ):
            continue
        if name in FIELDS:
            yield safe_line(_(FIELDS[name])), said(name, value, zone, now)


def said(name: str, value: Any, zone: tzinfo, now: int) -> SafeText:
    """A field's value as people say it."""
    if name in _MOMENTS:
        return safe_line(formats.moment(_ms(value), zone, now)) if _ms(value) else safe_line(str(value))
    if name in _WORDS:
        return safe_line(_WORDS[name](str(value)))
    if isinstance(value, Mapping):
        return safe_line(str(value.get("remote") or value.get("id") or ""))
    if isinstance(value, list):
        return safe_line(", ".join(map(str, value)))
    return safe_text(str(value), characters=2_000)


def _ms(value: Any) -> int:
    if isinstance(value, int):
        return value
    try:
        return to_ms(datetime.fromisoformat(str(value)))
    except ValueError:
        return 0


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
