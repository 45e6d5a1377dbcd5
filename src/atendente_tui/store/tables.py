"""The tables as SQLModel sees them, for whatever is not a hot read. The migrations make the file; a test says both agree.

engine = sql_engine(store)         # read-only sessions over the store's own connections
with Session(engine) as session: session.exec(select(Ticket).where(Ticket.team == "loja"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BLOB, Column, ForeignKey, Index, Integer, Text, desc, text
from sqlalchemy.engine import Engine
from sqlmodel import Field, SQLModel, create_engine

if TYPE_CHECKING:
    from atendente_tui.store.store import Store

LIVE = text("status IN ('new','open','pending','on_hold')")
PENDING = text("state IN ('held','queued','sent','unknown','refused','conflict')")


def sql_engine(store: Store) -> Engine:
    """SQLAlchemy over read-only connections of the store: writing goes through `store.write`."""
    from sqlalchemy.pool import NullPool

    return create_engine("sqlite://", creator=store.reader, poolclass=NullPool)


def _column(kind: type[Any], to: str | None, default: str | None, more: dict[str, Any], **rules: Any) -> Any:
    keys = [] if to is None else [ForeignKey(to, **rules)]
    if default is not None:
        more["server_default"] = text(default)
    return Field(default=None, sa_column=Column(kind, *keys, **more))


def _text(
    *,
    null: bool = False,
    key: bool = False,
    unique: bool | None = None,
    to: str | None = None,
    default: str | None = None,
    **rules: Any,
) -> Any:
    return _column(Text, to, default, {"nullable": null, "primary_key": key, "unique": unique}, **rules)


def _int(
    *, null: bool = False, key: bool = False, to: str | None = None, default: str | None = None, **rules: Any
) -> Any:
    return _column(
        Integer, to, default, {"nullable": null, "primary_key": key, "autoincrement": False}, **rules
    )


_BARE = {"sqlite_with_rowid": False}


class Meta(SQLModel, table=True):
    __tablename__ = "meta"
    __table_args__ = _BARE
    key: str = _text(key=True)
    value: str = _text()


class Customer(SQLModel, table=True):
    __tablename__ = "customer"
    id: int = _int(key=True)
    remote_id: str | None = _text(null=True, unique=True)
    name: str = _text()
    social_name: str | None = _text(null=True)
    segment: str | None = _text(null=True)
    preferred_channel: str | None = _text(null=True)
    language: str | None = _text(null=True)
    updated: int = _int()
    merged_into: int | None = _int(null=True, to="customer.id")


class Identity(SQLModel, table=True):
    __tablename__ = "identity"
    __table_args__ = (Index("identity_normal", "normal", "kind"), _BARE)
    customer_id: int = _int(key=True, to="customer.id", ondelete="CASCADE")
    kind: str = _text(key=True)
    normal: str = _text(key=True)
    value: str = _text()


class Fact(SQLModel, table=True):
    __tablename__ = "fact"
    __table_args__ = _BARE
    customer_id: int = _int(key=True, to="customer.id", ondelete="CASCADE")
    name: str = _text(key=True)
    value: str = _text()
    at: int = _int()
    author: str = _text()


class Ticket(SQLModel, table=True):
    __tablename__ = "ticket"
    __table_args__ = (
        Index("ticket_customer", "customer_id", desc("opened")),
        Index(
            "ticket_live_score",
            desc("score"),
            "id",
            "status",
            "assignee",
            "team",
            "sla_state",
            sqlite_where=LIVE,
        ),
        Index("ticket_live_assignee", "assignee", desc("score"), "id", "status", "team", sqlite_where=LIVE),
        Index("ticket_live_team", "team", desc("score"), "id", "status", "assignee", sqlite_where=LIVE),
        Index(
            "ticket_live_updated",
            desc("updated"),
            "id",
            "status",
            "assignee",
            "team",
            "sla_state",
            sqlite_where=LIVE,
        ),
        Index(
            "ticket_live_opened",
            desc("opened"),
            "id",
            "status",
            "assignee",
            "team",
            "sla_state",
            sqlite_where=LIVE,
        ),
        Index(
            "ticket_live_due",
            "sla_due",
            "id",
            "status",
            "assignee",
            "team",
            sqlite_where=text(f"{LIVE.text} AND sla_due IS NOT NULL"),
        ),
        Index(
            "ticket_sla",
            "sla_due",
            "id",
            sqlite_where=text(f"{LIVE.text} AND sla_state IN ('at_risk','broken')"),
        ),
        Index("ticket_snoozed", "snoozed_until", "id", sqlite_where=text("status = 'snoozed'")),
        Index("ticket_recheck", "recheck", sqlite_where=text("recheck IS NOT NULL")),
        Index("ticket_updated", desc("updated"), "id"),
        Index("ticket_opened", desc("opened"), "id", "status"),
        Index("ticket_score", desc("score"), "id"),
        Index("ticket_status", "status", desc("updated"), "id"),
    )
    id: int = _int(key=True)
    remote_id: str | None = _text(null=True, unique=True)
    protocol: str | None = _text(null=True, unique=True)
    subject: str = _text()
    customer_id: int = _int(to="customer.id")
    channel: str = _text()
    status: str = _text()
    remote_status: str | None = _text(null=True)
    priority: str = _text()
    impact: str | None = _text(null=True)
    assignee: str | None = _text(null=True)
    team: str | None = _text(null=True)
    tier: str | None = _text(null=True)
    reason: str | None = _text(null=True)
    wrap_up: str | None = _text(null=True)
    tags: str = _text(default="'[]'")
    fields: str = _text(default="'{}'")
    opened: int = _int()
    updated: int = _int()
    solved: int | None = _int(null=True)
    snoozed_until: int | None = _int(null=True)
    keep_snoozed: int = _int(default="0")
    merged_into: int | None = _int(null=True, to="ticket.id")
    version: str | None = _text(null=True)
    first_reply: int | None = _int(null=True)
    last_inbound: int | None = _int(null=True)
    last_outbound: int | None = _int(null=True)
    waiting_since: int | None = _int(null=True)
    paused_since: int | None = _int(null=True)
    pauses: str = _text(default="'[]'")
    newest_event: int | None = _int(null=True)
    seen_event: int | None = _int(null=True)
    score: int = _int(default="0")
    why: str = _text(default="'[]'")
    sla_target: str | None = _text(null=True)
    sla_due: int | None = _int(null=True)
    sla_state: str = _text(default="'none'")
    recheck: int | None = _int(null=True)
    mark: int | None = _int(null=True)
    gone: int | None = _int(null=True)


class TicketTag(SQLModel, table=True):
    __tablename__ = "ticket_tag"
    __table_args__ = (Index("ticket_tag_ticket", "ticket_id"), _BARE)
    tag: str = _text(key=True)
    ticket_id: int = _int(key=True, to="ticket.id", ondelete="CASCADE")


class Tally(SQLModel, table=True):
    __tablename__ = "tally"
    __table_args__ = _BARE
    status: str = _text(key=True)
    assignee: str = _text(key=True)
    team: str = _text(key=True)
    n: int = _int()


class Event(SQLModel, table=True):
    __tablename__ = "event"
    __table_args__ = (
        Index("event_ticket", "ticket_id", "key", sqlite_where=text("ticket_id IS NOT NULL")),
        Index("event_customer", "customer_id", "key"),
        Index("event_command", "command_id", unique=True, sqlite_where=text("command_id IS NOT NULL")),
        Index("event_survey", "at", sqlite_where=text("kind = 'survey_answer'")),
        Index(
            "event_agent",
            "key",
            "author",
            "ticket_id",
            sqlite_where=text("author_kind = 'agent' AND ticket_id IS NOT NULL"),
        ),
    )
    key: int = _int(key=True)
    remote_id: str | None = _text(null=True, unique=True)
    ticket_id: int | None = _int(null=True, to="ticket.id")
    customer_id: int = _int(to="customer.id")
    at: int = _int()
    kind: str = _text()
    channel: str | None = _text(null=True)
    direction: str = _text()
    author_kind: str = _text()
    author: str = _text()
    public: int = _int()
    text: str = _text()
    data: str = _text(default="'{}'")
    command_id: str | None = _text(null=True)


class Attachment(SQLModel, table=True):
    __tablename__ = "attachment"
    __table_args__ = _BARE
    event_key: int = _int(key=True, to="event.key", onupdate="CASCADE", ondelete="CASCADE")
    n: int = _int(key=True)
    remote_id: str = _text()
    name: str = _text()
    content_type: str = _text()
    size: int | None = _int(null=True)


class Promise(SQLModel, table=True):
    __tablename__ = "promise"
    __table_args__ = (
        Index("promise_open", "due", sqlite_where=text("outcome IS NULL")),
        Index("promise_ticket", "ticket_id"),
        _BARE,
    )
    id: str = _text(key=True)
    ticket_id: int = _int(to="ticket.id")
    due: int = _int()
    what: str = _text()
    author: str = _text()
    made: int = _int()
    outcome: str | None = _text(null=True)
    settled: int | None = _int(null=True)


class Article(SQLModel, table=True):
    __tablename__ = "article"
    id: int = _int(key=True)
    ref: str = _text(unique=True)
    remote_id: str | None = _text(null=True, unique=True)
    title: str = _text()
    body: str = _text()
    audience: str = _text()
    tags: str = _text(default="'[]'")
    product: str | None = _text(null=True)
    language: str | None = _text(null=True)
    review: str | None = _text(null=True)
    url: str | None = _text(null=True)
    updated: int | None = _int(null=True)
    used: int = _int(default="0")


class Directory(SQLModel, table=True):
    __tablename__ = "directory"
    __table_args__ = _BARE
    kind: str = _text(key=True)
    key: str = _text(key=True)
    label: str = _text()
    tier: str | None = _text(null=True)


class Setting(SQLModel, table=True):
    __tablename__ = "setting"
    __table_args__ = _BARE
    kind: str = _text(key=True)
    key: str = _text(key=True)
    body: str = _text()
    updated: int | None = _int(null=True)


class Presence(SQLModel, table=True):
    __tablename__ = "presence"
    __table_args__ = _BARE
    ticket: str = _text(key=True)
    login: str = _text(key=True)
    name: str = _text()
    writing: int = _int()
    until: int = _int()


class Beside(SQLModel, table=True):
    __tablename__ = "beside"
    __table_args__ = _BARE
    ticket_id: int = _int(key=True, to="ticket.id", ondelete="CASCADE")
    kind: str = _text(key=True)
    name: str = _text(key=True)
    value: str = _text()
    at: int = _int()
    author: str = _text()


class Outbox(SQLModel, table=True):
    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_pending", "ticket_id", "n", sqlite_where=PENDING),
        {"sqlite_autoincrement": True},
    )
    n: int = _int(key=True)
    command_id: str = _text(unique=True)
    type: str = _text()
    ticket_id: int | None = _int(null=True)
    body: str = _text()
    state: str = _text()
    hold_until: int = _int()
    attempts: int = _int(default="0")
    next_try: int = _int(default="0")
    may_have_arrived: int = _int(default="0")
    first_try: int | None = _int(null=True)
    error_code: str | None = _text(null=True)
    error: str | None = _text(null=True)
    undo: str = _text(default="'{}'")
    current: str | None = _text(null=True)
    receipt: str | None = _text(null=True)
    created: int = _int()
    changed: int = _int()
    events: str | None = _text(null=True)
    batch: str | None = _text(null=True)


class Draft(SQLModel, table=True):
    __tablename__ = "draft"
    __table_args__ = _BARE
    slot: str = _text(key=True)
    ticket_id: int | None = _int(null=True)
    kind: str = _text()
    text: str = _text()
    cursor_line: int = _int(default="0")
    cursor_column: int = _int(default="0")
    extra: str = _text(default="'{}'")
    updated: int = _int()


class Audit(SQLModel, table=True):
    __tablename__ = "audit"
    n: int = _int(key=True)
    at: int = _int()
    actor: str = _text()
    action: str = _text()
    ticket_id: int | None = _int(null=True)
    command_id: str | None = _text(null=True)
    detail: str = _text(default="'{}'")


class SyncState(SQLModel, table=True):
    __tablename__ = "sync_state"
    __table_args__ = _BARE
    backend: str = _text(key=True)
    key: str = _text(key=True)
    value: str = _text()


class Poison(SQLModel, table=True):
    __tablename__ = "poison"
    n: int = _int(key=True)
    at: int = _int()
    backend: str = _text()
    change: str = _text()
    error: str = _text()


class Erased(SQLModel, table=True):
    __tablename__ = "erased"
    __table_args__ = _BARE
    hash: str = _text(key=True)
    salt: str = _text()
    at: int = _int()


class LegalHold(SQLModel, table=True):
    __tablename__ = "legal_hold"
    customer_id: int = _int(key=True, to="customer.id", ondelete="CASCADE")
    reason: str = _text()
    author: str = _text()
    at: int = _int()


class AgentStates(SQLModel, table=True):
    __tablename__ = "agent_states"
    __table_args__ = (Index("agent_states_since", "since"), _BARE)
    agent: str = _text(key=True)
    since: int = _int(key=True)
    until: int | None = _int(null=True)
    state: str = _text()
    reason: str | None = _text(null=True)


class Shifts(SQLModel, table=True):
    __tablename__ = "shifts"
    __table_args__ = (Index("shifts_starts", "starts"), _BARE)
    agent: str = _text(key=True)
    starts: int = _int(key=True)
    ends: int = _int()


class Member(SQLModel, table=True):
    __tablename__ = "member"
    __table_args__ = (Index("member_team", "team"), _BARE)
    agent: str = _text(key=True)
    team: str = _text(key=True)


class Worked(SQLModel, table=True):
    __tablename__ = "worked"
    __table_args__ = _BARE
    ticket_id: int = _int(key=True, to="ticket.id", ondelete="CASCADE")
    agent: str = _text(key=True)
    active: int = _int()
    hold: int = _int()
    after: int = _int()


class IndexQueue(SQLModel, table=True):
    __tablename__ = "index_queue"
    __table_args__ = ({"sqlite_autoincrement": True},)
    n: int = _int(key=True)
    kind: str = _text()
    refs: bytes = Field(default=b"", sa_column=Column(BLOB, nullable=False))


class Imported(SQLModel, table=True):
    __tablename__ = "imported"
    __table_args__ = _BARE
    external_id: str = _text(key=True)
    ticket_id: int = _int(to="ticket.id")
