"""A new ticket, for a customer who is looked up by what they say of themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from atendente_tui import labels
from atendente_tui.domain.identities import plausible_cnpj, plausible_cpf
from atendente_tui.domain.words import Channel, IdentityKind, Priority
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import reading
from atendente_tui.tui.form_model import Field, Form, Live, Raw, Values, option
from atendente_tui.tui.forms import ask
from atendente_tui.tui.verbs.place import Handler, app_of, open_ticket, workplace_of
from atendente_tui.tui.verbs.running import outcome
from atendente_tui.tui.verbs.triaging import priorities, teams

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection
    from textual.screen import Screen

    from atendente_tui.store.rows import CustomerRow

_PREFIXES = {
    "insta": IdentityKind.INSTAGRAM,
    "instagram": IdentityKind.INSTAGRAM,
    "face": IdentityKind.FACEBOOK,
    "facebook": IdentityKind.FACEBOOK,
    "x": IdentityKind.X,
    "wpp": IdentityKind.WHATSAPP,
    "zap": IdentityKind.WHATSAPP,
    "whatsapp": IdentityKind.WHATSAPP,
    "tel": IdentityKind.PHONE,
    "phone": IdentityKind.PHONE,
    "mail": IdentityKind.EMAIL,
    "email": IdentityKind.EMAIL,
    "cpf": IdentityKind.CPF,
    "cnpj": IdentityKind.CNPJ,
    "external": IdentityKind.EXTERNAL,
}
_PHONE = re.compile(r"^\+?[\d\s().-]{8,20}$")


def identity_of(text: str) -> tuple[IdentityKind, str] | None:
    """What kind of address a typed text is: "ana@loja.com", "(11) 98888-7777", a CPF, "insta:@ana"; None for none."""
    text = text.strip()
    head, colon, tail = text.partition(":")
    if colon and head.strip().casefold() in _PREFIXES and tail.strip():
        return _PREFIXES[head.strip().casefold()], tail.strip()
    if text.startswith("@") and len(text) > 1:
        return IdentityKind.INSTAGRAM, text
    if "@" in text.strip("@"):
        return IdentityKind.EMAIL, text
    if plausible_cpf(text):
        return IdentityKind.CPF, text
    if plausible_cnpj(text):
        return IdentityKind.CNPJ, text
    if _PHONE.match(text) and sum(one.isdigit() for one in text) >= 8:
        return IdentityKind.PHONE, text
    return None


def customer_of(read: Connection, text: str) -> CustomerRow | None:
    """Who has that address. A phone number counts as WhatsApp's, too."""
    known = identity_of(text)
    if known is None:
        return None
    kind, value = known
    kinds = [kind]
    if kind in (IdentityKind.PHONE, IdentityKind.WHATSAPP):
        kinds = [kind, *({IdentityKind.PHONE, IdentityKind.WHATSAPP} - {kind})]
    for one in kinds:
        found = reading.customer_by_identity(read, one, value)
        if found is not None:
            return reading.customer(read, found)
    return None


async def create(screen: Screen[Any]) -> None:
    from atendente_tui.desk import creating, drafting

    app, workplace = app_of(screen), workplace_of(screen)
    read = app.read

    def live(typed: str) -> Live | None:
        known = identity_of(typed)
        if known is None:
            return Live(safe_line(_("E-mail, phone, CPF, CNPJ or @name.")))
        row = customer_of(read, typed)
        if row is None:
            return Live(
                safe_line(
                    _("{kind}: nobody has it yet, a new customer.").format(kind=labels.identity(known[0]))
                )
            )
        count = len(reading.tickets_of(read, row.id))
        tickets = n_("{n} ticket", "{n} tickets", count).format(n=count)
        name = row.social_name or row.name
        return Live(safe_line(_("{name} · {tickets}").format(name=name, tickets=tickets)))

    channels = tuple(option(one.value, labels.channel(one)) for one in Channel)
    form = Form(
        "create",
        _("New ticket"),
        (
            Field("identity", _("Customer's address"), live=live),
            Field("name", _("Customer's name"), hint=_("Only for somebody new.")),
            Field(
                "channel",
                _("Channel"),
                "choice",
                required=True,
                options=channels,
                value=labels.channel(Channel.PHONE),
            ),
            Field("subject", _("Subject"), required=True),
            Field("text", _("What they said"), "lines", required=True),
            Field(
                "priority",
                _("Urgency"),
                "choice",
                options=priorities(),
                value=labels.priority(Priority.NORMAL),
            ),
            Field("team", _("Team"), "choice", options=teams(screen), free=not teams(screen)),
            Field("ours", _("We wrote first"), "check", value=False),
        ),
        check=lambda values: _somebody(read, values),
        blame={"text_empty": "text", "subject_empty": "subject", "customer_name_empty": "name"},
    )
    made: list[int] = []
    slot, raw = draft_of_new(read)

    def keep(raw: Raw | None) -> None:
        if raw is None:
            drafting.drop_draft(workplace.desk, None, "new", slot=slot)
        else:
            drafting.save_draft(
                workplace.desk, None, "new", str(raw["text"]), slot=slot, extra={"form": dict(raw)}
            )

    async def submit(values: Values) -> None:
        typed = values.text("identity")
        known = identity_of(typed)
        row = customer_of(read, typed)
        name = values.text("name") or (row.name if row is not None else "")
        submitted = await outcome(
            creating.create(
                workplace.desk,
                customer_name=name,
                identities=(known,) if known is not None else (),
                channel=Channel(values.text("channel")),
                subject=values.text("subject"),
                text=values.text("text"),
                priority=Priority(values.text("priority") or Priority.NORMAL),
                team=values.maybe("team"),
                tags=(),
                opened_at=workplace.clock.now(),
                inbound=not values.flag("ours"),
            )
        )
        made.append(submitted.ticket_id)

    if await ask(app, form, submit, raw=raw, keep=keep) is not None and made:
        await app.done(drafting.drop_draft(workplace.desk, None, "new", slot=slot))
        app.say(_("Ticket created."))
        open_ticket(screen, made[0])


def draft_of_new(read: Connection) -> tuple[str, dict[str, str | bool] | None]:
    """Where the form is kept while it is filled in, and what stood in it: the newest one that was not finished."""
    row = next((one for one in reading.drafts(read) if one.kind == "new"), None)
    if row is None:
        return f"new:{uuid4()}", None
    extra = json.loads(row.extra)
    if "form" in extra:
        return row.slot, extra["form"]
    # One that was created, and taken back before it left: the command's own body.
    raw: dict[str, str | bool] = {
        "text": row.text,
        "name": str(extra.get("customer_name") or ""),
        "subject": str(extra.get("subject") or ""),
        "channel": labels.channel(extra.get("channel")),
        "priority": labels.priority(extra.get("priority")),
        "team": str(extra.get("team") or ""),
        "ours": extra.get("inbound") is False,
    }
    for one in extra.get("identities") or ():
        raw["identity"] = f"{one['kind']}:{one['value']}"
        break
    return row.slot, raw


def _somebody(read: Connection, values: Values) -> Mapping[str, str]:
    typed = values.text("identity")
    if typed and identity_of(typed) is None:
        return {"identity": _("This is no e-mail, phone number, CPF, CNPJ or @name.")}
    if not values.text("name") and customer_of(read, typed) is None:
        return {"name": _("Say the customer's name.")}
    return {}


HANDLERS: Mapping[str, Handler] = {"create": create}
