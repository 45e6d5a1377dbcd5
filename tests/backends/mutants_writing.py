"""Adapters that carry out commands wrongly, or tell wrongly what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from atendente_tui.backends.demo_commands import carry_out
from atendente_tui.backends.port import BackendError, Conflict, Rejected
from atendente_tui.domain.change import Change, CustomerUpsert, EventAppend, TicketUpsert
from atendente_tui.domain.command import (
    Assign,
    Claim,
    Command,
    Create,
    Escalate,
    FlagArticle,
    Link,
    Merge,
    Note,
    Receipt,
    Release,
    Reply,
    SetAgentState,
    SetPriority,
    SetStatus,
    SetTeam,
    SettlePromise,
    Snooze,
    Tag,
    WrapUp,
)
from atendente_tui.domain.words import Channel, EventKind, Status
from tests.backends.mutants import Telling, caught_by
from tests.backends.whole import Whole


class Doing(Whole):
    """A mutant that makes another command of each; None: it says that it is done, and does nothing."""

    def done(self, command: Command) -> Command | None:
        return command

    async def push(self, command: Command) -> Receipt:
        other = self.done(command)
        if other is not None:
            return await super().push(other)
        ticket = getattr(command, "ticket", None)
        receipt = Receipt(command_id=command.id, at=self.office.clock.now(), ticket=ticket and ticket.remote)
        return self.office.world.receipts.setdefault(command.id, receipt)


def swallows(kind: type[Any], *checks: str) -> None:
    """A mutant that says of one sort of command that it is done, and does nothing."""

    class Swallowing(Doing):
        def done(self, command: Command) -> Command | None:
            return None if isinstance(command, kind) else command

    Swallowing.__name__ = f"Swallows{kind.__name__}"
    caught_by(*checks)(Swallowing)


for _kind, _check in (
    (Reply, "reply"),
    (Note, "note"),
    (Claim, "claim"),
    (Release, "release"),
    (Assign, "assign"),
    (SetStatus, "status"),
    (SetPriority, "priority"),
    (SetTeam, "team"),
    (Escalate, "escalate"),
    (Snooze, "snooze"),
    (Tag, "tag"),
    (WrapUp, "wrapup"),
    (SettlePromise, "settle_promise"),
    (Merge, "merge"),
    (Link, "link"),
    (FlagArticle, "flag_article"),
    (SetAgentState, "agent_state"),
):
    swallows(_kind, _check)


def tells(name: str, alter: Callable[[Any], dict[str, object] | None], *checks: str) -> None:
    """A mutant that tells what was written here with other values."""

    class Altering(Telling):
        def told(self, change: Change) -> Change | None:
            changed = alter(change)
            return change.model_copy(update=changed) if changed else change

    Altering.__name__ = name
    caught_by(*checks)(Altering)


def _event(kind: EventKind, **values: object) -> Callable[[Any], dict[str, object] | None]:
    return lambda one: (
        values if isinstance(one, EventAppend) and one.kind is kind and one.command_id else None
    )


def _data(kind: EventKind, **values: object) -> Callable[[Any], dict[str, object] | None]:
    def alter(one: Any) -> dict[str, object] | None:
        if not (isinstance(one, EventAppend) and one.kind is kind and one.command_id):
            return None
        return {"data": {**one.data, **{key: value for key, value in values.items() if key in one.data}}}

    return alter


def _ticket(**values: object) -> Callable[[Any], dict[str, object] | None]:
    return lambda one: values if isinstance(one, TicketUpsert) else None


def _text(alter: Callable[[str], str]) -> Callable[[Any], dict[str, object] | None]:
    return lambda one: {"text": alter(one.text)} if isinstance(one, EventAppend) and one.command_id else None


tells("NotesArePublic", _event(EventKind.NOTE, public=True), "note", "leaks_nothing")
tells("RepliesAreInternal", _event(EventKind.MESSAGE, public=False), "reply", "create", "create_ours")
tells("OneChannelForAll", _event(EventKind.MESSAGE, channel=Channel.CHAT), "reply_elsewhere", "create_ours")
tells("EscapesText", _text(lambda text: text.replace("<", "&lt;")), "reply", "note", "create")
tells("StripsText", _text(lambda text: " ".join(text.split())), "reply", "note")
tells("CutsText", _text(lambda text: text[:10_000]), "note", "survives_huge_texts")
tells(
    "ForgetsWhoseCommandItWas",
    lambda one: {"command_id": uuid4()} if isinstance(one, EventAppend) and one.command_id else None,
    "catches_up",
)
tells("PromisesWithoutATime", _data(EventKind.PROMISE, due=None), "promise", "settle_promise")
tells("SettlesAnother", _data(EventKind.PROMISE, promise=str(uuid4())), "settle_promise")
tells("FactsWithoutAValue", _data(EventKind.FACT, value=None), "fact")
tells("PacketsWithoutAReason", _data(EventKind.ESCALATION, reason=None), "escalate")
tells("WrapsUpAlike", _data(EventKind.WRAP_UP, code="outro"), "wrapup")
tells("LinksElsewhere", _data(EventKind.LINK, other="1"), "link", "link_article")
tells(
    "DropsFiles",
    lambda one: {"attachments": ()} if isinstance(one, EventAppend) and one.command_id else None,
    "uploads",
    "survives_evil_names",
)
tells("NobodyHasIt", _ticket(assignee=None), "claim", "assign", "claim_taken", "claims_at_once")
tells("NeverAsleep", _ticket(snoozed_until=None), "snooze")
tells("AlwaysNormal", _ticket(priority="normal"), "priority", "create_ours")
tells("NoLevels", _ticket(tier=None), "escalate")
tells("NoCustomers", _ticket(customer=None), "create")
tells("SolvedWhenever", _ticket(solved_at=None), "reply_and_status", "wrapup", "status")
tells("NobodyIsSwallowed", _ticket(merged_into=None), "merge")
tells(
    "OurNumbersComeBack",
    lambda one: {"fields": {"local": "7305118264901"}} if isinstance(one, TicketUpsert) else None,
    "leaks_nothing",
)
tells(
    "NamelessCustomers",
    lambda one: {"name": "Cliente"} if isinstance(one, CustomerUpsert) else None,
    "create",
)


@caught_by("leaks_nothing")
class NotesInTheSubject(Doing):
    """The newest note shows up where customers read."""

    async def push(self, command: Command) -> Receipt:
        receipt = await super().push(command)
        world = self.office.world
        if isinstance(command, Note) and receipt.ticket in world.tickets:
            ticket = world.tickets[receipt.ticket]
            world.put_ticket(ticket.model_copy(update={"subject": command.text}), world.now)
        return receipt


@caught_by("once_in_turn", "note")
class AppliesTwice(Whole):
    async def push(self, command: Command) -> Receipt:
        fresh = await super().push(command.model_copy(update={"id": uuid4()}))
        receipt = fresh.model_copy(update={"command_id": command.id})
        self.office.world.receipts[command.id] = receipt
        return receipt


@caught_by("once_at_once")
class AppliesTwiceAtOnce(Whole):
    """It looks whether it knows the command, and carries it out a moment later."""

    async def push(self, command: Command) -> Receipt:
        if command.id in self.office.world.receipts:
            return self.office.world.receipts[command.id]
        await asyncio.sleep(0)
        self.office.world.receipts.pop(command.id, None)
        return await super().push(command)


@caught_by("never_reuses")
class ReusesIds(Whole):
    async def push(self, command: Command) -> Receipt:
        known = self.office.world.receipts.get(command.id)
        if known is not None and isinstance(command, Note):
            world = self.office.world
            if not any(getattr(one, "text", None) == command.text for _at, one in world.log):
                carry_out(world, command.model_copy(update={"id": uuid4(), "author": self.login}), world.now)
        return await super().push(command)


@caught_by("note", "reply", "receipts_differ")
class NamesAnotherEvent(Whole):
    async def push(self, command: Command) -> Receipt:
        return (await super().push(command)).model_copy(update={"event": "4821/1"})


@caught_by("claim", "priority")
class NamesAnotherTicket(Whole):
    async def push(self, command: Command) -> Receipt:
        return (await super().push(command)).model_copy(update={"ticket": "4821"})


@caught_by("claim", "note")
class NamesAnotherCommand(Whole):
    async def push(self, command: Command) -> Receipt:
        return (await super().push(command)).model_copy(update={"command_id": uuid4()})


@caught_by("stale_reply", "stale_over_colleague")
class IgnoresSeen(Whole):
    def unseen(self, command: Reply) -> tuple[EventAppend, ...]:
        return ()


@caught_by("stale_reply")
class NeverLetsGo(Whole):
    """One's own words make a reply stale, too."""

    def unseen(self, command: Reply) -> tuple[EventAppend, ...]:
        return tuple(
            one
            for _at, one in self.office.world.log
            if isinstance(one, EventAppend)
            and one.ticket == command.ticket.remote
            and one.remote_id != command.seen
        )


