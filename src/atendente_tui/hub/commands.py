"""Carry out a command once: look whether it was, ask the rules, keep what they decided and the receipt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, insert, select

from atendente_tui.domain import deciding
from atendente_tui.domain.change import Attachment, CustomerUpsert, EventAppend, TicketUpsert
from atendente_tui.domain.command import (
    Assign,
    Command,
    ConfirmFact,
    Create,
    Escalate,
    FlagArticle,
    Link,
    Merge,
    Note,
    Receipt,
    Reply,
    SetAgentState,
    SetTeam,
    SettlePromise,
    TicketCommand,
    TicketRef,
)
from atendente_tui.domain.protocol import protocol
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Segment
from atendente_tui.hub import agent_states, attachments, tables
from atendente_tui.hub.recording import Recording
from atendente_tui.hub.scope import Actor

MOST_TICKETS = 10**12


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a command (docs/hub.md)."""

    command_id: UUID
    outcome: Literal["applied", "conflict", "refused", "reused"]
    receipt: str | None = None
    """JSON of a `Receipt`."""
    error: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""
    current: Mapping[str, str | None] = field(default_factory=dict)
    events: tuple[EventAppend, ...] = ()

    def json(self) -> str:
        head = f'{{"command_id":"{self.command_id}","outcome":"{self.outcome}"'
        if self.receipt is not None:
            return f'{head},"receipt":{self.receipt}}}'
        told: dict[str, Any] = {"detail": self.detail}
        if self.outcome == "refused":
            told |= {"error": self.error, "values": self.values}
        if self.outcome == "conflict":
            told["current"] = self.current
        tail = json.dumps(told, ensure_ascii=False, default=str)[1:]
        if self.outcome != "conflict":
            return f"{head},{tail}"
        events = ",".join(one.model_dump_json(exclude_none=True) for one in self.events)
        return f'{head},"events":[{events}],{tail}'


def wanted(command: Command) -> tuple[int, ...]:
    """Numbers of the tickets it names: what the writer reads beforehand."""
    if isinstance(command, FlagArticle | SetAgentState | Create):
        return ()
    named = [command.ticket]
    if isinstance(command, Merge):
        named.append(command.into)
    elif isinstance(command, Link):
        named.append(command.other)
    return tuple(key for ref in named if (key := _key(ref)) is not None)


def carry_out(recording: Recording, actor: Actor, command: Command) -> Result:
    """Apply it once. Changes nothing unless the outcome is a fresh `applied`."""
    digest = _digest(command)
    known = recording.applied(str(command.id))
    if known is not None:
        login, before, receipt = known
        if login == actor.login and before == digest:
            return Result(command.id, "applied", receipt)
        return Result(command.id, "reused", detail="this id was applied with other content")
    command = command.model_copy(update={"author": actor.login})
    try:
        receipt_of = _done(recording, actor, command)
    except Refused as no:
        return Result(command.id, "refused", error=no.code, values=no.values, detail=str(no))
    except deciding.Clash as clash:
        return Result(command.id, "conflict", detail=clash.detail, current=clash.current, events=clash.events)
    recording.keep_command(str(command.id), actor.login, digest, receipt_of)
    return Result(command.id, "applied", receipt_of.model_dump_json())


def receipt(db: Connection, actor: Actor, command_id: UUID) -> str | None:
    """The JSON of the receipt of one of their own commands; None when no trace of it is there."""
    t = tables.command
    return db.execute(select(t.c.receipt).where(t.c.id == str(command_id), t.c.login == actor.login)).scalar()


def _digest(command: Command) -> str:
    """Of what it says: neither the author (the token's) nor the numbers of the sender's own store count."""
    said = command.model_dump(mode="json", exclude={"author": True})
    for name in ("ticket", "into", "other"):
        if name in said:
            said[name].pop("id", None)
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _key(ref: TicketRef) -> int | None:
    remote = ref.remote or ""
    if not (remote.isascii() and remote.isdigit() and len(remote) < len(str(MOST_TICKETS))):
        return None
    key = int(remote)
    return key if key < MOST_TICKETS and str(key) == remote else None


def _done(recording: Recording, actor: Actor, command: Command) -> Receipt:
    if isinstance(command, FlagArticle):
        return _flag(recording, command)
    if isinstance(command, SetAgentState):
        return agent_states.put(recording, command)
    if isinstance(command, Create):
        return _create(recording, actor, command)
    ticket = _visible(recording, actor, command.ticket)
    decision = deciding.decide(command, _facts(recording, actor, command, ticket), recording.now)
    files: tuple[Attachment, ...] = ()
    if isinstance(command, Reply | Note) and command.attachments:
        ids = [one.remote_id for one in command.attachments]
        files = attachments.unbound(recording, actor.login, ids)
    event = _keep(recording, decision, files)
    return Receipt(
        command_id=command.id,
        at=recording.now,
        ticket=decision.ticket.remote_id,
        event=event,
        protocol=decision.ticket.protocol,
        note=decision.note,
    )


