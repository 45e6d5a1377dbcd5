"""A command that was refused, asked again: its form comes back with what was in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from atendente_tui.tui.outbox_words import body_of
from atendente_tui.tui.verbs import knowing, moving, owning, promising, triaging
from atendente_tui.tui.verbs.place import app_of, workplace_of

if TYPE_CHECKING:
    from textual.screen import Screen

    from atendente_tui.store.rows import OutboxRow

FORMS: Mapping[str, Callable[..., Awaitable[bool]]] = {
    "release": owning.release,
    "assign": owning.assign,
    "status": moving.status,
    "snooze": moving.snooze,
    "wrapup": moving.wrap_up,
    "priority": triaging.priority,
    "team": triaging.team,
    "escalate": triaging.escalate,
    "promise": promising.promise,
    "fact": knowing.fact,
}
"""The verb whose form a command came from, by the command's type."""


async def ask_again(screen: Screen[Any], row: OutboxRow) -> None:
    """Show the form of a refused command as it was filled in; once it is given anew the old one is dropped."""
    from atendente_tui.desk import outgoing

    if row.ticket_id is None or not await FORMS[row.type](screen, [row.ticket_id], body_of(row)):
        return
    await app_of(screen).done(outgoing.discard(workplace_of(screen).desk, UUID(row.command_id)))
