"""Whether a customer is asked how it went: nobody is asked twice within the company's span of days."""

from __future__ import annotations

from typing import Literal

DAY = 86_400_000


def may_ask(last_asked: int | None, now: int, days: float) -> bool:
    """Moments in ms. `last_asked`: when this customer was last asked, or answered, on any ticket; None for never."""
    return last_asked is None or now - last_asked >= days * DAY


def which(
    last_asked: int | None, last_nps: int | None, now: int, days: float, nps_days: float | None
) -> Literal["csat", "nps"] | None:
    """The survey that is due: two surveys, one span of days in which nobody is asked twice by either.

    last_asked   when they were last asked or answered, by whichever survey
    last_nps     when they last answered an NPS; None for never
    nps_days     days between two of those, None where the company asks for none
    """
    if not may_ask(last_asked, now, days):
        return None
    return "nps" if nps_days is not None and may_ask(last_nps, now, nps_days) else "csat"
