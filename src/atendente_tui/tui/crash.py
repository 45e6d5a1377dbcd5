"""How the screen ends when the program is at fault: a sentence and a path, and nothing of a customer anywhere.

Textual's own way prints a traceback with local variables; here only the kind of the failure is told, and the log
keeps the places in the code (`atendente_tui.crash`).
"""

from __future__ import annotations

from rich.text import Text
from textual.worker import WorkerFailed

from atendente_tui import crash
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line


def told(error: BaseException) -> Text:
    """What the person reads on the terminal after the screen is gone; the report is written to the log."""
    while isinstance(error, WorkerFailed):
        error = error.error
    log = crash.record(error)
    return Text(
        "\n".join(
            (
                _("Atendente had to stop because of a fault of its own ({kind}).").format(
                    kind=type(error).__name__
                ),
                _("What you were writing is kept: open it again and go on."),
                _("The details, without customer data, are in {path}").format(
                    path=safe_line(str(log), characters=1_000)
                ),
            )
        )
    )
