"""Tickets that belong together: merge one into another, or link two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_text
from atendente_tui.store import reading
from atendente_tui.tui.form_model import Field, Form, Live, Option, Values, option
from atendente_tui.tui.outbox_words import RELATIONS
from atendente_tui.tui.verbs.place import Handler, app_of, on_tickets, open_ticket, ticket_row
from atendente_tui.tui.verbs.running import with_form

if TYPE_CHECKING:
    from concurrent.futures import Future

    from textual.screen import Screen

    from atendente_tui.desk.desk import Desk

Relation = Literal["refers_to", "depends_on", "parent"]


async def merge(screen: Screen[Any], ids: Sequence[int]) -> None:
    from atendente_tui.desk import merging

    other = Field(
        "into",
        _("Into which"),
        "choice",
        required=True,
        options=others(screen, ids),
        free=True,
        hint=_("A number, or one of this customer's."),
    )
    form = Form(
        "merge",
        _("Merge with another ticket"),
        (_named(screen, other),),
        text=safe_text(
            _("Everything said here moves there, drafts too; this ticket disappears into the other.")
        ),
        blame={"ticket_unknown": "into", "merge_self": "into"},
    )

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        return merging.merge(desk, ticket_id, found(screen, values.text("into")))

    def arguments(values: Values) -> Mapping[str, Any]:
        return {"into": found(screen, values.text("into"))}

    merged_into: list[int] = []

    def said(values: Values) -> str:
        merged_into.append(found(screen, values.text("into")))
        return _("Merged.")

    await with_form(screen, ids, "merge", form, do, arguments, said)
    if merged_into and getattr(screen, "ticket_id", None) in ids:
        open_ticket(screen, merged_into[0])


async def link(screen: Screen[Any], ids: Sequence[int]) -> None:
    from atendente_tui.desk import merging

    relations = tuple(option(key, _(label)) for key, label in RELATIONS.items())
    other = Field("other", _("To which"), "choice", required=True, options=others(screen, ids), free=True)
    form = Form(
        "link",
        _("Link to another ticket"),
        (
            _named(screen, other),
            Field(
                "relation",
                _("This one"),
                "choice",
                required=True,
                options=relations,
                value=relations[0].label,
            ),
        ),
        blame={"ticket_unknown": "other", "merge_self": "other"},
    )

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        return merging.link(desk, ticket_id, **arguments(values))

    def arguments(values: Values) -> Mapping[str, Any]:
        return {
            "other": found(screen, values.text("other")),
            "relation": cast(Relation, values.text("relation")),
        }

    await with_form(screen, ids, "link", form, do, arguments, _("Linked."))


def others(screen: Screen[Any], ids: Sequence[int]) -> tuple[Option, ...]:
    """The other tickets of the same customers, newest first."""
    read = app_of(screen).read
    customers = {row.customer_id for one in ids if (row := ticket_row(screen, one)) is not None}
    rows = [row for customer in customers for row in reading.tickets_of(read, customer) if row.id not in ids]
    rows.sort(key=lambda row: -row.updated)
    return tuple(option(str(row.id), f"{row.protocol} · {row.subject}") for row in rows[:50])


def found(screen: Screen[Any], text: str) -> int:
    """The id of the ticket with that id or protocol. Raises Refused("ticket_unknown", found)."""
    ticket_id = reading.find_ticket(app_of(screen).read, text)
    if ticket_id is None:
        raise Refused("ticket_unknown", found=text)
    return ticket_id


def _named(screen: Screen[Any], field: Field) -> Field:
    """The field that says which ticket a number is."""
    from dataclasses import replace

    labels = {one.label for one in field.options}

    def live(typed: str) -> Live | None:
        if typed in labels:
            return None
        ticket_id = reading.find_ticket(app_of(screen).read, typed)
        row = ticket_row(screen, ticket_id) if ticket_id is not None else None
        if row is None:
            return Live(option("", field.hint).label) if field.hint else None
        customer = reading.customer(app_of(screen).read, row.customer_id)
        name = (customer.social_name or customer.name) if customer is not None else ""
        return Live(option("", f"{row.protocol} · {name} · {row.subject}").label)

    return replace(field, live=live)


HANDLERS: Mapping[str, Handler] = {"merge": on_tickets(merge), "link": on_tickets(link)}
