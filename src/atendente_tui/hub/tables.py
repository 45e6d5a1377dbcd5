"""The hub's tables, on SQLite and PostgreSQL alike. Alembic makes them (`migrations/`); a test says both agree.

`body` columns hold the JSON of the change a reader is given, so that a page is put together without parsing it.
`log` holds no content: a row says *what* changed, and the reader gets it as it is now. Moments are ms since 1970.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()

clock = Table(
    "clock",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("ticket", BigInteger, nullable=False),
    Column("customer", BigInteger, nullable=False),
)
"""One row, locked by every write from its start to its commit: so numbers become visible in their own order."""

state = Table(
    "hub_state",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""`id` of the hub, `epoch` of its numbers: a restored hub counts anew, and old cursors end."""

team = Table(
    "team",
    metadata,
    Column("key", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("tier", Text),
)

agent = Table(
    "agent",
    metadata,
    Column("login", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("all_teams", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("scope", Integer, nullable=False),  # counted up whenever what they may see changes
)

member = Table(
    "member",
    metadata,
    Column("login", Text, ForeignKey("agent.login", ondelete="CASCADE"), primary_key=True),
    Column("team", Text, ForeignKey("team.key", ondelete="CASCADE"), primary_key=True),
)

past_scope = Table(
    "past_scope",
    metadata,
    Column("login", Text, primary_key=True),
    Column("scope", Integer, primary_key=True, autoincrement=False),
    Column("teams", Text),  # JSON list; NULL: all
)
"""What somebody could see before: so that they are told what is out of their sight now."""

token = Table(
    "token",
    metadata,
    Column("hash", Text, primary_key=True),  # SHA-256 of 256 random bits
    Column("id", Text, nullable=False, unique=True),  # what people call it by
    Column("login", Text, ForeignKey("agent.login", ondelete="CASCADE"), nullable=False),
    Column("label", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("revoked", BigInteger),
)

customer = Table(
    "customer",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

identity = Table(
    "identity",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("normal", Text, primary_key=True),
    Column("customer", BigInteger, ForeignKey("customer.id"), nullable=False),
    Index("identity_customer", "customer"),
)

ticket = Table(
    "ticket",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("customer", BigInteger, ForeignKey("customer.id"), nullable=False),
    Column("protocol", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("team", Text),
    Column("updated", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("ticket_customer", "customer", "updated"),
    Index("ticket_team", "team", "id"),
    Index("ticket_status", "status", "id"),
)

event = Table(
    "event",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # its number in the log
    Column("ticket", BigInteger, ForeignKey("ticket.id")),
    Column("customer", BigInteger, ForeignKey("customer.id"), nullable=False),
    Column("talk", Boolean, nullable=False),  # said between us and the customer: makes a reply stale
    Column("author", Text, nullable=False),  # login where an agent is the author, else ''
    Column("command", Text, unique=True),
    Column("body", Text, nullable=False),
    Index("event_ticket", "ticket", "id"),
    Index("event_customer", "customer", "id"),
)

log = Table(
    "log",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),  # new | ticket | moved | event | customer | content | content_gone
    Column("ticket", BigInteger),  # whose visibility decides
    Column("customer", BigInteger),
    Column("team", Text),  # moved: where it was before
    Column("ref", Text),  # content: KIND/KEY
)

command = Table(
    "command",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("receipt", Text, nullable=False),
)

content = Table(
    "content",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("updated", BigInteger, nullable=False),
)
"""Articles, scripts, macros, wrap-up codes, reasons, calendars, SLA policies; agents and teams as pick-lists show them."""

flag = Table(
    "flag",
    metadata,
    Column("command", Text, primary_key=True),
    Column("article", Text, nullable=False),
    Column("login", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("flag", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("flag_article", "article"),
)

presence = Table(
    "presence",
    metadata,
    Column("login", Text, ForeignKey("agent.login", ondelete="CASCADE"), primary_key=True),
    Column("ticket", BigInteger, nullable=False),
    Column("writing", Boolean, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("presence_ticket", "ticket"),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Text, primary_key=True),  # random: knowing a file's content does not give it away
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),  # login, or "source:NAME": who may put it on a ticket
    Column("created", BigInteger, nullable=False),
    Column("event", BigInteger, ForeignKey("event.id")),
    Index("attachment_sha256", "sha256"),
    Index("attachment_event", "event"),
)

source = Table(
    "source",
    metadata,
    Column("name", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("team", Text),
    Column("secret", Text, nullable=False),
    Column("older_secret", Text),  # during a rotation both hold
    Column("active", Boolean, nullable=False),
    Column("created", BigInteger, nullable=False),
)

received = Table(
    "received",
    metadata,
    Column("source", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("customer", BigInteger, ForeignKey("customer.id"), nullable=False),
    Column("ticket", BigInteger, ForeignKey("ticket.id")),  # NULL: it belongs to the customer alone
    Column("event", BigInteger, ForeignKey("event.id"), nullable=False),
    Column("new_ticket", Boolean, nullable=False),  # it opened its ticket: a repeated one is answered alike
    Column("at", BigInteger, nullable=False),  # when it came in
    Index("received_message", "message_id"),
    Index("received_customer", "customer", "source", "at"),
)
"""Messages from outside by their sender's id: what threads a conversation, and keeps a repeated one from counting twice."""

signature = Table(
    "signature",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Index("signature_until", "until"),
)
"""Signatures seen; forgotten once their timestamp alone would refuse them."""

training_class = Table(
    "training_class",
    metadata,
    Column("id", Text, primary_key=True),  # made by who starts it: started again it is the same one
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("scenario", Text, nullable=False),  # the file, as every trainee gets it
    Column("mode", Text, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("began", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Index("training_class_began", "began"),
)
"""A scenario that several play at once. Nothing of it is a ticket, and the log does not know it."""

class_trainee = Table(
    "class_trainee",
    metadata,
    Column("class", Text, ForeignKey("training_class.id", ondelete="CASCADE"), primary_key=True),
    Column("login", Text, ForeignKey("agent.login", ondelete="CASCADE"), primary_key=True),
    Column("seq", BigInteger, nullable=False),  # of the newest progress told
    Column("state", Text, nullable=False),
    Column("seen", BigInteger),  # when something was last heard of them
    Column("progress", Text, nullable=False),  # JSON
    Column("result", Text),  # JSON, once it is over
    Index("class_trainee_login", "login"),
)

class_message = Table(
    "class_message",
    metadata,
    Column("id", Text, primary_key=True),
    Column("class", Text, ForeignKey("training_class.id", ondelete="CASCADE"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("login", Text),  # NULL: for all of the class
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("class_message_class", "class", "n", unique=True),
)
"""A hint for a trainee, or something that is to happen in their world."""

TALK_KINDS = ("message", "call", "bot_turn")
ROLES = ("agent", "supervisor", "trainer", "administrator")
