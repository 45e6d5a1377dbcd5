"""Which colleagues have a ticket open, in words for its header and in a few signs for its row."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import SafeText, safe_line
from atendente_tui.store.rows import PresentRow
from atendente_tui.tui.glyphs import Glyphs
from atendente_tui.tui.show import cell

NAMED = 3
"""So many are called by name; of more the number is told."""
NAME = 12
"""Columns of a first name."""


def told(people: Sequence[PresentRow], glyphs: Glyphs) -> list[tuple[SafeText, bool]]:
    """ "Ana está escrevendo…", "Bruno e Caio estão vendo": who writes first, each with whether it is about writing."""
    said: list[tuple[SafeText, bool]] = []
    for writing in (True, False):
        names = [_first(one) for one in people if one.writing is writing]
        if not names:
            continue
        who = _joined(names)
        if writing:
            text = n_("{who} is writing", "{who} are writing", len(names)).format(who=who)
            said.append((safe_line(text + _dots(glyphs), characters=200), True))
        else:
            text = n_("{who} is looking", "{who} are looking", len(names)).format(who=who)
            said.append((safe_line(text, characters=200), False))
    return said


def short(people: Sequence[PresentRow], width: int, glyphs: Glyphs) -> str:
    """In at most `width` columns: the words where they fit, else "@Ana…" for who writes and "@Bruno +1" for who looks."""
    words = f" {glyphs.dot} ".join(text for text, _writing in told(people, glyphs))
    if cell_len(words) <= width:
        return words
    tail = _dots(glyphs) if people[0].writing else ""
    if len(people) > 1:
        tail += f" +{len(people) - 1}"
    room = max(1, min(NAME, width - 1 - cell_len(tail)))
    name = _first(people[0])
    more = "" if people[0].writing else glyphs.more
    return f"@{name if cell_len(name) <= room else cell(name, room, more=more)}{tail}"


def _first(one: PresentRow) -> SafeText:
    words = one.name.split()
    return safe_line(words[0] if words else one.login, characters=40)


def _joined(names: Sequence[str]) -> str:
    shown = [cell(safe_line(one), NAME).rstrip() if cell_len(one) > NAME else one for one in names[:NAMED]]
    if len(names) > NAMED:
        return _("{names} and {n} more").format(names=", ".join(shown), n=len(names) - NAMED)
    if len(shown) == 1:
        return shown[0]
    return _("{names} and {last}").format(names=", ".join(shown[:-1]), last=shown[-1])


def _dots(glyphs: Glyphs) -> str:
    return "..." if glyphs.ascii else "…"
