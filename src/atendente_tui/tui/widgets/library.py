"""Scripts, articles and solved tickets behind one search box."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from atendente_tui import labels
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import reading
from atendente_tui.tui.glyphs import Glyphs
from atendente_tui.tui.lines import Span
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.shelf import Offer, Shelf
from atendente_tui.tui.widgets.line_pane import LinePane
from atendente_tui.tui.widgets.rows_pane import Row, RowsPane

if TYPE_CHECKING:
    from atendente_tui.tui.app import AtendenteApp

WAIT = 0.06
"""Seconds after the last key before the search starts."""


class LibraryBox(Input):
    """The search box: up and down move in the results while one types."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
    ]

    def action_step(self, step: int) -> None:
        cast(Library, self.parent).results.action_step(step)

    def action_page(self, step: int) -> None:
        cast(Library, self.parent).results.action_page(step)


class Results(RowsPane):
    """The offers; their cursor shows while the box has the focus, too."""

    @property
    def cursor_on(self) -> bool:
        return cast(Library, self.parent).has_focus_within


class Library(Vertical):
    """`open(query)` puts the focus in the box; what is chosen is inserted, read or opened."""

    context = "library"
    app: AtendenteApp

    DEFAULT_CSS = """
    Library { border: round $border-blurred; height: 1fr; }
    Library:focus-within { border: heavy $primary; }
    .-narrow Library, .-narrow Library:focus-within { border: none; }
    Library > LibraryBox { height: 1; border: none; padding: 0 1; background: $boost; }
    """

    class Chosen(Message):
        """Something of the library was chosen; kind "script", "article" or "ticket"."""

        def __init__(self, kind: str, ref: str) -> None:
            super().__init__()
            self.kind = kind
            self.ref = ref

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.offers: list[Offer] = []
        self.shelf: Shelf | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._asked = 0
        self._answered = 0
        self._hurry = False
        """Whether Enter came before the answer to what was typed: the first one is then meant."""
        self._told: set[str] = set()
        self._about: tuple[int | None, str | None, str] = (None, None, "")
        """The open ticket's number, channel and subject."""

    def compose(self) -> ComposeResult:
        yield LibraryBox(
            compact=True,
            select_on_focus=False,  # what is typed goes behind the sign that is there, not in its place
            id="library-box",
            placeholder=_("search   / scripts   ? articles   = solved tickets"),
        )
        yield Results(id="library-results")

    def on_mount(self) -> None:
        self.border_title = cast(str, Content(_("Scripts and articles")))
        self.box = self.query_one(LibraryBox)
        self.results = self.query_one(Results)
        from atendente_tui import paths
        from atendente_tui.desk.scripts import script_folders

        place = self.app.workplace
        self.shelf = Shelf(
            place.store, script_folders(place.config, place.desk.own or paths.data_dir()), place.desk
        )
        self._thread = ThreadPoolExecutor(1, "library")
        self.app.watch(self, "articles", "settings")
        self._search_soon(0.0)

    def on_unmount(self) -> None:
        if self._thread is not None and self.shelf is not None:
            self._thread.submit(self.shelf.close)
            self._thread.shutdown(wait=False)
            self._thread = None

    # -- asking --------------------------------------------------------------------------------------------

    def open(self, query: str = "") -> None:
        """Go to the box with this query in it; "/" asks for scripts, "?" for articles, "=" for solved tickets."""
        self.box.value = query
        self.box.cursor_position = len(query)
        self.box.focus()

    def show(self, ticket_id: int | None) -> None:
        """Offer what suits this ticket while the box is empty."""
        row = reading.ticket(self.app.read, ticket_id) if ticket_id is not None else None
        about = (row.id, row.channel, row.subject) if row is not None else (None, None, "")
        if about != self._about:
            self._about = about
            self._search_soon(0.0)

    def on_moved(self, event: Moved) -> None:
        if "settings" in event.topics and self.shelf is not None:
            self.shelf.again()
        self._search_soon(0.5)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._search_soon(WAIT)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._answered == self._asked:
            self._choose(self.results.cursor)
        else:
            self._hurry = True

    def on_line_pane_entered(self, event: LinePane.Entered) -> None:
        event.stop()
        self._choose(event.item)

    def _choose(self, place: int) -> None:
        if place < len(self.offers):
            offer = self.offers[place]
            if offer.kind == "similar":
                self.open("=")
                return
            self.post_message(self.Chosen(offer.kind, offer.ref))

    def _search_soon(self, seconds: float) -> None:
        self._asked += 1
        self._hurry = False
        job = partial(self._search, self._asked, seconds)
        self.run_worker(job, group="library", exclusive=True)  # type: ignore[arg-type]

    async def _search(self, asked: int, seconds: float) -> None:
        if seconds:
            await asyncio.sleep(seconds)
        shelf, thread = self.shelf, self._thread
        if shelf is None or thread is None or asked != self._asked:
            return
        query = self.box.value
        ticket_id, channel, subject = self._about
        composer = getattr(self.screen, "composer", None)
        templates = False
        if composer is not None and composer.templates_only:
            templates, channel = True, str(composer.way.channel)
        offers = await asyncio.get_running_loop().run_in_executor(
            thread,
            lambda: shelf.look(
                query,
                channel=channel,
                subject=subject,
                ticket_id=ticket_id,
                templates=templates,
                stop=lambda: asked != self._asked,
            ),
        )
        if asked != self._asked:
            return
        self.offers, self._answered = offers, asked
        self.results.set_rows(offer_rows(offers, self.app.glyphs), from_top=True)
        if self._hurry:
            self._hurry = False
            self._choose(self.results.cursor)
        self._tell(shelf)

    def _tell(self, shelf: Shelf) -> None:
        """Say once what is wrong with scripts, and which file of one's own hides one of the team's."""
        faults = [said for one in shelf.faults if (said := str(one)) not in self._told]
        hidden = [said for said in shelf.hidden if said not in self._told]
        self._told |= {*faults, *hidden}
        if faults:
            title = _("Scripts that cannot be used")
            self.app.say("\n".join(faults[:5]), severity="warning", title=title, seconds=20)
        if hidden:
            self.app.say("\n".join(hidden[:5]), title=_("Your own scripts come first"), seconds=20)

    # -- choosing ------------------------------------------------------------------------------------------

    def on_library_chosen(self, event: Library.Chosen) -> None:
        job = partial(self._take, event.kind, event.ref)
        self.run_worker(job, group="library-chosen", exclusive=True)  # type: ignore[arg-type]

    async def _take(self, kind: str, ref: str) -> None:
        from atendente_tui.tui.inserting import chosen

        scripts = self.shelf.scripts if self.shelf is not None else {}
        try:
            await chosen(self.screen, kind, ref, scripts)
        except Refused as refused:
            self.app.refuse(refused)


