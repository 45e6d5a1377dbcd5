"""What was promised to customers: make a promise, and say what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import UUID

from atendente_tui import formats
from atendente_tui.domain.instants import to_ms
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import reading
from atendente_tui.store.rows import PromiseRow
from atendente_tui.tui.form_model import Field, Form, Values, option
from atendente_tui.tui.forms import ask
from atendente_tui.tui.outbox_words import OUTCOMES
from atendente_tui.tui.verbs.moving import presets
from atendente_tui.tui.verbs.place import Body, Handler, app_of, on_tickets, workplace_of
from atendente_tui.tui.verbs.running import outcome, with_form

if TYPE_CHECKING:
    from concurrent.futures import Future

    from textual.screen import Screen

    from atendente_tui.desk.desk import Desk

Outcome = Literal["kept", "broken", "cancelled"]


async def promise(screen: Screen[Any], ids: Sequence[int], body: Body = None) -> bool:
    from atendente_tui.desk import promising

    workplace = workplace_of(screen)
    form = Form(
        "promise",
        _("Promise a follow-up"),
        (
            Field(
                "due",
                _("When"),
                "when",
                required=True,
                options=presets(workplace.clock.now(), workplace.zone),
            ),
            Field("what", _("What"), required=True, hint=_("What the customer will hear from us.")),
        ),
        blame={"when_unreadable": "due", "when_past": "due", "text_empty": "what"},
    )

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        return promising.promise(desk, ticket_id, values.moment("due"), values.text("what"))

    def arguments(values: Values) -> Mapping[str, Any]:
        return {"due": values.moment("due"), "what": values.text("what")}

    def said(values: Values) -> str:
        due = formats.moment(to_ms(values.moment("due")), workplace.zone, to_ms(workplace.clock.now()))
        return _("Promised for {moment}.").format(moment=due)

    return await with_form(screen, ids, "promise", form, do, arguments, said, body)


async def settle_promise(screen: Screen[Any], ids: Sequence[int]) -> None:
    """Of the ticket's open promises the earliest is offered first."""
    app = app_of(screen)
    ticket_id = ids[0]
    open_ones = [
        one for one in reading.promises(app.read) if one.ticket_id == ticket_id and one.outcome is None
    ]
    if not open_ones:
        app.say(_("Nothing was promised on this ticket."), severity="warning")
        return
    await settle(screen, open_ones)


async def settle(screen: Screen[Any], promises: Sequence[PromiseRow]) -> None:
    """Ask what became of one of these promises, all of one ticket."""
    from atendente_tui.desk import promising

    app, workplace = app_of(screen), workplace_of(screen)
    now = to_ms(workplace.clock.now())
    which = tuple(
        option(one.id, f"{formats.moment(one.due, workplace.zone, now)} · {one.what}") for one in promises
    )
    outcomes = tuple(option(key, _(label)) for key, label in OUTCOMES.items())
    choose = Field("promise", _("Promise"), "choice", required=True, options=which, value=which[0].label)
    form = Form(
        f"settle:{promises[0].ticket_id}:{promises[0].id}",
        _("What became of the promise?"),
        (
            *((choose,) if len(which) > 1 else ()),
            Field(
                "outcome", _("Outcome"), "choice", required=True, options=outcomes, value=outcomes[0].label
            ),
            Field("text", _("What happened")),
        ),
        about=safe_line(f"{promises[0].protocol} · {promises[0].customer}"),
        text=safe_line("" if len(which) > 1 else which[0].label),
    )

    async def submit(values: Values) -> None:
        wanted = values.text("promise") or promises[0].id
        result = cast(Outcome, values.text("outcome"))
        await outcome(promising.settle_promise(workplace.desk, UUID(wanted), result, values.text("text")))

    if await ask(app, form, submit) is not None:
        app.say(_("Noted."))


HANDLERS: Mapping[str, Handler] = {
    "promise": on_tickets(promise),
    "settle_promise": on_tickets(settle_promise),
}
