"""The keys, as the keymap has them at this moment: those of the place one came from first, then all others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from atendente_tui.i18n import _, later
from atendente_tui.privacy.safe import SafeText, safe_line
from atendente_tui.tui.actions import ACTIONS, CONTEXTS, GROUPS, Action
from atendente_tui.tui.keymap import Keymap
from atendente_tui.tui.palette import label
from atendente_tui.tui.show import cell

if TYPE_CHECKING:
    from atendente_tui.tui.app import AtendenteApp

PLACES = {
    "queue": later("in the queue"),
    "ticket": later("in the ticket"),
    "customer": later("at the customer"),
    "composer": later("while writing"),
    "library": later("in scripts and articles"),
    "guide": later("in a guided script"),
    "outbox": later("in the outbox"),
    "promises": later("among the promises"),
    "monitor": later("in the monitor"),
    "poison": later("among what could not be read"),
    "scorecard": later("at the scorecard"),
}
ALSO = (
    (later("arrows, page up, page down, home, end"), later("move in lists and texts")),
    ("tab", later("go to the next field or pane")),
    ("a…h", later("answer a question of a guided script")),
    ("^c", later("copy what is selected with the mouse")),
)
"""Keys that no action carries."""


class HelpScreen(ModalScreen[None]):
    """Every action with its keys; escape, or the key that opened it, closes it."""

    app: AtendenteApp
    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: transparent; }
    HelpScreen > VerticalScroll {
        width: 84; max-width: 100%; height: 100%; max-height: 44;
        background: $surface; border: round $primary; padding: 0 1;
    }
    HelpScreen Static { height: auto; }
    HelpScreen .group { color: $text-primary; text-style: bold; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,f1,question_mark", "dismiss", show=False),
        Binding("j", "scroll('scroll_down')", show=False),
        Binding("k", "scroll('scroll_up')", show=False),
    ]

    def __init__(self, contexts: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.came_from = contexts

    def compose(self) -> ComposeResult:
        box = VerticalScroll()
        with box:
            yield Static(Content(_("Esc closes. Any key can be changed in the settings, section [keys].")))
            for title, lines in sections(self.app.keymap, self.came_from, self.app.offered):
                yield Static(Content(title), classes="group")
                yield Static(Content("\n".join(lines)))

    def on_mount(self) -> None:
        box = self.query_one(VerticalScroll)
        box.border_title = Content(_("Keys"))
        self.set_focus(box)


def sections(
    keymap: Keymap, came_from: tuple[str, ...] = (), offered: Mapping[str, Action] = ACTIONS
) -> Iterator[tuple[SafeText, list[str]]]:
    """Titles and lines of the help: first what counts where one is, then group by group."""
    here = came_from[0] if came_from and came_from[0] in PLACES else ""
    if here:
        near = [one for one in offered.values() if here in one.contexts]
        yield (
            safe_line(_("Here, {place}").format(place=_(PLACES[here]))),
            [line(keymap, one, place=False) for one in near],
        )
    for group in GROUPS:
        rest = [one for one in offered.values() if one.group == group and here not in one.contexts]
        if rest:
            yield safe_line(_(group)), [line(keymap, one) for one in rest]
    yield (
        safe_line(_("Everywhere")),
        [_row(safe_line(_(keys)), safe_line(_(text)), "") for keys, text in ALSO],
    )


def line(keymap: Keymap, action: Action, *, place: bool = True) -> str:
    """Keys, what they do, and where they count when that is one place only."""
    places = [_(PLACES[one]) for one in CONTEXTS if one in action.contexts and one in PLACES]
    keys = keymap.all_shown(action.name) or _("(palette)")
    return _row(safe_line(keys), safe_line(label(action)), places[0] if place and len(places) == 1 else "")


def _row(keys: SafeText, text: SafeText, place: str) -> str:
    width = 14
    head = cell(keys, width) if cell_len(keys) <= width else f"{keys}  "
    return f"{head} {text}" + (f" ({place})" if place else "")
