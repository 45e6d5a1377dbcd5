"""The ticket on screen: how it stands, why it is here, and its history with a search and a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from atendente_tui import formats, labels
from atendente_tui.i18n import _, later, n_
from atendente_tui.privacy.masking import masked
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import history, presence, reading
from atendente_tui.store.rows import TicketRow
from atendente_tui.tui.lines import Line, Span
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.widgets.mood import mood_spans
from atendente_tui.tui.widgets.rows_pane import LineBoard
from atendente_tui.tui.widgets.ticket_header import NEAR, header_lines
from atendente_tui.tui.widgets.time_travel import Then, past_lines, stepped
from atendente_tui.tui.widgets.timeline import Found, Timeline
from atendente_tui.tui.widgets.timeline_model import TimelineModel

if TYPE_CHECKING:
    from atendente_tui.tui.app import AtendenteApp

_TICK, _NEAR_TICK = 15.0, 1.0


class FindBar(Input):
    """One line below the history; up and down go to older and newer hits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "go(False)", show=False),
        Binding("down", "go(True)", show=False),
        Binding("escape", "close", show=False),
    ]

    def action_go(self, forward: bool) -> None:
        self._pane.find_again(forward=forward)

    def action_close(self) -> None:
        self._pane.close_find()

    @property
    def _pane(self) -> TicketPane:
        return cast(TicketPane, self.parent)


