"""Where answers and notes are written: two looks that cannot be confused, and a text that nothing can lose.

Every pause in typing saves the draft, cursor and all. The text is cleared only after the store has committed
what was sent.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, cast

from textual.app import ComposeResult, SuspendNotSupported
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from atendente_tui import formats, labels
from atendente_tui.domain.identities import mask
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import IdentityKind, Status
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import reading
from atendente_tui.store.rows import TicketRow
from atendente_tui.tui.composing import Review, joined, matters, review_note, review_reply, seen_in, typed
from atendente_tui.tui.lines import Line, Span, block
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.widgets.rows_pane import LineBoard
from atendente_tui.tui.widgets.writing import Writing

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Submitted
    from atendente_tui.tui.app import AtendenteApp

Kind = Literal["reply", "note"]

PAUSE = 0.2
"""Seconds without a key after which the draft is saved."""
LONGEST = 0.8
"""Seconds of typing without a pause after which it is saved all the same."""
THINK = 0.5
"""Seconds a warning must have been on screen before the same key means "send it all the same"."""
WINDOW_TICK = 30.0
"""Seconds between two looks at the channel's window."""
ALERT = 3
"""Lines of a warning."""
_ADDRESSES = {
    "email": ("email",),
    "portal": ("email",),
    "whatsapp": ("whatsapp", "phone"),
    "sms": ("phone", "whatsapp"),
    "phone": ("phone", "whatsapp"),
    "instagram": ("instagram",),
    "facebook": ("facebook",),
    "x": ("x",),
}


