"""Days on which nobody works: public holidays of a country and state, and a company's own days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """Asked for a day, says whether it is closed. The `holidays` library is loaded when first asked.

    state     its code ("SP"), None for national holidays only
    optional  also days on which offices usually close by custom: Carnival, Corpus Christi (pontos facultativos)
    closed    days the company adds;  worked  days it works in spite of everything
    """

    country: str = "BR"
    state: str | None = None
    optional: bool = False
    closed: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def __call__(self, day: date) -> bool:
        if day in self.worked:
            return False
        return day in self.closed or day in _year(self.country, self.state, self.optional, day.year)


@cache
def _year(country: str, state: str | None, optional: bool, year: int) -> frozenset[date]:
    from holidays import country_holidays

    categories = ("public", "optional") if optional else ("public",)
    return frozenset(country_holidays(country, subdiv=state, years=year, categories=categories))


def known(country: str, state: str | None = None) -> bool:
    """Whether the library knows that country and state: for whoever checks a configuration, as it takes 0.1 s."""
    try:
        _year(country, state, False, 2000)
    except NotImplementedError:
        return False
    return True
