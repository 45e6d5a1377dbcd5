"""The frame of every full-screen list: title, list, detail below it, and the keys that count there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import SafeText
from atendente_tui.tui.actions import ACTIONS, GLOBAL
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.widgets.line_pane import LinePane
from atendente_tui.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from atendente_tui.tui.app import AtendenteApp
    from atendente_tui.tui.workplace import Workplace


class _Rows(RowList):
    """Enter is done at once, not sent round as a message: the key after it is meant for what it opens."""

    def action_enter(self) -> None:
        cast("Board", self.screen).enter()


class Board(Screen[None]):
    """Reads its rows again whenever one of `topics` moves. A board says `reload()`, `told()` and `doing()`."""

    context: ClassVar[str] = ""
    """Where its own keys count (`actions.BOARDS`)."""
    topics: ClassVar[tuple[str, ...]] = ()
    DEFAULT_CSS = """
    Board { background: $surface; color: $foreground; }
    Board .board-title { height: 1; background: $panel; color: $foreground; text-style: bold; padding: 0 1; }
    Board .board-head { height: auto; padding: 0 1; text-style: bold; display: none; }
    Board.-heeded .board-head { display: block; }
    Board .board-empty { height: 1fr; padding: 1 2; display: none; }
    Board.-empty .board-empty { display: block; }
    Board.-empty RowList { display: none; }
    Board .board-told { height: 9; border-top: solid $panel; padding: 0 1; }
    Board .board-told > Static { height: auto; }
    Board .board-keys { height: auto; max-height: 2; background: $panel; color: $text-muted; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.list: RowList = _Rows()
        self._title = Static("", classes="board-title")
        self._head = Static("", classes="board-head")
        self._told = Static("")
        self._empty = Static("", classes="board-empty")
        self._keys = Static("", classes="board-keys")

    @property
    def here(self) -> AtendenteApp:
        return cast("AtendenteApp", self.app)

    @property
    def workplace(self) -> Workplace:
        return self.here.workplace

    def compose(self) -> ComposeResult:
        yield from self.here.above()
        yield self._title
        yield self._head
        yield self.list
        yield self._empty
        with VerticalScroll(classes="board-told", can_focus=True):
            yield self._told
        yield self._keys

    def on_mount(self) -> None:
        if self.topics:
            self.here.watch(self, *self.topics)
        self.reload()
        self.set_focus(self.list)  # now: `focus()` would come after the keys typed meanwhile

    def on_moved(self, _event: Moved) -> None:
        self.reload()

    def reload(self) -> None:
        """Ask the store again."""
        raise NotImplementedError

    def told(self, key: str) -> Content:
        """What stands below the list about the row with that key."""
        raise NotImplementedError

    def doing(self, key: str | None) -> Sequence[str]:
        """Names of the actions that make sense, given the row under the cursor."""
        raise NotImplementedError

    def contexts(self) -> tuple[str, ...]:
        return (self.context, GLOBAL)

    def enter_does(self) -> str:
        """What Enter does to a row."""
        return _("open ticket")

    def keys_line(self, key: str | None) -> str:
        keys = self.here.keymap
        parts = [f"Enter {self.enter_does()}"] if key is not None else []
        parts += [
            f"{keys.shown(name)} {_(ACTIONS[name].label)}" for name in self.doing(key) if keys.shown(name)
        ]
        return " · ".join([*parts, _("Esc back")])

    def entitle(self, title: SafeText) -> None:
        self._title.update(Content(title))

    def heed(self, sentence: SafeText | None) -> None:
        """Say above the list what has to do with all of it; None when there is nothing of the kind."""
        self.set_class(sentence is not None, "-heeded")
        self._head.update(Content(sentence or ""))

    def nothing(self, sentence: SafeText | None) -> None:
        """Say that there is nothing to list, and why that is good; None when there is."""
        self.set_class(sentence is not None, "-empty")
        self._empty.update(Content(sentence or ""))

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        self.tell()

    def on_line_pane_entered(self, event: LinePane.Entered) -> None:
        event.stop()
        self.enter()

    def enter(self) -> None:
        if (key := self.list.row_key) is not None:
            self.here.work(self.choose(key), name="choose")

    async def choose(self, key: str) -> None:
        """Enter on a row."""

    def tell(self) -> None:
        key = self.list.row_key
        self._told.update(self.told(key) if key is not None else Content(""))
        self._keys.update(Content(self.keys_line(key)))

    def action_leave(self) -> None:
        self.dismiss(None)
