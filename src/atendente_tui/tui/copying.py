"""The only way to the clipboard: OSC 52, on request, saying what went there."""

from __future__ import annotations

from typing import Any

from textual.app import App

from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line, safe_text

MOST = 200_000
"""Characters of one copy."""
DOUBTFUL = 70_000
"""From here on some terminals drop what they are sent."""


def copy(app: App[Any], text: str, what: str) -> None:
    """Put foreign text, cleaned, on the clipboard and tell what it was."""
    cleaned = safe_text(text, characters=MOST, lines=MOST)
    if not cleaned.strip():
        app.notify(_("There is nothing to copy here."), markup=False)
        return
    app.copy_to_clipboard(cleaned)
    count = len(cleaned)
    size = n_("{n} character", "{n} characters", count).format(n=count)
    said = _("Copied: {what} ({size})").format(what=safe_line(what, characters=80), size=size)
    if count > DOUBTFUL:
        said += "\n" + _("It is long: some terminals refuse so much.")
    app.notify(said, markup=False)
