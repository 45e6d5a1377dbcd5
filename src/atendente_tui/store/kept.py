"""What may be kept: card numbers masked and security codes dropped before anything is written (PCI DSS 4.0.1, 3.3 and 3.4).

Changes pass here on their way in (`ingest`), commands when they are given (`desk`), drafts as they are saved. What names
things (ids, protocols, codes, addresses of people) stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from atendente_tui.privacy.cards import may_hold_card_data, without_card_data

T = TypeVar("T")

_TEXTS: Mapping[str, tuple[str, ...]] = {
    "customer": ("name", "social_name"),
    "ticket": ("subject",),
    "event": ("text", "author"),
    "reply": ("text",),
    "note": ("text",),
    "release": ("reason",),
    "escalate": ("reason", "tried", "workaround"),
    "wrapup": ("note",),
    "promise": ("what",),
    "settle_promise": ("text",),
    "fact": ("value",),
    "create": ("customer_name", "subject", "text"),
    "flag_article": ("text",),
    "agent_state": ("reason",),
}
"""Free text, by type of change or command."""
_MAPPINGS = {"customer": "facts", "ticket": "fields", "event": "data"}
_NAMES = frozenset(
    {"number", "code", "status", "due", "expected", "promise", "other", "relation", "field", "survey"}
)
"""Entries of an event's data that name something."""
_IDS = _NAMES | {"remote_id", "ticket", "customer", "protocol", "command_id", "merged_into", "version"}


def kept_text(text: str) -> str:
    return without_card_data(text)


def kept(told: T) -> T:
    """A change or a command as it may be written; the same object when nothing had to go."""
    one: Any = told
    kind = getattr(one, "type", "")
    if kind == "event" and not may_hold_card_data(
        f"{one.text}\n{one.author}\n{one.data or ''}\n{one.attachments or ''}"
    ):
        return told  # nearly all there is
    update: dict[str, Any] = {}
    for name in _TEXTS.get(kind, ()):
        if (text := getattr(one, name)) and (clean := without_card_data(text)) != text:
            update[name] = clean
    if (mapping := _MAPPINGS.get(kind)) and (held := getattr(one, mapping)):
        clean_held = kept_values(held)
        if clean_held != held:
            update[mapping] = clean_held
    if kind in ("event", "reply", "note") and (files := one.attachments):
        clean_files = tuple(_file(file) for file in files)
        if clean_files != files:
            update["attachments"] = clean_files
    return one.model_copy(update=update) if update else told


def kept_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: without_card_data(value) if isinstance(value, str) and name not in _NAMES else value
        for name, value in values.items()
    }


def kept_tree(told: Any) -> Any:
    """The same of parsed JSON that fits no type of ours: every text in it but ids."""
    if isinstance(told, str):
        return without_card_data(told)
    if isinstance(told, list):
        return [kept_tree(one) for one in told]
    if isinstance(told, dict):
        return {name: one if name in _IDS else kept_tree(one) for name, one in told.items()}
    return told


def _file(file: Any) -> Any:
    name = without_card_data(file.name)
    return file if name == file.name else file.model_copy(update={"name": name})
