"""Somebody was faster: what we wanted beside how it stands now, and the choice between them."""

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
        self.query(".conflict-side").first().focus()

    def action_take(self, choice: Choice) -> None:
        self.dismiss(choice)

    def action_leave(self) -> None:
        self.dismiss(None)


async def decide(screen: OutboxScreen, row: OutboxRow) -> None:
    """Show both versions of a command in conflict and do what the person chooses (inside a worker)."""
    from atendente_tui.desk import outgoing

    app, workplace = screen.here, screen.workplace
    zone, now = workplace.zone, app.now_ms()
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


def _listed(fields: list[tuple[SafeText, SafeText]]) -> Content:
    return Content("\n").join([Content(f"{name}: {value}") for name, value in fields])