@caught_by("stale_reply", "stale_over_colleague")
class ConflictsWithoutWords(Whole):
    async def push(self, command: Command) -> Receipt:
        try:
            return await super().push(command)
        except Conflict as conflict:
            raise Conflict(str(conflict), conflict.current) from conflict


@caught_by("claim_taken", "assign", "status_outdated")
class ConflictsWithoutAHolder(Whole):
    async def push(self, command: Command) -> Receipt:
        try:
            return await super().push(command)
        except Conflict as conflict:
            raise Conflict(str(conflict), {}, conflict.events) from conflict


@caught_by("claim_taken", "claims_at_once")
class TakesWhatIsTaken(Doing):
    def done(self, command: Command) -> Command | None:
        ticket = self.office.world.tickets.get(
            getattr(getattr(command, "ticket", None), "remote", None) or ""
        )
        if isinstance(command, Claim) and ticket is not None and ticket.assignee is not None:
            self.office.world.put_ticket(ticket.model_copy(update={"assignee": None}), self.office.world.now)
        return command


@caught_by("status_outdated", "assign")
class IgnoresExpectations(Doing):
    def done(self, command: Command) -> Command | None:
        if isinstance(command, SetStatus | Assign) and command.expected is not None:
            ticket = self.office.world.tickets.get(command.ticket.remote or "")
            now = (
                None
                if ticket is None
                else ticket.status
                if isinstance(command, SetStatus)
                else ticket.assignee
            )
            return command.model_copy(update={"expected": now})
        return command


