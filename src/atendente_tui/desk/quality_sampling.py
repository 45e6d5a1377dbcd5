"""Which tickets a reviewer is to look at, by a card's rules or by those given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.domain.refusal import Refused
from atendente_tui.quality.sampling import Chosen, Rule, sample
from atendente_tui.store import quality_reading as reading

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.desk.desk import Desk
    from atendente_tui.metrics.scope import Window


class Drawn(NamedTuple):
    chosen: tuple[Chosen, ...]
    of: int
    """Among how many they were chosen."""


def drawn(
    db: Connection, desk: Desk, window: Window, rules: Sequence[Rule], seed: str, *, again: bool = False
) -> Drawn:
    """Refused: qa_no_rules."""
    if not rules:
        raise Refused("qa_no_rules")
    found = reading.candidates(db, window.start, window.end, reviewer=desk.agent.login, again=again)
    return Drawn(tuple(sample(found, rules, seed)), len(found))
