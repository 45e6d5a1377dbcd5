"""What conditions of scripts and processes look at on a ticket (`domain.looks`)."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from atendente_tui.desk.library import variables, written
from atendente_tui.domain.fold import folded
from atendente_tui.domain.looks import FACT
from atendente_tui.store import reading

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.desk.desk import Desk
    from atendente_tui.flow.condition import Known

_OVER = ("entregue", "devolvid", "cancelad", "delivered", "returned", "cancelled")
"""How an order's status begins when it cannot be late any more."""


def known(desk: Desk, ticket_id: int, db: Connection | None = None) -> Known:
    """What is known of a ticket, its customer and their newest order; what is not known is absent.

    db   a connection of the calling thread; None opens one for the moment.
    """
    if db is None:
        with closing(desk.store.reader()) as own:
            return known(desk, ticket_id, own)
    ticket = reading.ticket(db, ticket_id)
    if ticket is None:
        return {}
    found: dict[str, tuple[str, ...]] = {
        name: (value,) for name, value in variables(desk, ticket_id, db).items()
    }
    found |= _said(
        {
            "chamado.canal": ticket.channel,
            "chamado.status": ticket.status,
            "chamado.prioridade": ticket.priority,
            "chamado.motivo": ticket.reason,
            "chamado.equipe": ticket.team,
            "chamado.nivel": ticket.tier,
            "chamado.tabulacao": ticket.wrap_up,
        }
    )
    if tags := tuple(str(one) for one in json.loads(ticket.tags)):
        found["chamado.etiquetas"] = tags
    customer = reading.customer(db, ticket.customer_id)
    if customer is not None:
        found |= _said(
            {
                "cliente.segmento": customer.segment,
                "cliente.canal_preferido": customer.preferred_channel,
                "cliente.idioma": customer.language,
            }
        )
    for fact in reading.facts(db, ticket.customer_id):
        found[FACT + fact.name] = (fact.value,)
    for order in reading.orders(db, ticket.customer_id, limit=1):
        found |= _said(_order(written(order.data), _today(desk)))
    return found


def _order(data: dict[str, Any], today: date) -> dict[str, str | None]:
    status = str(data.get("status") or "")
    told: dict[str, str | None] = {"pedido.situacao": status}
    if data.get("total") is not None:
        told["pedido.valor"] = str(data["total"])
    try:
        expected = date.fromisoformat(str(data.get("expected") or "")[:10])
    except ValueError:
        return told
    late = 0 if folded(status).startswith(_OVER) else max(0, (today - expected).days)
    return told | {"pedido.dias_de_atraso": str(late), "pedido.atrasado": "sim" if late else "não"}


def _today(desk: Desk) -> date:
    return desk.clock.now().astimezone(ZoneInfo(desk.zone)).date()


def _said(values: dict[str, str | None]) -> dict[str, tuple[str, ...]]:
    return {name: (value,) for name, value in values.items() if value}
