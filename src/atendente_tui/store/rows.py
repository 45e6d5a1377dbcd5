"""What the hot reads give: small typed rows, standard library only. Moments are milliseconds of UTC."""

from typing import NamedTuple


class QueueRow(NamedTuple):
    id: int
    protocol: str
    subject: str
    customer_id: int
    customer: str
    """Social name where there is one, else the name."""
    channel: str
    status: str
    priority: str
    score: int
    why: str
    """JSON [["part", points], ...]; sums to `score`."""
    assignee: str | None
    team: str | None
    tier: str | None
    sla_target: str | None
    sla_due: int | None
    sla_state: str
    opened: int
    updated: int
    waiting_since: int | None
    snoozed_until: int | None
    unread: bool
    pending: int
    """Commands of this ticket that are not settled."""
    tags: str


class TicketRow(NamedTuple):
    id: int
    remote_id: str | None
    protocol: str
    subject: str
    customer_id: int
    channel: str
    status: str
    priority: str
    impact: str | None
    assignee: str | None
    team: str | None
    tier: str | None
    reason: str | None
    wrap_up: str | None
    tags: str
    fields: str
    opened: int
    updated: int
    solved: int | None
    snoozed_until: int | None
    keep_snoozed: int
    merged_into: int | None
    version: str | None
    first_reply: int | None
    last_inbound: int | None
    last_outbound: int | None
    waiting_since: int | None
    newest_event: int | None
    seen_event: int | None
    score: int
    why: str
    sla_target: str | None
    sla_due: int | None
    sla_state: str


class EventRow(NamedTuple):
    key: int
    ticket_id: int | None
    customer_id: int
    at: int
    kind: str
    channel: str | None
    direction: str
    author_kind: str
    author: str
    public: bool
    text: str
    data: str
    command_id: str | None
    state: str | None
    """Outbox state when it is ours and not settled yet, else None."""
    attachments: int
    """How many."""
    remote_id: str | None


class CustomerRow(NamedTuple):
    id: int
    remote_id: str | None
    name: str
    social_name: str | None
    segment: str | None
    preferred_channel: str | None
    language: str | None


class IdentityRow(NamedTuple):
    kind: str
    value: str


class FactRow(NamedTuple):
    name: str
    value: str
    at: int
    author: str


class PromiseRow(NamedTuple):
    id: str
    ticket_id: int
    protocol: str
    customer: str
    due: int
    what: str
    author: str
    outcome: str | None


class AttachmentRow(NamedTuple):
    event_key: int
    n: int
    remote_id: str
    name: str
    content_type: str
    size: int | None


class ArticleRow(NamedTuple):
    id: int
    ref: str
    title: str
    body: str
    audience: str
    tags: str
    product: str | None
    language: str | None
    review: str | None
    url: str | None
    updated: int | None
    used: int


class OutboxRow(NamedTuple):
    n: int
    command_id: str
    type: str
    ticket_id: int | None
    protocol: str | None
    body: str
    state: str
    hold_until: int
    attempts: int
    next_try: int
    error_code: str | None
    error: str | None
    current: str | None
    created: int
    events: str | None
    """On a conflict, what was said since: JSON, a list of `domain.change.EventAppend`."""


class SettingRow(NamedTuple):
    kind: str
    key: str
    body: str


class PresentRow(NamedTuple):
    """A colleague who has a ticket open."""

    ticket_id: int
    login: str
    name: str
    writing: bool


class DraftRow(NamedTuple):
    slot: str
    ticket_id: int | None
    kind: str
    text: str
    cursor_line: int
    cursor_column: int
    extra: str
    updated: int


class SearchHit(NamedTuple):
    kind: str
    """event | ticket | customer | article"""
    ticket_id: int | None
    ref: int
    """event.key, ticket.id, customer.id or article.id"""
    at: int | None
    channel: str | None
    title: str
    """Protocol and subject, the customer's name, or the article's title."""
    snippet: str
    """The passage, as stored; the words found stand between U+0002 and U+0003."""
    score: float


class ViewCount(NamedTuple):
    name: str
    count: int  # type: ignore[assignment]  # it hides tuple.count, which nobody asks a row
    exact: bool
    """False when the count stopped at its bound ("999+")."""
