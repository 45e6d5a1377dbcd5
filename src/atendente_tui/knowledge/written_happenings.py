"""The timeline of a scenario read from YAML: what the clock brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from atendente_tui.domain.change import CustomerUpsert
from atendente_tui.domain.words import AuthorKind, Channel, Direction, EventKind, Status
from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fields
from atendente_tui.knowledge.moments import Moment
from atendente_tui.knowledge.scenario import Happening, WrittenEvent, WrittenTicket
from atendente_tui.knowledge.written_events import Setting, length, needed_moment, single

WHAT = ("says", "opens", "rings", "claims", "status", "note", "order", "incident", "network")
MOST_TIMES = 5_000
"""Tickets that one entry may open."""

ReadTicket = Callable[[str, Fields], WrittenTicket]


@dataclass(slots=True)
class World:
    """What the later parts of a file refer to."""

    zone: ZoneInfo
    agents: frozenset[str]
    customers: dict[str, CustomerUpsert]
    tickets: dict[str, WrittenTicket]


def read_timeline(fields: Fields, world: World, read_ticket: ReadTicket) -> list[Happening]:
    """Every happening in the order written; tickets that arrive are put into the world."""
    found: list[Happening] = []
    for n, one in enumerate(fields.each("timeline"), 1):
        found += _happening(one, world, n, read_ticket)
    return found


def read_one(fields: Fields, world: World, n: int) -> Happening | None:
    """One line that opens nothing; None with a fault."""
    if "opens" in fields or "rings" in fields:
        fields.wrong(
            _("opens a ticket: only a scenario's own timeline does"),
            allowed=tuple(one for one in WHAT if one not in ("opens", "rings")),
        )
        return None

    def none(key: str, _one: Fields) -> WrittenTicket:
        raise AssertionError(key)

    found = _happening(fields, world, n, none)
    return found[0] if found else None


def _happening(fields: Fields, world: World, n: int, read_ticket: ReadTicket) -> list[Happening]:
    at = needed_moment(fields, "at")
    if at.delta.total_seconds() < 0 or at.clock is not None:
        fields.wrong(_("must lie after the start"), field="at", allowed=("+40s", "+2m30s"))
    line = fields.line
    kinds = [kind for kind in WHAT if kind in fields]
    if "order" in kinds:  # an order has a status, too
        kinds = [kind for kind in kinds if kind != "status"]
    if len(kinds) != 1:
        fields.wrong(
            _("must be exactly one thing that happens"),
            found=", ".join(kinds) or ", ".join(fields),
            allowed=WHAT,
        )
        return []
    match kinds[0]:
        case "network":
            value = fields.text("network")
            if value not in ("down", "up"):
                fields.wrong(_("is not a word known here"), field="network", allowed=("down", "up"))
            fields.close()
            return [Happening(at, "network", value=value, line=line)]
        case "opens":
            return _opens(fields, world, at, read_ticket)
        case "rings":
            return _rings(fields, world, at, read_ticket)
        case "order":
            return [_order(fields, world, at, n)]
        case "incident":
            told = tuple(fields.texts("tickets"))
            for one in told:
                if one not in world.tickets:
                    fields.wrong(_("is no ticket of this scenario"), field="tickets", found=one)
            happening = Happening(
                at, "incident", by=_by(fields, world), value=fields.text("incident"), tickets=told, line=line
            )
            fields.close()
            return [happening]
    ticket = fields.text("ticket")
    if ticket and ticket not in world.tickets:
        fields.wrong(_("is no ticket of this scenario"), field="ticket", found=ticket)
    if kinds[0] in ("says", "note"):
        event = single(fields, _setting(world, ticket), f"{ticket}/t{n}")
        return [Happening(at, "says" if kinds[0] == "says" else "note", ticket, event=event, line=line)]
    by = _by(fields, world)
    if kinds[0] == "claims":
        fields.flag("claims", True)
        fields.close()
        return [Happening(at, "claims", ticket, by=by, line=line)]
    status = fields.word("status", Status) or Status.OPEN
    fields.close()
    return [Happening(at, "status", ticket, by=by, value=status, line=line)]


def _by(fields: Fields, world: World) -> str:
    by = fields.text("by")
    if by and by not in world.agents:
        fields.wrong(_("is no agent of this scenario"), field="by", allowed=tuple(sorted(world.agents)))
    return by


def _setting(world: World, ticket: str) -> Setting:
    known = world.tickets.get(ticket)
    customer = known.fields["customer"] if known else ""
    person = world.customers.get(customer)
    channel = known.fields["channel"] if known else None
    return Setting(world.zone, world.agents, ticket, customer, person.name if person else "", channel)


def _order(fields: Fields, world: World, at: Moment, n: int) -> Happening:
    customer = fields.text("customer")
    if customer and customer not in world.customers:
        fields.wrong(_("is no customer of this scenario"), field="customer", allowed=tuple(world.customers))
    line = fields.line
    setting = Setting(world.zone, world.agents, None, customer, "", None)
    return Happening(at, "order", event=single(fields, setting, f"{customer}/own/t{n}"), line=line)


def _opens(fields: Fields, world: World, at: Moment, read_ticket: ReadTicket) -> list[Happening]:
    key, line = fields.text("opens"), fields.line
    inner = fields.fields("ticket") or Fields(None, fields.file, fields.faults, f"{fields.path}.ticket")
    times = fields.whole("times", 1, MOST_TIMES) or 1
    over = length(fields, "over") or 0.0
    customers = fields.texts("customers")
    fields.close()
    if times > 1 and not key.isdigit():
        fields.wrong(_("must be a number, because more are counted from it"), field="opens")
        return []
    for one in customers:
        if one not in world.customers:
            fields.wrong(_("is no customer of this scenario"), field="customers", found=one)
    keys = [key] if times == 1 else [str(int(key) + n) for n in range(times)]
    for one in keys:
        if one in world.tickets:
            fields.wrong(_("named twice"), field="opens", found=one)
            return []
    first = read_ticket(key, inner)
    world.tickets[key] = first
    if any(one.at.delta > at.delta for one in first.events):
        fields.wrong(_("a ticket arrives with events that lie after its arrival"), field="opens")
    found = [Happening(at, "opens", key, opened=first, line=line)]
    for n, one in enumerate(keys[1:], 1):
        later = timedelta(seconds=round(over * n / (times - 1)))
        customer = customers[n % len(customers)] if customers else first.fields["customer"]
        person = world.customers.get(customer)
        world.tickets[one] = copied = _copied(first, one, customer, person.name if person else "", later)
        found.append(Happening(Moment(at.delta + later), "opens", one, opened=copied, line=line))
    return found


def _copied(ticket: WrittenTicket, key: str, customer: str, name: str, later: timedelta) -> WrittenTicket:
    """The same ticket of another customer, so much later."""

    def event(n: int, one: WrittenEvent) -> WrittenEvent:
        fields = {**one.fields, "ticket": key, "customer": customer}
        if one.fields.get("author_kind", AuthorKind.CUSTOMER) is AuthorKind.CUSTOMER:
            fields["author"] = name
        return replace(one, remote_id=f"{key}/{n}", at=_later(one.at, later), fields=fields)

    return replace(
        ticket,
        remote_id=key,
        fields={**ticket.fields, "customer": customer},
        opened=_later(ticket.opened, later),
        events=tuple(event(n, one) for n, one in enumerate(ticket.events, 1)),
    )


def _later(moment: Moment, by: timedelta) -> Moment:
    return replace(moment, delta=moment.delta + by)


def _rings(fields: Fields, world: World, at: Moment, read_ticket: ReadTicket) -> list[Happening]:
    key, line = fields.text("rings"), fields.line
    said = fields.text("answered")
    lasts = length(fields, "lasts")
    inner = fields.fields("ticket") or Fields(None, fields.file, fields.faults, f"{fields.path}.ticket")
    fields.close()
    if key in world.tickets:
        fields.wrong(_("named twice"), field="rings")
    read = read_ticket(key, inner)
    if read.fields["channel"] is not Channel.PHONE:
        inner.wrong(_("a call comes by phone"), field="channel", allowed=(Channel.PHONE,))
    ringing = WrittenEvent(
        f"{key}/{len(read.events) + 1}",
        at,
        {
            "kind": EventKind.CALL,
            "channel": Channel.PHONE,
            "direction": Direction.INBOUND,
            "author_kind": AuthorKind.CUSTOMER,
            "ticket": key,
            "customer": read.fields["customer"],
            "data": {"seconds": 0, "outcome": "ringing"},
        },
        line=line,
    )
    world.tickets[key] = ticket = replace(read, events=(*read.events, ringing))
    return [
        Happening(
            at, "rings", key, opened=ticket, value=said, lasts=timedelta(seconds=lasts or 30), line=line
        )
    ]
