"""Where answers and notes are written: two looks that cannot be confused, and a text that nothing can lose.

Every pause in typing saves the draft, cursor and all. The text is cleared only after the store has committed
what was sent.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import TextArea

from atendente_tui import labels
from atendente_tui.desk.reaching import Way, way, window_closed
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import news, reading
from atendente_tui.store.news import Seen
from atendente_tui.store.rows import TicketRow
from atendente_tui.tui.composing import (
    Review,
    channel_in,
    channel_of,
    masked,
    review_note,
    review_reply,
    seen_in,
    typed,
)
from atendente_tui.tui.going import Going, going_in
from atendente_tui.tui.lines import Line, Span
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.widgets import composer_lines as lines
from atendente_tui.tui.widgets.composer_looks import STYLES
from atendente_tui.tui.widgets.composer_review import Reading
from atendente_tui.tui.widgets.composer_sending import look_for_news, signature_below
from atendente_tui.tui.widgets.draft_keeper import DraftKeeper
from atendente_tui.tui.widgets.rows_pane import LineBoard
from atendente_tui.tui.widgets.writing import Writing

if TYPE_CHECKING:
    from atendente_tui.tui.app import AtendenteApp

Kind = Literal["reply", "note"]

WINDOW_TICK = 30.0
"""Seconds between two looks at the channel's window."""


