"""Whether there is a terminal the screen can live in. Standard library only: asked before anything heavy loads."""

from __future__ import annotations

import os
import sys

from atendente_tui.i18n import _

WIDTH = 60
HEIGHT = 16


def unfit() -> str | None:
    """Why the screen cannot open here, as a sentence for the person; None when it can."""
    if not (sys.stdin.isatty() and sys.stderr.isatty() and sys.stdout.isatty()):
        return _("The workstation needs a terminal, and input or output is not one.")
    if os.environ.get("TERM", "") in ("dumb", "unknown") or (
        os.name == "posix" and not os.environ.get("TERM")
    ):
        return _("The workstation cannot draw on this terminal (TERM={term}).").format(
            term=os.environ.get("TERM", "")
        )
    try:
        columns, lines = os.get_terminal_size(sys.stderr.fileno())
    except (OSError, ValueError):
        return None
    if 0 < columns < WIDTH or 0 < lines < HEIGHT:
        return _("The workstation needs {width}×{height}, and this terminal has {columns}×{lines}.").format(
            width=WIDTH, height=HEIGHT, columns=columns, lines=lines
        )
    return None
