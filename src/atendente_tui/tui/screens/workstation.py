"""The workstation: queue, ticket, customer, composer and library on one screen."""

from __future__ import annotations

from textual.screen import Screen


class Workstation(Screen[None]):
    """What verbs and panes ask of it: `ticket_id`, `targets()`, `open_ticket()`, and the panes themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.ticket_id: int | None = None
        """The ticket on screen, opened or peeked at."""
        self.customer_id: int | None = None

    def targets(self) -> list[int]:
        """What a verb acts on: the marked tickets, else the one under the cursor in the queue, else the open one."""
        return [self.ticket_id] if self.ticket_id is not None else []

    def open_ticket(self, ticket_id: int, *, event_key: int | None = None, peek: bool = False) -> None:
        """Show a ticket; `peek` leaves no trace, `event_key` brings that event into view."""
        self.ticket_id = ticket_id