@caught_by("reply_and_status")
class RepliesWithoutTheStatus(Doing):
    def done(self, command: Command) -> Command | None:
        return command.model_copy(update={"status": None}) if isinstance(command, Reply) else command


@caught_by("create_ours")
class OpensAllAlike(Doing):
    def done(self, command: Command) -> Command | None:
        return (
            command.model_copy(update={"status": None, "tags": ()})
            if isinstance(command, Create)
            else command
        )


@caught_by("tag")
class ReplacesTags(Doing):
    def done(self, command: Command) -> Command | None:
        if isinstance(command, Tag):
            ticket = self.office.world.tickets.get(command.ticket.remote or "")
            has = tuple(tag for tag in (ticket.tags if ticket else None) or () if tag not in command.add)
            return command.model_copy(update={"remove": has})
        return command


@caught_by("refuses_empty")
class SendsNothing(Doing):
    def done(self, command: Command) -> Command | None:
        return None if isinstance(command, Reply | Note) and not command.text.strip() else command


@caught_by("refuses_missing_files")
class SendsWithoutItsFiles(Doing):
    def done(self, command: Command) -> Command | None:
        return (
            command.model_copy(update={"attachments": ()}) if isinstance(command, Reply | Note) else command
        )


@caught_by("refuses_undeclared")
class PassesOverUndeclared(Doing):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.capabilities = replace(
            self.capabilities, commands=self.capabilities.commands - {"tag", "snooze"}
        )

    def done(self, command: Command) -> Command | None:
        return None if command.type in ("tag", "snooze") else command


@caught_by("refuses_undeclared")
class DoesWhatIsUndeclared(Whole):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.capabilities = replace(self.capabilities, commands=self.capabilities.commands - {"priority"})


@caught_by("status_undeclared")
class SetsUndeclaredStatuses(Whole):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.capabilities = replace(self.capabilities, statuses=frozenset(Status) - {Status.ON_HOLD})


@caught_by("refuses_strangers")
class WritesToNobody(Doing):
    def done(self, command: Command) -> Command | None:
        ticket = getattr(command, "ticket", None)
        lost = ticket is not None and ticket.remote not in self.office.world.tickets
        return None if lost and not isinstance(command, Create) else command


@caught_by("refuses_strangers")
class RefusesWithoutAReason(Whole):
    async def push(self, command: Command) -> Receipt:
        try:
            return await super().push(command)
        except Rejected as refused:
            raise Rejected("") from refused


@caught_by("refuses_strangers", "survives_nonsense")
class RaisesWhateverComes(Whole):
    async def push(self, command: Command) -> Receipt:
        try:
            return await super().push(command)
        except BackendError as error:
            raise KeyError(str(error)) from error


@caught_by("flag_article")
class FlagsAnything(Doing):
    def done(self, command: Command) -> Command | None:
        return None if isinstance(command, FlagArticle) else command
