"""`POST /v1/inbound/{channel}`: a message from outside, and `.../attachments`: a file for one that follows. Both signed.

Nobody who does not know the secret learns anything: an unknown source, another channel, a moment too far off and a wrong
signature are one answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from atendente_tui.domain.change import Attachment
from atendente_tui.domain.words import Channel
from atendente_tui.hub import attachments, problems, signing, sources
from atendente_tui.hub.asking import Parts, open_to_all, parts_of
from atendente_tui.hub.inbound import Replayed, TooMany, receiving
from atendente_tui.hub.inbound_message import InboundMessage, Taken
from atendente_tui.hub.parts import HubParts
from atendente_tui.hub.problems import Problem, declared
from atendente_tui.hub.routes.attachments import BODY, Name, take
from atendente_tui.hub.sources import Source
from atendente_tui.hub.strict_json import strictly
from atendente_tui.i18n import _

router = open_to_all()


@dataclass(slots=True)
class Sender:
    """Who says to send, and what shall prove it."""

    claimed: str
    """The source they say they are."""
    source: Source
    checking: signing.Checking
    timestamp: str
    signature: str
    parts: HubParts
    address: str
    timely: bool

    def check(self) -> None:
        """The body is here: is it theirs? Raises Problem 401."""
        passes = self.checking.passes(self.signature)
        if not (passes and self.source.active and self.timely):
            self.parts.limits.failed(self.address, _counted(self.claimed))
            raise _unsigned()
        self.parts.limits.held(_counted(self.claimed))


async def sender(
    request: Request,
    channel: Channel,
    x_atendente_source: Annotated[str, Header()] = "",
    x_atendente_timestamp: Annotated[str, Header()] = "",
    x_atendente_signature: Annotated[str, Header()] = "",
) -> Sender:
    """Raises Problem 429 for who failed too often, or sends too much."""
    parts = await parts_of(request)
    address = request.client.host if request.client is not None else ""
    wait = parts.limits.barred(address, _counted(x_atendente_source))
    if wait is not None:
        raise problems.rate_limited(wait)
    found = await run_in_threadpool(_find, parts, x_atendente_source)
    if found is None or found.channel is not channel:
        found = sources.UNKNOWN
    return Sender(
        x_atendente_source,
        found,
        signing.Checking(found.secrets, x_atendente_timestamp),
        x_atendente_timestamp,
        x_atendente_signature,
        parts,
        address,
        signing.timely(x_atendente_timestamp, parts.now() / 1000),
    )


async def signed(request: Request, sender: Annotated[Sender, Depends(sender)]) -> Sender:
    """A sender whose whole body is theirs, before anything in it is looked at. Raises Problem 401, 413, 429."""
    sender.checking.update(await request.body())
    sender.check()
    _count(sender)
    return sender


def _find(parts: HubParts, name: str) -> Source | None:
    with parts.database.read() as db:
        return sources.find(db, name)


def _counted(source: str) -> str:
    return f"source:{source[:64]}"


def _count(sender: Sender) -> None:
    wait = sender.parts.limits.asked(_counted(sender.source.name))
    if wait is not None:
        raise problems.rate_limited(wait)


def _unsigned() -> Problem:
    detail = _(
        "The source is not known for this channel, the timestamp is more than five minutes off, or the signature is wrong."
    )
    return Problem(401, "signature", detail, headers={"WWW-Authenticate": "Atendente-Signature"})


def _replayed() -> Problem:
    return Problem(409, "replayed", _("This signature was here before. Sign again, with a new timestamp."))


@router.post("/inbound/{channel}", responses=declared(400, 401, 409, 413, 415, 422, 429))
async def message(
    parts: Parts,
    sender: Annotated[Sender, Depends(signed)],
    message: Annotated[InboundMessage, strictly(InboundMessage)],
) -> Taken:
    job = receiving(sender.source, message, sender.signature, int(sender.timestamp))
    try:
        return await asyncio.wrap_future(parts.writer.submit(job))
    except Replayed:
        raise _replayed() from None
    except TooMany as many:
        detail = _("Too many messages of one customer: this looks like two machines answering one another.")
        headers = {"Retry-After": str(many.seconds)}
        raise Problem(429, "loop", detail, {"seconds": many.seconds}, headers=headers) from None


@router.post(
    "/inbound/{channel}/attachments",
    responses=declared(400, 401, 409, 413, 415, 422, 429),
    openapi_extra=BODY,
)
async def attachment(
    request: Request, parts: Parts, sender: Annotated[Sender, Depends(sender)], name: Name
) -> Attachment:
    async def owner() -> str:
        sender.check()
        _count(sender)
        if not await run_in_threadpool(_fresh, parts, sender):
            raise _replayed()
        return attachments.from_source(sender.source.name)

    return await take(request, parts, name, owner, sender.checking.update)


def _fresh(parts: HubParts, sender: Sender) -> bool:
    with parts.database.write() as db:
        return sources.fresh(db, sender.signature, int(sender.timestamp), parts.now() / 1000)
