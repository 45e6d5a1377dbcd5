"""Who asks, and what of the hub they may see and do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["agent", "supervisor", "trainer", "administrator"]


@dataclass(frozen=True, slots=True)
class Actor:
    """An agent as a token proved them to be. `scope` counts the changes of what they may see."""

    login: str
    name: str
    role: Role
    teams: tuple[str, ...]
    all_teams: bool
    scope: int

    @property
    def may_write(self) -> bool:
        return self.role != "supervisor"

    def sees(self, team: str | None) -> bool:
        """Tickets of no team belong to everybody."""
        return self.all_teams or team is None or team in self.teams
