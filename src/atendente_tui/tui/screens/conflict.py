"""Somebody was faster: what we wanted beside how it stands now, and the choice between them.

An answer that something was said before has a screen of its own (`stale`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from atendente_tui import labels
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import SafeText, safe_line, safe_text
from atendente_tui.store import reading
from atendente_tui.store.rows import OutboxRow
from atendente_tui.tui import outbox_words as words
from atendente_tui.tui.widgets.dialog import Box, Dialog

if TYPE_CHECKING:
    from atendente_tui.tui.screens.outbox import OutboxScreen

Choice = Literal["ours", "theirs"]


class ConflictScreen(Dialog[Choice | None]):
    DEFAULT_CSS = """
    ConflictScreen > Box { width: 100%; max-width: 120; }
    ConflictScreen Horizontal { height: auto; max-height: 75vh; }
    ConflictScreen .conflict-side { width: 1fr; padding-right: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "take('ours')", show=False),
        Binding("o", "take('theirs')", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, title: SafeText, why: SafeText, ours: Content, theirs: Content) -> None:
        super().__init__()
        self._title, self._why, self._ours, self._theirs = title, why, ours, theirs

    def compose(self) -> ComposeResult:
        with Box(self._title):
            yield Static(Content(self._why), classes="dialog-strong")
            with Horizontal():
                for heading, side in ((_("Yours"), self._ours), (_("As it stands now"), self._theirs)):
                    with VerticalScroll(classes="conflict-side"):
                        yield Static(Content("\n").join([Content.styled(heading, "bold underline"), side]))
            yield Static(
                Content(_("m send mine again · o keep the other, discard mine · Esc decide later")),
                classes="dialog-keys",
            )

    def on_mount(self) -> None:
        self.set_focus(self.query(".conflict-side").first())

    def action_take(self, choice: Choice) -> None:
        self.dismiss(choice)

    def action_leave(self) -> None:
        self.dismiss(None)


async def decide(screen: OutboxScreen, row: OutboxRow) -> None:
    """Show both versions of a command in conflict and do what the person chooses (inside a worker)."""
    from atendente_tui.desk import outgoing

    app, workplace = screen.here, screen.workplace
    app.clear_notifications()  # the one that told of it would cover what is to be read
    zone, now = workplace.zone, app.now_ms()
    if row.type == "reply" and words.since(row):
        await _decide_stale(screen, row)
        return
    ours = [*words.contents(row, zone, now)]
    if words.text_of(row):
        ours.append((safe_line(_("text")), safe_text(words.text_of(row))))
    theirs = words.as_it_stands(row, zone, now)
    choice = await app.push_screen(
        ConflictScreen(
            safe_line(" · ".join(filter(None, (_("Conflict"), labels.command(row.type), row.protocol)))),
            words.trouble(row),
            _listed(ours),
            _listed(theirs) if theirs else Content(_("The helpdesk did not say.")),
        ),
        wait_for_dismiss=True,
    )
    command_id = UUID(row.command_id)
    if choice == "ours" and await app.done(outgoing.retry(workplace.desk, command_id)) is not None:
        app.say(_("It will be sent again."))
    elif choice == "theirs" and await app.done(outgoing.discard(workplace.desk, command_id)) is not None:
        app.say(_("Yours was discarded; the other stands."))


async def _decide_stale(screen: OutboxScreen, row: OutboxRow) -> None:
    from atendente_tui.desk import outgoing
    from atendente_tui.tui import said_since
    from atendente_tui.tui.screens.stale import StaleScreen
    from atendente_tui.tui.verbs.place import open_ticket

    app, workplace = screen.here, screen.workplace
    body = words.body_of(row)
    context = said_since.last_seen(app.read, row.ticket_id, body.get("seen"), body.get("last_seen"))
    told = [said_since.of_change(one) for one in words.since(row)]
    names = dict(reading.directory(app.read, "agent"))
    sight = said_since.Sight(app.glyphs, workplace.zone, app.now_ms(), names)
    choice = await app.push_screen(
        StaleScreen(
            safe_line(" · ".join(filter(None, (_("Conflict"), labels.command(row.type), row.protocol)))),
            words.trouble(row),
            lambda width: said_since.diff(
                context, told, words.text_of(row), body.get("channel"), sight, width
            ),
        ),
        wait_for_dismiss=True,
    )
    command_id = UUID(row.command_id)
    if choice == "send":
        if await app.done(outgoing.retry(workplace.desk, command_id)) is not None:
            app.say(_("It will be sent again."))
    elif choice is not None and await app.done(outgoing.discard(workplace.desk, command_id)) is not None:
        if choice == "discard":
            app.say(_("It will not be sent; its text is a draft of the ticket."))
        elif row.ticket_id is not None:
            open_ticket(screen, row.ticket_id)
            write = getattr(app.screen, "write", None)
            if write is not None:
                write("reply")


def _listed(fields: list[tuple[SafeText, SafeText]]) -> Content:
    return Content("\n").join([Content(f"{name}: {value}") for name, value in fields])
