"""The tables of quality reviews as SQLModel sees them (see `tables`); the migrations make the file."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import SQLModel

from atendente_tui.store.tables import _BARE, _int, _text


class QaReview(SQLModel, table=True):
    __tablename__ = "qa_review"
    __table_args__ = (Index("qa_review_ticket", "ticket_id"), Index("qa_review_agent", "agent"), _BARE)
    id: str = _text(key=True)
    ticket_id: int = _int(to="ticket.id", ondelete="CASCADE")
    card: str = _text()
    title: str = _text()
    agent: str = _text()
    reviewer: str = _text()
    calibration: int = _int()
    begun: int = _int()
    finished: int | None = _int(null=True)


class QaAnswer(SQLModel, table=True):
    __tablename__ = "qa_answer"
    __table_args__ = _BARE
    review: str = _text(key=True, to="qa_review.id", ondelete="CASCADE")
    revision: int = _int(key=True)
    item: str = _text(key=True)
    n: int = _int()
    title: str = _text()
    help: str = _text()
    skill: str = _text()
    weight: int = _int()
    points: int = _int()
    may_not_apply: int = _int()
    critical: int = _int()
    fatal: int = _int()
    needs: str = _text()
    answered: int = _int()
    given: int | None = _int(null=True)
    comment: str = _text()
    evidence: str = _text()


class QaStep(SQLModel, table=True):
    __tablename__ = "qa_step"
    __table_args__ = (Index("qa_step_review", "review", "n"), _BARE)
    id: str = _text(key=True)
    review: str = _text(to="qa_review.id", ondelete="CASCADE")
    n: int = _int()
    at: int = _int()
    kind: str = _text()
    author: str = _text()
    text: str = _text()
    revision: int | None = _int(null=True)
    command_id: str | None = _text(null=True)
