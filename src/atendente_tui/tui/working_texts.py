"""Scripts, macros and processes in use, read once in a thread and again when what the team shares has changed."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.knowledge.macros import Macro
    from atendente_tui.knowledge.marked import Fault
    from atendente_tui.knowledge.processes import Process
    from atendente_tui.knowledge.scripts import Script
    from atendente_tui.tui.app import AtendenteApp


class Texts(NamedTuple):
    scripts: dict[str, Script]
    macros: dict[str, Macro]
    processes: list[Process]
    faults: list[Fault]
    """Of macros and processes: those of scripts are told by the library."""


class WorkingTexts:
    """Of one application."""

    def __init__(self, app: AtendenteApp) -> None:
        self._app = app
        self._reading: asyncio.Task[Texts] | None = None

    def again(self) -> None:
        """Read them anew when they are next asked for."""
        self._reading = None

    async def get(self) -> Texts:
        if self._reading is None:
            self._reading = asyncio.ensure_future(asyncio.to_thread(self._read))
            told = True
        else:
            told = False
        texts = await asyncio.shield(self._reading)
        if told and texts.faults:
            said = "\n".join(str(one) for one in texts.faults[:5])
            title = _("Macros and processes that cannot be used")
            self._app.say(said, severity="warning", title=title, seconds=20)
        return texts

    def _read(self) -> Texts:
        from atendente_tui import paths
        from atendente_tui.desk.macros import macros_in
        from atendente_tui.desk.processes import process_folders, processes_in
        from atendente_tui.desk.scripts import script_folders, scripts_in

        place = self._app.workplace
        data = place.desk.own or paths.data_dir()
        with closing(place.store.reader()) as db:
            scripts = scripts_in(script_folders(place.config, data), db).scripts
            macros, wrong = macros_in(data, db)
        processes, more = processes_in(process_folders(data))
        return Texts(
            {one.id: one for one in scripts}, {one.id: one for one in macros}, processes, [*wrong, *more]
        )