class Composer(Vertical):
    """`show(ticket_id)` follows the ticket on screen, `open(ticket_id, kind)` starts writing."""

    context = "composer"
    app: AtendenteApp

    DEFAULT_CSS = """
    Composer { height: 1fr; border: round $border-blurred; }
    Composer > Writing {
        height: 1fr; border: none; padding: 0 1; background: $surface; color: $foreground; scrollbar-size-vertical: 1;
    }
    Composer > Writing:focus { border: none; }
    Composer > LineBoard { max-height: 4; padding: 0 1; }
    Composer.-reply:focus-within { border: heavy $success; border-title-color: $text-success; }
    Composer.-note { border: dashed $warning; border-title-color: $text-warning; }
    Composer.-note:focus-within { border: double $warning; border-title-color: $text-warning; }
    Composer.-note > Writing { background: $warning 12%; }
    .-narrow Composer, .-narrow Composer:focus-within {
        border: none; border-top: heavy $success;
    }
    .-narrow Composer.-note, .-narrow Composer.-note:focus-within { border: none; border-top: double $warning; }
    Composer.-note:ansi > Writing { background: ansi_default; }
    Composer.-ascii.-reply, Composer.-ascii.-reply:focus-within { border: ascii $success; }
    Composer.-ascii.-note, Composer.-ascii.-note:focus-within { border: ascii $warning; }
    """

    class Sent(Message):
        """The store has committed what was written; `submitted` says under which command."""

        def __init__(self, submitted: Submitted, kind: Kind, text: str) -> None:
            super().__init__()
            self.submitted = submitted
            self.kind = kind
            self.text = text

    class _Saved(Message, bubble=False):
        def __init__(self, serial: int, error: str) -> None:
            super().__init__()
            self.serial = serial
            self.error = error

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.ticket: TicketRow | None = None
        self.kind: Kind = "reply"
        self.seen: int | None = None
        """Key of the newest event its author had before starting to write."""
        self._address = ""
        self._customer = ""
        self._known: frozenset[str] = frozenset()
        self._alert = ""
        self._warned = 0.0
        self._sending = False
        self._dirty_since: float | None = None
        self._touched = 0.0
        self._timing = False
        self._serial = 0
        self._saving = 0
        """Drafts on their way to the store."""
        self._kept = ""
        """The draft as the store has it, or will have."""
        self._kept_cursor = (0, 0)
        self._draft_state = ""

    def compose(self) -> ComposeResult:
        yield LineBoard(id="to")
        yield Writing(
            soft_wrap=True, tab_behavior="focus", compact=True, highlight_cursor_line=False, id="text"
        )
        yield LineBoard(id="say")

    def on_mount(self) -> None:
        self.area = self.query_one(Writing)
        self.set_class(self.app.glyphs.ascii, "-ascii")
        self.area.disabled = True
        self._show_all()
        self.set_interval(WINDOW_TICK, self._tick)

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
            drafts = [one for kind in ("reply", "note") if (one := self._stored(ticket_id, kind))]
            if drafts:
                kind = cast(Kind, max(drafts, key=lambda one: one.updated).kind)
        self._load(ticket_id, kind)

    def open(self, ticket_id: int, kind: Kind) -> None:
        """Write an answer or a note about this ticket; what was being written is kept as its draft."""
        if (ticket_id, kind) != (self.ticket_id, self.kind):
            self._load(ticket_id, kind)
        self.area.focus()

    def insert(self, text: str) -> None:
        """Put text at the cursor and go on writing there."""
        if self.ticket is not None and not self.area.read_only:
            self.area.put(text)
            self.area.focus()

    def _load(self, ticket_id: int | None, kind: Kind) -> None:
        self.save_now()
        read = self.app.read
        self.ticket = reading.ticket(read, ticket_id) if ticket_id is not None else None
        self.kind = kind
        self._alert, self._warned, self._draft_state = "", 0.0, ""
        self.seen = self.ticket.newest_event if self.ticket is not None else None
        if self.ticket is None:
            self.app.watch(self)
        else:
            self.app.watch(self, f"ticket:{self.ticket.id}", f"customer:{self.ticket.customer_id}", "drafts")
        self._look_up_customer()
        self._load_draft()
        self.area.disabled = self.ticket is None
        self._look_for_news()
        self._show_all()

    def _load_draft(self) -> None:
        draft = self._stored(self.ticket.id, self.kind) if self.ticket is not None else None
        self._kept = typed(draft.text) if draft is not None else ""
        self.area.load_text(self._kept)
        if draft is not None:
            self.area.move_cursor(self.area.place(draft.cursor_line, draft.cursor_column))
            self._draft_state = _("draft found again")
            self.seen = seen_in(draft.extra, self.seen)
        self._kept_cursor = self.area.cursor_location
        self._dirty_since = None

    def _look_at_draft(self) -> None:
        """Take over what others wrote into this draft: an undone answer comes back above what was typed since."""
        if self.ticket is None or self._sending or self._saving:
            return
        draft = self._stored(self.ticket.id, self.kind)
        text = typed(draft.text) if draft is not None else ""
        if text == self._kept or not text:
            return
        if self.text in ("", self._kept):
            self._load_draft()
        elif text.endswith(self._kept):
            self.area.insert(text.removesuffix(self._kept), (0, 0))
        self._kept = text

    def _stored(self, ticket_id: int, kind: str) -> Any:
        return reading.draft(self.app.read, f"{ticket_id}:{kind}")

    def _look_up_customer(self) -> None:
        self._address = self._customer = ""
        self._known = frozenset()
        if self.ticket is None:
            return
        read = self.app.read
        row = reading.customer(read, self.ticket.customer_id)
        self._customer = safe_line(row.social_name or row.name) if row is not None else ""
        wanted = _ADDRESSES.get(self.ticket.channel, ())
        addresses = {
            one.kind: one.value for one in reversed(reading.identities(read, self.ticket.customer_id))
        }
        for kind in wanted:
            if kind in addresses:
                self._address = safe_line(mask(IdentityKind(kind), addresses[kind]))
                break
        self._known = frozenset(one.name for one in reading.facts(read, self.ticket.customer_id))

    def on_moved(self, event: Moved) -> None:
        if self.ticket is None:
            return
        self.ticket = reading.ticket(self.app.read, self.ticket.id) or self.ticket
        if not self.text:
            self.seen = self.ticket.newest_event
        if "drafts" in event.topics:
            self._look_at_draft()
        if any(topic.startswith("customer:") for topic in event.topics):
            self._look_up_customer()
        self._look_for_news()
        self._show_all()

    # -- saying how it stands ------------------------------------------------------------------------------

    def review(self) -> Review:
        can = self.app.workplace.desk.can.commands | self.app.workplace.desk.can.local_only
        if self.ticket is None:
            return Review(_("no ticket is open"), (), "", "")
        if self.kind == "note":
            return review_note(self.text, may="note" in can)
        row = self.ticket
        return review_reply(
            row.channel, self.text, row.last_inbound, self.app.now_ms(), self._known, may="reply" in can
        )

    def _show_all(self) -> None:
        review = self.review()
        dot = self.app.glyphs.dot
        row = self.ticket
        self.set_class(row is not None and self.kind == "reply", "-reply")
        self.set_class(row is not None and self.kind == "note", "-note")
        if row is None:
            self._title(_("Composer"), "")
            self.query_one("#to", LineBoard).set_lines([])
            self.query_one("#say", LineBoard).set_lines(
                [Line((Span(_("r answers the open ticket, o writes a note about it"), "quiet"),))]
            )
            return
        if self.kind == "note":
            self._title(
                f"{self.app.glyphs.note} {_('Internal note')} {dot} {_('only the team reads it')}", ""
            )
            to = (Span(_("does not go to the customer"), "note"), Span(f" {dot} {row.protocol}", "quiet"))
        else:
            channel = labels.channel(row.channel)
            self._title(joined((_("Answer"), channel, review.window), dot), "")
            who = joined((self._customer, f"{channel} {self._address}".strip()), dot)
            to = (Span(_("goes to") + " ", "quiet"), Span(who, "customer"))
        self.query_one("#to", LineBoard).set_lines([Line(to)])
        self._say(review)

    def _say(self, review: Review) -> None:
        dot = f" {self.app.glyphs.dot} "
        spans: list[Span] = [Span(review.size, "bad" if review.blocked and self.text else "quiet")]
        if self._sending:
            spans += [Span(dot, "quiet"), Span(_("sending"), "pending")]
        elif review.blocked and self.text:
            spans += [Span(dot, "quiet"), Span(safe_line(review.blocked), "bad")]
        elif review.hints:
            spans += [Span(dot, "quiet"), Span(safe_line(" · ".join(review.hints)), "warning")]
        elif self.text:
            spans += [Span(dot, "quiet"), Span(_("review ok"), "good")]
        if self._draft_state:
            spans += [Span(dot, "quiet"), Span(self._draft_state, "quiet")]
        lines = [Line(tuple(span for span in spans if span.text))]
        board = self.query_one("#say", LineBoard)
        if self._alert:
            text = safe_line(self._alert, characters=400)
            said = block(
                text, board.room, prefix=f"{self.app.glyphs.warning} ", role="warning", prefix_role="bad"
            )
            lines = [*said[:ALERT], *lines]
        board.set_lines(lines)

    def _title(self, title: str, subtitle: str) -> None:
        if str(self.border_title or "") != title:
            self.border_title = cast(str, Content(safe_line(title)))
        keys = self._key_words() if self.ticket is not None else subtitle
        if str(self.border_subtitle or "") != keys:
            self.border_subtitle = cast(str, Content(safe_line(keys)))

    def _key_words(self) -> str:
        shown = self.app.keymap.shown
        other = _("note") if self.kind == "reply" else _("answer")
        return f"{shown('send')} {_('send')} {self.app.glyphs.dot} {shown('switch_kind')} {other}"

    # -- drafts --------------------------------------------------------------------------------------------

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.text != self._kept:
            self._touch(text=True)
        else:
            self._say(self.review())

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        if self.text and self.area.cursor_location != self._kept_cursor:
            self._touch(text=False)

    def _touch(self, *, text: bool) -> None:
        self._touched = monotonic()
        if self._dirty_since is None:
            self._dirty_since = self._touched
        if not self._timing:
            self._timing = True
            self.set_timer(PAUSE, self._maybe_save)
        if text:
            if self._alert and not self._warned:
                self._alert = ""
            self._draft_state = ""
            self._say(self.review())

    def _maybe_save(self) -> None:
        self._timing = False
        if self._dirty_since is None:
            return
        now = monotonic()
        rest = self._touched + PAUSE - now
        if rest <= 0.005 or now - self._dirty_since >= LONGEST:
            self.save_now()
        else:
            self._timing = True
            self.set_timer(rest, self._maybe_save)

    def save_now(self) -> None:
        """Hand the text as it is to the store; returns at once."""
        if self.ticket is None or self._sending:
            return
        if (self.text, self.area.cursor_location) == (self._kept, self._kept_cursor):
            self._dirty_since = None
            return
        from atendente_tui.desk import drafting

        self._dirty_since = None
        self._serial += 1
        self._saving += 1
        serial = self._serial
        text = self._kept = self.text
        cursor = self._kept_cursor = self.area.cursor_location
        extra = {"seen": self.seen} if text.strip() else None
        future = drafting.save_draft(
            self.app.workplace.desk, self.ticket.id, self.kind, text, cursor, extra=extra
        )

        def told(done: Future[Any]) -> None:  # on the writer's thread
            error = done.exception()
            self.post_message(self._Saved(serial, "" if error is None else str(error)))

        future.add_done_callback(told)

    def on_composer__saved(self, message: _Saved) -> None:
        self._saving -= 1
        if message.error:
            self._alert = _("the draft is NOT saved: {error}").format(error=message.error)
            self._kept_cursor = (-1, -1)  # the next pause tries again
        elif message.serial == self._serial and self._dirty_since is None:
            self._draft_state = _("draft saved") if self.text else ""
        self._look_at_draft()
        self._say(self.review())

    # -- sending -------------------------------------------------------------------------------------------

    async def send(self, *, solve: bool = False) -> None:
        """Hand the text to the desk. It stays here until the store has it, and whenever something says no."""
        if self._sending or self.ticket is None:
            return
        review = self.review()
        if review.blocked:
            self._warn(_("not sent: {reason}").format(reason=review.blocked))
            return
        if self._look_for_news() and self.kind == "reply" and not self._insists():
            return
        from atendente_tui.desk import answering

        desk, ticket_id, kind, text = self.app.workplace.desk, self.ticket.id, self.kind, self.text.strip()
        serial_text = self.text
        self._sending = True
        self.area.read_only = True
        self._say(review)
        try:
            if kind == "note":
                future = answering.note(desk, ticket_id, text)
            else:
                insist = bool(self._warned)
                status = Status.SOLVED if solve else None
                future = answering.reply(
                    desk, ticket_id, text, channel=None, status=status, last_seen=self.seen, insist=insist
                )
            submitted = await asyncio.shield(asyncio.wrap_future(future))
        except Refused as refused:
            self._sending = False
            self._refused(refused)
            return
        except Exception as error:
            self._sending = False
            self._warn(
                _("not sent, the text is still here: {error}").format(error=error or type(error).__name__)
            )
            return
        finally:
            self._sending = False
            self.area.read_only = False
        if (self.ticket_id, self.kind, self.text) == (ticket_id, kind, serial_text):
            self._clear(self._leaving(submitted))
        self.post_message(self.Sent(submitted, kind, text))

    def _leaving(self, submitted: Submitted) -> str:
        """When what was sent will leave, and how to take it back until then."""
        seconds = (submitted.hold_until - self.app.now_ms()) // 1000
        if seconds <= 0:
            return _("on its way out")
        shown = self.app.keymap.shown
        return _("leaves in {n} s: {leave} {undo} takes it back").format(
            n=seconds, leave=shown("leave"), undo=shown("undo")
        )

    def _clear(self, state: str) -> None:
        assert self.ticket is not None  # noqa: S101
        self._kept, self._kept_cursor = "", (0, 0)
        self.area.load_text("")
        self._dirty_since = None
        self._serial += 1
        self._alert, self._warned, self._draft_state = "", 0.0, state
        self.ticket = reading.ticket(self.app.read, self.ticket.id) or self.ticket
        self.seen = self.ticket.newest_event
        self._show_all()

    def _refused(self, refused: Refused) -> None:
        if refused.code == "stale":
            self._look_for_news()
            if not self._alert:
                count = int(str(refused.values.get("newer", 1)))
                self._alert = n_("{n} new since you began", "{n} newer ones since you began", count).format(
                    n=count
                )
            self._warned = self._warned or monotonic()
            self._say(self.review())
        else:
            self._warn(labels.refusal(refused))

    def _insists(self) -> bool:
        """Whether the warning was on screen long enough for this key to mean "all the same"."""
        return bool(self._warned) and monotonic() - self._warned >= THINK

    def _warn(self, said: str) -> None:
        self._alert = said
        self._warned = 0.0
        self._say(self.review())

    def _look_for_news(self) -> bool:
        """Whether the customer or a colleague wrote since this text was begun; says what."""
        row = self.ticket
        if row is None or self.kind != "reply" or not self.text or row.newest_event in (None, self.seen):
            return False
        found = reading.timeline(self.app.read, ticket_id=row.id, after=self.seen or 0, limit=50)
        login = self.app.workplace.desk.agent.login
        news = [one for one in found if matters(one, login)]
        if not news:
            return False
        newest = news[-1]
        who = safe_line(newest.author or labels.event(newest.kind), characters=30)
        at = formats.hour(newest.at, self.app.workplace.zone)
        count = n_("{n} new since you began", "{n} newer ones since you began", len(news)).format(n=len(news))
        again = _("{key} again sends all the same").format(key=self.app.keymap.shown("send"))
        said = f"{count}: {who} {at} «{safe_line(newest.text, characters=80)}» {self.app.glyphs.dot} {again}"
        if said != self._alert:
            self._alert = said
            self._warned = monotonic()
            self._say(self.review())
        return True

    # -- other actions -------------------------------------------------------------------------------------

    async def switch_kind(self) -> None:
        """From answer to note or back; with text in it, ask what becomes of the text (inside a worker)."""
        if self.ticket is None or self._sending:
            return
        other: Kind = "note" if self.kind == "reply" else "reply"
        ticket_id, text, cursor = self.ticket.id, self.text, self.area.cursor_location
        if not text.strip():
            self._load(ticket_id, other)
            self.area.focus()
            return
        from atendente_tui.tui.asking import Option, choose

        if other == "note":
            title = _("Write a note instead?")
            carry = Option("carry", _("take the text along into the internal note"))
        else:
            title = _("Write to the customer instead?")
            carry = Option("carry", _("take the text along: THE CUSTOMER WILL READ IT"))
        keep = Option("keep", _("leave the text here as a draft"))
        answer = await choose(self.app, title, "", [keep, carry] if other == "reply" else [carry, keep])
        if answer is None or (self.ticket_id, self.text) != (ticket_id, text):
            return
        if answer == "carry":
            there = self._stored(ticket_id, other)
            self.area.load_text("")
            self._load(ticket_id, other)
            if there is not None and there.text:
                self.area.put("\n" + text)
            else:
                self.area.put(text)
                self.area.move_cursor(cursor)
        else:
            self._load(ticket_id, other)
        self.area.focus()

    async def discard(self) -> None:
        """Throw the text away, after asking (inside a worker)."""
        if self.ticket is None or self._sending or not self.text:
            return
        from atendente_tui.tui.asking import Option, choose

        text = self.text
        options = [Option("keep", _("keep it")), Option("discard", _("throw the text away"))]
        if await choose(self.app, _("Discard this draft?"), "", options) != "discard" or self.text != text:
            return
        self.area.clear()
        self.save_now()

    def edit_outside(self) -> None:
        """Hand the text to `$EDITOR` and take it back."""
        from atendente_tui.tui import editing

        if self.ticket is None or self._sending:
            return
        command = editing.editor()
        if command is None:
            self._warn(_("no editor is set: give its command in the variable EDITOR"))
            return
        self.save_now()
        try:
            with self.app.suspend():
                text = editing.edited(self.text, command)
        except SuspendNotSupported:
            self._warn(_("this terminal cannot be handed to another program"))
            return
        except (OSError, ValueError) as error:
            self._warn(_("the editor did not work: {error}").format(error=error))
            return
        if typed(text) != self.text:
            end = self.area.document.end
            self.area.replace(typed(text), (0, 0), end, maintain_selection_offset=False)
        self.app.refresh(layout=True)
        self.area.focus()
