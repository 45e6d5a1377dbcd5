"""Saying what one is doing: available, paused with a reason, in training, off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from atendente_tui import labels
from atendente_tui.domain.words import AgentState
from atendente_tui.i18n import _
from atendente_tui.store import agent_states
from atendente_tui.tui.form_model import Field, Form, Values, option
from atendente_tui.tui.forms import ask
from atendente_tui.tui.verbs.place import Handler, app_of, workplace_of
from atendente_tui.tui.verbs.running import outcome

if TYPE_CHECKING:
    from textual.screen import Screen


async def agent_state(screen: Screen[Any]) -> None:
    from atendente_tui.desk.agent_states import set_state

    app, desk = app_of(screen), workplace_of(screen).desk
    now = agent_states.current(app.read, desk.agent.login)
    states = tuple(option(one.value, labels.agent_state(one.value)) for one in AgentState)
    reasons = (_("lunch"), _("break"), _("meeting"), _("feedback"), _("personal"))
    form = Form(
        "agent_state",
        _("What are you doing?"),
        (
            Field(
                "state",
                _("State"),
                "choice",
                required=True,
                options=states,
                value=labels.agent_state(now.state) if now is not None else "",
            ),
            Field(
                "reason",
                _("Why"),
                "choice",
                options=tuple(option(one, one) for one in reasons),
                free=True,
                hint=_("Needed for a pause."),
            ),
        ),
        blame={"pause_reason": "reason", "nothing_to_change": "state"},
    )

    async def submit(values: Values) -> None:
        await outcome(set_state(desk, AgentState(values.text("state")), values.text("reason")))

    await ask(app, form, submit)


HANDLERS: Mapping[str, Handler] = {"agent_state": agent_state}
