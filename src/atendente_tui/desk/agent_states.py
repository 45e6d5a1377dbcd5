"""Saying what one is doing: available, in contact, after a contact, paused with a reason, in training, off."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from atendente_tui.domain.agent_state import after
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import AgentState, OutboxState, Status

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Desk, Given, Submitted
    from atendente_tui.domain.command import Command
    from atendente_tui.store.writing import Tx


def set_state(desk: Desk, state: AgentState, reason: str = "") -> Future[Submitted]:
    """From now on. Refused: pause_reason, nothing_to_change."""
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.store import agent_states

        why = reason.strip() or None
        if state is AgentState.PAUSED and why is None:
            raise Refused("pause_reason")
        now = agent_states.current(tx.db, given.author)
        if now is not None and (now.state, now.reason) == (state, why):
            raise Refused("nothing_to_change")
        return _put(tx, desk, given, state, why)

    return desk.do(job)


def by_activity(tx: Tx, desk: Desk, command: Command) -> None:
    """What a command that was just given says about its author, in the same transaction."""
    from atendente_tui.store import agent_states

    now = agent_states.current(tx.db, command.author)
    if now is None:
        return
    status: Status | None = getattr(command, "status", None)
    wanted = after(command.type, status, AgentState(now.state))
    if wanted is not None:
        _put(tx, desk, desk.given()._replace(author=command.author, at=command.at), wanted, None)


def _put(tx: Tx, desk: Desk, given: Given, state: AgentState, reason: str | None) -> Submitted:
    """To the helpdesk where it has such a thing; otherwise it stays here, and is on record all the same."""
    from atendente_tui.desk.desk import Submitted, give

    if "agent_state" in desk.can.commands:
        from atendente_tui.domain.command import SetAgentState

        return give(
            tx,
            desk,
            SetAgentState(id=given.id, at=given.at, author=given.author, state=state, reason=reason or ""),
        )
    if not desk.dry:
        from atendente_tui.store import agent_states, audit

        agent_states.lay(tx, given.author, given.ms, state, reason)
        audit.record(tx, given.author, "agent_state", None, str(given.id), state=str(state))
    return Submitted(given.id, 0, "agent_state", OutboxState.CONFIRMED, given.ms)
