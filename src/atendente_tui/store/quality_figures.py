"""The answers that count in the figures, told apart by what they are about."""

from __future__ import annotations

from typing import Literal, NamedTuple

from sqlcipher3.dbapi2 import Connection

By = Literal["skill", "agent", "item", "card"]
_KEY: dict[By, tuple[str, str]] = {
    "skill": ("a.skill", "''"),
    "agent": ("s.agent", "''"),
    "item": ("s.item", "a.title"),
    "card": ("r.card", "r.title"),
}


class ScoreRow(NamedTuple):
    at: int
    review: str
    key: str
    title: str
    weight: float
    value: float | None
    fatal: bool


def score_rows(db: Connection, start: int, end: int, by: By) -> list[ScoreRow]:
    """Of that time (ms), oldest first."""
    key, title = _KEY[by]
    rows = db.execute(
        f"SELECT s.at, s.review, {key}, coalesce({title}, ''), s.weight, s.value, s.fatal FROM qa_scores s"
        " LEFT JOIN qa_review r ON r.id = s.review LEFT JOIN qa_answer a ON a.review = s.review AND a.item = s.item"
        " AND a.revision = (SELECT max(revision) FROM qa_step WHERE review = s.review)"
        f" WHERE s.at >= ? AND s.at < ? AND coalesce({key}, '') <> '' ORDER BY s.at, s.review, s.item",
        (start, end),
    )
    return [ScoreRow._make((*row[:6], bool(row[6]))) for row in rows]
