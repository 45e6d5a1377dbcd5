"""The script one goes through beside the ticket, and the list of its process. The store keeps the place of each ticket."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from functools import partial
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content

from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.knowledge.guided import MOST_CHOICES
from atendente_tui.store import beside, reading
from atendente_tui.tui.guide_items import Item, Shown, guide_items, lines_of
from atendente_tui.tui.lines import Line
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from atendente_tui.desk.guiding import Standing
    from atendente_tui.desk.processes import Checklist
    from atendente_tui.tui.app import AtendenteApp
    from atendente_tui.tui.working_texts import Texts, WorkingTexts

LETTERS = ascii_lowercase[:MOST_CHOICES]


class GuidePane(LinePane):
    """`show(ticket_id)` follows the ticket on screen; what is chosen in it is done by `verbs.guiding`."""

    context = "guide"
    app: AtendenteApp

    DEFAULT_CSS = """
    GuidePane { border: round $border-blurred; }
    GuidePane:focus { border: heavy $primary; }
    .-narrow GuidePane, .-narrow GuidePane:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(letter, f"answer('{letter}')", show=False) for letter in LETTERS
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.ticket_id: int | None = None
        self.standing: Standing | None = None
        self.listed: Checklist | None = None
        self.shown = Shown((), cast(Any, ""), cast(Any, ""))
        self.channel: str | None = None
        self.values: dict[str, str] = {}
        self.texts_of: WorkingTexts | None = None
        self.turn = asyncio.Lock()
        """One thing after the other, in the order of the keys."""

    def on_mount(self) -> None:
        from atendente_tui.tui.working_texts import WorkingTexts

        self.texts_of = WorkingTexts(self.app)
        super().on_mount()
        self._draw(Shown((), cast(Any, ""), cast(Any, "")))

    async def texts(self) -> Texts:
        assert self.texts_of is not None  # noqa: S101  # nosec B101 # for the type checker
        return await self.texts_of.get()

    # -- showing -------------------------------------------------------------------------------------------

    def show(self, ticket_id: int | None) -> None:
        """Another ticket: its place in its script, its list."""
        if ticket_id == self.ticket_id:
            return
        self.ticket_id = ticket_id
        self.standing, self.listed = None, None
        row = reading.ticket(self.app.read, ticket_id) if ticket_id is not None else None
        if row is None:
            self.app.watch(self, "settings")
        else:
            topics = (f"ticket:{row.id}", f"customer:{row.customer_id}", beside.topic(row.id), "settings")
            self.app.watch(self, *topics)
        self.read_again(from_top=True)

    def on_moved(self, event: Moved) -> None:
        if "settings" in event.topics and self.texts_of is not None:
            self.texts_of.again()
        self.read_again()

    def read_again(self, *, from_top: bool = False) -> None:
        """Look at the store again, where it stands now."""
        job = partial(self.look, from_top=from_top)
        self.run_worker(job, group="guide", exclusive=True)  # type: ignore[arg-type]

    async def look(self, *, from_top: bool = False) -> None:
        """Look at the store again; shown when it is done."""
        from atendente_tui.desk.guiding import standing, values_of
        from atendente_tui.desk.known import known
        from atendente_tui.desk.library import variables
        from atendente_tui.desk.processes import checklist

        ticket_id = self.ticket_id
        if ticket_id is None:
            self._draw(guide_items(None, None, {}, {}, None, self.app.glyphs))
            return
        db, desk = self.app.read, self.app.workplace.desk
        row = reading.ticket(db, ticket_id)
        if row is None or (row.reason is None and beside.place(db, ticket_id) is None):
            self._draw(guide_items(None, None, {}, {}, None, self.app.glyphs))
            return
        texts = await self.texts()
        if ticket_id != self.ticket_id:
            return
        place = beside.place(db, ticket_id)
        script = texts.scripts.get(place.script) if place is not None else None
        before = self.standing.state.place if self.standing is not None else None
        self.standing = standing(db, ticket_id, script)
        self.listed = checklist(desk, db, ticket_id, texts.processes)
        self.channel = row.channel
        self.values = variables(desk, ticket_id, db)
        if self.standing is not None:
            self.values = values_of(self.standing.state, self.values)
        seen = known(desk, ticket_id, db)
        made = guide_items(self.standing, self.listed, self.values, seen, row.channel, self.app.glyphs)
        moved = self.standing is not None and self.standing.state.place != before
        self._draw(made, from_top=from_top or moved)

    def _draw(self, shown: Shown, *, from_top: bool = False) -> None:
        key = self.item_key
        changed = shown != self.shown
        self.shown = shown
        self.screen.set_class(self.standing is not None, "-guided")
        title = str(shown.title) or _("Step by step")
        if str(self.border_title or "") != title:
            self.border_title = cast(str, Content(title))
        if str(self.border_subtitle or "") != str(shown.subtitle):
            self.border_subtitle = cast(str, Content(str(shown.subtitle)))
        if not changed and not from_top:
            return
        places = [n for n, item in enumerate(shown.items) if item.key is not None]
        if from_top:
            self.top = (0, 0)
            wanted = next((n for n in places if shown.items[n].key != "insert"), places[0] if places else 0)
        else:
            wanted = next((n for n in places if shown.items[n].key == key), min(self.cursor, len(places)))
        self.cursor = wanted if wanted in places else min(places, key=lambda n: abs(n - wanted), default=0)
        self.settle()
        if places:
            self.move_cursor(self.cursor)

    @property
    def item_key(self) -> str | None:
        return self.shown.items[self.cursor].key if self.cursor < len(self.shown.items) else None

    @property
    def items(self) -> tuple[Item, ...]:
        return self.shown.items

    def count(self) -> int:
        return len(self.shown.items)

    def key(self, item: int) -> Hashable:
        return self.shown.items[item]

    def selectable(self, item: int) -> bool:
        return self.shown.items[item].key is not None

    def build(self, item: int, width: int) -> list[Line]:
        return lines_of(self.shown.items[item], width)

    # -- choosing ------------------------------------------------------------------------------------------

    def on_line_pane_entered(self, event: LinePane.Entered) -> None:
        event.stop()
        self.take(self.shown.items[event.item].key)

    def action_answer(self, letter: str) -> None:
        """The letter of a choice was pressed; which choice it is shows when what was pressed before is done."""
        self.take(f"letter:{letter}")

    def choice(self, letter: str) -> str | None:
        """The key of the choice with this letter at the step where one is."""
        if self.standing is None:
            return None
        step = self.standing.guide.steps[self.standing.state.place]
        number = LETTERS.index(letter)
        return step.choices[number].key if number < len(step.choices) else None

    def take(self, key: str | None) -> None:
        """Do what an item stands for."""
        if key is None:
            return

        async def job() -> None:
            from atendente_tui.tui.verbs.guiding import taken

            try:
                async with self.turn:
                    await taken(self.screen, self, key)
            except Refused as refused:
                self.app.refuse(refused)

        self.run_worker(job(), group="guide-taken", exit_on_error=True)


def guide_of(screen: Any) -> GuidePane | None:
    """The pane of the workstation that is open, wherever it lies."""
    found = (one.query(GuidePane) for one in screen.app.screen_stack)
    return next((one.first() for one in found if one), None)
