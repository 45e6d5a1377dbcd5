"""The workstation: queue, ticket, customer, composer and library on one screen.

Wide (from 140 columns) shows all panes, medium (from 100) two of them side by side, narrow one at a time with
the composer under the ticket. The same panes are there in every arrangement; only classes on the screen change.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from atendente_tui.i18n import _, later
from atendente_tui.store import queue, reading
from atendente_tui.tui import queue_views, terminal
from atendente_tui.tui.attending import Attending
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.put_off import PutOff
from atendente_tui.tui.widgets.key_bar import KeyBar
from atendente_tui.tui.widgets.pane import Pane
from atendente_tui.tui.widgets.pane_tabs import PaneTabs
from atendente_tui.tui.widgets.queue_list import QueueList
from atendente_tui.tui.widgets.top_bar import TopBar
from atendente_tui.tui.widgets.view_tabs import Tab, ViewTabs

if TYPE_CHECKING:
    from atendente_tui.tui.app import AtendenteApp
    from atendente_tui.tui.problem_news import ProblemNews
    from atendente_tui.tui.widgets.composer import Composer
    from atendente_tui.tui.widgets.customer_card import CustomerCard
    from atendente_tui.tui.widgets.guide_pane import GuidePane
    from atendente_tui.tui.widgets.library import Library
    from atendente_tui.tui.widgets.promises_pane import PromisesPane
    from atendente_tui.tui.widgets.ticket_pane import TicketPane

WIDE = 140
MEDIUM = 100
PLACES = {
    "queue": later("Queue"),
    "ticket": later("Ticket"),
    "customer": later("Customer"),
    "composer": later("Answer"),
    "library": later("Scripts and articles"),
    "guide": later("Step by step"),
}
"""The panes one can go to, in the order of their number keys."""
SHORTER = {"library": later("Scripts"), "guide": later("Steps")}
"""What they are called where all of them stand on one line."""
_ARRANGEMENTS = frozenset({"-wide", "-medium", "-narrow", "-tiny"})
_PLACED = frozenset(f"-at-{one}" for one in PLACES)
MOST_MARKED = 1_000


class Workstation(Screen[None]):
    """What verbs and panes ask of it: `ticket_id`, `targets()`, `open_ticket()`, `go()`, and the panes themselves."""

    app: AtendenteApp
    TITLE = "Atendente"

    def __init__(self) -> None:
        super().__init__()
        self.ticket_id: int | None = None
        """The ticket on screen, opened or peeked at."""
        self.customer_id: int | None = None
        self.place = "queue"
        """The pane one was in last."""
        self.queue = QueueList(id="queue")
        self.tabs = ViewTabs(id="views")
        self.keys = KeyBar(id="keys")
        self.place_tabs = PaneTabs(id="places")
        self.top = TopBar(id="top")
        self.panes: dict[str, Widget] = {}
        self.furnished = asyncio.Event()
        """Set when all panes are there."""
        self.ticket_title = ""
        self.ticket_pane: TicketPane | None = None
        """The other panes are there once `furnish` has run, soon after the first frame."""
        self.composer: Composer | None = None
        self.customer_card: CustomerCard | None = None
        self.promises_pane: PromisesPane | None = None
        self.library: Library | None = None
        self.guide_pane: GuidePane | None = None
        self.views: dict[str, queue.View] = {}
        self.view = "minha"
        self.sorts: dict[str, queue.Sort] = {}
        self.narrowing: tuple[str, queue.View] | None = None
        """What the queue is filtered by: the words typed, and the view they make."""
        self.problem_news: ProblemNews | None = None
        self.attending = Attending(self)
        self._titles: dict[str, str] = {}
        self._counts: dict[str, str] = {}
        self._owed_count = PutOff(self, self.count_views, 0.5)

    # Arrangement

    def compose(self) -> ComposeResult:
        """The first frame: the queue and its bars. The rest follows in `furnish`."""
        self.fit(self.app.size)  # before anything is mounted, so that the styles are found once
        self.set_reactive(Screen.focused, self.queue)
        self.queue.set_reactive(Widget.has_focus, True)
        queue_pane = Pane(
            _("Queue"), self.tabs, self.queue, key=self.app.keymap.shown("pane_queue"), id="pane-queue"
        )
        self.panes = {"queue": queue_pane}
        yield from self.app.above()
        yield self.top
        if self.has_class("-narrow"):
            yield self.place_tabs
        yield Horizontal(Vertical(queue_pane, id="left"), id="panes")
        yield self.keys

    def on_mount(self) -> None:
        self._have_views()
        self._titles = queue_views.titles(self.app.workplace.config.views)
        self.set_view(self.view)
        self.app.watch(self.queue, "queue", "presence")
        self.app.watch(self, "queue", "promises", "outbox", "rules", "health", "sync", "quality")
        self.count_views()

    def _have_views(self) -> None:
        workplace = self.app.workplace
        agent = workplace.desk.agent
        self.views = queue_views.views(agent.login, agent.teams, workplace.config.views)

    def _learn_who(self) -> None:
        """Be who the helpdesk says one is, from the first login on; a team one joins is there at once, too."""
        from atendente_tui.desk.opening import as_told_now

        workplace = self.app.workplace
        before = workplace.desk
        workplace.desk = as_told_now(before, workplace.config, self.app.read)
        if workplace.desk.agent != before.agent:
            self._have_views()
            self._show_view(self.queue.cursor_id)
            self._owed_count.owe()
            self.top.update_bar()

    async def furnish(self) -> None:
        """Mount the panes that the first frame did without; called once their modules are imported."""
        from textual.content import Content
        from textual.widgets import Static

        from atendente_tui.tui.problem_news import ProblemNews
        from atendente_tui.tui.widgets.composer import Composer
        from atendente_tui.tui.widgets.customer_card import CustomerCard
        from atendente_tui.tui.widgets.guide_pane import GuidePane
        from atendente_tui.tui.widgets.library import Library
        from atendente_tui.tui.widgets.promises_pane import PromisesPane
        from atendente_tui.tui.widgets.ticket_pane import TicketPane

        self.problem_news = ProblemNews(self.app)
        ticket, composer = TicketPane(id="pane-ticket"), Composer(id="pane-composer")
        customer, promises = CustomerCard(id="pane-customer"), PromisesPane(id="pane-promises")
        library, guide = Library(id="pane-library"), GuidePane(id="pane-guide")
        small = _("Atendente needs {width}×{height}.").format(width=terminal.WIDTH, height=terminal.HEIGHT)
        with self.app.batch_update():
            if not self.place_tabs.is_attached:
                await self.mount(self.place_tabs, after=self.top)
            await self.query_one("#left").mount(library, guide)
            await self.query_one("#panes").mount(
                Vertical(ticket, composer, id="middle"),
                Vertical(customer, promises, id="right"),
            )
            await self.mount(Static(Content(small), id="tiny"))
        # Only now: a key pressed while they were being mounted must not meet half a pane.
        self.ticket_pane, self.composer, self.library = ticket, composer, library
        self.customer_card, self.promises_pane, self.guide_pane = customer, promises, guide
        self.panes |= {"ticket": ticket, "composer": composer, "customer": customer, "library": library}
        self.panes["guide"] = guide
        self.furnished.set()
        self._show_places()
        if self.ticket_id is not None:
            self.open_ticket(self.ticket_id, peek=True)
        self.attending.look()  # only now is there a sync to tell

    def on_resize(self, event: events.Resize) -> None:
        self.fit(event.size)

    def fit(self, size: Size) -> None:
        """Choose the arrangement for a terminal of this size."""
        kind = "-wide" if size.width >= WIDE else "-medium" if size.width >= MEDIUM else "-narrow"
        tiny = size.width < terminal.WIDTH or size.height < terminal.HEIGHT
        self._wear({kind, "-tiny"} if tiny else {kind}, _ARRANGEMENTS)
        self._wear({f"-at-{self.place}"}, _PLACED)
        self._show_places()

    def _wear(self, classes: set[str], among: frozenset[str]) -> None:
        """Have these classes of a set and no other of it; nothing is styled again when nothing changes."""
        self.update_classes({one: one in classes for one in among}, update=self.is_mounted)

    def go(self, place: str, *, focus: bool = True) -> None:
        """Go to a pane: show it where it is not shown, and give it the focus."""
        self.place = place
        self._show_places()
        if focus:
            target = self._entrance(place)
            if target is not None:
                self.set_focus(target)  # at once: the next key may be pressed already
        self.attending.look()
        self.keys.update_bar()

    @property
    def one_at_a_time(self) -> bool:
        """Whether only the pane one is in is on screen."""
        return self.has_class("-narrow") or self.has_class("-zoom")

    @property
    def at_rest(self) -> asyncio.Event | None:
        """What keys wait for: that what is being sent is with the store."""
        return self.composer.at_rest if self.composer is not None else None

    def _entrance(self, place: str) -> Widget | None:
        """What takes the focus in a pane: the first widget of it that can."""
        pane = self.panes.get(place)
        if pane is None or pane.focusable:
            return pane
        return next((one for one in pane.walk_children(Widget) if one.focusable and one.display), None)

    def _show_places(self) -> None:
        self._wear({f"-at-{self.place}"}, _PLACED)
        if self.has_class("-narrow"):
            shown = self.app.keymap.shown
            self.place_tabs.show(
                [(shown(f"pane_{one}"), f"pane_{one}", self._title(one)) for one in PLACES],
                frozenset({f"pane_{self.place}"}),
            )

    def _title(self, place: str) -> str:
        if place == "queue":
            return f"{self._titles.get(self.view, '')} {self._counts.get(self.view, '')}".strip()
        if place == "ticket" and self.ticket_title:
            return self.ticket_title
        return _(SHORTER.get(place, PLACES[place]))

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        focused = self.focused  # it may have moved on since
        for place, pane in self.panes.items():
            if focused is not None and pane in focused.ancestors_with_self:
                if place != self.place:
                    self.place = place
                    self._show_places()
                    self.attending.look()
                break
        self.keys.update_bar()

    def contexts(self) -> tuple[str, ...]:
        """The contexts keys count in: what the focused widget or one around it says, then this screen's."""
        focused = self.focused
        if focused is not None:
            for node in focused.ancestors_with_self:
                context = getattr(node, "context", None)
                if isinstance(context, str):
                    return (context, "workstation", "global")
        return ("workstation", "global")

    # What verbs act on

    def targets(self) -> list[int]:
        """What a verb acts on: in the queue the marked tickets, else the one under the cursor; elsewhere the open one."""
        if self.place == "queue" or self.ticket_id is None:
            if self.queue.marks:
                return sorted(self.queue.marks)
            if self.queue.cursor_id is not None:
                return [self.queue.cursor_id]
        return [self.ticket_id] if self.ticket_id is not None else []

    def open_ticket(self, ticket_id: int, *, event_key: int | None = None, peek: bool = False) -> None:
        """Show a ticket and go to it; `peek` leaves no trace and no focus, `event_key` brings that event into view."""
        row = reading.ticket(self.app.read, ticket_id)
        if row is None:
            self.app.say(_("This ticket is no longer here."), severity="warning")
            return
        self.ticket_id, self.customer_id = row.id, row.customer_id
        self.ticket_title = f"{row.protocol} {row.subject}"
        if self.ticket_pane is not None:
            self.ticket_pane.show(ticket_id, event_key=event_key)
        if self.customer_card is not None:
            self.customer_card.show(row.customer_id)
        if self.composer is not None:
            self.composer.show(row.id)
        if self.library is not None:
            self.library.show(row.id)
        if self.guide_pane is not None:
            self.guide_pane.show(row.id)
        workplace = self.app.workplace
        if not peek and row.assignee == workplace.desk.agent.login and not workplace.store.read_only:
            self._seen(ticket_id)
        self.queue.go_to(ticket_id)
        if not peek or self.has_class("-narrow"):
            self.go("ticket")
        self.attending.look()
        self._show_places()

    def _seen(self, ticket_id: int) -> None:
        async def mark() -> None:
            from atendente_tui.desk import looking

            await self.app.done(looking.mark_seen(self.app.workplace.desk, ticket_id))

        self.run_worker(mark(), group="seen", exit_on_error=True)

    # The queue

    def set_view(self, name: str, ticket_id: int | None = None) -> None:
        """Show a view of the queue, in the order it was last shown in."""
        self.view = name
        self.narrowing = None
        self._show_view(ticket_id)

    def _show_view(self, ticket_id: int | None = None) -> None:
        view = self.narrowing[1] if self.narrowing is not None else self.views[self.view]
        store = self.app.workplace.store
        source = queue_views.ViewSource(lambda: self.app.read, store.reader, view, self._sort())
        self.queue.show(source, ticket_id)
        self._show_tabs()

    def _sort(self) -> queue.Sort:
        view = self.views[self.view]
        return queue.effective_sort(view, self.sorts.get(self.view, view.sort))

    def count_views(self) -> None:
        """Count every view and show the numbers on the tabs."""
        for name, view in self.views.items():
            counted = queue.count_view(self.app.read, view)
            self._counts[name] = str(counted.count) if counted.exact else f"{counted.count - 1}+"
        self._show_tabs()

    def _show_tabs(self) -> None:
        tabs = [Tab(name, self._titles.get(name, name), self._counts.get(name, "")) for name in self.views]
        note = _(queue_views.SORTS[self._sort()])
        if self.narrowing is not None:
            note = f"{self.narrowing[0]} {self.app.glyphs.dot} {note}"
        self.tabs.show(tabs, self.view, note)
        self.query_one("#pane-queue", Pane).entitle(_("Queue"), note)
        self._show_places()

    def on_moved(self, moved: Moved) -> None:
        if self.problem_news is not None:
            if "outbox" in moved.topics:
                self.problem_news.look()
            if "rules" in moved.topics:
                self.problem_news.look_at_rules()
            if "health" in moved.topics:
                self.problem_news.look_at_health()
            if "quality" in moved.topics:
                self.problem_news.look_at_reviews()
        if "sync" in moved.topics:
            self._learn_who()
        if moved.topics & {"queue", "promises"}:
            self._owed_count.owe()

    @on(ViewTabs.Chosen)
    def _view_clicked(self, message: ViewTabs.Chosen) -> None:
        self.set_view(message.name)
        self.go("queue")

    @on(QueueList.Opened)
    def _row_clicked(self, message: QueueList.Opened) -> None:
        self.open_ticket(message.ticket_id)

    # Actions of the queue and of the panes

    def do_open(self) -> None:
        if self.queue.cursor_id is not None:
            self.open_ticket(self.queue.cursor_id)

    def do_peek(self) -> None:
        if self.queue.cursor_id is not None:
            self.open_ticket(self.queue.cursor_id, peek=True)

    def do_mark(self) -> None:
        self.queue.toggle_mark()

    def do_mark_all(self) -> None:
        window = self.queue.window
        if window is None:
            return
        rows = window.source.after(None, MOST_MARKED)
        self.queue.set_marks(frozenset(row.id for row in rows))
        if len(rows) == MOST_MARKED and window.total > MOST_MARKED:
            self.app.say(_("The first {n} tickets of this view are marked.").format(n=MOST_MARKED))

    def do_clear_marks(self) -> None:
        if self.queue.marks:
            self.queue.set_marks(frozenset())
        elif self.narrowing is not None:
            self.set_view(self.view, self.queue.cursor_id)

    def do_view_next(self) -> None:
        self._turn(1)

    def do_view_previous(self) -> None:
        self._turn(-1)

    def _turn(self, step: int) -> None:
        names = list(self.views)
        self.set_view(names[(names.index(self.view) + step) % len(names)])

    def do_sort(self) -> None:
        orders = queue_views.orders(self.views[self.view])
        self.sorts[self.view] = orders[(orders.index(self._sort()) + 1) % len(orders)]
        self._show_view(self.queue.cursor_id)
        self.app.say(_("Queue {order}.").format(order=_(queue_views.SORTS[self._sort()])))

    async def do_filter(self) -> None:
        from atendente_tui.tui.asking import LineScreen
        from atendente_tui.tui.queue_filter import EXAMPLE, narrowed

        before = self.narrowing[0] if self.narrowing is not None else ""
        words = await self.app.push_screen_wait(LineScreen(_("Show only"), "", value=before, note=_(EXAMPLE)))
        if words is None:
            return
        if not words.strip():
            self.set_view(self.view, self.queue.cursor_id)
            return
        view = narrowed(self.views[self.view], words)
        self.narrowing = (words.strip(), view._replace(name=self.view))
        self._show_view(self.queue.cursor_id)

    async def do_next(self) -> None:
        from atendente_tui.desk import owning

        submitted = await self.app.done(owning.next_ticket(self.app.workplace.desk))
        if submitted is None:
            self.app.say(_("Nobody is waiting. Well done!"))
            return
        self.open_ticket(submitted.ticket_id)

    def do_pane_queue(self) -> None:
        self.go("queue")

    def do_pane_ticket(self) -> None:
        if self.ticket_id is None and self.queue.cursor_id is not None:
            self.open_ticket(self.queue.cursor_id, peek=True)
        self.go("ticket")

    def do_pane_customer(self) -> None:
        if self.ticket_id is None and self.queue.cursor_id is not None:
            self.open_ticket(self.queue.cursor_id, peek=True)
        self.go("customer")

    def do_pane_composer(self) -> None:
        self.write(self.composer.kind if self.composer is not None else "reply")

    def do_pane_library(self) -> None:
        self.go("library")

    def do_pane_guide(self) -> None:
        self.go("guide")

    def do_beside(self) -> None:
        """From the composer to the script that the answer is for; at once, for the next key is meant for it."""
        self.go("guide")

    def do_zoom(self) -> None:
        """This pane alone, or all of them again."""
        self.toggle_class("-zoom")

    def do_reply(self) -> None:
        self.write("reply")

    def do_note(self) -> None:
        self.write("note")

    def write(self, kind: Literal["reply", "note"]) -> None:
        """Open the composer on the ticket meant."""
        targets = self.targets()
        if not targets or self.composer is None:
            return
        if targets[0] != self.ticket_id:
            self.open_ticket(targets[0], peek=True)
        self.composer.open(targets[0], kind)
        self.go("composer")

    def do_leave(self) -> None:
        self.go("ticket" if self.ticket_id is not None else "queue")
