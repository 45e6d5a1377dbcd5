"""Conformance of what writes: each command has its effect once, comes back by pull, and is refused with a reason."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from atendente_tui.backends.conformance import Broken, Run, Skipped, Trial, recent, require
from atendente_tui.backends.port import Conflict, Forbidden, Rejected
from atendente_tui.domain.change import Change, DirectoryEntry, TicketUpsert
from atendente_tui.domain.command import (
    Claim,
    Command,
    ConfirmFact,
    Escalate,
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
    Snooze,
    Tag,
    TicketRef,
    WrapUp,
)
from atendente_tui.domain.words import Channel, Direction, EventKind, Priority, Status, Tier

NASTY = (
    "0",
    "acentuação: ção, ÃO, ü — “aspas” ‘simples’ …",
    "emoji 😀👩‍👩‍👧 and combining e\u0301",
    "[markup] <b>html</b> &amp; {{chaves}} %s %(x)s $HOME `cmd` \\n",
    "  indented\n\n\nthree empty lines\n-- \nsignature\n> quoted\n.\n",
    "one long line " + "x" * 20_000,
)


async def creates(trial: Trial) -> None:
    """a created ticket has a receipt, is found by its command's id, and comes back as it was written"""
    command, receipt = await trial.opened()
    _is_for(trial, receipt, command)
    if trial.backend.capabilities.idempotency != "none":
        found = await trial.backend.find(command.id)
        require(found is not None and found.ticket == receipt.ticket, "find knows the created ticket")
    event = await trial.echo(command)
    require(_same(event.text, command.text), "the first message comes back as written")
    require(
        event.ticket == receipt.ticket and event.kind is EventKind.MESSAGE and event.public, "it is public"
    )
    require(event.direction is Direction.INBOUND, "what the customer said is inbound")
    ticket = await trial.stands(lambda _ticket: True, "the created ticket")
    require(ticket.subject == command.subject, "the subject comes back as written")
    require(ticket.customer is not None, "the ticket has its customer")
    require(ticket.status in (Status.NEW, Status.OPEN) and ticket.assignee is None, "it is new and free")


async def replies(trial: Trial) -> None:
    """a reply is public, outbound, there once, and found by its id"""
    trial.needs("reply")
    command = Reply.model_validate(
        {**await trial.common(), "text": "Olá! Já estamos vendo isso. 😀", "channel": Channel.EMAIL}
    )
    receipt = await trial.push(command)
    await _left_a_trace(trial, command, receipt)
    event = await trial.echo(command)
    require(_same(event.text, command.text), "it comes back as written")
    require(event.public and event.direction is Direction.OUTBOUND, "it is public and outbound")
    require(receipt.event in (None, event.remote_id), "the receipt names the event it became")


async def replies_elsewhere(trial: Trial) -> None:
    """a reply by another channel than its ticket's comes back with that channel"""
    trial.needs("reply")
    can = sorted(trial.backend.capabilities.channels - {Channel.EMAIL})
    if not can:
        raise Skipped("answers by the ticket's own channel only")
    command = Reply.model_validate(
        {**await trial.common(), "text": "Por outro canal.", "channel": Channel(can[0])}
    )
    await _left_a_trace(trial, command, await trial.push(command))
    event = await trial.echo(command)
    require(event.channel is command.channel, "it went by the channel asked for")


async def notes(trial: Trial) -> None:
    """a note is internal, and any text comes back as it was written"""
    trial.needs("note")
    for text in NASTY:
        command = Note.model_validate({**await trial.common(), "text": text})
        await _left_a_trace(trial, command, await trial.push(command))
        event = await trial.echo(command)
        require(_same(event.text, command.text), f"a note comes back as written: {text[:40]!r}")
        require(not event.public and event.direction is Direction.INTERNAL, "a note is internal")


async def refuses_empty(trial: Trial) -> None:
    """an empty reply is refused and nothing is sent"""
    trial.needs("reply")
    command = Reply.model_validate({**await trial.common(), "text": " \n", "channel": Channel.EMAIL})
    await _refused(trial, command)


async def refuses_strangers(trial: Trial) -> None:
    """commands on a ticket that is not there are refused with a reason"""
    nowhere = TicketRef(id=2, remote="999999999")
    common = await trial.common(nowhere)
    for command in (
        Note.model_validate({**common, "text": "to nobody"}),
        Claim.model_validate(common),
        SetStatus.model_validate({**common, "status": Status.OPEN}),
    ):
        if command.type in trial.backend.capabilities.commands:
            await _refused(trial, command)


