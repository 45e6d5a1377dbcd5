"""The ready answers in use: files of one's own, what the team shares by the backend, else what is shipped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.config import Config
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.knowledge.marked import Fault
    from atendente_tui.knowledge.scripts import Script


def script_folders(config: Config, data: Path) -> list[Path]:
    """Folders of the configuration and the data directory; existing ones only. The shipped scripts serve until there are own ones."""
    own = [*config.scripts, data / "scripts"]
    found = [folder for folder in own if folder.is_dir()]
    if not found:
        from atendente_tui.knowledge.shipped import SCRIPTS

        found = [SCRIPTS]
    return found


class Scripts(NamedTuple):
    scripts: list[Script]
    faults: list[Fault]
    """What cannot be used, in files and in what is shared."""
    hidden: list[str]
    """Sentences: which shared script a file of one's own stands in for."""


def scripts_in(folders: Sequence[Path], db: Connection | None) -> Scripts:
    """The scripts of the folders and, where no file has their id, those the team shares (`db`: the store)."""
    from atendente_tui.knowledge.scripts import load_scripts, read_scripts
    from atendente_tui.knowledge.shipped import SCRIPTS
    from atendente_tui.store import reading

    theirs: dict[str, Script] = {}
    found = Scripts([], [], [])
    for row in reading.settings(db, "script") if db is not None else ():
        scripts, faults = read_scripts(row.body, _("shared script {key}").format(key=row.key))
        found.faults.extend(faults)
        for one in scripts:
            theirs.setdefault(one.id, one)
    own: dict[str, Script] = {}
    for folder in folders:
        if not folder.exists() or (theirs and folder == SCRIPTS):
            continue
        scripts, faults = load_scripts(folder)
        found.faults.extend(faults)
        for one in scripts:
            own.setdefault(one.id, one)
    found.scripts.extend(own.values())
    for name, shared in theirs.items():
        if name in own:
            said = _("{file} stands in for the team's script {name}.").format(file=own[name].path, name=name)
            found.hidden.append(said)
        else:
            found.scripts.append(shared)
    return found
