"""Global search: every ticket, message, customer and article this store holds, found while one types."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from atendente_tui import formats, labels
from atendente_tui.domain.identities import mask
from atendente_tui.domain.words import IdentityKind
from atendente_tui.i18n import _, later, n_
from atendente_tui.privacy.masking import masked
from atendente_tui.privacy.safe import SafeText, safe_line
from atendente_tui.store import reading
from atendente_tui.store.rows import ArticleRow, SearchHit
from atendente_tui.tui.lines import Span
from atendente_tui.tui.search_model import BEGIN, END, GROUPS, Ask, Rank, Searching, grouped, passage
from atendente_tui.tui.show import cell
from atendente_tui.tui.verbs.place import app_of, open_ticket, workplace_of
from atendente_tui.tui.widgets.line_pane import LinePane
from atendente_tui.tui.widgets.row_list import RowList
from atendente_tui.tui.widgets.rows_pane import Row, heading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from atendente_tui.store.store import Store

LIMIT = 60
WIDE = 110
"""Columns from which a message's subject stands beside its protocol number."""
PAUSE = 0.08
"""Seconds after the last letter before the question is asked."""
DEADLINE_MS = 200
TITLES = {
    "ticket": later("Tickets"),
    "event": later("Messages"),
    "customer": later("Customers"),
    "article": later("Articles"),
}
RANKS = {"recent": later("newest first"), "best": later("best first")}


class Query(Input):
    """The box: the arrows belong to the list below it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "list('step', -1)", show=False),
        Binding("down", "list('step', 1)", show=False),
        Binding("pageup", "list('page', -1)", show=False),
        Binding("pagedown", "list('page', 1)", show=False),
    ]

    def action_list(self, what: str, step: int) -> None:
        rows = self.screen.query_one(RowList)
        rows.action_step(step) if what == "step" else rows.action_page(step)


class SearchScreen(Screen[None]):
    DEFAULT_CSS = """
    SearchScreen { background: $surface; color: $foreground; }
    SearchScreen .search-title { height: 1; background: $panel; text-style: bold; padding: 0 1; }
    SearchScreen Query { margin: 0 1; }
    SearchScreen .search-said { height: 1; color: $text-muted; padding: 0 1; }
    SearchScreen .search-keys { height: 1; background: $panel; color: $text-muted; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("f2", "kind", show=False),
        Binding("f3", "rank", show=False),
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
    ]

    def __init__(self, query: str = "") -> None:
        super().__init__()
        self._query = Query(
            query, placeholder=_("Words, a protocol number, a name, a phone number"), compact=True
        )
        self._said = Static("", classes="search-said")
        self._keys = Static("", classes="search-keys")
        self._list = RowList()
        self._kind: str | None = None
        self._rank: Rank = "recent"
        self._hits: dict[str, SearchHit] = {}
        self._searching: Searching | None = None

    def compose(self) -> ComposeResult:
        yield from app_of(self).above()
        yield Static(Content(_("Search")), classes="search-title")
        yield self._query
        yield self._said
        yield self._list
        yield self._keys

    def on_mount(self) -> None:
        self._searching = Searching(opener(workplace_of(self).store))
        self.set_focus(self._query)
        self._tell_keys()
        if self._query.value:
            self._ask()

    def on_unmount(self) -> None:
        if self._searching is not None:
            self._searching.close()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        # One timer for every burst of letters: the worker before it is dropped, its answer would be stale.
        self._ask()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._list.action_enter()

    def on_line_pane_entered(self, event: LinePane.Entered) -> None:
        event.stop()
        if (key := self._list.row_key) is not None:
            self._open(self._hits[key])

    def on_key(self, event: events.Key) -> None:
        # Letters typed while the list has the focus go on with the question.
        if self.focused is self._list and event.is_printable and event.character not in ("j", "k", None):
            event.stop()
            self.set_focus(self._query)
            self._query.insert_text_at_cursor(event.character or "")

    def action_kind(self) -> None:
        """The next kind of thing to look for, after the last one all of them."""
        order = (None, *GROUPS)
        self._kind = order[(order.index(self._kind) + 1) % len(order)]
        self._tell_keys()
        self._ask()

    def action_rank(self) -> None:
        self._rank = "best" if self._rank == "recent" else "recent"
        self._tell_keys()
        self._ask()

    def action_leave(self) -> None:
        self.dismiss(None)

    def _ask(self) -> None:
        self.run_worker(self._find(), group="search", exclusive=True)

    async def _find(self) -> None:
        await asyncio.sleep(PAUSE)
        query = self._query.value.strip()
        if not query or self._searching is None:
            self._show([], "")
            return
        hits = await self._searching.ask(query, (self._kind,) if self._kind else None, self._rank)
        if hits is not None:
            self._show(hits, query)

    def _show(self, hits: Sequence[SearchHit], query: str) -> None:
        self._hits = {}
        rows: list[Row] = []
        for kind, found in grouped(hits):
            rows.append(heading(safe_line(f"{_(TITLES[kind])} ({len(found)})")))
            for hit in found:
                key = f"{hit.kind}:{hit.ref}"
                self._hits[key] = hit
                rows.append(Row(key, self._line(hit)))
        self._list.set_rows(rows, from_top=True)
        if not query:
            said = _("Accents and capitals do not matter; every word must be there.")
        elif not hits:
            said = _("Nothing found.")
        else:
            count = len(self._hits)
            said = n_("{n} hit", "{n} hits", count).format(n=count)
            if len(hits) >= LIMIT:
                said += " · " + _("there are more: another word narrows it down")
        self._said.update(Content(safe_line(said)))

    def _line(self, hit: SearchHit) -> tuple[Span, ...]:
        app, workplace = app_of(self), workplace_of(self)
        when = formats.moment(hit.at, workplace.zone, app.now_ms()) if hit.at is not None else ""
        channel = labels.channel_short(hit.channel) if hit.channel else ""
        kinds = workplace.config.privacy.mask
        text = (
            passage(_masked_passage(hit.snippet, kinds))
            if hit.kind != "customer"
            else (Span(self._addresses(hit.ref)),)
        )
        # Of a ticket the passage is its subject, which need not stand there twice.
        short = hit.kind == "ticket" or (hit.ticket_id is not None and app.size.width < WIDE)
        title, width = (hit.title.split(" ", 1)[0], 12) if short else (masked(hit.title, kinds), 30)
        return (
            Span(f"{cell(safe_line(when), 13)} {cell(safe_line(channel), 5)}"),
            Span(cell(safe_line(title), width), "strong" if hit.kind != "event" else ""),
            Span("  "),
            *text,
        )

    def _addresses(self, customer_id: int) -> SafeText:
        """A customer's addresses with their telling part hidden: a list is no place to reveal them."""
        found = reading.identities(app_of(self).read, customer_id)
        return safe_line(" · ".join(mask(IdentityKind(one.kind), one.value) for one in found))

    def _open(self, hit: SearchHit) -> None:
        app = app_of(self)
        if hit.kind == "article":
            row = reading.article(app.read, hit.ref)
            if row is not None:
                read_in_full(self, row)
            return
        ticket_id = hit.ticket_id
        if hit.kind == "customer":
            rows = reading.tickets_of(app.read, hit.ref, limit=1)
            ticket_id = rows[0].id if rows else None
        if ticket_id is None:
            app.say(_("There is no ticket to open."), severity="warning")
            return
        open_ticket(self, ticket_id, hit.ref if hit.kind == "event" else None)

    def _tell_keys(self) -> None:
        what = _(TITLES[self._kind]) if self._kind else _("everything")
        keys = (
            _("Enter open"),
            _("F2 in: {what}").format(what=what),
            _("F3 order: {rank}").format(rank=_(RANKS[self._rank])),
            _("Esc back"),
        )
        self._keys.update(Content(" · ".join(keys)))