async def claims(trial: Trial) -> None:
    """a free ticket is claimed, claiming it again changes nothing, and a second person gets a Conflict"""
    trial.needs("claim")
    login = (await trial.identity()).login
    await trial.push(Claim.model_validate(await trial.common()))
    await trial.push(Claim.model_validate(await trial.common()))
    await trial.stands(lambda ticket: ticket.assignee == login, "its holder")
    if trial.other is not None:
        command = Claim.model_validate(await trial.common())
        try:
            await trial.other.push(command)
        except Conflict as conflict:
            require(conflict.current.get("assignee") == login, "the Conflict names the holder")
        else:
            raise Broken("a second person's claim is a Conflict")


async def claims_once(trial: Trial) -> None:
    """of two who claim a free ticket at once, one gets it and the other a Conflict"""
    trial.needs("claim", "release")
    if trial.other is None:
        raise Skipped("needs a second login")
    for _round in range(3):
        await trial.push(Release.model_validate(await trial.common()))
        await trial.other.identify()
        told = await asyncio.gather(
            trial.backend.push(Claim.model_validate(await trial.common())),
            trial.other.push(Claim.model_validate(await trial.common())),
            return_exceptions=True,
        )
        won = [one for one in told if isinstance(one, Receipt)]
        lost = [one for one in told if isinstance(one, Conflict)]
        require(len(won) == 1 and len(lost) == 1, f"one of two wins, the other has a Conflict: {told}")
        require(bool(lost[0].current.get("assignee")), "the Conflict names the holder")
        if isinstance(told[1], Receipt):
            await trial.other.push(Release.model_validate(await trial.common()))


async def sets_status(trial: Trial) -> None:
    """each status the backend has is set and told again; an outdated expectation is a Conflict"""
    trial.needs("status")
    can = trial.backend.capabilities.statuses - {Status.NEW, Status.SNOOZED, Status.CLOSED}
    for status in [*sorted(can - {Status.OPEN}), Status.OPEN]:
        command = SetStatus.model_validate({**await trial.common(), "status": status})
        await trial.push(command)
        await trial.push(command)
        await trial.stands(lambda ticket, status=status: ticket.status is status, f"the status {status}")  # type: ignore[misc]
    stale = SetStatus.model_validate(
        {**await trial.common(), "status": Status.SOLVED, "expected": Status.PENDING}
    )
    try:
        await trial.backend.push(stale)
    except Conflict as conflict:
        require(conflict.current.get("status") == Status.OPEN, "the Conflict says how it stands")
    else:
        raise Broken("a status set on an outdated view is a Conflict")
    await trial.stands(lambda ticket: ticket.status is Status.OPEN, "the status as it was")


async def sets_fields(trial: Trial) -> None:
    """priority, tags and team are set and told again"""
    trial.needs("priority")
    command = SetPriority.model_validate({**await trial.common(), "priority": Priority.URGENT})
    await trial.push(command)
    await trial.stands(lambda ticket: ticket.priority is Priority.URGENT, "the priority")
    if "tag" in trial.backend.capabilities.commands:
        await trial.push(Tag.model_validate({**await trial.common(), "add": ("troca", "duas palavras")}))
        await trial.push(Tag.model_validate({**await trial.common(), "add": ("ação",), "remove": ("troca",)}))
        await trial.stands(
            lambda ticket: (
                {"ação", "duas palavras"} <= set(ticket.tags or ()) and "troca" not in (ticket.tags or ())
            ),
            "the tags",
        )
    if "team" in trial.backend.capabilities.commands:
        now = await trial.stands(lambda _ticket: True, "the ticket")
        other = next((team for team in await _teams(trial) if team != now.team), None)
        if other is not None and now.team is not None:
            await trial.push(SetTeam.model_validate({**await trial.common(), "team": other}))
            await trial.stands(lambda ticket: ticket.team == other, "the team")
            await trial.push(SetTeam.model_validate({**await trial.common(), "team": now.team}))
            await trial.stands(lambda ticket: ticket.team == now.team, "the team it had")