class TicketPane(Vertical):
    """`show(ticket_id)`; it follows the store by itself. Showing leaves no trace: it claims and marks nothing."""

    context = "ticket"
    nothing = later("No ticket is open. n opens the best next one.")
    """What it says while it shows none."""
    app: AtendenteApp

    DEFAULT_CSS = """
    TicketPane { border: round $border-blurred; }
    TicketPane:focus-within { border: heavy $primary; }
    .-narrow TicketPane, .-narrow TicketPane:focus-within { border: none; }
    TicketPane > #how { height: auto; max-height: 4; background: $boost; }
    TicketPane > FindBar { display: none; height: 1; border: none; }
    TicketPane > FindBar.-shown { display: block; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.ticket: TicketRow | None = None
        self.then: Then | None = None
        """Where in the past it stands, None for now."""
        self._find_said = ""
        self._news = 0

    def compose(self) -> ComposeResult:
        place = self.app.workplace
        yield LineBoard(id="how")
        yield Timeline(
            glyphs=self.app.glyphs,
            zone=place.zone,
            clock=place.clock,
            masked=place.config.privacy.mask,
            id="timeline",
        )
        yield FindBar(compact=True, id="find", placeholder=_("find in this history"))

    def on_mount(self) -> None:
        self._board = self.query_one(LineBoard)
        self.timeline = self.query_one(Timeline)
        self._tick()

    @property
    def ticket_id(self) -> int | None:
        return self.ticket.id if self.ticket is not None else None

    @property
    def customer_id(self) -> int | None:
        return self.ticket.customer_id if self.ticket is not None else None

    # -- showing -------------------------------------------------------------------------------------------

    def show(self, ticket_id: int | None, *, event_key: int | None = None) -> None:
        """Show a ticket from its newest event, or from `event_key`; None empties the pane."""
        row = reading.ticket(self.app.read, ticket_id) if ticket_id is not None else None
        same = row is not None and self.ticket is not None and row.id == self.ticket.id
        self.ticket = row
        if not same:
            self.then = None
        elif event_key is not None and self.then is not None:
            self._stand(None)
        if row is None:
            self.app.watch(self)
            self.timeline.show(None)
        elif not same:
            self.close_find(focus=False)
            model = TimelineModel(self.app.read, row.id, row.customer_id, self.app.workplace.zone)
            model.load()
            self.timeline.show(model, dict(reading.directory(self.app.read, "agent")))
            self.app.watch(self, f"ticket:{row.id}", f"customer:{row.customer_id}", "presence")
        if event_key is not None:
            self.timeline.go_to(event_key)
        self._say_how()

    def on_moved(self, event: Moved) -> None:
        if self.ticket is None:
            return
        if event.topics == {"presence"}:
            self._say_how()
            return
        before = self.ticket
        self.ticket = reading.ticket(self.app.read, before.id) or before
        if self.ticket.customer_id != before.customer_id:
            self.show(None)
            self.show(before.id)
            return
        if event.topics:
            self.timeline.store_moved()
        self._say_how()

    def _say_how(self) -> None:
        row = self.ticket
        if row is None:
            self.border_title = cast(str, Content(_("Ticket")))
            self._board.set_lines([Line((Span(_(self.nothing), "quiet"),))])
        else:
            protocol = row.protocol if row.protocol.startswith("#") else f"#{row.protocol}"
            self.border_title = cast(
                str, Content(safe_line(f"{protocol} {masked(row.subject, self.timeline.look.masked)}"))
            )
            self._show_header(row)
        self._say_below()

    def step(self, by: int) -> None:
        """Show the ticket as it was one event ago (-1), or one later (1); after the last event it is now again."""
        if self.ticket is not None:
            self._stand(stepped(self.app.read, self.ticket, self.then, by))

    def _stand(self, then: Then | None) -> None:
        if then == self.then:
            return
        self.then = then
        self.timeline.show_until(then.key if then is not None else None)
        self._say_how()

    def _show_header(self, row: TicketRow) -> None:
        now = self.app.now_ms()
        if self.then is not None:
            zone = self.app.workplace.zone
            self._board.set_lines(past_lines(self.then, zone, now, self.app.glyphs, self.timeline_names))
            return
        people = presence.present(self.app.read, now, row.id)
        *lines, why = header_lines(row, now, self.app.glyphs, self.timeline_names, people)
        model = self.timeline.model
        mood = mood_spans(model.events if model is not None else (), self.app.glyphs.dot)
        # Why it is here is looked for first, and on a narrow screen the line ends early.
        self._board.set_lines([*lines, why._replace(spans=(*why.spans, *reversed(mood)))])

    @property
    def timeline_names(self) -> dict[str, str]:
        return dict(self.timeline.look.names)

    def _say_below(self) -> None:
        said = [self._find_said] if self._find_said else []
        model = self.timeline.model
        if model is not None and (model.channels or model.kinds):
            only = [labels.channel(one) for one in sorted(model.channels or ())]
            only += [labels.event(one) for one in sorted(model.kinds or ())]
            said.append(_("only: {names}").format(names=", ".join(only)))
        if self._news:
            new = n_("{n} new event below: End", "{n} new events below: End", self._news).format(n=self._news)
            said.append(new)
        text = f" {self.app.glyphs.dot} ".join(said)
        if str(self.border_subtitle or "") != text:
            self.border_subtitle = cast(str, Content(safe_line(text)))

    def on_timeline_news(self, event: Timeline.News) -> None:
        event.stop()
        self._news = event.count
        self._say_below()

    async def on_timeline_read_all(self, event: Timeline.ReadAll) -> None:
        event.stop()
        from atendente_tui.tui.screens.full_text import FullText
        from atendente_tui.tui.widgets.timeline_lines import author, whole_text

        row, look = event.row, self.timeline.look
        moment = formats.moment(row.at, look.zone, self.app.now_ms())
        title = f"{labels.event(row.kind)} {look.glyphs.dot} {author(row, look)} {look.glyphs.dot} {moment}"
        await self.app.push_screen(FullText(title, whole_text(row), masked=look.masked))

    def _tick(self) -> None:
        row = self.ticket
        delay = _TICK
        self.timeline.new_day()
        if row is not None:
            self._show_header(row)
            if row.sla_due is not None and abs(row.sla_due - self.app.now_ms()) < NEAR:
                delay = _NEAR_TICK
        self.set_timer(delay, self._tick)

    def reveal(self, *, whole: bool) -> None:
        """Show the customer's personal data in full, or masked again."""
        self.timeline.reveal(whole=whole)
        self._say_how()

    # -- finding and filtering -----------------------------------------------------------------------------

    def open_find(self) -> None:
        bar = self.query_one(FindBar)
        bar.add_class("-shown")
        bar.focus()

    def close_find(self, *, focus: bool = True) -> None:
        bar = self.query_one(FindBar)
        bar.remove_class("-shown")
        self._find_said = ""
        self.timeline.stop_finding()
        if focus:
            self.timeline.focus()
        self._say_below()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell(self.timeline.find(event.value, first=True))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.find_again(forward=False)

    def find_again(self, *, forward: bool) -> None:
        """The next older event that holds what is looked for, or the next newer one; asks when there is nothing."""
        text = self.query_one(FindBar).value
        if not text:
            self.open_find()
            return
        self._tell(self.timeline.find(text, forward=forward))

    def _tell(self, found: Found) -> None:
        if not self.query_one(FindBar).value:
            self._find_said = ""
        elif not found.of:
            self._find_said = _("not found here, Enter looks in older ones") if found.more else _("not found")
        else:
            plus = "+" if found.more else ""
            self._find_said = _("{n} of {all}").format(n=found.at, all=f"{found.of}{plus}")
        self._say_below()

    async def filter(self) -> None:
        """Ask which channels and kinds to show (inside a worker)."""
        from atendente_tui.tui.asking import ChoiceScreen, Option

        model = self.timeline.model
        if model is None:
            return
        options = [Option("", _("Channels"), heading=True)]
        present = history.channels_of(self.app.read, model.ticket_id)
        present += [one for one in sorted(model.channels or ()) if one not in present]
        options += [Option(f"c:{one}", labels.channel(one)) for one in present]
        options += [Option("", _("Kinds"), heading=True)]
        options += [Option(f"k:{one}", labels.event(one)) for one in labels.EVENT]
        chosen = {f"c:{one}" for one in model.channels or ()} | {f"k:{one}" for one in model.kinds or ()}
        answer = await self.app.push_screen_wait(
            ChoiceScreen(_("Show only"), _("Nothing marked shows everything."), options, chosen)
        )
        if answer is not None and model is self.timeline.model:
            self.timeline.show_only(
                [one[2:] for one in answer if one.startswith("c:")],
                [one[2:] for one in answer if one.startswith("k:")],
            )
            self._say_below()


