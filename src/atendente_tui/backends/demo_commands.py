"""What each command does on the demo's far side. Raises `Rejected` or `Conflict` as a real helpdesk would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from atendente_tui.backends.demo_world import DemoWorld
from atendente_tui.backends.port import Conflict, Rejected
from atendente_tui.domain.change import CustomerUpsert, TicketUpsert
from atendente_tui.domain.command import (
    Assign,
    Claim,
    Command,
    ConfirmFact,
    Create,
    Escalate,
    FlagArticle,
    Link,
    Merge,
    Note,
    Promise,
    Receipt,
    Release,
    Reply,
    SetPriority,
    SetStatus,
    SetTeam,
    SettlePromise,
    Snooze,
    Tag,
    WrapUp,
)
from atendente_tui.domain.identities import normal
from atendente_tui.domain.protocol import protocol
from atendente_tui.domain.words import EventKind, Segment, Status
from atendente_tui.flow.conversation import Heard, Solved

COMMANDS = frozenset(
    {
        "reply", "note", "claim", "release", "assign", "status", "priority", "team", "escalate", "snooze", "tag", "wrapup",
        "promise", "settle_promise", "fact", "create", "merge", "link", "flag_article",
    }
)  # fmt: skip


def carry_out(world: DemoWorld, command: Command, now: datetime) -> Receipt:
    """Apply a command once: asked again with the same id, the first receipt comes back and nothing happens."""
    known = world.receipts.get(command.id)
    if known is not None:
        return known
    if isinstance(command, FlagArticle):
        receipt = _flag(world, command, now)
    elif isinstance(command, Create):
        receipt = _create(world, command, now)
    else:
        ticket = _ticket(world, command.ticket.remote)
        event = _VERBS[type(command)](world, ticket, command, now)
        receipt = Receipt(
            command_id=command.id,
            at=now,
            ticket=ticket.remote_id,
            event=event or None,
            protocol=world.tickets[ticket.remote_id].protocol,
        )
    world.receipts[command.id] = receipt
    return receipt


def _ticket(world: DemoWorld, remote: str | None) -> TicketUpsert:
    ticket = world.tickets.get(remote or "")
    if ticket is None:
        raise Rejected("este chamado não existe aqui")
    if ticket.merged_into is not None:
        raise Conflict("the ticket was merged", {"merged_into": ticket.merged_into})
    return ticket


def _reply(world: DemoWorld, ticket: TicketUpsert, command: Reply, now: datetime) -> str:
    if ticket.status is Status.CLOSED:
        raise Rejected("o chamado está fechado; abra um novo")
    _not_empty(command.text)
    event = world.next_event(ticket.remote_id)
    said = world.by_agent(
        event,
        ticket.remote_id,
        command.author,
        now,
        EventKind.MESSAGE,
        command.text,
        command=command.id,
        channel=command.channel,
    )
    world.tell(now, said)
    status = command.status or (Status.OPEN if ticket.status is Status.NEW else ticket.status)
    if status is ticket.status:
        world.update(ticket, now)
    else:
        world.set(ticket.remote_id, command.author, now, status=status)
    world.hears(ticket.remote_id, Heard(command.text), now)
    _if_solved(world, ticket, now)
    return event


def _not_empty(text: str) -> None:
    if not text.strip():
        raise Rejected("não há texto para enviar")


def _if_solved(world: DemoWorld, before: TicketUpsert, now: datetime) -> None:
    if world.tickets[before.remote_id].status is Status.SOLVED and before.status is not Status.SOLVED:
        world.hears(before.remote_id, Solved(), now)


def _internal(
    world: DemoWorld,
    ticket: TicketUpsert,
    command: Any,
    now: datetime,
    kind: EventKind,
    text: str,
    data: dict[str, str | int | float | bool | None] | None = None,
) -> str:
    event = world.next_event(ticket.remote_id)
    made = world.by_agent(event, ticket.remote_id, command.author, now, kind, text, data, command=command.id)
    world.tell(now, made)
    if kind is EventKind.PROMISE and isinstance(command, Promise):
        world.promises[command.id] = made
    return event


def _note(world: DemoWorld, ticket: TicketUpsert, command: Note, now: datetime) -> str:
    _not_empty(command.text)
    event = _internal(world, ticket, command, now, EventKind.NOTE, command.text)
    world.update(ticket, now)
    return event


def _claim(world: DemoWorld, ticket: TicketUpsert, command: Claim, now: datetime) -> str:
    if ticket.assignee is not None and ticket.assignee != command.author:
        raise Conflict("somebody was faster", {"assignee": ticket.assignee})
    return _set(world, ticket, command, now, assignee=command.author)


def _release(world: DemoWorld, ticket: TicketUpsert, command: Release, now: datetime) -> str:
    return _set(world, ticket, command, now, assignee=None)


def _assign(world: DemoWorld, ticket: TicketUpsert, command: Assign, now: datetime) -> str:
    if "expected" in command.model_fields_set and command.expected != ticket.assignee:
        raise Conflict("it changed hands", {"assignee": ticket.assignee})
    agents = {one.key for one in world.scenario.directory if one.kind == "agent"} | {
        world.scenario.agent.login
    }
    if command.assignee not in agents:
        raise Rejected(f"não há atendente com o login {command.assignee}")
    return _set(world, ticket, command, now, assignee=command.assignee)


def _status(world: DemoWorld, ticket: TicketUpsert, command: SetStatus, now: datetime) -> str:
    if command.expected is not None and command.expected is not ticket.status:
        raise Conflict("its status changed", {"status": ticket.status})
    event = _set(world, ticket, command, now, status=command.status)
    _if_solved(world, ticket, now)
    return event


def _priority(world: DemoWorld, ticket: TicketUpsert, command: SetPriority, now: datetime) -> str:
    if command.impact is not None:
        return _set(world, ticket, command, now, priority=command.priority, impact=command.impact)
    return _set(world, ticket, command, now, priority=command.priority)


def _team(world: DemoWorld, ticket: TicketUpsert, command: SetTeam, now: datetime) -> str:
    if command.team not in {one.key for one in world.scenario.directory if one.kind == "team"}:
        raise Rejected(f"não há equipe com o nome {command.team}")
    return _set(world, ticket, command, now, team=command.team)


def _set(world: DemoWorld, ticket: TicketUpsert, command: Any, now: datetime, **values: Any) -> str:
    return world.set(ticket.remote_id, command.author, now, command=command.id, **values)


def _escalate(world: DemoWorld, ticket: TicketUpsert, command: Escalate, now: datetime) -> str:
    event = _internal(
        world,
        ticket,
        command,
        now,
        EventKind.ESCALATION,
        command.reason,
        {
            "from": ticket.tier,
            "to": command.tier,
            "reason": command.reason,
            "tried": command.tried,
            "workaround": command.workaround,
            "article": command.article,
        },
    )
    values: dict[str, Any] = {"tier": command.tier, "assignee": None}
    if command.team is not None:
        values["team"] = command.team
    world.update(ticket.model_copy(update=values), now)
    return event


def _snooze(world: DemoWorld, ticket: TicketUpsert, command: Snooze, now: datetime) -> str:
    event = _internal(
        world,
        ticket,
        command,
        now,
        EventKind.FIELD_CHANGE,
        "",
        {"field": "status", "old": ticket.status, "new": Status.SNOOZED, "until": command.until.isoformat()},
    )
    fields = {key: value for key, value in ticket.fields.items() if key != "keep_snoozed"}
    if command.keep_on_reply:
        fields["keep_snoozed"] = "yes"
    values = {"status": Status.SNOOZED, "snoozed_until": command.until, "fields": fields}
    world.update(ticket.model_copy(update=values), now)
    return event


def _tag(world: DemoWorld, ticket: TicketUpsert, command: Tag, now: datetime) -> str:
    kept = tuple(tag for tag in ticket.tags or () if tag not in command.remove)
    return _set(world, ticket, command, now, tags=tuple(dict.fromkeys((*kept, *command.add))))


def _wrap_up(world: DemoWorld, ticket: TicketUpsert, command: WrapUp, now: datetime) -> str:
    data: dict[str, str | int | float | bool | None]
    data = {"code": command.code, "reason": command.reason, "survey": command.survey}
    event = _internal(world, ticket, command, now, EventKind.WRAP_UP, command.note, data)
    if command.reason is not None:
        ticket = ticket.model_copy(update={"reason": command.reason})
    if command.status is None or command.status is ticket.status:
        world.update(ticket, now)
        return event
    world.tickets[ticket.remote_id] = ticket
    world.set(ticket.remote_id, command.author, now, status=command.status)
    if command.survey:
        _if_solved(world, ticket, now)
    return event


def _promise(world: DemoWorld, ticket: TicketUpsert, command: Promise, now: datetime) -> str:
    data: dict[str, str | int | float | bool | None] = {"due": command.due.isoformat(), "what": command.what}
    event = _internal(world, ticket, command, now, EventKind.PROMISE, command.what, data)
    world.update(ticket, now)
    return event


def _settle(world: DemoWorld, ticket: TicketUpsert, command: SettlePromise, now: datetime) -> str:
    made = world.promises.get(command.promise)
    if made is None:
        raise Rejected("esta promessa não existe aqui")
    data = {**made.data, "promise": str(command.promise), "outcome": command.outcome}
    event = _internal(world, ticket, command, now, EventKind.PROMISE, command.text, data)
    world.update(ticket, now)
    return event


def _fact(world: DemoWorld, ticket: TicketUpsert, command: ConfirmFact, now: datetime) -> str:
    event = _internal(
        world, ticket, command, now, EventKind.FACT, "", {"name": command.name, "value": command.value}
    )
    person = world.customers.get(ticket.customer or "")
    if person is not None:
        person = person.model_copy(update={"facts": {**person.facts, command.name: command.value}})
        world.customers[person.remote_id] = person
        world.tell(now, person)
    world.update(ticket, now)
    return event


def _merge(world: DemoWorld, ticket: TicketUpsert, command: Merge, now: datetime) -> str:
    into = _ticket(world, command.into.remote)
    if into.remote_id == ticket.remote_id:
        raise Rejected("um chamado não pode ser unido a ele mesmo")
    event = _internal(
        world, ticket, command, now, EventKind.LINK, "", {"relation": "merged_into", "other": into.remote_id}
    )
    world.update(
        ticket.model_copy(update={"merged_into": into.remote_id, "status": Status.CLOSED, "solved_at": now}),
        now,
    )
    world.update(into, now)
    return event


def _link(world: DemoWorld, ticket: TicketUpsert, command: Link, now: datetime) -> str:
    other = (
        command.article if command.relation == "article" else _ticket(world, command.other.remote).remote_id
    )
    event = _internal(
        world, ticket, command, now, EventKind.LINK, "", {"relation": command.relation, "other": other}
    )
    world.update(ticket, now)
    return event


def _flag(world: DemoWorld, command: FlagArticle, now: datetime) -> Receipt:
    if command.article not in {one.id for one in world.scenario.articles}:
        raise Rejected("este artigo não existe aqui")
    world.flags.append((command.article, command.flag, command.text))
    return Receipt(command_id=command.id, at=now)


def _create(world: DemoWorld, command: Create, now: datetime) -> Receipt:
    customer = _customer(world, command, now)
    remote = world.next_ticket()
    number = protocol(now.year, int(remote))
    world.tickets[remote] = TicketUpsert(
        remote_id=remote,
        protocol=number,
        subject=command.subject,
        customer=customer,
        channel=command.channel,
        status=command.status or (Status.NEW if command.inbound else Status.OPEN),
        priority=command.priority,
        assignee=None if command.inbound else command.author,
        team=command.team,
        tags=command.tags,
        opened_at=command.opened_at,
        updated_at=now,
        version="1",
    )
    world.tell(now, world.tickets[remote])
    if command.inbound:
        said = world.from_customer(remote, command.text, command.opened_at, command_id=command.id)
    else:
        event = world.next_event(remote)
        said = world.by_agent(
            event,
            remote,
            command.author,
            now,
            EventKind.MESSAGE,
            command.text,
            command=command.id,
            channel=command.channel,
        )
    world.tell(now, said)
    return Receipt(command_id=command.id, at=now, ticket=remote, event=said.remote_id, protocol=number)


def _customer(world: DemoWorld, command: Create, now: datetime) -> str:
    wanted = {(one.kind, normal(one.kind, one.value)) for one in command.identities}
    for person in world.customers.values():
        if wanted & {(one.kind, normal(one.kind, one.value)) for one in person.identities}:
            return person.remote_id
    new = CustomerUpsert(
        remote_id=f"novo-{len(world.customers) + 1}",
        name=command.customer_name,
        segment=Segment.NEW,
        preferred_channel=command.channel,
        identities=command.identities,
    )
    world.customers[new.remote_id] = new
    world.tell(now, new)
    return new.remote_id


_VERBS: dict[type, Callable[[DemoWorld, TicketUpsert, Any, datetime], str]] = {
    Reply: _reply,
    Note: _note,
    Claim: _claim,
    Release: _release,
    Assign: _assign,
    SetStatus: _status,
    SetPriority: _priority,
    SetTeam: _team,
    Escalate: _escalate,
    Snooze: _snooze,
    Tag: _tag,
    WrapUp: _wrap_up,
    Promise: _promise,
    SettlePromise: _settle,
    ConfirmFact: _fact,
    Merge: _merge,
    Link: _link,
}
