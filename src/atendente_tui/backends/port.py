"""The one door to a helpdesk: what an adapter promises and the closed set of its errors.

An adapter is a class found under the entry-point group `atendente.backends`, called as
`Adapter(settings: BackendSettings)`. It keeps no state beyond its connection, knows neither store nor screen,
and runs on whatever asyncio loop uses it. `aclose()` ends it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol
from uuid import UUID

from atendente_tui.domain.words import Channel, Status

if TYPE_CHECKING:  # pydantic, which the first frame does without
    from atendente_tui.domain.change import Attachment, ChangePage, EventAppend
    from atendente_tui.domain.command import Command, Receipt

PRESENCE_BEAT = 20.0
"""Seconds. Who has not said for three of these that they look at a ticket does not any more."""


@dataclass(frozen=True, slots=True)
class BackendSettings:
    """What the configuration says of one backend. `secret` comes from the keyring or the environment."""

    name: str
    url: str
    user: str | None = None
    secret: str | None = field(default=None, repr=False)
    verify: bool | str = True
    """TLS: True, or the path of a CA file."""
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    """The adapter's own keys below `[backend.NAME]`."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do. What it cannot do is shown as unavailable, never dropped silently."""

    commands: frozenset[str]
    """`type` of every command it can carry out on the far side."""
    local_only: frozenset[str] = frozenset()
    """`type` of commands that stay in our store because the backend has no such thing; shown as such."""
    idempotency: Literal["native", "marker", "none"] = "none"
    """native: the same command twice has one effect. marker: `find` can tell. none: a person decides."""
    find_delay: float = 0.0
    """Seconds to wait between a first and a second `find` before a command may be sent again."""
    remembers: float | None = None
    """Seconds for which it knows a command's id, None for ever. What is older is not sent again without a person."""
    statuses: frozenset[Status] = frozenset(Status)
    channels: frozenset[Channel] = frozenset()
    """By which an answer can go though its ticket is on another; none: always by the ticket's own."""
    hints: bool = False
    attachments: bool = False
    articles: bool = False
    stale_replies: bool = False
    """True: a reply over words its author has not seen (`Reply.seen`) is a Conflict that brings them."""
    presence: bool = False
    """True: `attend` tells colleagues who looks at a ticket, and `hints` brings what they do."""
    uploads: bool = False
    """True: `upload` takes a file that a reply or note can then carry."""
    copies: bool = False
    """True: a reply by e-mail goes to its `cc` and `bcc`, too."""
    handling: bool = False
    """True: what commands tell of the work behind them (`Work`) comes back in the data of their events."""
    settings: bool = False
    """True: scripts, macros, calendars and SLA policies come with a pull."""
    parallel: int = 4
    """How many requests at once it likes."""
    write_fields: frozenset[str] = frozenset()
    """Fields of a ticket that it keeps when a command sets them; none: it does not say."""


@dataclass(frozen=True, slots=True)
class AgentIdentity:
    login: str
    name: str
    teams: tuple[str, ...] = ()
    may_write: bool = True
    warnings: tuple[str, ...] = ()
    """Set-up faults that weaken a promise (a missing custom field), in English for the log and `doctor`."""
    origin: str | None = None
    """Tells this helpdesk from all others, where it has a name for that: a store holds the tickets of one."""
    role: str = ""
    """What the helpdesk calls what they are there, in the words of our hub; empty where it has none."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something changed, so pull now. `ticket` is a remote id when known."""

    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """A colleague who has a ticket open."""

    login: str
    name: str
    writing: bool


@dataclass(frozen=True, slots=True)
class Presence:
    """Who has a ticket open now, all of them but ourselves; empty when the last one left. Nothing to pull."""

    ticket: str
    """Remote id."""
    people: tuple[Present, ...]


class Backend(Protocol):
    @property
    def capabilities(self) -> Capabilities:
        """A plain attribute will do. `identify` may lower it to what this server and login allow."""
        ...

    async def identify(self) -> AgentIdentity: ...

    def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        """Pages of changes after `cursor`, newest tickets first when there is none; ends when caught up.

        Every page's cursor can be resumed from. `full` walks everything again (and finds what vanished).
        """
        ...

    async def push(self, command: Command) -> Receipt:
        """Carry it out once. Raises one of the errors below; `Unreachable.sent` says whether it may have arrived."""
        ...

    async def find(self, command_id: UUID) -> Receipt | None:
        """The receipt of a command that may or may not have been applied; None when no trace of it is there."""
        ...

    def hints(self) -> AsyncIterator[Hint | Presence]:
        """News as they happen; the first one comes as soon as the line stands. May end or raise when the line breaks."""
        ...

    async def attend(self, ticket: str | None, *, writing: bool = False) -> None:
        """Tell colleagues which ticket (remote id) we have open, None for none. Said again at least every
        `PRESENCE_BEAT` seconds. Called only with `Capabilities.presence`."""
        ...

    async def upload(self, name: str, content_type: str, content: bytes) -> Attachment:
        """Store a file for a later reply or note. Called only with `Capabilities.uploads`; raises Rejected."""
        ...

    async def fetch_attachment(self, remote_id: str, limit: int) -> bytes:
        """The bytes, at most `limit`; raises Rejected("too_large") beyond."""
        ...

    async def aclose(self) -> None: ...


class BackendError(Exception):
    """Base of everything an adapter may raise. Messages are English, for logs; `labels` translates the kind."""


class Unreachable(BackendError):
    """No answer. `sent` is False when the request certainly never left (refused, DNS, TLS)."""

    def __init__(self, detail: str, *, sent: bool) -> None:
        super().__init__(detail)
        self.sent = sent


class Unauthorized(BackendError):
    """The secret is wrong or expired: log in again; nothing is thrown away."""


class Forbidden(BackendError):
    """This agent may not do that there."""


class RateLimited(BackendError):
    """Asked to wait. `retry_after` in seconds, None when not told."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__(f"rate limited, retry after {retry_after}")
        self.retry_after = retry_after


class Conflict(BackendError):
    """The world moved on. `current` says how it stands now, by field; `events` what was said since (a stale reply)."""

    def __init__(
        self, detail: str, current: Mapping[str, str | None], events: tuple[EventAppend, ...] = ()
    ) -> None:
        super().__init__(detail)
        self.current = current
        self.events = events


class Rejected(BackendError):
    """A lasting no, with the backend's own reason (foreign text: clean before it is shown)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ProtocolError(BackendError):
    """The answer was not what this kind of server says; `sent` as in Unreachable."""

    def __init__(self, detail: str, *, sent: bool = True) -> None:
        super().__init__(detail)
        self.sent = sent