def opener(store: Store) -> Callable[[], tuple[Ask, Callable[[], None]]]:
    """What opens the search on the thread that will use it."""

    def make() -> tuple[Ask, Callable[[], None]]:
        from atendente_tui.store import search

        db = store.search_reader()

        def ask(query: str, kinds: Sequence[str] | None, rank: Rank) -> list[SearchHit]:
            return search.search(db, query, limit=LIMIT, kinds=kinds, rank=rank, deadline_ms=DEADLINE_MS)

        return ask, db.close

    return make


def read_in_full(screen: Screen[Any], row: ArticleRow) -> None:
    """Show an article in front of the hits, which are still there afterwards."""
    from atendente_tui.tui.markdown_lines import markdown_lines
    from atendente_tui.tui.screens.full_text import FullText

    about = labels.audience(row.audience)
    page = FullText(row.title, row.body, subtitle=about, make=lambda width: markdown_lines(row.body, width))
    app_of(screen).push_screen(page)


async def open_search(screen: Screen[Any]) -> None:
    await app_of(screen).push_screen(SearchScreen())


HANDLERS = {"search": open_search}


def _masked_passage(snippet: str, kinds: Collection[str]) -> str:
    """Where personal data stands in it, what was found keeps no look of its own: the two would cross."""
    plain = snippet.replace(BEGIN, "").replace(END, "")
    hidden = masked(plain, kinds)
    return snippet if hidden == plain else hidden