def offer_rows(offers: list[Offer], glyphs: Glyphs) -> list[Row]:
    if not offers:
        return [Row(None, (Span(_("nothing found"), "quiet"),))]
    signs = {
        "script": glyphs.script,
        "article": glyphs.article,
        "ticket": glyphs.similar,
        "similar": glyphs.similar,
    }
    rows = []
    for one in offers:
        about, role = one.about, "quiet"
        if one.kind == "script":
            about = _("uses: {names}").format(names=one.about) if one.about else ""
        elif one.kind == "article":
            about = labels.audience(one.about)
            role = "quiet" if one.about == "public" else "warning"
        title = safe_line(one.title)
        if one.kind == "similar":
            count = int(one.about)
            title, about = (
                safe_line(
                    n_("{n} similar solved ticket", "{n} similar solved tickets", count).format(n=count)
                ),
                "",
            )
        if one.why:
            about = f"{about} {glyphs.dot} {one.why}" if one.kind == "article" else one.why
        left = (Span(f"{signs[one.kind]} ", "strong"), Span(title))
        rows.append(
            Row(f"{one.kind}:{one.ref}", left, Span(safe_line(about, characters=36), role), soft=True)
        )
    return rows


# -- actions ---------------------------------------------------------------------------------------------------


def _open(screen: Any, query: str) -> None:
    found = screen.query(Library)
    if not found:
        return
    library = found.first()
    library.show(getattr(screen, "ticket_id", None))
    go = getattr(screen, "go", None)
    if go is not None:
        go("library")
    library.open(query)


def _script(screen: Any) -> None:
    _open(screen, "/")


def _kb(screen: Any) -> None:
    _open(screen, "?")


def _insert(screen: Any) -> None:
    _open(screen, "")


HANDLERS = {"script": _script, "kb": _kb, "insert_library": _insert}
