"""Somebody outside who carries a channel: signs and posts, rightly or not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from atendente_tui.domain.words import Channel
from atendente_tui.hub import signing, sources
from tests.hub.serving_fixture import Served


@dataclass
class Outside:
    served: Served
    name: str
    channel: str
    secret: str
    client: httpx.Client = field(init=False)
    _numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.client = self.served.client()

    def headers(self, body: bytes, **changed: str) -> dict[str, str]:
        timestamp = self.served.parts.now() // 1000
        return {
            signing.SOURCE: self.name,
            signing.TIMESTAMP: str(timestamp),
            signing.SIGNATURE: signing.sign(self.secret, timestamp, body),
            "Content-Type": "application/json",
        } | changed

    def post(self, body: bytes, channel: str = "", **changed: str) -> httpx.Response:
        return self.client.post(
            f"/inbound/{channel or self.channel}", content=body, headers=self.headers(body, **changed)
        )

    def send(self, **fields: Any) -> httpx.Response:
        return self.post(json.dumps(message(f"m{next(self._numbers)}", **fields)).encode())

    def take(self, **fields: Any) -> dict[str, Any]:
        """Send it, and have it taken."""
        answer = self.send(**fields)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def attach(self, content: bytes, name: str = "nota.pdf", kind: str = "application/pdf") -> httpx.Response:
        return self.client.post(
            f"/inbound/{self.channel}/attachments",
            params={"name": name},
            content=content,
            headers=self.headers(content, **{"Content-Type": kind}),
        )


def outside(served: Served, name: str = "site", channel: str = "chat", team: str | None = None) -> Outside:
    with served.parts.database.write() as db:
        secret = sources.add(db, name, Channel(channel), team, served.parts.now())
    return Outside(served, name, channel, secret)


def message(message_id: str, /, **fields: Any) -> dict[str, Any]:
    return {
        "message_id": message_id,
        "customer": {
            "name": "Maria Oliveira",
            "identities": [{"kind": "email", "value": "maria@exemplo.com.br"}],
        },
        "text": "Cadê meu pedido?",
    } | fields


def person(value: str, kind: str = "email", name: str = "Maria Oliveira") -> dict[str, Any]:
    return {"name": name, "identities": [{"kind": kind, "value": value}]}
