"""Checks of what must not work: what is not declared, what is nonsense, what nobody else may read."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from atendente_tui.backends.conformance.checking import Broken, Check, Untried, check, require
from atendente_tui.backends.conformance.reading import TYPES
from atendente_tui.backends.conformance.trial import LOCAL, Trial, same_text
from atendente_tui.backends.port import BackendError
from atendente_tui.domain.change import Identity
from atendente_tui.domain.command import (
    Assign,
    Claim,
    Command,
    ConfirmFact,
    Escalate,
    FlagArticle,
    Link,
    Merge,
    Note,
    Promise,
    Release,
    Reply,
    SetAgentState,
    SetPriority,
    SetStatus,
    SetTeam,
    SettlePromise,
    Snooze,
    Tag,
    TicketRef,
    WrapUp,
)
from atendente_tui.domain.words import AgentState, Channel, IdentityKind, Priority, Status, Tier
from atendente_tui.i18n import _, later

HUGE = 1_000_000
STRANGE = (
    "999999999",
    "",
    "0",
    "-999999999",
    "9e99",
    "²",
    "９９９９９９９９９",
    "../999999999",
    "999999999/../999999998",
    "999999999; DROP TABLE ticket",
    "\u202e999999999\x00",
    "\ud800",
    "9" * 400,
)
"""Names of no ticket, whatever is made of them: a number that could be somebody's is not among them."""
HOSTILE = "\ud800\x00\x1b]0;x\x07\u202e'; DROP TABLE ticket; -- {{7*7}} ${jndi:ldap://x} <script>alert(1)</script> %n%s"


@check(
    later("What is not declared is refused, not passed over, and leaves the ticket as it was"), writes=True
)
async def refuses_undeclared(trial: Trial) -> None:
    lacking = sorted(TYPES - trial.can.commands)
    if not lacking:
        raise Untried(_("every command is declared"))
    ref, other = await trial.open("left as it is"), await trial.open("left alone, too")
    before = await trial.stands(ref, lambda _ticket: True, _("the new ticket"))
    samples = await _one_of_each(trial, ref, other)
    await trial.refused(
        *((samples[name], _("{type}, which is not declared").format(type=name)) for name in lacking)
    )
    after = trial.world.ticket(ref.remote)
    require(after is not None, _("the ticket is still there"))
    for field in ("status", "priority", "assignee", "team", "tier", "tags", "reason", "merged_into"):
        require(getattr(after, field) == getattr(before, field), _("{name} is as it was").format(name=field))


@check(later("What is done to a ticket that is not there is refused with a reason"), writes=True)
async def refuses_strangers(trial: Trial) -> None:
    real = await trial.open("not meant")
    wrong: list[tuple[Command, str]] = []
    for remote in ("999999999", None):
        samples = await _one_of_each(trial, TicketRef(id=LOCAL, remote=remote), real)
        wrong += [
            (samples[name], _("{type} on a ticket that is not there").format(type=name))
            for name in sorted(
                trial.can.commands & samples.keys() - {"create", "flag_article", "agent_state"}
            )
        ]
    await trial.refused(*wrong)


@check(
    later(
        "Nonsense of any kind is answered or refused as the port allows; nothing else is raised, and work goes on"
    ),
    writes=True,
)
async def survives_nonsense(trial: Trial) -> None:
    ref = await trial.open("plagued")
    nonsense = [*await _on_strange_tickets(trial, ref), *await _strange_words(trial, ref)]
    few = asyncio.Semaphore(trial.can.parallel)

    async def give(command: Command) -> None:
        async with few:
            await _told_properly(trial, command)

    told = await asyncio.gather(
        *(give(one) for one in nonsense if one.type in trial.can.commands), return_exceptions=True
    )
    for error in told:
        if error is not None:
            raise error
    if "note" in trial.can.commands:
        after = await trial.open("after the plague")
        last = await trial.make(Note, after, text=trial.words("ainda aqui", internal=True))
        await trial.echo(last, await trial.carried_out(last))


