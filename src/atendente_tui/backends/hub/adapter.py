"""The hub as the port wants it. Its wire format: docs/hub.md."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import get_args
from uuid import UUID

from atendente_tui.backends.http import Answer, TooLarge
from atendente_tui.backends.hub import wire
from atendente_tui.backends.hub.client import FILE_TOTAL, Client, failure, problem, reason
from atendente_tui.backends.port import (
    AgentIdentity,
    BackendSettings,
    Capabilities,
    Conflict,
    Hint,
    Presence,
    Present,
    ProtocolError,
    Rejected,
)
from atendente_tui.domain.change import Attachment, ChangePage
from atendente_tui.domain.command import Command, Receipt
from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _

PAGE = 500
"""Changes asked for at once."""
PARALLEL = 8
_ATTACHMENT = re.compile(r"[A-Za-z0-9_-]{1,200}")

CAPABILITIES = Capabilities(
    commands=frozenset(one.model_fields["type"].default for one in get_args(get_args(Command)[0])),
    idempotency="native",
    channels=frozenset(Channel),
    hints=True,
    attachments=True,
    articles=True,
    stale_replies=True,
    presence=True,
    uploads=True,
    copies=True,
    handling=True,
    settings=True,
    parallel=PARALLEL,
)


class Hub:
    """A hub by its HTTP API. There are no options; the secret is a token of `atendente hub token`."""

    capabilities: Capabilities = CAPABILITIES
    """After `identify` it says what this login may do."""

    def __init__(self, settings: BackendSettings) -> None:
        self._client = Client(settings, PARALLEL)
        self._login: str | None = None

    async def identify(self) -> AgentIdentity:
        me = wire.read(wire.Me, await self._client.asked("GET", "/me"), "me")
        self._login = me.login
        can = replace(CAPABILITIES, handling=me.takes_work)
        self.capabilities = (
            can if me.may_write else replace(can, commands=frozenset(), presence=False, uploads=False)
        )
        return AgentIdentity(me.login, me.name, me.teams, me.may_write, origin=me.hub, role=me.role)

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        # With `full` the cursor goes along: the hub tells anew what is there, and then what went out of sight since.
        after, anew, size = cursor, cursor is None, PAGE
        while True:
            asked: dict[str, str | int] = {"limit": size}
            if after is not None:
                asked["after"] = after
            if full:
                asked["full"] = "true"
            try:
                answer = await self._client.send("GET", "/changes", params=asked)
            except TooLarge:
                if size == 1:
                    raise
                size = max(1, size // 4)
                continue
            if _unknown_cursor(answer) and not anew:
                # Another hub's, or one from before this one was restored: what it stood for is told from the start.
                after, anew = None, True
                continue
            if answer.status >= 300:
                raise failure(answer)
            page = wire.read_page(answer)
            if page.cursor == after and not page.caught_up:
                raise ProtocolError("changes: the cursor stands still", sent=False)
            yield page
            if page.caught_up:
                return
            after, full = page.cursor, False

    async def push(self, command: Command) -> Receipt:
        told = command.model_dump(mode="json")
        if not self.capabilities.handling:  # an older hub, which would not know the word
            told.pop("work", None)
        body = {"commands": [told]}
        answer = await self._client.asked("POST", "/commands", body=body)
        results = wire.read(wire.Results, answer, "results").results
        if len(results) != 1:
            raise ProtocolError(f"{len(results)} results for one command")
        return _settled(results[0])

    async def find(self, command_id: UUID) -> Receipt | None:
        answer = await self._client.send("GET", f"/commands/{command_id}")
        if answer.status == 404 and problem(answer) is not None:
            return None
        if answer.status >= 300:
            raise failure(answer)
        return wire.read(wire.Receipt, answer, "receipt")

    async def hints(self) -> AsyncIterator[Hint | Presence]:
        if self._login is None:
            await self.identify()
        async with aclosing(self._client.listen("/hints")) as line:  # type: ignore[type-var]
            async for said in line:
                told = Answer(200, {}, said.data.encode())
                if said.event == "hello":
                    yield Hint()
                elif said.event == "change":
                    yield Hint(wire.read(wire.Changed, told, "hint").ticket)
                elif said.event == "presence":
                    yield self._presence(wire.read(wire.Attended, told, "presence"))

    async def attend(self, ticket: str | None, *, writing: bool = False) -> None:
        said = {"ticket": ticket, "writing": writing and ticket is not None}
        await self._client.asked("PUT", "/presence", body=said)

    async def upload(self, name: str, content_type: str, content: bytes) -> Attachment:
        answer = await self._client.send(
            "POST",
            "/attachments",
            params={"name": name},
            content=content,
            content_type=_plain(content_type),
            total=FILE_TOTAL,
        )
        if answer.status == 413:
            raise Rejected("too_large")
        if answer.status >= 300:
            raise failure(answer)
        return wire.read(wire.Attachment, answer, "attachment")

    async def fetch_attachment(self, remote_id: str, limit: int) -> bytes:
        if not _ATTACHMENT.fullmatch(remote_id):
            raise Rejected("no such attachment")
        try:
            answer = await self._client.asked(
                "GET", f"/attachments/{remote_id}", limit=limit, total=FILE_TOTAL
            )
        except TooLarge as error:
            raise Rejected("too_large") from error
        return answer.body

    async def aclose(self) -> None:
        await self._client.aclose()

    def _presence(self, told: wire.Attended) -> Presence:
        others = (one for one in told.people if one.login != self._login)
        return Presence(told.ticket, tuple(Present(one.login, one.name, one.writing) for one in others))


def _settled(result: wire.Result) -> Receipt:
    """The receipt of a command that has its effect. Raises Conflict, Rejected, ProtocolError."""
    if result.outcome == "applied":
        if result.receipt is None:
            raise ProtocolError("applied without a receipt")
        return result.receipt
    if result.outcome == "conflict":
        told = reason(result.error, result.values, result.detail)
        raise Conflict(told, result.current or {}, result.events or ())
    if result.outcome == "reused":
        raise Rejected(_("The hub has carried out another command under this id."))
    raise Rejected(reason(result.error, result.values, result.detail))


def _unknown_cursor(answer: Answer) -> bool:
    return answer.status in (410, 422) and problem(answer) is not None


def _plain(content_type: str) -> str:
    """A content type as a header may carry it: what is none is left for the hub to find out."""
    return (
        content_type
        if re.fullmatch(r"[\w.+-]+/[\w.+-]+(; ?[\w.+-]+=[\w.+-]+)*", content_type, re.ASCII)
        else "application/octet-stream"
    )
