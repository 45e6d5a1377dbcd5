"""Telling a supervisor of what has just become notable: a line on the screen, and where wished the bell and the desktop."""

from __future__ import annotations

import shutil
import subprocess  # nosec B404 # one program of the desktop, by its own path, with no shell
import threading
from collections.abc import Collection
from typing import TYPE_CHECKING

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import SafeText, safe_line

if TYPE_CHECKING:
    from atendente_tui.desk.floor import Floor
    from atendente_tui.tui.app import AtendenteApp

FEW = 3
"""More than so many at once are told as a number."""


def sentences(floor: Floor, new: Collection[str]) -> list[SafeText]:
    """One line for each of these notices."""
    told = [
        (f"spike:{one.reason}", _("Spike in “{reason}”: {n} in 1 h").format(reason=one.reason, n=one.number))
        for one in floor.spikes
    ]
    told += [
        (
            f"deadline:{one.ticket_id}",
            _("{protocol} is about to break its deadline").format(protocol=one.protocol),
        )
        for one in floor.deadlines
    ]
    told += [
        (f"sent:{one.ticket_id}", _("{protocol} is sent to and fro").format(protocol=one.protocol))
        for one in floor.sent_about
    ]
    told += [
        (f"pause:{one.login}", _("{name} has paused for long").format(name=one.name)) for one in floor.agents
    ]
    lines = [safe_line(text) for key, text in told if key in new]
    if len(lines) > FEW:
        return [safe_line(_("{n} new notices").format(n=len(lines)))]
    return lines


def alert(app: AtendenteApp, floor: Floor, new: Collection[str]) -> None:
    lines = sentences(floor, new)
    watch = app.workplace.config.monitor
    for line in lines:
        app.say(line, severity="warning")
    if lines and watch.bell:
        app.bell()
    if lines and watch.desktop:
        threading.Thread(target=_tell_desktop, args=(lines,), daemon=True).start()


def _tell_desktop(lines: list[SafeText]) -> None:
    program = shutil.which("notify-send")
    if program is not None:
        # "--" ends the options: a text that begins with a dash stays a text.
        subprocess.run(  # noqa: S603  # nosec B603 # no shell, and its words are cleaned
            [program, "--app-name=Atendente", "--", "Atendente", "\n".join(lines)], check=False, timeout=10
        )
