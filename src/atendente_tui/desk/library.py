"""What the variables of scripts stand for on a ticket."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from atendente_tui.store import reading

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.desk.desk import Desk


def variables(desk: Desk, ticket_id: int, db: Connection | None = None) -> dict[str, str]:
    """Values by variable name (`domain.templates.VARIABLES`); what is not known is absent.

    db   a read-only connection of the calling thread; None opens one for the moment.
    """
    if db is None:
        with closing(desk.store.reader()) as own:
            return variables(desk, ticket_id, own)
    ticket = reading.ticket(db, ticket_id)
    if ticket is None:
        return {}
    customer = reading.customer(db, ticket.customer_id)
    now = desk.clock.now().astimezone(ZoneInfo(desk.zone))
    values = {
        "chamado.protocolo": ticket.protocol,
        "chamado.assunto": ticket.subject,
        "atendente.nome": desk.agent.name,
        "hoje": now.strftime("%d/%m/%Y"),
        "saudacao": "Bom dia" if 5 <= now.hour < 12 else "Boa tarde" if 12 <= now.hour < 18 else "Boa noite",
    }
    if customer is not None:
        name = customer.social_name or customer.name
        values["cliente.nome"] = name
        values["cliente.primeiro_nome"] = name.split()[0] if name.split() else name
        values["cliente.nome_social"] = customer.social_name or ""
    for order in reversed(reading.orders(db, ticket.customer_id, limit=1)):
        data = written(order.data)
        values["pedido.numero"] = str(data.get("number") or "")
        values["pedido.prazo"] = _day(str(data.get("expected") or ""))
    return {name: value for name, value in values.items() if value}


def _day(iso: str) -> str:
    """An ISO date as people here write it; anything else as it is."""
    try:
        return date.fromisoformat(iso[:10]).strftime("%d/%m/%Y")
    except ValueError:
        return iso


def written(data: str) -> dict[str, Any]:
    """What an event carries; nothing where that cannot be read."""
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
