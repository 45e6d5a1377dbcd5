"""The operations and the ids of the published description, what each id is of, and requests with one of them changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx

from tests.hub.described import Operation, operations
from tests.hub.two_teams import (
    A_CLASS,
    CLASS,
    FIRST,
    LATER,
    OURS,
    SECRET,
    SECRET_MAIL,
    THEIRS,
    TwoTeams,
    command,
)

CONTENT = (
    "article",
    "script",
    "macro",
    "calendar",
    "sla_policy",
    "wrap_up",
    "reason",
    "tag",
    "agent",
    "team",
)
KEPT_AS_ACCOUNTS = ("agent", "team")
KNOWN = {
    "GET /v1/health",
    "GET /v1/me",
    "GET /v1/changes",
    "POST /v1/commands",
    "GET /v1/commands/{id}",
    "GET /v1/hints",
    "GET /v1/presence",
    "PUT /v1/presence",
    "GET /v1/classes",
    *(f"{method} /v1/classes/{{id}}" for method in ("GET", "PUT")),
    *(f"GET /v1/classes/{{id}}/{what}" for what in ("scenario", "messages", "results/{login}")),
    *(f"PUT /v1/classes/{{id}}/{what}" for what in ("progress", "end", "messages/{message}")),
    "POST /v1/attachments",
    "GET /v1/attachments/{id}",
    "POST /v1/inbound/{channel}",
    "POST /v1/inbound/{channel}/attachments",
    *(f"GET /v1/content/{kind}" for kind in CONTENT),
    *(f"GET /v1/content/{kind}/{{key}}" for kind in CONTENT),
    *(
        f"{method} /v1/content/{kind}/{{key}}"
        for method in ("PUT", "DELETE")
        for kind in CONTENT
        if kind not in KEPT_AS_ACCOUNTS
    ),
}
OPEN = {"GET /v1/health", "POST /v1/inbound/{channel}", "POST /v1/inbound/{channel}/attachments"}

IDS = {
    "GET /v1/changes query:after": "cursor",
    "GET /v1/commands/{id} path:id": "command",
    "PUT /v1/presence body:ticket": "ticket",
    "GET /v1/attachments/{id} path:id": "attachment",
    **{
        f"{operation} path:id": "class"
        for operation in (
            *("GET /v1/classes/{id}", "GET /v1/classes/{id}/scenario", "GET /v1/classes/{id}/messages"),
            *("GET /v1/classes/{id}/results/{login}", "PUT /v1/classes/{id}/progress"),
            *("PUT /v1/classes/{id}/end", "PUT /v1/classes/{id}/messages/{message}"),
        )
    },
}
"""Ids that an agent may name, by what they are of."""
SIGNED_IDS = {"message_id", "customer.identities[].value", "references[]", "team", "attachments[]"}
"""Ids in what is signed: whoever may sign is of no team (`test_inbound` has them)."""
IN_COMMANDS = {
    "id": "command",
    "ticket.remote": "ticket",
    "into.remote": "ticket",
    "other.remote": "ticket",
    "seen": "event",
    "attachments[].remote_id": "attachment",
    "promise": "command",
    "author": "login",
    "assignee": "login",
    "team": "team",
    "article": "content",
    "identities[].value": "address",
}
ANOTHER = {"assign.expected": "login"}
PLAIN = {
    *("at", "type", "text", "channel", "status", "expected", "reason", "priority", "impact", "tier", "tried"),
    *("workaround", "until", "keep_on_reply", "add[]", "remove[]", "code", "note", "survey", "due", "what"),
    *(
        "state",
        "outcome",
        "name",
        "value",
        "customer_name",
        "identities[].kind",
        "subject",
        "tags[]",
        "opened_at",
    ),
    *(
        "inbound",
        "relation",
        "flag",
        "attachments[].name",
        "attachments[].content_type",
        "attachments[].size",
    ),
    *("cc[]", "bcc[]", "not_before", "template"),  # where copies go is kept in the event and looks nobody up
    *("work.active", "work.hold", "work.after", "work.here"),
    *("ticket.id", "into.id", "other.id", "last_seen"),  # of the sender's own store
}
PUBLIC = ("login", "team", "content")
"""Told to everybody by pick-lists."""


def kind_of(operation: Operation, place: str) -> str | None:
    """What an id at this place is of; "" for a place of no id, None for one that nobody has looked at yet."""
    if f"{operation} {place}" in IDS:
        return IDS[f"{operation} {place}"]
    where, _colon, name = place.partition(":")
    if str(operation) == "POST /v1/commands":
        verb, _dot, rest = name.removeprefix("commands[].").partition(".")
        found = ANOTHER.get(f"{verb}.{rest}") or IN_COMMANDS.get(rest)
        return found or ("" if rest in PLAIN else None)
    if operation.path.startswith("/v1/inbound/"):
        known = where in ("path", "query", "header") or name in SIGNED_IDS
        plain = ("customer.name", "customer.identities[].kind", "kind", "text", "subject", "at", "data.*")
        return "" if known or name in (*plain, "auto_submitted") else None
    if operation.path.startswith("/v1/content/"):
        fields = ("title", "body", "audience", "tags[]", "product", "language", "review", "url", "label")
        return "content" if place == "path:key" else "" if where == "body" and name in fields else None
    if operation.path.startswith("/v1/classes/"):
        # A new class may be called as one likes, and people are told to everybody (`test_classes` has both).
        return "" if where in ("path", "body") or place == "query:after" else None
    plain = ("query:limit", "query:full", "query:name", "body:writing")
    return "" if place in plain else None


def described(teams: TwoTeams) -> list[Operation]:
    return operations(teams.client("ana").get("openapi.json").json())


def base(teams: TwoTeams, verb: str) -> dict[str, Any]:
    """A command that holds for everybody, on a new ticket of no team."""
    fields: dict[str, dict[str, Any]] = {
        "reply": {"text": "Olá.", "channel": "email"},
        "note": {"text": "Anotado."},
        "assign": {"assignee": "ana"},
        "status": {"status": "open"},
        "priority": {"priority": "high"},
        "team": {"team": OURS},
        "escalate": {"tier": "N2", "reason": "r", "tried": "t", "workaround": "w"},
        "snooze": {"until": LATER},
        "tag": {"add": ["a"]},
        "wrapup": {"code": "ok"},
        "promise": {"due": LATER, "what": "ligar"},
        "settle_promise": {"promise": str(uuid4()), "outcome": "kept"},
        "fact": {"name": "nome", "value": "sim"},
        "create": {
            "customer_name": "Zé",
            "channel": "email",
            "subject": "Assunto",
            "text": "Texto",
            "opened_at": LATER,
        },
        "flag_article": {"article": "prazo", "flag": "wrong"},
        "agent_state": {"state": "available"},
    }
    made = command(verb, teams.everybodys(), **fields.get(verb, {}))
    if verb == "merge":
        made["into"] = {"id": 2, "remote": teams.everybodys()}
    elif verb == "link":
        made["other"] = {"id": 2, "remote": teams.everybodys()}
    elif verb in ("flag_article", "agent_state"):
        del made["ticket"]
    return made


def put(made: dict[str, Any], place: str, value: str) -> dict[str, Any]:
    if place == "attachments[].remote_id":
        return made | {"attachments": [{"remote_id": value, "name": "x.txt"}]}
    if place == "identities[].value":
        return made | {"identities": [{"kind": "email", "value": value}]}
    if place == "article" and made["type"] == "link":
        made |= {"relation": "article"}
    outer, _dot, inner = place.partition(".")
    return made | {outer: made[outer] | {inner: value} if inner else value}


def ask(teams: TwoTeams, login: str, operation: Operation, place: str, value: str) -> httpx.Response:
    """A request that holds but for the id at this place."""
    client = teams.client(login)
    name = place.partition(":")[2]
    if str(operation) == "POST /v1/commands":
        verb, _dot, rest = name.removeprefix("commands[].").partition(".")
        return client.post("commands", json={"commands": [put(base(teams, verb), rest, value)]})
    if str(operation) == "PUT /v1/presence":
        return client.put("presence", json={"ticket": value})
    path = operation.path.removeprefix("/v1/").replace("{id}", value).replace("{key}", value)
    if operation.path.startswith("/v1/classes"):
        path = path.replace("{login}", "bia").replace("{message}", str(uuid4()))
        return client.request(operation.method, path, json=class_body(operation))
    if place.startswith("query:"):
        return client.request(operation.method, path, params={name: value})
    body = {"json": {"label": "x"}} if operation.method == "PUT" else {}
    return client.request(operation.method, path, **body)  # type: ignore[arg-type]


def class_body(operation: Operation) -> dict[str, Any] | None:
    """What holds for each of the writing operations on classes."""
    last = operation.path.rpartition("/")[2]
    if operation.method == "GET" or last == "end":
        return None
    if last == "progress":
        return {"seq": 1, "state": "playing", "seconds": 1, "score": 0}
    if last == "{message}":
        return {"kind": "hint", "text": "x"}
    return {**A_CLASS, "trainees": ["ana"]}


def theirs(teams: TwoTeams, kind: str, place: str) -> list[str]:
    if place.endswith("settle_promise.promise"):
        return [teams.promise]
    return {
        "ticket": teams.tickets[::2],  # a live one with everything on it, and one that was merged
        "event": [teams.events[0], teams.events[-1]],
        "attachment": teams.files,
        "command": [teams.commands[0]["id"]],
        "login": ["bia"],
        "team": [THEIRS],
        "content": ["prazo", SECRET],
        "address": [SECRET_MAIL],
        "cursor": [],
        "class": [CLASS],
    }[kind]


def nobodys(kind: str) -> str:
    """An id of the same form that is nobody's."""
    return {
        "ticket": "777999999",
        "event": str(FIRST["seq"]),
        "attachment": "f" * 32,
        "command": str(uuid4()),
        "class": str(uuid4()),
        "login": "ninguem",
        "team": "Nenhuma",
        "content": "nada",
        "address": "ninguem@exemplo.com.br",
    }[kind]


def alike(answer: httpx.Response, asked: str) -> tuple[int, str, list[tuple[str, str]]]:
    """An answer without the id that was asked with, and without what is new each time."""
    text = answer.text.replace(asked, "ID")
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "UUID", text)
    text = re.sub(r"\b\d{9,}\b", "NUMBER", text)
    told = [
        (name, value)
        for name, value in sorted(answer.headers.items())
        if name not in ("date", "content-length")
    ]
    return answer.status_code, text, told


def probes(teams: TwoTeams) -> Iterator[tuple[Operation, str, str]]:
    for operation in described(teams):
        for place in operation.places:
            kind = kind_of(operation, place)
            if kind and kind != "cursor":
                yield operation, place, kind
