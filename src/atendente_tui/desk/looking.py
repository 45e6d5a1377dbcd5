"""Reading marks nothing, unless the ticket is one's own."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.writing import Tx


def mark_seen(desk: Desk, ticket_id: int) -> Future[bool]:
    """What is on one's own ticket was read. False when it is somebody else's or nothing was new."""
    login = desk.agent.login

    def job(tx: Tx) -> bool:
        moved = tx.db.execute(
            "UPDATE ticket SET seen_event = newest_event WHERE id = ? AND assignee = ? AND newest_event IS NOT NULL"
            " AND coalesce(seen_event, -1) < newest_event",
            (ticket_id, login),
        ).rowcount
        if moved:
            tx.touch("queue", f"ticket:{ticket_id}")
        return bool(moved)

    return desk.do(job)
