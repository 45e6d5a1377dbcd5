"""What the assistant proposes, beside what is written: a diff to accept or to refuse."""

from __future__ import annotations

import difflib
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import SafeText, safe_text
from atendente_tui.tui.lines import Line, block
from atendente_tui.tui.screens.stale import Diff
from atendente_tui.tui.widgets.dialog import Box, Dialog

CHARACTERS, LINES = 20_000, 2_000
_ROLES = {"+ ": "good", "- ": "quiet", "  ": ""}


class AssistantScreen(Dialog[bool]):
    """True when the proposal was accepted."""

    DEFAULT_CSS = """
    AssistantScreen > Box { width: 110; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,enter", "take(True)", show=False),
        Binding("d,escape", "take(False)", show=False),
    ]

    def __init__(self, title: SafeText, written: str, proposed: str, *, may_take: bool = True) -> None:
        super().__init__()
        self._title, self._may_take = title, may_take
        self.diff = Diff(lambda width: proposal_lines(written, proposed, width))

    def compose(self) -> ComposeResult:
        with Box(self._title):
            yield Static(
                Content(_("Written by a machine: read it before it counts.")), classes="dialog-strong"
            )
            yield self.diff
            keys = _("a put it into the composer · Esc leave it") if self._may_take else _("Esc back")
            yield Static(Content(keys), classes="dialog-keys")

    def on_mount(self) -> None:
        self.set_focus(self.diff)

    def action_take(self, taken: bool) -> None:
        self.dismiss(taken and self._may_take)


def proposal_lines(written: str, proposed: str, width: int) -> list[Line]:
    """ "+ " begins what is proposed, "- " what would go, two spaces what stays."""
    old = safe_text(written, characters=CHARACTERS, lines=LINES).splitlines()
    new = safe_text(proposed, characters=CHARACTERS, lines=LINES).splitlines()
    lines: list[Line] = []
    for told in difflib.ndiff(old, new):
        mark, text = told[:2], told[2:]
        if mark in _ROLES:
            lines += block(
                safe_text(text), width, prefix=mark, role=_ROLES[mark], prefix_role=_ROLES[mark] or "quiet"
            )
    return lines
