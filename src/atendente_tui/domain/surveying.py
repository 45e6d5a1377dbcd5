"""Whether a customer is asked how it went: nobody is asked twice within the company's span of days."""

from __future__ import annotations

DAY = 86_400_000


def may_ask(last_asked: int | None, now: int, days: float) -> bool:
    """Moments in ms. `last_asked`: when this customer was last asked, or answered, on any ticket; None for never."""
    return last_asked is None or now - last_asked >= days * DAY
