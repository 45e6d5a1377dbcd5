"""A real ticket made into a scenario: anonymised, its customer a persona, with expectations to begin from. For a trainer to read and keep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from atendente_tui.domain.words import AuthorKind, Channel, Direction, EventKind, IdentityKind
from atendente_tui.privacy.safe import safe_text
from atendente_tui.store import reading
from atendente_tui.training.anonymising import CUSTOMER, Anonymiser, leaks
from atendente_tui.training.library import check_text

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.rows import EventRow

START = "2026-11-18T09:00:00-03:00"
"""Nobody is told when it really was."""
MOST_EVENTS = 200
_ADDRESS = {
    Channel.WHATSAPP: (IdentityKind.WHATSAPP, "+55 11 90000-0100"),
    Channel.PHONE: (IdentityKind.PHONE, "+55 11 90000-0100"),
    Channel.SMS: (IdentityKind.PHONE, "+55 11 90000-0100"),
    Channel.INSTAGRAM: (IdentityKind.INSTAGRAM, "@cliente_exemplo"),
    Channel.FACEBOOK: (IdentityKind.FACEBOOK, "cliente.exemplo"),
    Channel.X: (IdentityKind.X, "@cliente_exemplo"),
}


class Leaking(ValueError):
    """What is somebody's own would still be in the scenario; how many such pieces."""


class Unfit(ValueError):
    """The ticket makes no sound scenario; the message says why."""


def recorded(db: Connection, ticket_id: int, name: str) -> str:
    """The text of a scenario file of this ticket. Raises LookupError without the ticket, Leaking, Unfit."""
    ticket = reading.ticket(db, ticket_id)
    customer = reading.customer(db, ticket.customer_id) if ticket is not None else None
    if ticket is None or customer is None:
        raise LookupError(ticket_id)
    events = reading.timeline(db, ticket_id, limit=MOST_EVENTS)
    names = [one for one in (customer.name, customer.social_name) if one]
    hidden = Anonymiser(names, sorted({one.author for one in events if one.author_kind == "agent"}))
    for identity in reading.identities(db, ticket.customer_id):
        hidden.originals.add(identity.value)
    orders = _orders(reading.orders(db, ticket.customer_id, limit=5), hidden)
    subject = _plain(hidden.text(ticket.subject)) or "Chamado"
    before, after = _parted(events)
    opening = [said for one in before if (said := _plain(hidden.text(one.text)))] or [subject]
    later = [said for one in after if (said := _plain(hidden.text(one.text)))]
    kept = [subject, *opening, *later, *(one["text"] for one in orders)]
    if found := leaks(kept, hidden.originals, names):
        raise Leaking(len(found))
    tree = _tree(name, subject, Channel(ticket.channel), customer.segment, opening, later, orders)
    text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, width=120)
    text = "# Gravado de um chamado e anonimizado: leia inteiro antes de usar.\n" + text
    if faults := check_text(text, Path(f"{name}.yaml")):
        raise Unfit(str(faults[0]))
    return text


def _parted(events: list[EventRow]) -> tuple[list[EventRow], list[EventRow]]:
    """What the customer wrote before anybody of us answered, and after."""
    before: list[EventRow] = []
    after: list[EventRow] = []
    answered = False
    for one in events:
        if one.kind != EventKind.MESSAGE:
            continue
        if one.author_kind == AuthorKind.AGENT and one.direction == Direction.OUTBOUND:
            answered = True
        elif one.author_kind == AuthorKind.CUSTOMER and one.direction == Direction.INBOUND:
            (after if answered else before).append(one)
    return before, after


def _orders(rows: list[EventRow], hidden: Anonymiser) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for n, one in enumerate(rows):
        data = json.loads(one.data)
        number = str(data.get("number") or "")
        if number:
            told = {"at": f"-{10 + n}d", "order": hidden.number(number), "shop": "Loja"}
            made.append(told | {"text": _plain(hidden.text(one.text)) or "Pedido"})
    return made


def _plain(text: str) -> str:
    """Words without control characters and without blank around: they stand in a file that people edit."""
    return str(safe_text(text)).strip()


def _tree(
    name: str,
    subject: str,
    channel: Channel,
    segment: str | None,
    opening: list[str],
    later: list[str],
    orders: Any,
) -> dict[str, Any]:
    kind, address = _ADDRESS.get(channel, (IdentityKind.EMAIL, "cliente@example.com"))
    nodes: dict[str, Any] = {
        f"fala{n}": {"on_reply": [{"says": said, "goto": f"fala{n + 1}" if n < len(later) else "fim"}]}
        for n, said in enumerate(later, 1)
    }
    nodes["fim"] = {"on_solved": [{"rate": "mood"}]}
    person: dict[str, Any] = {"name": CUSTOMER, "identities": {str(kind): address}}
    if segment:
        person["segment"] = segment
    if orders:
        person["events"] = orders
    return {
        "scenario": name,
        "version": 1,
        "title": subject,
        "purpose": "Gravado de um chamado: diga aqui o que se aprende com ele.",
        "seed": 1,
        "clock": {"start": START},
        "agent": {"login": "aprendiz", "name": "Você", "teams": ["Atendimento"], "tier": "N1"},
        "directory": {"teams": {"Atendimento": "Atendimento"}, "wrap_ups": {"resolvido": "Resolvido"}},
        "customers": {"cliente": person},
        "tickets": {
            "1": {
                "customer": "cliente",
                "subject": subject,
                "channel": str(channel),
                "team": "Atendimento",
                "events": [{"at": f"-{len(opening) - n}m", "says": said} for n, said in enumerate(opening)],
            }
        },
        "personas": {
            "cliente": {"ticket": "1", "start": next(iter(nodes)), "max_turns": 100, "nodes": nodes}
        },
        "training": {
            "objectives": ["Diga aqui o que a pessoa saberá fazer"],
            "skills": ["communication", "solving"],
            "target": "20m",
            "limit": "1h",
            "pass": "70",  # nosec B105 # a mark, no password
            "expectations": [
                {"id": "primeira", "must": "reply", "within": "10m"},
                {"id": "todas", "must": "reply", "every": "customer", "within": "10m"},
                {"id": "fecho", "finally": {"status": "solved", "wrap_up": "resolvido"}},
            ],
            "rubric": [
                _criterion("agilidade", "Responde em dez minutos", ["primeira"], "communication"),
                _criterion("presenca", "Não deixa ninguém esperando", ["todas"], "communication"),
                _criterion("registro", "Resolve e tabula", ["fecho"], "solving"),
            ],
        },
    }


def _criterion(name: str, title: str, uses: list[str], skill: str) -> dict[str, Any]:
    return {"criterion": name, "title": title, "uses": uses, "weight": "1", "skill": skill}
