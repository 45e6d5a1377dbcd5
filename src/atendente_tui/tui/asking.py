"""Small questions in front of the screen: one choice of a few, or one line of text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line, safe_text
from atendente_tui.tui.lines import BLANK, Line, Span, block
from atendente_tui.tui.widgets.dialog import Box, Dialog
from atendente_tui.tui.widgets.line_pane import LinePane
from atendente_tui.tui.widgets.row_list import RowList
from atendente_tui.tui.widgets.rows_pane import Row

if TYPE_CHECKING:
    from textual.app import App
    from textual.suggester import Suggester


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    label: str
    """Cleaned before it is shown."""
    detail: str = ""
    heading: bool = False
    """A line that cannot be chosen."""
    able: bool = True
    """False for what is shown only to say why it cannot be chosen."""


class ChoiceScreen(Dialog["list[str] | None"]):
    """The keys chosen: one, or with `chosen` given as many as wanted. None when the person went back."""

    DEFAULT_CSS = "ChoiceScreen RowList { height: auto; max-height: 60vh; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False),
        Binding("space,x", "mark", show=False),
    ]

    def __init__(
        self,
        title: str,
        text: str,
        options: Sequence[Option],
        chosen: Collection[str] | None = None,
        *,
        at: str | None = None,
    ) -> None:
        """`at` is the key that the cursor stands on at first."""
        super().__init__()
        self._at = at
        self._title = title
        self._text = text
        self._options = options
        self._chosen = None if chosen is None else set(chosen)
        self._rows = RowList()

    def compose(self) -> ComposeResult:
        many = self._chosen is not None
        with Box(self._title):
            if self._text:
                yield Static(Content(safe_text(self._text, lines=20)))
            yield self._rows
            yield Static(
                Content(
                    _("Space marks · Enter applies · Esc back") if many else _("Enter chooses · Esc back")
                ),
                classes="dialog-keys",
            )

    def on_mount(self) -> None:
        self._show(self._at)
        self.set_focus(self._rows)

    def _show(self, key: str | None = None) -> None:
        self._rows.set_rows([self._row(one) for one in self._options], key=key)

    def _row(self, one: Option) -> Row:
        if one.heading:
            return Row(None, (Span(safe_line(one.label), "day"),))
        box = "" if self._chosen is None else "[x] " if one.key in self._chosen else "[ ] "
        detail = f"  {safe_line(one.detail)}" if one.detail else ""
        label = Span(f"{box}{safe_line(one.label)}", "" if one.able else "quiet")
        return Row(one.key if one.able else None, (label, Span(detail, "quiet")))

    def action_back(self) -> None:
        self.dismiss(None)

    def action_mark(self) -> None:
        if self._chosen is not None and (key := self._rows.row_key) is not None:
            self._chosen ^= {key}
            self._show()

    def on_line_pane_entered(self, event: LinePane.Entered) -> None:
        event.stop()
        if self._chosen is not None:
            self.dismiss([one.key for one in self._options if one.key in self._chosen])
        elif (key := self._rows.row_key) is not None:
            self.dismiss([key])


class LineScreen(Dialog["str | None"]):
    """One line of text, None when the person went back. With `needed`, an empty one is not taken."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", show=False)]

    def __init__(
        self,
        title: str,
        text: str,
        *,
        value: str = "",
        needed: str = "",
        note: str = "",
        suggester: Suggester | None = None,
    ) -> None:
        super().__init__()
        self._suggester = suggester
        self._title = title
        self._text = text
        self._value = value
        self._needed = needed
        self._note = note

    def compose(self) -> ComposeResult:
        with Box(self._title):
            if self._text:
                yield Static(Content(safe_text(self._text, lines=8)))
            yield Input(
                value=safe_line(self._value, characters=1_000), compact=True, suggester=self._suggester
            )
            yield Static(Content(safe_line(self._note)), classes="dialog-keys", id="fault")
            yield Static(Content(_("Enter goes on · Esc back")), classes="dialog-keys")

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))

    def action_back(self) -> None:
        self.dismiss(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        value = event.value.strip()
        if not value and self._needed:
            self.query_one("#fault", Static).update(Content(self._needed))
            return
        self.dismiss(value)


async def choose(
    app: App[Any], title: str, text: str, options: Sequence[Option], *, at: str | None = None
) -> str | None:
    """Ask for one of the options (inside a worker), the cursor at first on the one with the key `at`; its key, or None."""
    chosen = await app.push_screen_wait(ChoiceScreen(title, text, options, at=at))
    return chosen[0] if chosen else None


def text_lines(text: str, width: int, role: str = "") -> list[Line]:
    """Foreign text as lines of a pane; at least one."""
    return block(safe_text(text), width, role=role) or [BLANK]
