"""How quality develops, by skill, agent, item or card: a period, the one before it, and how it went within."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.store.quality_figures import By, ScoreRow, score_rows

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.metrics.scope import Window

MOST_STEPS = 12
DAY = 86_400_000


class Trend(NamedTuple):
    key: str
    title: str
    """What people call it, where that is not the key."""
    value: float | None
    """Percent; None where nothing was reviewed."""
    reviews: int
    before: float | None
    steps: tuple[float | None, ...]
    """The period in equal parts, oldest first."""


def trend(db: Connection, window: Window, by: By) -> list[Trend]:
    """Of agents and cards the mean over reviews, a fatal item making one 0 as in `qa_score`; of skills and items the weighted
    mean of the answers that count."""
    span = window.end - window.start
    rows = score_rows(db, window.start - span, window.end, by)
    count = max(1, min(MOST_STEPS, span // DAY))
    found = []
    for key in sorted({one.key for one in rows}):
        own = [one for one in rows if one.key == key]
        now = [one for one in own if one.at >= window.start]
        steps = tuple(
            _mean([one for one in now if (one.at - window.start) * count // span == n], by)
            for n in range(count)
        )
        found.append(
            Trend(
                key,
                next((one.title for one in reversed(own) if one.title), ""),
                _mean(now, by),
                len({one.review for one in now}),
                _mean([one for one in own if one.at < window.start], by),
                steps,
            )
        )
    return found


def _mean(rows: list[ScoreRow], by: By) -> float | None:
    if by in ("skill", "item"):
        return _weighted(rows)
    scores = []
    for review in {one.review for one in rows}:
        own = [one for one in rows if one.review == review]
        failed = any(one.fatal and one.value == 0 for one in own)
        value = 0.0 if failed else _weighted(own)
        if value is not None:
            scores.append(value)
    return sum(scores) / len(scores) if scores else None


def _weighted(rows: list[ScoreRow]) -> float | None:
    weights = sum(one.weight for one in rows if one.value is not None)
    if not weights:
        return None
    return 100 * sum(one.weight * one.value for one in rows if one.value is not None) / weights
