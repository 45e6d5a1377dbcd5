"""What an agent's own work says about their state: who is available and takes a ticket is in contact.

Only those who said that they are on duty are moved: a pause, a training and the end of a shift are left to the person.
"""

from __future__ import annotations

from atendente_tui.domain.words import AgentState, Status

ON_DUTY = frozenset({AgentState.AVAILABLE, AgentState.CONTACT, AgentState.AFTER_CONTACT})
_CONTACT = frozenset({"claim", "reply", "create"})


def after(command: str, status: Status | None, state: AgentState | None) -> AgentState | None:
    """The state that a command puts its author in; None leaves them as they are.

    command   `Command.type`
    status    what the command makes of its ticket, None where it leaves it
    state     what the author is in now, None where they never said
    """
    if state not in ON_DUTY:
        return None
    wanted: AgentState | None = None
    if command == "wrapup":
        wanted = AgentState.AVAILABLE
    elif command in ("reply", "status") and status in (Status.SOLVED, Status.CLOSED):
        wanted = AgentState.AFTER_CONTACT
    elif command in _CONTACT:
        wanted = AgentState.CONTACT
    return wanted if wanted is not state else None
