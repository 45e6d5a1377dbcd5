"""The macros in use: files of one's own, what the team shares, else what is shipped; and what one asks for on a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from atendente_tui.desk.together import Deed, deeds
from atendente_tui.i18n import _
from atendente_tui.knowledge.macros import Macro, load_macros, read_macro

if TYPE_CHECKING:
    from typing import Any

    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.knowledge.marked import Fault


def macros_in(data: Path, db: Connection | None) -> tuple[list[Macro], list[Fault]]:
    """Those of the data directory's folder `macros` and, where none has their id, those the team shares (`db`: the
    store); the shipped ones serve until there are others."""
    from atendente_tui.knowledge.shipped import MACROS
    from atendente_tui.store import reading

    found: dict[str, Macro] = {}
    faults: list[Fault] = []
    if (own := data / "macros").is_dir():
        macros, faults = load_macros(own)
        found = {one.id: one for one in macros}
    for row in reading.settings(db, "macro") if db is not None else ():
        macro, wrong = read_macro(row.body, row.key, _("shared macro {key}").format(key=row.key))
        faults += wrong
        if macro is not None:
            found.setdefault(macro.id, macro)
    if not found and not own.is_dir():
        return load_macros(MACROS)
    return list(found.values()), faults


TRIED, WORKAROUND = "tried", "workaround"


def moves_level(macro: Macro) -> bool:
    """Whether it hands the ticket to another level: then what was tried and what helps meanwhile must be told."""
    return any(one.name == "tier" for one in macro.actions)


def deeds_of(macro: Macro, text: str, packet: Mapping[str, str], **reply: Any) -> tuple[Deed, ...]:
    """What it does, with its text filled in; `packet` holds `tried` and `workaround` where it moves the level."""
    return deeds(text=text, actions=macro.actions, packet={"reason": macro.title, **packet}, **reply)
