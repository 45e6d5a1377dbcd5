"""One valid command of each kind, as JSON; and ways to put something strange into every place of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, get_args
from uuid import uuid4

from atendente_tui.domain.command import Command

AT = "2026-11-23T12:00:00Z"
LATER = "2027-01-04T12:00:00Z"
KINDS: dict[str, dict[str, Any]] = {
    "reply": {
        "text": "Olá.",
        "channel": "email",
        "last_seen": 1,
        "seen": None,
        "status": "pending",
        "attachments": [],
    },
    "note": {"text": "Anotado.", "attachments": [{"remote_id": "a" * 32, "name": "x.pdf", "size": 1}]},
    "claim": {},
    "release": {"reason": "férias"},
    "assign": {"assignee": "ana", "expected": None},
    "status": {"status": "open", "expected": "new"},
    "priority": {"priority": "high", "impact": "many"},
    "team": {"team": "Loja"},
    "escalate": {
        "tier": "N2",
        "team": "Loja",
        "reason": "r",
        "tried": "t",
        "workaround": "w",
        "article": "a",
    },
    "snooze": {"until": LATER, "keep_on_reply": False},
    "tag": {"add": ["a"], "remove": ["b"]},
    "wrapup": {"code": "ok", "reason": "r", "note": "n", "status": "solved", "survey": True},
    "promise": {"due": LATER, "what": "ligar"},
    "settle_promise": {"promise": str(uuid4()), "outcome": "kept", "text": "feito"},
    "fact": {"name": "cpf_confirmed", "value": "yes"},
    "create": {
        "customer_name": "Zé",
        "identities": [{"kind": "email", "value": "ze@exemplo.com.br"}],
        "channel": "email",
        "subject": "Assunto",
        "text": "Texto",
        "priority": "normal",
        "team": None,
        "tags": ["t"],
        "opened_at": AT,
        "inbound": True,
        "status": None,
    },
    "merge": {"into": {"id": 2, "remote": "2"}},
    "link": {"other": {"id": 2, "remote": "2"}, "relation": "refers_to", "article": None},
    "flag_article": {"article": "a", "flag": "wrong", "text": "não é assim"},
    "agent_state": {"state": "paused", "reason": "almoço"},
}
assert set(KINDS) == {one.model_fields["type"].default for one in get_args(get_args(Command)[0])}


def command(kind: str, ticket: str = "1") -> dict[str, Any]:
    made = {"type": kind, "id": str(uuid4()), "at": AT, "author": "ana", **copy.deepcopy(KINDS[kind])}
    return made if kind in ("flag_article", "agent_state") else made | {"ticket": {"id": 1, "remote": ticket}}


def every_command(ticket: str = "1") -> list[dict[str, Any]]:
    return [command(kind, ticket) for kind in KINDS]


def with_each(kind: type, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every command, with `value` in the place of each of its values of a kind in turn; and the place's name."""
    for one in every_command():
        for path, found in places(one):
            if type(found) is kind:
                changed = copy.deepcopy(one)
                put(changed, path, value)
                yield f"{one['type']}.{'.'.join(map(str, path))}", changed


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from places(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from places(one, (*path, index))
    else:
        yield path, value


def put(tree: Any, path: tuple[Any, ...], value: Any) -> None:
    *way, last = path
    for step in way:
        tree = tree[step]
    tree[last] = value
