"""Escalation to another level: the packet nobody should have to ask for, and the count of comings back."""

from __future__ import annotations

from collections.abc import Iterable

from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Tier

_ORDER = (Tier.N1, Tier.N2, Tier.N3)


def check_packet(*, reason: str, tried: str, workaround: str) -> None:
    """Raises Refused("packet_incomplete", missing) naming the parts left empty: reason, tried, workaround."""
    parts = {"reason": reason, "tried": tried, "workaround": workaround}
    missing = [name for name, text in parts.items() if not text.strip()]
    if missing:
        raise Refused("packet_incomplete", missing=missing)


def check_tier(current: Tier | None, wanted: Tier) -> None:
    """An escalation changes the level. Raises Refused("tier_same", tier)."""
    if current == wanted:
        raise Refused("tier_same", tier=str(wanted))


def is_hand_back(current: Tier | None, wanted: Tier) -> bool:
    """Whether the move goes down a level: given back, not escalated."""
    return current is not None and _ORDER.index(Tier(wanted)) < _ORDER.index(Tier(current))


def ping_pong(moves: Iterable[tuple[str | None, str | None]]) -> int:
    """How often a ticket came back to a level or team it had already left. `moves` are (from, to), oldest first."""
    left: set[str] = set()
    returns = 0
    for source, target in moves:
        if source is not None:
            left.add(source)
        if target is not None and target in left and target != source:
            returns += 1
    return returns
