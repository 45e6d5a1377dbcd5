"""Classes on a hub as a client sees them (docs/hub.md, "Classes"): the same limits and errors as everything of the hub."""

from __future__ import annotations

import json
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from atendente_tui.backends.hub import wire
from atendente_tui.backends.hub.client import Client
from atendente_tui.backends.port import BackendSettings, ProtocolError

LARGEST_RESULT = 900_000
"""Bytes of a result that a hub takes; of a longer one it gets the grade alone."""


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Expected(_Told):
    """An expectation, and whether it came true; None while nobody can say."""

    id: str
    met: bool | None = None


class Trainee(_Told):
    login: str
    name: str
    state: Literal["invited", "playing", "finished"]
    seen: int | None = None
    """ms since 1970, by the hub's clock."""
    seconds: int = 0
    score: int | None = None
    passed: bool | None = None
    last: str = ""
    expectations: tuple[Expected, ...] = ()
    has_result: bool = False


class Class(_Told):
    id: str
    name: str
    version: int
    title: str
    digest: str
    mode: Literal["practice", "exam"]
    by: str
    began: int
    ended: int | None = None
    trainees: tuple[Trainee, ...] = ()


class Message(_Told):
    """A hint, or one line of a timeline that is to happen in the trainee's world."""

    id: str
    n: int
    kind: Literal["hint", "event"]
    text: str
    to: str | None = None


class Messages(_Told):
    ended: bool
    messages: tuple[Message, ...]


class _Classes(_Told):
    classes: tuple[Class, ...]


class _Scenario(_Told):
    name: str
    digest: str
    text: str


class Classes:
    """One login's. Raises the port's errors."""

    def __init__(self, settings: BackendSettings) -> None:
        self._client = Client(settings, 2)

    async def me(self) -> str:
        return wire.read(wire.Me, await self._client.asked("GET", "/me"), "me").login

    async def listed(self) -> tuple[Class, ...]:
        return wire.read(_Classes, await self._client.asked("GET", "/classes"), "classes").classes

    async def shown(self, key: str) -> Class:
        return wire.read(Class, await self._client.asked("GET", _path(key)), "class")

    async def start(self, key: str, given: dict[str, Any]) -> Class:
        return wire.read(Class, await self._client.asked("PUT", _path(key), body=given), "class")

    async def scenario(self, key: str) -> tuple[str, str, str]:
        """Name, text and digest."""
        found = wire.read(
            _Scenario, await self._client.asked("GET", _path(key, "scenario")), "class scenario"
        )
        return found.name, found.text, found.digest

    async def tell(self, key: str, progress: dict[str, Any]) -> None:
        result = progress.get("result")
        if result is not None and len(json.dumps(result, ensure_ascii=False).encode()) > LARGEST_RESULT:
            progress = {**progress, "result": None}
        await self._client.asked("PUT", _path(key, "progress"), body=progress)

    async def messages(self, key: str, after: int) -> Messages:
        answer = await self._client.asked("GET", _path(key, "messages"), params={"after": after})
        return wire.read(Messages, answer, "class messages")

    async def send(self, key: str, message: str, kind: str, text: str, to: str | None) -> None:
        body = {"kind": kind, "text": text, "to": to}
        await self._client.asked("PUT", _path(key, f"messages/{quote(message, safe='')}"), body=body)

    async def end(self, key: str) -> None:
        await self._client.asked("PUT", _path(key, "end"))

    async def result(self, key: str, login: str) -> dict[str, Any]:
        answer = await self._client.asked("GET", _path(key, f"results/{quote(login, safe='')}"))
        told = answer.json()
        if not isinstance(told, dict):
            raise ProtocolError("class result: no object", sent=False)
        return told

    async def aclose(self) -> None:
        await self._client.aclose()


def _path(key: str, more: str = "") -> str:
    return f"/classes/{quote(key, safe='')}" + (f"/{more}" if more else "")
