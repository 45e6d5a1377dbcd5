"""The scorecards in use: files of one's own, and those that are shipped where none has their name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from atendente_tui.domain.refusal import Refused
from atendente_tui.knowledge.scorecards import load_cards
from atendente_tui.knowledge.shipped import SCORECARDS

if TYPE_CHECKING:
    from atendente_tui.knowledge.marked import Fault
    from atendente_tui.quality.card import Card

FOLDER = "qa"


def cards_in(data: Path) -> tuple[list[Card], list[Fault]]:
    """Those of the data directory's folder `qa`, then the shipped ones; what is wrong with the former."""
    own, faults = load_cards(data / FOLDER) if (data / FOLDER).is_dir() else ([], [])
    taken = {one.id for one in own} | {Path(one.file).stem for one in faults}
    shipped, _none = load_cards(SCORECARDS)
    return [*own, *(one for one in shipped if one.id not in taken)], faults


def card_named(data: Path, name: str | None) -> Card:
    """The card of that name; without one the first there is. Refused: no_such_card, qa_card_faulty (what)."""
    cards, faults = cards_in(data)
    found = next((one for one in cards if name in (None, one.id)), None)
    if found is None:
        if wrong := next((one for one in faults if Path(one.file).stem == name), None):
            raise Refused("qa_card_faulty", found=name, what=str(wrong))
        raise Refused("no_such_card", found=name or "", allowed=", ".join(one.id for one in cards))
    return found