def _visible(recording: Recording, actor: Actor, ref: TicketRef) -> TicketUpsert:
    """Raises Refused("ticket_unknown"): what they may not see is not there."""
    key = _key(ref)
    found = recording.ticket(key) if key is not None else None
    if found is None or not actor.sees(found.team):
        raise Refused("ticket_unknown", found=(ref.remote or "")[:40])
    return found


def _facts(
    recording: Recording, actor: Actor, command: TicketCommand, ticket: TicketUpsert
) -> deciding.Facts:
    key = int(ticket.remote_id)
    facts: dict[str, Any] = {}
    if isinstance(command, Reply) and command.seen is not None:
        seen = int(command.seen) if command.seen.isascii() and command.seen.isdigit() else 0
        facts["news"] = recording.said_since(key, min(seen, 2**63 - 1), actor.login)
    elif isinstance(command, Assign):
        facts["agents"] = recording.content_keys("agent")
    elif isinstance(command, SetTeam | Escalate):
        facts["teams"] = recording.content_keys("team")
    elif isinstance(command, ConfirmFact):
        facts["customer"] = recording.customer(int(ticket.customer or 0))
    elif isinstance(command, SettlePromise):
        promised = str(command.promise)
        made = recording.event_of(promised)
        if made is not None and made.ticket is not None:
            way = _merges(recording, made.ticket, ticket.remote_id)
            told = [one for at in (*way, ticket.remote_id) for one in recording.events_of(int(at), promised)]
            facts["promise"] = made
            facts["promise_settled"] = any(one.data.get("promise") == promised for one in told)
            facts["swallowed"] = way
    elif isinstance(command, Merge):
        facts["other"] = _visible(recording, actor, command.into)
    elif isinstance(command, Link):
        if command.relation == "article":
            facts["article_known"] = recording.content("article", command.article or "") is not None
        else:
            facts["other"] = _visible(recording, actor, command.other)
    return deciding.Facts(ticket=ticket, **facts)


def _merges(recording: Recording, ticket: str, into: str) -> tuple[str, ...]:
    """The tickets on the way of merges from one to another, without the last; none when no way leads there."""
    way: list[str] = []
    place: str | None = ticket
    while place is not None and place not in (into, *way):
        way.append(place)
        found = recording.ticket(int(place))
        place = found.merged_into if found is not None else None
    return tuple(way) if place == into else ()


def _keep(
    recording: Recording, decision: deciding.Decision, files: tuple[Attachment, ...] = ()
) -> str | None:
    """Put down what was decided. The number of its first event."""
    first: EventAppend | None = None
    if decision.customer is not None:
        recording.put_customer(decision.customer)
    for changed in (decision.ticket, decision.other):
        if changed is not None and changed != recording.ticket(int(changed.remote_id)):
            recording.put_ticket(changed)
    for event in decision.events:
        if first is None and files:
            event = event.model_copy(update={"attachments": files})
        event = recording.add_event(event)
        if first is None:
            first = event
            attachments.bind(recording, files, int(event.remote_id))
    return first.remote_id if first is not None else None


def _create(recording: Recording, actor: Actor, command: Create) -> Receipt:
    if not command.subject.strip():
        raise Refused("subject_empty")
    if not command.customer_name.strip():
        raise Refused("customer_name_empty")
    if command.team is not None and (
        not actor.sees(command.team) or command.team not in recording.content_keys("team")
    ):
        raise Refused("team_unknown", found=command.team)
    person = recording.customer_by(command.identities)
    if person is None:
        person = CustomerUpsert(
            remote_id=str(recording.new_customer_id()),
            name=command.customer_name,
            segment=Segment.NEW,
            preferred_channel=command.channel,
            identities=command.identities,
        )
        recording.put_customer(person)
    key = recording.new_ticket_id()
    number = protocol(recording.now.year, key)
    decision = deciding.create(command, person, str(key), number, recording.now)
    event = _keep(recording, decision)
    return Receipt(command_id=command.id, at=recording.now, ticket=str(key), event=event, protocol=number)


def _flag(recording: Recording, command: FlagArticle) -> Receipt:
    if recording.content("article", command.article) is None:
        raise Refused("no_such_article", found=command.article)
    row = {
        "command": str(command.id),
        "article": command.article,
        "login": command.author,
        "at": recording.now_ms,
        "flag": command.flag,
        "text": command.text,
    }
    recording.afterwards(lambda db: db.execute(insert(tables.flag), row))
    return Receipt(command_id=command.id, at=recording.now)