# -- actions ---------------------------------------------------------------------------------------------------


def _pane(screen: Any) -> TicketPane | None:
    found = screen.query(TicketPane)
    return found.first() if found else None


async def _filter(screen: Any) -> None:
    if (pane := _pane(screen)) is not None:
        await pane.filter()


def _find(screen: Any) -> None:
    if (pane := _pane(screen)) is not None:
        pane.open_find()


def _find_next(screen: Any) -> None:
    if (pane := _pane(screen)) is not None:
        pane.find_again(forward=False)


def _find_previous(screen: Any) -> None:
    if (pane := _pane(screen)) is not None:
        pane.find_again(forward=True)


def _copy(screen: Any) -> None:
    """The selected text, else the event under the cursor."""
    from atendente_tui.tui.copying import copy
    from atendente_tui.tui.widgets.timeline_lines import author

    chosen = screen.get_selected_text()
    pane = _pane(screen)
    if chosen:
        copy(screen.app, chosen, _("the selected text"))
    elif pane is not None and (found := pane.timeline.copied()) is not None:
        text, row = found
        what = _("{kind} of {author}, {moment}").format(
            kind=labels.event(row.kind),
            author=author(row, pane.timeline.look),
            moment=formats.moment(row.at, pane.timeline.look.zone, pane.app.now_ms()),
        )
        copy(screen.app, text, what)
    else:
        screen.app.say(_("There is nothing to copy here."))


def _copy_protocol(screen: Any) -> None:
    from atendente_tui.tui.copying import copy

    targets = screen.targets() if hasattr(screen, "targets") else []
    rows = [row for one in targets if (row := reading.ticket(screen.app.read, one)) is not None]
    text = "\n".join(row.protocol for row in rows)
    copy(screen.app, text, n_("the protocol number", "{n} protocol numbers", len(rows)).format(n=len(rows)))


def _past_back(screen: Any) -> None:
    if (pane := _pane(screen)) is not None:
        pane.step(-1)


def _past_on(screen: Any) -> None:
    if (pane := _pane(screen)) is not None:
        pane.step(1)


HANDLERS = {
    "past_back": _past_back,
    "past_on": _past_on,
    "filter_channel": _filter,
    "find": _find,
    "find_next": _find_next,
    "find_previous": _find_previous,
    "copy": _copy,
    "copy_protocol": _copy_protocol,
}