class Composer(Vertical):
    """`show(ticket_id)` follows the ticket on screen, `open(ticket_id, kind)` starts writing."""

    context = "composer"
    app: AtendenteApp

    DEFAULT_CSS = STYLES

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.ticket: TicketRow | None = None
        self.kind: Kind = "reply"
        self.seen: Seen | None = None
        """What of the ticket its author had seen before starting to write."""
        self.way: Way | None = None
        """By which channel the answer goes."""
        self._customer = ""
        self._known: frozenset[str] = frozenset()
        self.alert = ""
        """What is wrong or new, above the line that says how the text stands."""
        self.warned = 0.0
        """When the alert about news came on screen, 0 for any other."""
        self.sending = False
        self.at_rest = asyncio.Event()
        """Set but while something is being sent."""
        self.at_rest.set()
        self.drafts = DraftKeeper(self)
        self.going = Going()
        """What goes with the text."""
        self.reading = Reading(self)
        self.reads_portuguese = True
        """Whether the customer is written to in the language of the dictionary."""
        self._draft_state = ""

    def compose(self) -> ComposeResult:
        yield LineBoard(id="to")
        yield Writing(
            soft_wrap=True, tab_behavior="focus", compact=True, highlight_cursor_line=False, id="text"
        )
        yield LineBoard(id="say")

    def on_mount(self) -> None:
        self.area = self.query_one(Writing)
        self.area.disabled = True
        self._show_all()
        self.set_interval(WINDOW_TICK, self._tick)

    def on_unmount(self) -> None:
        self.reading.close()

    def _tick(self) -> None:
        if self.ticket is not None and self.kind == "reply":
            self._show_all()  # the window closes by itself

    # -- which ticket, which kind --------------------------------------------------------------------------

    @property
    def ticket_id(self) -> int | None:
        return self.ticket.id if self.ticket is not None else None

    @property
    def text(self) -> str:
        return self.area.text

    def show(self, ticket_id: int | None) -> None:
        """Follow the ticket on screen without taking the focus: its draft is back, whatever kind it is."""
        if ticket_id == self.ticket_id and ticket_id is not None:
            return
        kind: Kind = "reply"
        if ticket_id is not None:
            drafts = [one for kind in ("reply", "note") if (one := self.stored(ticket_id, kind))]
            if drafts:
                kind = cast(Kind, max(drafts, key=lambda one: one.updated).kind)
        self.load(ticket_id, kind)

    def open(self, ticket_id: int, kind: Kind) -> None:
        """Write an answer or a note about this ticket; what was being written is kept as its draft."""
        if (ticket_id, kind) != (self.ticket_id, self.kind):
            self.load(ticket_id, kind)
        self.write()

    def insert(self, text: str) -> None:
        """Put text at the cursor and go on writing there."""
        if self.ticket is not None and not self.area.read_only:
            self.area.put(text)
            self.write()

    def write(self) -> None:
        """Give the text field the focus at once, because the letters for it may be typed already."""
        self.screen.set_focus(self.area)

    def close_field(self) -> None:
        """The text stays as it is until the store has it, or has said no."""
        self.sending = self.area.read_only = True
        self.at_rest.clear()

    @property
    def templates_only(self) -> bool:
        """Whether the channel's window is closed, so that nothing but an approved template reaches the customer."""
        return (
            self.kind == "reply"
            and self.way is not None
            and window_closed(self.way, self.app.now_ms()) is not None
        )

    def take_template(self, text: str, name: str) -> None:
        """Put an approved template in place of the text: its words stay as they are."""
        self.area.load_text(text)
        self.going.template = name
        self.area.read_only = True
        self.beside_changed()
        self.write()

    def open_field(self) -> None:
        self.sending = False
        self.area.read_only = bool(self.going.template)
        self.at_rest.set()

    def load(self, ticket_id: int | None, kind: Kind) -> None:
        """Another ticket or kind: what was being written is saved, what was written there is back."""
        self.drafts.save_now()
        read = self.app.read
        self.ticket = reading.ticket(read, ticket_id) if ticket_id is not None else None
        self.kind = kind
        self.alert, self.warned, self._draft_state = "", 0.0, ""
        self.going = Going()
        self.area.read_only = self.sending
        self.seen = self._seen()
        if self.ticket is None:
            self.app.watch(self)
        else:
            self.app.watch(self, f"ticket:{self.ticket.id}", f"customer:{self.ticket.customer_id}", "drafts")
        self._look_up_customer()
        self.take(None)
        self._load_draft()
        self.area.disabled = self.ticket is None
        look_for_news(self)
        self._show_all()

    def _load_draft(self) -> None:
        draft = self.stored(self.ticket.id, self.kind) if self.ticket is not None else None
        text = typed(draft.text) if draft is not None else ""
        self.area.load_text(text)
        if draft is not None:
            self.area.move_cursor(self.area.place(draft.cursor_line, draft.cursor_column))
            self._draft_state = _("draft found again")
            told = seen_in(draft.extra)
            self.seen = self._seen(told) if isinstance(told, int) else told or self.seen
            self.take(channel_in(draft.extra))
            self.going = going_in(draft.extra)
            self.area.read_only = bool(self.going.template)
            self.reading.touched()
        self.drafts.begin(text, self.area.cursor_location)

    def _look_at_draft(self) -> None:
        """Take over what others wrote into this draft: an undone answer comes back above what was typed since."""
        if self.ticket is None or self.sending or self.drafts.saving:
            return
        kept = self.drafts.text
        draft = self.stored(self.ticket.id, self.kind)
        text = typed(draft.text) if draft is not None else ""
        if text == kept or not text:
            return
        if self.text in ("", kept):
            self._load_draft()
        elif text.endswith(kept):
            self.area.insert(text.removesuffix(kept), (0, 0))
        self.drafts.text = text

    def _seen(self, until: int | None = None) -> Seen | None:
        """What whoever looks now has seen."""
        if self.ticket is None:
            return None
        return news.seen(self.app.read, self.ticket.id, self.app.workplace.desk.agent.login, until=until)

    def stored(self, ticket_id: int, kind: str) -> Any:
        return reading.draft(self.app.read, f"{ticket_id}:{kind}")

    def _look_up_customer(self) -> None:
        self._customer = ""
        self._known = frozenset()
        if self.ticket is None:
            return
        read = self.app.read
        row = reading.customer(read, self.ticket.customer_id)
        self._customer = safe_line(row.social_name or row.name) if row is not None else ""
        self.reads_portuguese = row is None or (row.language or "pt").lower().startswith("pt")
        self._known = frozenset(one.name for one in reading.facts(read, self.ticket.customer_id))

    def on_moved(self, event: Moved) -> None:
        if self.ticket is None:
            return
        self.ticket = reading.ticket(self.app.read, self.ticket.id) or self.ticket
        if not self.text:
            self.seen = self._seen()
        if "drafts" in event.topics:
            self._look_at_draft()
        if any(topic.startswith("customer:") for topic in event.topics):
            self._look_up_customer()
        self.take(self.elsewhere)
        look_for_news(self)
        self._show_all()

    # -- by which channel ----------------------------------------------------------------------------------

    @property
    def elsewhere(self) -> Channel | None:
        """The channel chosen in place of the ticket's own."""
        if self.way is None or self.ticket is None or self.way.channel == self.ticket.channel:
            return None
        return self.way.channel

    def take(self, channel: Channel | None) -> None:
        """Answer by that channel from now on, None for the ticket's own; looked up anew each time."""
        self.way = None
        own = channel_of(self.ticket.channel) if self.ticket is not None else None
        if self.ticket is not None and own is not None and self.kind == "reply":
            app = self.app
            self.way = way(app.read, app.workplace.desk.can, self.ticket.id, channel or own, app.now_ms())

    def choose(self, channel: Channel) -> None:
        """Answer by that channel; the choice is kept with the draft."""
        self.take(channel)
        self.drafts.again()
        self._show_all()

    # -- saying how it stands ------------------------------------------------------------------------------

    def review(self) -> Review:
        can = self.app.workplace.desk.can.commands | self.app.workplace.desk.can.local_only
        if self.ticket is None:
            return Review(_("no ticket is open"), (), "", "")
        if self.kind == "note":
            return review_note(self.text, may="note" in can)
        leaves = to_ms(self.going.at) if self.going.at is not None else self.app.now_ms()
        template = bool(self.going.template)
        return review_reply(self.way, self.text, leaves, self._known, may="reply" in can, template=template)

    def beside_changed(self) -> None:
        """Something that goes with the text is different now: keep it, show it, read the text again."""
        self.drafts.again()
        self._show_all()
        self.reading.again()

    def _show_all(self) -> None:
        review = self.review()
        glyphs = self.app.glyphs
        row = self.ticket
        said = self.going.said(self.app.workplace.zone, self.app.now_ms(), glyphs.dot, signature_below(self))
        beside = [Line((Span(said, "pending"),))] if said else []
        self.set_class(row is not None and self.kind == "reply", "-reply")
        self.set_class(row is not None and self.kind == "note", "-note")
        to, say = self.query_one("#to", LineBoard), self.query_one("#say", LineBoard)
        if row is None:
            self._entitle(_("Composer"), "")
            to.set_lines([])
            say.set_lines([lines.idle_line()])
            return
        if self.kind == "note":
            self._entitle(lines.note_title(glyphs), lines.key_words(self.app.keymap.shown, self.kind, glyphs))
            to.set_lines([lines.note_line(row.protocol, glyphs), *beside])
        else:
            own = labels.channel(row.channel)
            channel = labels.channel(self.way.channel) if self.way is not None else own
            self._entitle(
                lines.reply_title(channel, own, review.window, glyphs),
                lines.key_words(self.app.keymap.shown, self.kind, glyphs),
            )
            to.set_lines([lines.reply_line(self._customer, channel, masked(self.way), glyphs), *beside])
        self.say(review)

    def restate(self, said: str, now: str) -> bool:
        """Say `now` in place of what `clear` said; False when something else is said by this time."""
        if self._draft_state != said:
            return False
        if now != said:
            self._draft_state = now
            self.say(self.review())
        return True

    def say(self, review: Review) -> None:
        """Show how the text stands."""
        board, glyphs = self.query_one("#say", LineBoard), self.app.glyphs
        review = review._replace(found=lines.found_words(self.reading.open, self.app.keymap.shown("review")))
        said = [lines.standing(review, self.text, self._draft_state, glyphs, sending=self.sending)]
        if self.alert:
            said = [*lines.alert_lines(self.alert, board.room, glyphs), *said]
        board.set_lines(said)

    def warn(self, said: str) -> None:
        """Say what is wrong, above how the text stands."""
        self.alert, self.warned = said, 0.0
        self.say(self.review())

    def _entitle(self, title: str, subtitle: str) -> None:
        if str(self.border_title or "") != title:
            self.border_title = cast(str, Content(safe_line(title)))
        if str(self.border_subtitle or "") != subtitle:
            self.border_subtitle = cast(str, Content(safe_line(subtitle)))

    # -- the draft -----------------------------------------------------------------------------------------

    def beside(self) -> dict[str, Any]:
        """What is kept with the text."""
        return {"seen": self.seen, "channel": self.elsewhere, **self.going.kept()}

    def save_now(self) -> None:
        """Hand the text as it is to the store; returns at once."""
        self.drafts.save_now()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.reading.touched()
        if self.text != self.drafts.text:
            self.drafts.touched()
            if (attending := getattr(self.screen, "attending", None)) is not None:
                attending.typed()
            if self.alert and not self.warned:
                self.alert = ""
            self._draft_state = ""
        self.say(self.review())

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        if self.text and self.area.cursor_location != self.drafts.cursor:
            self.drafts.touched()

    def on_draft_keeper_saved(self, message: DraftKeeper.Saved) -> None:
        kept = self.drafts.settled(message)
        if message.error:
            self.alert = _("the draft is NOT saved: {error}").format(error=message.error)
        elif kept:
            self._draft_state = _("draft saved") if self.text else ""
        self._look_at_draft()
        self.say(self.review())

    def clear(self, state: str) -> None:
        """Empty the field: what stood in it was sent. `state` says what becomes of it."""
        assert self.ticket is not None  # noqa: S101  # nosec B101 # for the type checker
        self.drafts.sent()
        if (attending := getattr(self.screen, "attending", None)) is not None:
            attending.stopped()
        self.area.load_text("")
        self.going = Going()
        self.area.read_only = False
        self.alert, self.warned, self._draft_state = "", 0.0, state
        self.ticket = reading.ticket(self.app.read, self.ticket.id) or self.ticket
        self.seen = self._seen()
        self.take(None)
        self._show_all()
