"""Small questions in front of the screen: one choice of a few, or one line of text."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line, safe_text
from atendente_tui.tui.glyphs import UNICODE
from atendente_tui.tui.lines import BLANK, Line, Span, block, fitted
from atendente_tui.tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from textual.app import App

_BOX = """
    {name} {{ align: center middle; background: transparent; }}
    {name} > Vertical {{
        width: 72; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; color: $foreground; border: round $primary; padding: 0 1;
    }}
    {name}.-ascii > Vertical {{ border: ascii $primary; }}
    {name} .asked {{ height: auto; }}
    {name} .keys {{ height: 1; color: $text-muted; }}
"""


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


class _Options(LinePane):
    DEFAULT_CSS = "_Options { height: auto; max-height: 60vh; }"

    def __init__(self, options: Sequence[Option], chosen: set[str] | None, at: str | None) -> None:
        super().__init__()
        self.options = options
        self.chosen = chosen
        can = [n for n in range(len(options)) if self.selectable(n)]
        self.cursor = next((n for n in can if options[n].key == at), can[0] if can else 0)

    def get_content_height(self, *_args: Any) -> int:
        return len(self.options)

    def count(self) -> int:
        return len(self.options)

    def key(self, item: int) -> Hashable:
        return (item, self.chosen is not None and self.options[item].key in self.chosen)

    def selectable(self, item: int) -> bool:
        return self.options[item].able and not self.options[item].heading

    def build(self, item: int, width: int) -> list[Line]:
        one = self.options[item]
        if one.heading:
            return [fitted(Line((Span(safe_line(one.label), "day"),)), width, self.glyphs.more)]
        box = "" if self.chosen is None else "[x] " if one.key in self.chosen else "[ ] "
        detail = f"  {safe_line(one.detail)}" if one.detail else ""
        label = Span(f" {box}{safe_line(one.label)}", "" if one.able else "quiet")
        return [fitted(Line((label, Span(detail, "quiet"))), width, self.glyphs.more)]


class ChoiceScreen(ModalScreen["list[str] | None"]):
    """The keys chosen: one, or with `chosen` given as many as wanted. None when the person went back.

    at   key of the option the cursor is on at first
    """

    DEFAULT_CSS = _BOX.format(name="ChoiceScreen")
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
        at: str | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._options = _Options(options, None if chosen is None else set(chosen), at)

    def compose(self) -> ComposeResult:
        box = Vertical()
        box.border_title = cast(str, Content(safe_line(self._title)))
        with box:
            if self._text:
                yield Static(Content(safe_text(self._text, lines=20)), classes="asked")
            yield self._options
            many = self._options.chosen is not None
            yield Static(
                Content(
                    _("Space marks · Enter applies · Esc back") if many else _("Enter chooses · Esc back")
                ),
                classes="keys",
            )

    def on_mount(self) -> None:
        self.set_class(getattr(self.app, "glyphs", UNICODE).ascii, "-ascii")
        self._options.focus()

    def action_back(self) -> None:
        self.dismiss(None)

    def action_mark(self) -> None:
        chosen = self._options.chosen
        if chosen is None:
            return
        chosen ^= {self._options.options[self._options.cursor].key}
        self._options.settle()

    def on_line_pane_entered(self, event: LinePane.Entered) -> None:
        event.stop()
        if self._options.chosen is None:
            self.dismiss([self._options.options[event.item].key])
        else:
            self.dismiss([one.key for one in self._options.options if one.key in self._options.chosen])


class LineScreen(ModalScreen["str | None"]):
    """One line of text, None when the person went back. With `needed`, an empty one is not taken."""

    DEFAULT_CSS = _BOX.format(name="LineScreen")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", show=False)]

    def __init__(self, title: str, text: str, *, value: str = "", needed: str = "", note: str = "") -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._value = value
        self._needed = needed
        self._note = note

    def compose(self) -> ComposeResult:
        box = Vertical()
        box.border_title = cast(str, Content(safe_line(self._title)))
        with box:
            if self._text:
                yield Static(Content(safe_text(self._text, lines=8)), classes="asked")
            yield Input(value=safe_line(self._value, characters=1_000), compact=True)
            yield Static(Content(safe_line(self._note)), classes="keys", id="fault")
            yield Static(Content(_("Enter goes on · Esc back")), classes="keys")

    def on_mount(self) -> None:
        self.set_class(getattr(self.app, "glyphs", UNICODE).ascii, "-ascii")
        self.query_one(Input).focus()

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
