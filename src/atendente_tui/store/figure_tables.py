"""The tables of the figures as SQLModel sees them (see `tables`); the migrations make the file."""

from __future__ import annotations

from sqlalchemy import REAL, Column, Index, text
from sqlmodel import Field, SQLModel

from atendente_tui.store.tables import _BARE, _int, _text


def _real(*, null: bool = False) -> float:
    return Field(default=None, sa_column=Column(REAL, nullable=null))  # type: ignore[no-any-return]


class CountedTicket(SQLModel, table=True):
    __tablename__ = "counted_ticket"
    __table_args__ = (
        Index("counted_ticket_solved", "solved", sqlite_where=text("solved IS NOT NULL")),
        Index("counted_ticket_same", "customer_id", "opened"),
    )
    ticket_id: int = _int(key=True)
    customer_id: int = _int()
    channel: str = _text()
    team: str | None = _text(null=True)
    tier: str | None = _text(null=True)
    reason: str | None = _text(null=True)
    direction: str = _text()
    agent: str | None = _text(null=True)
    opened: int = _int()
    solved: int | None = _int(null=True)
    standing: int = _int()
    solved_tier: str | None = _text(null=True)
    took: int | None = _int(null=True)
    business: int | None = _int(null=True)
    net: int | None = _int(null=True)
    net_business: int | None = _int(null=True)
    episodes: int = _int()
    reopened: int = _int()
    handbacks: int = _int()


class CountedContact(SQLModel, table=True):
    __tablename__ = "counted_contact"
    __table_args__ = (
        Index("counted_contact_decided", "decided", sqlite_where=text("decided IS NOT NULL")),
        Index("counted_contact_ended", "ended", sqlite_where=text("active IS NOT NULL")),
        _BARE,
    )
    ticket_id: int = _int(key=True)
    n: int = _int(key=True)
    channel: str = _text()
    team: str | None = _text(null=True)
    tier: str | None = _text(null=True)
    reason: str | None = _text(null=True)
    direction: str = _text()
    agent: str | None = _text(null=True)
    started: int = _int()
    ended: int = _int()
    decided: int | None = _int(null=True)
    picked: int = _int()
    abandoned: int = _int()
    waited: int | None = _int(null=True)
    active: int | None = _int(null=True)
    hold: int | None = _int(null=True)
    after: int | None = _int(null=True)


class CountedTarget(SQLModel, table=True):
    __tablename__ = "counted_target"
    __table_args__ = (
        Index("counted_target_done", "kind", "done", sqlite_where=text("done IS NOT NULL")),
        Index("counted_target_decided", "decided", sqlite_where=text("decided IS NOT NULL")),
        _BARE,
    )
    ticket_id: int = _int(key=True)
    kind: str = _text(key=True)
    n: int = _int(key=True)
    channel: str = _text()
    team: str | None = _text(null=True)
    tier: str | None = _text(null=True)
    reason: str | None = _text(null=True)
    direction: str = _text()
    agent: str | None = _text(null=True)
    started: int = _int()
    done: int | None = _int(null=True)
    took: int | None = _int(null=True)
    business: int | None = _int(null=True)
    due: int | None = _int(null=True)
    decided: int | None = _int(null=True)


class CountDue(SQLModel, table=True):
    __tablename__ = "count_due"
    ticket_id: int = _int(key=True)


class QaScores(SQLModel, table=True):
    __tablename__ = "qa_scores"
    __table_args__ = (Index("qa_scores_at", "at"), _BARE)
    review: str = _text(key=True)
    item: str = _text(key=True)
    ticket_id: int | None = _int(null=True)
    agent: str | None = _text(null=True)
    at: int = _int()
    weight: float = _real()
    value: float | None = _real(null=True)
    critical: int = _int()
    fatal: int = _int()


class ImportedFigures(SQLModel, table=True):
    __tablename__ = "imported_figures"
    __table_args__ = _BARE
    key: str = _text(key=True)
    starts: int = _int(key=True)
    ends: int = _int(key=True)
    value: float = _real()
