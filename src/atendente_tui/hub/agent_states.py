"""What agents are doing, shared with every workstation of the team like its other content."""

from __future__ import annotations

from atendente_tui.domain.change import AgentStates
from atendente_tui.domain.command import Receipt, SetAgentState
from atendente_tui.domain.deciding import doing
from atendente_tui.hub.recording import Recording

KIND = "agent_state"


def put(recording: Recording, command: SetAgentState) -> Receipt:
    """Raises Refused("pause_reason")."""
    before = recording.content(KIND, command.author)
    known = None if before is None else AgentStates.model_validate_json(before)
    recording.put_content(KIND, command.author, doing(command, known))
    return Receipt(command_id=command.id, at=recording.now)