async def records(trial: Trial) -> None:
    """promises, facts and escalations leave an event with their id"""
    common = {"reason": "fora da alçada", "tried": "reinício", "workaround": "usar o app"}
    due = trial.clock.now() + timedelta(days=1)
    wanted: list[tuple[Command, EventKind]] = [
        (Promise.model_validate({**await trial.common(), "due": due, "what": "ligar"}), EventKind.PROMISE),
        (ConfirmFact.model_validate({**await trial.common(), "name": "cpf_confirmed"}), EventKind.FACT),
        (Escalate.model_validate({**await trial.common(), "tier": Tier.N2, **common}), EventKind.ESCALATION),
    ]
    for command, kind in wanted:
        if command.type not in trial.backend.capabilities.commands:
            continue
        await _left_a_trace(trial, command, await trial.push(command))
        event = await trial.echo(command)
        require(event.kind is kind, f"{command.type} comes back as {kind}")
        require(not event.public, f"{command.type} is internal")


async def snoozes(trial: Trial) -> None:
    """a snoozed ticket is told with its time, and wakes when its status is set"""
    trial.needs("snooze", "status")
    until = (trial.clock.now() + timedelta(hours=2)).replace(microsecond=0)
    await trial.push(Snooze.model_validate({**await trial.common(), "until": until}))
    await trial.stands(
        lambda ticket: ticket.status is Status.SNOOZED and ticket.snoozed_until == until,
        "the snooze and its time",
    )
    await trial.push(SetStatus.model_validate({**await trial.common(), "status": Status.OPEN}))
    await trial.stands(
        lambda ticket: ticket.status is Status.OPEN and ticket.snoozed_until is None, "it awake"
    )


async def links_and_merges(trial: Trial) -> None:
    """tickets are linked; a merged one says what swallowed it"""
    trial.needs("merge", "link")
    second = await trial.push(await trial.new_ticket("merged"))
    other = TicketRef(id=2, remote=second.ticket)
    main = await trial.ticket()
    link = Link.model_validate({**await trial.common(), "other": other, "relation": "refers_to"})
    await trial.push(link)
    await trial.push(link)
    merge = Merge.model_validate({**await trial.common(other), "into": main})
    await trial.push(merge)
    await trial.push(merge)

    def swallowed(change: Change) -> bool:
        return (
            isinstance(change, TicketUpsert)
            and change.remote_id == second.ticket
            and change.merged_into == main.remote
        )

    await trial.seen(swallowed, "the merged ticket with what swallowed it")


async def wraps_up(trial: Trial) -> None:
    """a wrapped-up ticket is solved and says how it ended"""
    trial.needs("wrapup")
    command = WrapUp.model_validate({**await trial.common(), "code": "resolvido", "note": "tudo certo"})
    await _left_a_trace(trial, command, await trial.push(command))
    event = await trial.echo(command)
    require(
        event.kind is EventKind.WRAP_UP and event.data.get("code") == "resolvido",
        "it comes back with its code",
    )
    await trial.stands(
        lambda ticket: ticket.status is Status.SOLVED and ticket.solved_at is not None, "it solved"
    )


WRITING: tuple[Run, ...] = (
    creates,
    replies,
    replies_elsewhere,
    notes,
    refuses_empty,
    refuses_strangers,
    claims,
    claims_once,
    sets_status,
    sets_fields,
    records,
    snoozes,
    links_and_merges,
    wraps_up,
)


async def _left_a_trace(trial: Trial, command: Command, receipt: Receipt) -> None:
    _is_for(trial, receipt, command)
    if trial.backend.capabilities.idempotency == "none":
        return
    found = await trial.backend.find(command.id)
    require(found is not None and found.ticket == receipt.ticket, f"find knows the {command.type}")
    if trial.backend.capabilities.idempotency == "native":
        again = await trial.backend.push(command)
        require(again.event == receipt.event, f"the same {command.type} again has no second effect")


def _is_for(trial: Trial, receipt: Receipt, command: Command) -> None:
    require(receipt.command_id == command.id, "a receipt bears its command's id")
    require(recent(receipt.at, trial.clock.now(), seconds=300), "a receipt says when (within five minutes)")


async def _refused(trial: Trial, command: Command) -> None:
    try:
        await trial.backend.push(command)
    except (Rejected, Forbidden) as error:
        require(bool(str(error)), "a refusal has a reason")
    else:
        raise Broken(f"such a {command.type} is refused")


async def _teams(trial: Trial) -> list[str]:
    return [
        change.key
        for page in await trial.first_pull()
        for change in page.changes
        if isinstance(change, DirectoryEntry) and change.kind == "team"
    ]


def _same(found: str, written: str) -> bool:
    """Equal but for line ends and the empty lines at the very end, which mail takes off."""
    return found.replace("\r\n", "\n").rstrip() == written.replace("\r\n", "\n").rstrip()
