"""What the outside world says: immutable pydantic models, one `Change` each.

A change names things by the *backend's* ids (`remote_id`); the store maps them to ours. Applying the same
change twice alters nothing. Moments are aware datetimes. Texts are as received (NFC, without NUL or lone
surrogates: see `received`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from atendente_tui.domain.words import (
    AgentState,
    Audience,
    AuthorKind,
    Channel,
    Direction,
    EventKind,
    IdentityKind,
    Impact,
    Priority,
    Segment,
    Status,
    Tier,
)


def received(text: str) -> str:
    """Foreign text made storable: NFC, NUL and lone surrogates replaced by U+FFFD, nothing else touched."""
    if not text.isascii():
        if _has_surrogate(text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        text = unicodedata.normalize("NFC", text)
    return text.replace("\0", "\ufffd") if "\0" in text else text


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


Text = Annotated[str, AfterValidator(received)]
SettingKind = Literal["script", "macro", "calendar", "sla_policy"]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Identity(Frozen):
    """One address of a customer, as received; equality of people is judged on `domain.identities.normal`."""

    kind: IdentityKind
    value: Text


class Attachment(Frozen):
    """A file known by name; its bytes are fetched when a person asks. `size` in bytes, None when not told."""

    remote_id: str
    name: Text
    content_type: Text = "application/octet-stream"
    size: int | None = None


class CustomerUpsert(Frozen):
    """A person as the backend knows them now. None means "not told": what we know stays."""

    type: Literal["customer"] = "customer"
    remote_id: str
    name: Text
    social_name: Text | None = None
    segment: Segment | None = None
    preferred_channel: Channel | None = None
    language: Text | None = None
    identities: tuple[Identity, ...] = ()
    facts: Mapping[str, Text] = Field(default_factory=dict)
    """Known facts by name (`cpf_confirmed`, `address_confirmed`, ...): value or "yes"."""


class TicketUpsert(Frozen):
    """A ticket as the backend knows it now; the whole of it, None where the backend has no such field."""

    type: Literal["ticket"] = "ticket"
    remote_id: str
    protocol: Text | None = None
    subject: Text
    customer: str | None = None
    """Remote id of the customer."""
    channel: Channel
    status: Status
    priority: Priority = Priority.NORMAL
    impact: Impact | None = None
    assignee: Text | None = None
    """Login of the agent who has it, None when free."""
    team: Text | None = None
    tier: Tier | None = None
    reason: Text | None = None
    """Contact reason (motivo)."""
    tags: tuple[Text, ...] | None = None
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    solved_at: AwareDatetime | None = None
    snoozed_until: AwareDatetime | None = None
    merged_into: str | None = None
    """Remote id of the ticket that swallowed this one."""
    version: str | None = None
    """The backend's own version mark (an ETag), for stale checks."""
    fields: Mapping[str, Text] = Field(default_factory=dict)
    """Custom fields, rendered as text."""


class EventAppend(Frozen):
    """One immutable thing on the timeline. `data` holds what its kind needs, as text or numbers:

    call: seconds, outcome · field_change: field, old, new · survey_answer: survey (csat|nps), score, of
    order: number, status, total, expected (ISO date) · wrap_up: code, reason · promise: due (ISO), what
    escalation: from, to, reason, tried, workaround · fact: name, value · link: relation, other
    """

    type: Literal["event"] = "event"
    remote_id: str
    ticket: str | None
    """Remote id of the ticket; None for what belongs to the customer alone (an order, a survey)."""
    customer: str | None = None
    at: AwareDatetime
    kind: EventKind
    channel: Channel | None = None
    direction: Direction = Direction.INBOUND
    author_kind: AuthorKind = AuthorKind.CUSTOMER
    author: Text = ""
    public: bool = True
    text: Text = ""
    data: Mapping[str, Text | int | float | bool | None] = Field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    command_id: UUID | None = None
    """Set when this is the echo of one of our own commands."""


class TicketGone(Frozen):
    """The ticket was deleted, or may no longer be seen by this agent."""

    type: Literal["gone"] = "gone"
    remote_id: str


class ArticleUpsert(Frozen):
    type: Literal["article"] = "article"
    remote_id: str
    title: Text
    body: Text
    audience: Audience = Audience.INTERNAL
    tags: tuple[Text, ...] = ()
    product: Text | None = None
    language: Text | None = None
    review: Text | None = None
    """ISO date on which it should be read again."""
    url: Text | None = None
    updated_at: AwareDatetime | None = None


class ArticleGone(Frozen):
    type: Literal["article_gone"] = "article_gone"
    remote_id: str


class DirectoryEntry(Frozen):
    """A name that pick-lists offer: an agent, a team, a wrap-up code or a contact reason."""

    type: Literal["directory"] = "directory"
    kind: Literal["agent", "team", "wrap_up", "reason", "tag"]
    key: Text
    """What commands carry (a login, a queue's name, a code)."""
    label: Text
    tier: Tier | None = None
    teams: tuple[Text, ...] | None = None
    """Of an agent, where the helpdesk says it: the teams they belong to."""


class DirectoryGone(Frozen):
    """A name that is offered no more; what bears it already keeps it."""

    type: Literal["directory_gone"] = "directory_gone"
    kind: Literal["agent", "team", "wrap_up", "reason", "tag"]
    key: Text


class SettingUpsert(Frozen):
    """A piece of a team's shared configuration, kept by the backend for every workstation. `body` by kind:

    script       a script file of ours, YAML (docs/knowledge.md)
    macro        YAML: `text` and `actions`
    calendar     TOML: one `[calendars.KEY]` table of the configuration, without its heading
    sla_policy   TOML: one `[sla.KEY]` table of the configuration, without its heading
    """

    type: Literal["setting"] = "setting"
    kind: SettingKind
    key: Text
    body: Text
    updated_at: AwareDatetime | None = None


class SettingGone(Frozen):
    type: Literal["setting_gone"] = "setting_gone"
    kind: SettingKind
    key: Text


class AgentStateSince(Frozen):
    since: AwareDatetime
    state: AgentState
    reason: Text | None = None
    """Of a pause."""


class AgentStates(Frozen):
    """What an agent is doing: the newest of their states, oldest first, the last one in force."""

    type: Literal["agent_states"] = "agent_states"
    agent: Text
    """Login."""
    states: tuple[AgentStateSince, ...]


Change = Annotated[
    CustomerUpsert
    | TicketUpsert
    | EventAppend
    | TicketGone
    | ArticleUpsert
    | ArticleGone
    | DirectoryEntry
    | DirectoryGone
    | SettingUpsert
    | SettingGone
    | AgentStates,
    Field(discriminator="type"),
]


class Unreadable(Frozen):
    """Something a backend told that fits no change: set aside whole, and no hindrance to what came with it."""

    told: str
    """As it came, JSON."""
    error: str
    """What is wrong and where; nothing of what stands there."""


class ChangePage(Frozen):
    """Changes that belong together, and the cursor that follows them: applied in one transaction."""

    changes: tuple[Change, ...]
    cursor: str
    """Opaque to everybody but the backend that made it."""
    done: int | None = None
    """How many tickets of `total` are in so far, for the progress of a first sync."""
    total: int | None = None
    caught_up: bool = False
    """True on the page after which the store equals the backend as of now."""
    unreadable: SkipJsonSchema[tuple[Unreadable, ...]] = Field(default=(), exclude=True)
    """Found by the adapter, never part of a wire format of ours."""
