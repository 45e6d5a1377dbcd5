"""Where a verb was asked for: what it needs of the screen in front, whichever that is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import SafeText, safe_line
from atendente_tui.store import reading

if TYPE_CHECKING:
    from textual.screen import Screen

    from atendente_tui.store.rows import TicketRow
    from atendente_tui.tui.app import AtendenteApp
    from atendente_tui.tui.workplace import Workplace

Verb = Callable[["Screen[Any]", Sequence[int]], Awaitable[object]]
Body = Mapping[str, Any] | None
"""What stands in a verb's form at first: the body of a command that was refused."""
Handler = Callable[["Screen[Any]"], Awaitable[None]]


def app_of(screen: Screen[Any]) -> AtendenteApp:
    return cast("AtendenteApp", screen.app)


def workplace_of(screen: Screen[Any]) -> Workplace:
    return app_of(screen).workplace


def chosen(screen: Screen[Any]) -> list[int]:
    """The tickets meant: the marked ones, else the one under the cursor or open. A screen says so itself."""
    targets = getattr(screen, "targets", None)
    return list(targets()) if targets is not None else []


def on_tickets(verb: Verb) -> Handler:
    """The handler of a verb that needs at least one ticket."""

    async def handler(screen: Screen[Any]) -> None:
        ids = chosen(screen)
        if ids:
            await verb(screen, ids)
        else:
            app_of(screen).say(_("No ticket is chosen."), severity="warning")

    return handler


def open_ticket(screen: Screen[Any], ticket_id: int, event_key: int | None = None) -> None:
    """Open the ticket where tickets are read, at one of its events where one is given.

    Lists that lie above the workstation are left for it.
    """
    app = app_of(screen)
    for one in reversed(app.screen_stack):
        opener = getattr(one, "open_ticket", None)
        if opener is not None:
            while app.screen is not one:
                app.pop_screen()
            opener(ticket_id, event_key=event_key)
            return


def ticket_row(screen: Screen[Any], ticket_id: int) -> TicketRow | None:
    return reading.ticket(app_of(screen).read, ticket_id)


def about(screen: Screen[Any], ids: Sequence[int]) -> SafeText:
    """One line that names what a form is about."""
    if len(ids) != 1:
        return safe_line(_("{count} tickets").format(count=len(ids)))
    row = ticket_row(screen, ids[0])
    return safe_line(f"{row.protocol} · {row.subject}") if row is not None else safe_line("")
