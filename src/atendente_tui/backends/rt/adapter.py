"""The Request Tracker adapter as the port wants it. What it can and cannot promise: docs/backends.md."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator
from uuid import UUID

from atendente_tui.backends.http import TooLarge
from atendente_tui.backends.port import (
    AgentIdentity,
    BackendSettings,
    Capabilities,
    Hint,
    ProtocolError,
    Rejected,
)
from atendente_tui.backends.rt import changing, creating, finding, messages, pulling, setup
from atendente_tui.backends.rt.session import open_session
from atendente_tui.backends.rt.shape import number, text
from atendente_tui.domain.change import Attachment, ChangePage
from atendente_tui.domain.command import (
    Assign,
    Claim,
    Command,
    ConfirmFact,
    Create,
    Escalate,
    FlagArticle,
    Link,
    Merge,
    Note,
    Promise,
    Receipt,
    Release,
    Reply,
    SetAgentState,
    SetPriority,
    SetStatus,
    SetTeam,
    SettlePromise,
    Snooze,
    Tag,
    WrapUp,
)
from atendente_tui.i18n import _


class RequestTracker:
    """Request Tracker 5 by its built-in REST 2.0.

    Options: auth ("token", "basic", "cookie"), queue, channel, statuses, tags_field, reason_field, op_field,
    ref_field, find_delay, overlap, refresh, sweep (seconds).
    """

    def __init__(self, settings: BackendSettings) -> None:
        self._session = open_session(settings)
        self.capabilities: Capabilities = setup.degraded(self._session)
        """After `identify` it says what this RT's set-up and this login allow."""

    async def identify(self) -> AgentIdentity:
        identity = await setup.identify(self._session)
        self.capabilities = setup.degraded(self._session)
        return identity

    def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        return pulling.pull(self._session, cursor, full=full)

    async def push(self, command: Command) -> Receipt:
        session = self._session
        if isinstance(command, FlagArticle):
            raise Rejected("RT keeps no flags on articles")
        if isinstance(command, SetAgentState):
            raise Rejected("RT keeps no states of agents")
        if isinstance(command, Create):
            return await creating.create(session, command)
        remote = command.ticket.remote
        if remote is None:
            raise Rejected("the ticket is not in RT yet")
        if isinstance(command, Reply | Note) and command.attachments:
            raise Rejected(_("RT takes no attachments from here yet."))
        if isinstance(command, Reply) and (command.cc or command.bcc):
            raise Rejected(_("RT sends no copies from here yet."))
        match command:
            case Reply():
                return await messages.reply(session, command, remote)
            case Note():
                return await messages.note(session, command, remote)
            case Promise() | SettlePromise() | ConfirmFact():
                return await messages.record(session, command, remote)
            case WrapUp():
                return await messages.wrap_up(session, command, remote)
            case Escalate():
                return await messages.escalate(session, command, remote)
            case Claim():
                return await changing.claim(session, command, remote)
            case Release():
                return await messages.told_release(
                    session, command, await changing.release(session, command, remote)
                )
            case Assign():
                return await changing.assign(session, command, remote)
            case SetStatus():
                return await changing.set_status(session, command, remote)
            case SetPriority():
                return await changing.set_priority(session, command, remote)
            case SetTeam():
                return await changing.set_team(session, command, remote)
            case Snooze():
                return await changing.snooze(session, command, remote)
            case Tag():
                return await changing.tag(session, command, remote)
            case Merge():
                return await changing.merge(session, command, remote)
            case Link():
                return await changing.link(session, command, remote)

    async def find(self, command_id: UUID) -> Receipt | None:
        return await finding.find(self._session, command_id)

    async def hints(self) -> AsyncIterator[Hint]:
        """None: RT tells nobody; it is asked."""
        told: tuple[Hint, ...] = ()
        for hint in told:
            yield hint

    async def attend(self, ticket: str | None, *, writing: bool = False) -> None:
        """RT has no such thing."""

    async def upload(self, name: str, content_type: str, content: bytes) -> Attachment:  # noqa: ARG002
        raise Rejected(_("RT takes no attachments from here yet."))

    async def fetch_attachment(self, remote_id: str, limit: int) -> bytes:
        # RT answers 500 for one that is not there; a list answers with nothing, and knows the size.
        asked = [{"field": "id", "value": remote_id}]
        if not (remote_id.isascii() and remote_id.isdigit()):
            raise Rejected("no such attachment")
        page = await self._session.client.page("/attachments", {"fields": "ContentLength"}, body=asked)
        if not page.rows:
            raise Rejected("no such attachment")
        if number(page.rows[0], "ContentLength") > limit:
            raise Rejected("too_large")
        try:
            # Base64 in lines of 76, beside a few headers.
            answer = await self._session.client.get(
                f"/attachment/{remote_id}", limit=limit * 3 // 2 + 100_000
            )
        except TooLarge as error:
            raise Rejected("too_large") from error
        row = answer.json()
        try:
            content = base64.b64decode(text(row, "Content"), validate=False)
        except (binascii.Error, AttributeError) as error:
            raise ProtocolError("attachment: not base64", sent=False) from error
        if len(content) > limit:
            raise Rejected("too_large")
        return content

    async def aclose(self) -> None:
        await self._session.client.aclose()
