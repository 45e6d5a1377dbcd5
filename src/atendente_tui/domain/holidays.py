"""Days on which nobody works: public holidays of a country and state, and a company's own days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


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
    _years: dict[int, frozenset[date]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __call__(self, day: date) -> bool:
        if day in self.worked:
            return False
        if day in self.closed:
            return True
        known = self._years.get(day.year)
        if known is None:
            known = self._years[day.year] = self._year(day.year)
        return day in known

    def _year(self, year: int) -> frozenset[date]:
        from holidays import country_holidays

        categories = ("public", "optional") if self.optional else ("public",)
        found = country_holidays(self.country, subdiv=self.state, years=year, categories=categories)
        return frozenset(found)
