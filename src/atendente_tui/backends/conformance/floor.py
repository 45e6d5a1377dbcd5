"""Checks of what agents say they are doing."""

from __future__ import annotations

from atendente_tui.backends.conformance.checking import Check, check, require
from atendente_tui.backends.conformance.trial import Trial
from atendente_tui.domain.change import AgentStates
from atendente_tui.domain.command import SetAgentState
from atendente_tui.domain.words import AgentState
from atendente_tui.i18n import _, later


@check(
    later(
        "What an agent is doing is told to everybody, with the reason of a pause; without one it is refused"
    ),
    writes=True,
    commands="agent_state",
)
async def agent_state(trial: Trial) -> None:
    await trial.first_pull()
    login = (await trial.identity()).login
    common = {"at": trial.clock.now(), "author": login}
    bare = SetAgentState(id=trial.new_id(), **common, state=AgentState.PAUSED)
    await trial.refused((bare, _("a pause without a reason")))
    why = trial.words("almoço")
    await trial.carried_out(SetAgentState(id=trial.new_id(), **common, state=AgentState.PAUSED, reason=why))

    def told() -> AgentStates | None:
        standing = (trial.world.states.get(("agent_states", login)) or [None])[-1]
        if isinstance(standing, AgentStates) and any(one.reason == why for one in standing.states):
            return standing
        return None

    states = await trial.until(told, _("the state that was said"))
    newest = states.states[-1]
    require(newest.state is AgentState.PAUSED and newest.reason == why, _("the newest state last"))


CHECKS: tuple[Check, ...] = (agent_state,)
