"""What a team's agents are doing, as the helpdesk tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atendente_tui.domain.instants import to_ms
from atendente_tui.store import agent_states
from atendente_tui.store.incoming import Batch

if TYPE_CHECKING:
    from atendente_tui.domain.change import AgentStates


def apply_agent_states(batch: Batch, changes: Sequence[AgentStates]) -> int:
    """Returns how many agents something new was told of."""
    moved = 0
    for change in changes:
        laid = [
            agent_states.lay(batch.tx, change.agent, to_ms(one.since), one.state._value_, one.reason or None)
            for one in change.states
        ]
        moved += any(laid)
    return moved
