"""What is now known about the customer, so that nobody asks again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from atendente_tui import labels
from atendente_tui.domain.facts import KNOWN_FACTS, WITH_VALUE
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import reading
from atendente_tui.tui.form_model import Field, Form, Option, Values, option
from atendente_tui.tui.verbs.place import Body, Handler, app_of, on_tickets, ticket_row
from atendente_tui.tui.verbs.running import with_form

if TYPE_CHECKING:
    from concurrent.futures import Future

    from textual.screen import Screen

    from atendente_tui.desk.desk import Desk


async def fact(screen: Screen[Any], ids: Sequence[int], body: Body = None) -> bool:
    from atendente_tui.desk import knowing

    row = ticket_row(screen, ids[0])
    known = (
        {one.name: one.value for one in reading.facts(app_of(screen).read, row.customer_id)} if row else {}
    )

    def label(name: str) -> Option:
        had = _("already known") if name in known else ""
        return option(name, " · ".join(filter(None, (labels.fact(name), had))))

    form = Form(
        "fact",
        _("Confirm a fact"),
        (
            Field("name", _("Fact"), "choice", required=True, options=tuple(map(label, KNOWN_FACTS))),
            Field("value", _("Value"), hint=_("Only where there is one, such as an order number.")),
        ),
        check=_value_where_it_matters,
    )

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        return knowing.confirm_fact(desk, ticket_id, **arguments(values))

    def arguments(values: Values) -> Mapping[str, Any]:
        return {"name": values.text("name"), "value": values.text("value") or "yes"}

    def said(values: Values) -> str:
        return _("Known from now on: {fact}.").format(fact=safe_line(labels.fact(values.text("name"))))

    return await with_form(screen, ids, "fact", form, do, arguments, said, body)


def _value_where_it_matters(values: Values) -> Mapping[str, str]:
    if values.text("name") in WITH_VALUE and not values.text("value"):
        return {"value": _("Fill this in.")}
    return {}


HANDLERS: Mapping[str, Handler] = {"fact": on_tickets(fact)}
