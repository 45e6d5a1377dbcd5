"""Instants: aware datetimes in the rules, integer milliseconds of UTC in the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(moment: datetime) -> int:
    """Milliseconds since the epoch. Raises ValueError for a naive datetime: its zone would be a guess."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment.isoformat()}")
    since = moment - EPOCH
    return since.days * 86_400_000 + since.seconds * 1_000 + since.microseconds // 1_000


def from_ms(milliseconds: int) -> datetime:
    """The aware UTC datetime of so many milliseconds since the epoch."""
    return EPOCH + timedelta(milliseconds=milliseconds)
