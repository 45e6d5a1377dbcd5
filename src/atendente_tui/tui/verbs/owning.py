"""Who has a ticket: claim, give back, assign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from atendente_tui.i18n import _
from atendente_tui.store import reading
from atendente_tui.tui.form_model import Field, Form, Option, Values, option
from atendente_tui.tui.verbs.place import Body, Handler, app_of, on_tickets, workplace_of
from atendente_tui.tui.verbs.running import at_once, with_form

if TYPE_CHECKING:
    from concurrent.futures import Future

    from textual.screen import Screen

    from atendente_tui.desk.desk import Desk


async def claim(screen: Screen[Any], ids: Sequence[int]) -> None:
    from atendente_tui.desk import owning

    def do(desk: Desk, ticket_id: int, _values: Values) -> Future[Any]:
        return owning.claim(desk, ticket_id)

    await at_once(screen, ids, "claim", do, _("The ticket is yours."))


async def release(screen: Screen[Any], ids: Sequence[int], body: Body = None) -> bool:
    from atendente_tui.desk import owning

    form = Form(
        "release", _("Give back to the team"), (Field("reason", _("Why"), hint=_("May stay empty.")),)
    )

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        return owning.release(desk, ticket_id, reason=values.text("reason"))

    def arguments(values: Values) -> Mapping[str, Any]:
        return {"reason": values.text("reason")}

    return await with_form(screen, ids, "release", form, do, arguments, _("Given back to the team."), body)


async def assign(screen: Screen[Any], ids: Sequence[int], body: Body = None) -> bool:
    from atendente_tui.desk import owning

    form = Form(
        "assign",
        _("Assign to somebody"),
        (
            Field(
                "assignee",
                _("To whom"),
                "choice",
                required=True,
                options=agents(screen),
                free=not agents(screen),
            ),
        ),
    )

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        return owning.assign(desk, ticket_id, values.text("assignee"))

    def arguments(values: Values) -> Mapping[str, Any]:
        return {"assignee": values.text("assignee")}

    def said(values: Values) -> str:
        return _("Assigned to {name}.").format(name=values.text("assignee"))

    return await with_form(screen, ids, "assign", form, do, arguments, said, body)


def agents(screen: Screen[Any]) -> tuple[Option, ...]:
    """Everybody a ticket can go to, oneself first."""
    mine = workplace_of(screen).desk.agent.login
    found = [
        option(key, f"{label} ({key})") for key, label in reading.directory(app_of(screen).read, "agent")
    ]
    return tuple(sorted(found, key=lambda one: one.key != mine))


HANDLERS: Mapping[str, Handler] = {
    "claim": on_tickets(claim),
    "release": on_tickets(release),
    "assign": on_tickets(assign),
}
