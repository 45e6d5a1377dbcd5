"""One text in full: a message of any length, or an article as formatted text.

Lines are cleaned and wrapped as they come into view, so a message of 100,000 lines opens like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from atendente_tui.i18n import _
from atendente_tui.privacy.links import with_real_hosts
from atendente_tui.privacy.masking import masked as hidden
from atendente_tui.privacy.safe import safe_line, safe_text
from atendente_tui.tui.copying import copy
from atendente_tui.tui.lines import BLANK, Line, block
from atendente_tui.tui.widgets.dialog import Box, Dialog
from atendente_tui.tui.widgets.line_pane import LinePane

PIECE = 4_000
"""A paragraph longer than this is shown in pieces, so that a single line of megabytes stays cheap."""
_NEWLINE = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")


class Pages(LinePane):
    """Raw paragraphs, each cleaned when it is first drawn."""

    cursor_shown = False

    def __init__(self, text: str, masked: Collection[str] = ()) -> None:
        super().__init__()
        self._masked = masked
        self.parts = [
            line[at : at + PIECE]
            for line in _NEWLINE.split(text)
            for at in range(0, max(1, len(line)), PIECE)
        ]

    def count(self) -> int:
        return len(self.parts)

    def key(self, item: int) -> Hashable:
        return item

    def build(self, item: int, width: int) -> list[Line]:
        return block(
            with_real_hosts(safe_text(hidden(self.parts[item], self._masked), characters=PIECE * 4)), width
        ) or [BLANK]

    def action_step(self, step: int) -> None:
        self.scroll_lines(step)


class Formatted(Pages):
    """Lines made for a width by a function, as one article."""

    def __init__(self, make: Callable[[int], list[Line]]) -> None:
        super().__init__("")
        self._make = make
        self._made: tuple[int, list[Line]] = (0, [BLANK])

    def count(self) -> int:
        if self._made[0] != self.room:
            self._made = (self.room, self._make(self.room) or [BLANK])
        return len(self._made[1])

    def key(self, item: int) -> Hashable:
        return (self.room, item)

    def build(self, item: int, width: int) -> list[Line]:
        del width
        return [self._made[1][item]]


class FullText(Dialog["str | None"]):
    """Shows a text; dismissed with the key of the one of `offers` the person took, or None."""

    DEFAULT_CSS = """
    FullText > Box { width: 110; height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", show=False),
        Binding("y", "copy", show=False),
        Binding("i", "offer('i')", show=False),
        Binding("l", "offer('l')", show=False),
        Binding("o", "offer('o')", show=False),
        Binding("f", "offer('f')", show=False),
    ]

    def __init__(
        self,
        title: str,
        text: str,
        *,
        subtitle: str = "",
        make: Callable[[int], list[Line]] | None = None,
        offers: Sequence[tuple[str, str]] = (),
        masked: Collection[str] = (),
    ) -> None:
        """`text` is what is copied, and shown unless `make` gives formatted lines; `offers` are (key, label).

        masked   kinds of personal data that are neither shown nor copied in full
        """
        super().__init__()
        self._title = title
        self._subtitle = subtitle
        self._text = text
        self._masked = masked
        self._offers = dict(offers)
        self.pages: LinePane = Formatted(make) if make is not None else Pages(text, masked)

    def compose(self) -> ComposeResult:
        box = Box(self._title)
        box.border_subtitle = cast(str, Content(safe_line(self._subtitle)))
        with box:
            yield self.pages
            keys = [f"{key} {label}" for key, label in self._offers.items()]
            keys += [f"y {_('copy')}", f"Esc {_('back')}"]
            yield Static(Content(" · ".join(keys)), classes="dialog-keys")

    def on_mount(self) -> None:
        self.set_focus(self.pages)

    def action_back(self) -> None:
        self.dismiss(None)

    def action_offer(self, key: str) -> None:
        if key in self._offers:
            self.dismiss(key)

    def action_copy(self) -> None:
        chosen = self.get_selected_text()
        copy(
            self.app,
            chosen or hidden(self._text, self._masked),
            _("the selected text") if chosen else self._title,
        )
