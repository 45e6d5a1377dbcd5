"""What each command does on the demo's far side. The rules are `domain.deciding`'s; a no of theirs is `Rejected` or
`Conflict` here, as a real helpdesk would say it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from atendente_tui import labels
from atendente_tui.backends.demo_world import DemoWorld
from atendente_tui.backends.port import Conflict, Rejected
from atendente_tui.domain.change import AgentStates, CustomerUpsert, TicketUpsert
from atendente_tui.domain.command import (
    Command,
    Create,
    FlagArticle,
    Link,
    Merge,
    Receipt,
    Reply,
    SetAgentState,
    SettlePromise,
    TicketCommand,
    WrapUp,
)
from atendente_tui.domain.deciding import Clash, Decision, Facts, create, decide, doing
from atendente_tui.domain.identities import normal
from atendente_tui.domain.protocol import protocol
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Segment, Status
from atendente_tui.flow.conversation import Heard, Solved

COMMANDS = frozenset(
    {
        "reply", "note", "claim", "release", "assign", "status", "priority", "team", "escalate", "snooze", "tag", "wrapup",
        "promise", "settle_promise", "fact", "create", "merge", "link", "flag_article", "agent_state",
    }
)  # fmt: skip


def carry_out(world: DemoWorld, command: Command, now: datetime) -> Receipt:
    """Apply a command once: asked again with the same id, the first receipt comes back and nothing happens."""
    known = world.receipts.get(command.id)
    if known is not None:
        return known
    try:
        if isinstance(command, FlagArticle):
            receipt = _flag(world, command, now)
        elif isinstance(command, SetAgentState):
            receipt = _doing(world, command, now)
        else:
            receipt = _do(world, command, now)
    except Refused as no:
        raise Rejected(labels.refusal(no)) from no
    except Clash as clash:
        raise Conflict(clash.detail, clash.current, clash.events) from clash
    world.receipts[command.id] = receipt
    return receipt


def _do(world: DemoWorld, command: TicketCommand, now: datetime) -> Receipt:
    before = None
    if isinstance(command, Create):
        decision = _created(world, command, now)
    else:
        before = world.tickets.get(command.ticket.remote or "")
        decision = decide(command, _facts(world, command, before), now)
    event = _keep(world, decision, now)
    if before is not None:
        _told_the_customer(world, command, before, decision, now)
    ticket = decision.ticket
    return Receipt(
        command_id=command.id,
        at=now,
        ticket=ticket.remote_id,
        event=event,
        protocol=ticket.protocol,
        note=decision.note,
    )


def _facts(world: DemoWorld, command: TicketCommand, ticket: TicketUpsert | None) -> Facts:
    scenario = world.scenario
    more: dict[str, Any] = {}
    if isinstance(command, Merge):
        more["other"] = world.tickets.get(command.into.remote or "")
    elif isinstance(command, Link):
        more["other"] = world.tickets.get(command.other.remote or "")
        more["article_known"] = command.article in {one.id for one in scenario.articles}
    elif isinstance(command, SettlePromise):
        more["promise"] = world.promises.get(command.promise)
        more["promise_settled"] = command.promise in world.settled
        more["swallowed"] = world.swallowed(ticket.remote_id) if ticket is not None else ()
    return Facts(
        ticket,
        customer=world.customers.get(ticket.customer or "") if ticket is not None else None,
        agents={one.key for one in scenario.directory if one.kind == "agent"} | {scenario.agent.login},
        teams={one.key for one in scenario.directory if one.kind == "team"},
        **more,
    )


def _keep(world: DemoWorld, decision: Decision, now: datetime) -> str | None:
    """Put down what was decided. The id of its first event, None where nothing changed."""
    if not decision.events:
        return None
    if decision.customer is not None:
        world.put_customer(decision.customer, now)
    world.put_ticket(decision.ticket, now)
    if decision.other is not None:
        world.put_ticket(decision.other, now)
    first, *_others = [world.append(event, now) for event in decision.events]
    return first.remote_id


def _told_the_customer(
    world: DemoWorld, command: TicketCommand, before: TicketUpsert, decision: Decision, now: datetime
) -> None:
    """The persona of the ticket hears an answer, and is asked once it is solved."""
    if isinstance(command, Reply):
        world.hears(before.remote_id, Heard(command.text, world.done(before.remote_id)), now)
    solved = decision.ticket.status is Status.SOLVED and before.status is not Status.SOLVED
    if solved and not (isinstance(command, WrapUp) and not command.survey):
        world.hears(before.remote_id, Solved(world.done(before.remote_id)), now)


def _flag(world: DemoWorld, command: FlagArticle, now: datetime) -> Receipt:
    if command.article not in {one.id for one in world.scenario.articles}:
        raise Refused("no_such_article", found=command.article)
    world.flags.append((command.article, command.flag, command.text))
    return Receipt(command_id=command.id, at=now)


def _doing(world: DemoWorld, command: SetAgentState, now: datetime) -> Receipt:
    told = (one for _at, one in reversed(world.log) if isinstance(one, AgentStates))
    before = next((one for one in told if one.agent == command.author), None)
    world.tell(now, doing(command, before))
    return Receipt(command_id=command.id, at=now)


def _created(world: DemoWorld, command: Create, now: datetime) -> Decision:
    person = _known(world, command)
    new = person is None
    if person is None:
        person = CustomerUpsert(
            remote_id=f"novo-{len(world.customers) + 1}",
            name=command.customer_name,
            segment=Segment.NEW,
            preferred_channel=command.channel,
            identities=command.identities,
        )
    number = world.next_ticket
    decision = create(command, person, str(number), protocol(now.year, number), now)
    if new:
        world.put_customer(person, now)
    return decision


def _known(world: DemoWorld, command: Create) -> CustomerUpsert | None:
    wanted = {(one.kind, normal(one.kind, one.value)) for one in command.identities}
    for person in world.customers.values():
        if wanted & {(one.kind, normal(one.kind, one.value)) for one in person.identities}:
            return person
    return None