@check(
    later("A huge text comes back whole, or is refused, or the receipt says what became of it"),
    writes=True,
    commands="note",
)
async def survives_huge_texts(trial: Trial) -> None:
    ref = await trial.any_ticket()
    text = trial.words("ção 😀 " * (HUGE // 7), internal=True)
    command = await trial.make(Note, ref, text=text)
    receipt = await _told_properly(trial, command)
    if receipt is None:
        await trial.left_nothing((command, _("a huge note")))
        return
    event = await trial.event(ref, lambda event: event.command_id == command.id, _("the huge note"))
    require(
        same_text(event.text, text) or bool(receipt.note) or bool(event.attachments),
        _("nothing is cut off in silence"),
    )


@check(
    later("What only colleagues may read, and what is only of this workstation, is nowhere else"), writes=True
)
async def leaks_nothing(trial: Trial) -> None:
    """After the others: it looks at all that came back in this run."""
    if not trial.receipts:
        raise Untried(_("nothing was written"))
    await trial.follow()
    opened = {receipt.ticket for _command, receipt in trial.receipts}
    for states in trial.world.states.values():
        for one in states:
            if one is None:
                continue
            if one.type == "event":
                if one.ticket not in opened:
                    continue
                shown = f"{one.text} {one.author} {sorted(one.data.items())}" if one.public else ""
            elif one.type == "ticket":
                shown = one.subject
            elif one.type == "customer":
                shown = f"{one.name} {one.social_name}"
            else:
                shown = one.model_dump_json()
            for mark in trial.internal:
                require(mark not in shown, _("internal words are in no public place"))
            if one.type in ("event", "ticket"):
                require(
                    str(LOCAL) not in one.model_dump_json(),
                    _("no number of the workstation's own comes back"),
                )


WRITING: tuple[Check, ...] = (refuses_undeclared, refuses_strangers, survives_nonsense, survives_huge_texts)
AFTER: tuple[Check, ...] = (leaks_nothing,)


async def _told_properly(trial: Trial, command: Command) -> Any:
    """Its receipt, or None where the port's own errors say no."""
    try:
        receipt = await trial.backend.push(command)
    except BackendError:
        return None
    except Exception as error:
        raise Broken(
            _("{type} raises one of the port's errors, not {error}").format(
                type=command.type, error=type(error).__name__
            )
        ) from error
    require(receipt.command_id == command.id, _("a receipt bears its command's id"))
    return receipt


async def _on_strange_tickets(trial: Trial, ref: TicketRef) -> list[Command]:
    """Every sort of command on a ticket with a strange name, and every strange name with some of them."""
    made: list[Command] = []
    for n, remote in enumerate(STRANGE):
        strange = TicketRef(id=LOCAL, remote=remote)
        samples = list((await _one_of_each(trial, strange, ref)).values())
        made += samples[n % 4 :: 4]
        made.append(await trial.make(Merge, ref, into=strange))
        made.append(await trial.make(Link, ref, other=strange))
    return made


async def _strange_words(trial: Trial, ref: TicketRef) -> list[Command]:
    now = trial.clock.now()
    odd = Identity(kind=IdentityKind.PHONE, value=HOSTILE)
    values: tuple[tuple[Any, dict[str, Any]], ...] = (
        (Note, {"text": HOSTILE}),
        (Tag, {"add": (HOSTILE, "", " ", "a,b\nc", "y" * 5_000)}),
        (SetTeam, {"team": HOSTILE}),
        (SetTeam, {"team": ""}),
        (Assign, {"assignee": HOSTILE}),
        (Assign, {"assignee": ""}),
        (Merge, {"into": ref}),
        (Link, {"other": ref}),
        (Snooze, {"until": now - timedelta(days=1)}),
        (Snooze, {"until": now.replace(year=9999)}),
        (Promise, {"due": now.replace(year=1), "what": HOSTILE}),
        (SettlePromise, {"promise": uuid4(), "outcome": "kept", "text": HOSTILE}),
        (ConfirmFact, {"name": HOSTILE, "value": HOSTILE}),
        (WrapUp, {"code": HOSTILE, "note": HOSTILE, "status": None}),
        (SetStatus, {"status": Status.NEW}),
        (SetStatus, {"status": Status.SNOOZED}),
    )
    return [
        *[await trial.make(kind, ref, **given) for kind, given in values],
        await trial.new_ticket("odd", customer_name=HOSTILE, identities=(odd,), text=HOSTILE, team=HOSTILE),
        await trial.new_ticket("", customer_name="", identities=(), text=""),
    ]


async def _one_of_each(trial: Trial, ref: TicketRef, other: TicketRef) -> dict[str, Command]:
    """A harmless command of every type, by type."""
    soon = trial.clock.now() + timedelta(hours=3)
    team = next(iter((await trial.identity()).teams), "x")
    made: list[Command] = [
        await trial.make(kind, ref, **values)
        for kind, values in (
            (Reply, {"text": "x", "channel": Channel.EMAIL}),
            (Note, {"text": "x"}),
            (Claim, {}),
            (Release, {}),
            (Assign, {"assignee": (await trial.identity()).login}),
            (SetStatus, {"status": Status.SOLVED}),
            (SetPriority, {"priority": Priority.URGENT}),
            (SetTeam, {"team": team}),
            (Escalate, {"tier": Tier.N3, "reason": "x", "tried": "x", "workaround": "x"}),
            (Snooze, {"until": soon}),
            (Tag, {"add": ("x",)}),
            (WrapUp, {"code": "x"}),
            (Promise, {"due": soon, "what": "x"}),
            (SettlePromise, {"promise": uuid4(), "outcome": "kept"}),
            (ConfirmFact, {"name": "x"}),
            (Merge, {"into": other}),
            (Link, {"other": other}),
        )
    ]
    made.append(await trial.new_ticket("of no use"))
    article = next((one.remote_id for one in trial.world.articles()), "x")
    flag = FlagArticle(
        id=trial.new_id(),
        at=trial.clock.now(),
        author=(await trial.identity()).login,
        article=article,
        flag="wrong",
    )
    doing = SetAgentState(id=trial.new_id(), at=flag.at, author=flag.author, state=AgentState.AVAILABLE)
    return {one.type: one for one in [*made, flag, doing]}
