"""The work behind an answer goes with it: what the screen counted of its ticket since the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Desk
    from atendente_tui.domain.command import Command
    from atendente_tui.store.writing import Tx


def carrying(tx: Tx, desk: Desk, command: Command, ticket_id: int) -> Command:
    """The command with the seconds behind it, which then are told. Of no work at all it says nothing."""
    from atendente_tui.domain.command import Escalate, Note, Reply, Work, WrapUp
    from atendente_tui.store import worked

    if not isinstance(command, Reply | Note | Escalate | WrapUp):
        return command
    spent = worked.take(tx, ticket_id, command.author)
    if desk.spent is not None:
        spent = spent.more(desk.spent(ticket_id))
    active, hold, after = spent.seconds
    if not (active or hold or after):
        worked.add(
            tx, command.author, {ticket_id: spent}
        )  # less than half a second: the next one tells of it
        return command
    told = Work(active=active, hold=hold, after=after, here=not desk.can.handling)
    return command.model_copy(update={"work": told})
