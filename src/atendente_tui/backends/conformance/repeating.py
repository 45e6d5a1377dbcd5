"""Checks of commands that are given again: after a lost answer, at once from two connections, by mistake."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

from atendente_tui.backends.conformance.checking import Check, Untried, check, require
from atendente_tui.backends.conformance.trial import Trial
from atendente_tui.backends.port import BackendError, Rejected
from atendente_tui.domain.command import (
    Command,
    ConfirmFact,
    Note,
    Promise,
    Reply,
    TicketRef,
)
from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _, later


@check(later("Nothing is found of a command that was never given"))
async def finds_no_strangers(trial: Trial) -> None:
    for stranger in (trial.new_id(), uuid4(), UUID(int=0)):
        require(await trial.backend.find(stranger) is None, _("nothing is found of an unknown id"))


@check(
    later("A command whose answer was lost is found by its id, on any connection, with the receipt it had"),
    writes=True,
    able=("find",),
)
async def finds_again(trial: Trial) -> None:
    await trial.first_pull()
    tried: list[Command] = [await trial.new_ticket("looked up")]
    tried += await _talk(trial, await trial.any_ticket())
    for command in tried:
        receipt = await trial.push(command)
        for connection in (trial.backend, trial.again):
            known = await connection.find(command.id)
            require(known is not None, _("{type} is found").format(type=command.type))
            require(
                known is not None
                and (known.command_id, known.ticket, known.event)
                == (command.id, receipt.ticket, receipt.event),
                _("what is found of {type} is its receipt").format(type=command.type),
            )
    if trial.other is not None:  # whatever others may see of it, it is this command or nothing
        known = await trial.other.find(tried[0].id)
        require(
            known is None or known.command_id == tried[0].id, _("what a colleague finds is the same command")
        )


@check(
    later("The same command again has the same receipt and no second effect"), writes=True, able=("native",)
)
async def once_in_turn(trial: Trial) -> None:
    await trial.first_pull()
    commands: list[Command] = [await trial.new_ticket("given twice")]
    commands += await _talk(trial, await trial.any_ticket())
    for command in commands:
        receipt = await trial.push(command)
        for _time in range(2):
            require(
                await trial.again.push(command) == receipt,
                _("{type} again has the same receipt").format(type=command.type),
            )
        await trial.echo(command, receipt)
        if command.type == "create":
            await _one_ticket(trial, command)


@check(
    later(
        "The same command at once from two connections has one effect, and both are given the same receipt"
    ),
    writes=True,
    able=("native",),
)
async def once_at_once(trial: Trial) -> None:
    if trial.twin is None:
        raise Untried(_("needs a second connection"))
    await trial.first_pull()
    commands: list[Command] = [await trial.new_ticket("given twice at once")]
    commands += await _talk(trial, await trial.any_ticket())
    for command in commands:
        told = await asyncio.gather(
            *(one.push(command) for one in (trial.backend, trial.twin, trial.backend, trial.twin))
        )
        require(
            all(one == told[0] for one in told),
            _("{type}: all receipts are the same").format(type=command.type),
        )
        await trial.echo(command, told[0])
        if command.type == "create":
            await _one_ticket(trial, command)


@check(
    later("An id that was used is never applied to something else"),
    writes=True,
    commands="note",
    able=("native",),
)
async def never_reuses(trial: Trial) -> None:
    ref = await trial.any_ticket()
    first = await trial.make(Note, ref, text=trial.words("primeira"))
    receipt = await trial.push(first)
    second = first.model_copy(update={"text": trial.words("segunda")})
    try:
        told = await trial.backend.push(second)
    except BackendError as error:
        require(isinstance(error, Rejected), _("an id used again is refused, or answered as at first"))
    else:
        require(told == receipt, _("an id used again is refused, or answered as at first"))
    await trial.echo(first, receipt)
    require(
        not any(one.text == second.text for one in trial.world.events(ref.remote)),
        _("only the first has an effect"),
    )


@check(later("Every receipt names an event of its own ticket, and no event is named by two"), writes=True)
async def receipts_differ(trial: Trial) -> None:
    """After the others: it looks at all receipts of the run."""
    if not trial.receipts:
        raise Untried(_("there are no receipts"))
    await trial.follow()
    named: dict[str, UUID] = {}
    for command, receipt in trial.receipts:
        if receipt.event is None:
            continue
        require(
            named.setdefault(receipt.event, command.id) == command.id, _("no event is named by two receipts")
        )
        told = next((one for one in trial.world.events() if one.remote_id == receipt.event), None)
        require(
            told is None or told.ticket == receipt.ticket or command.type == "merge",
            _("the event of a receipt belongs to its ticket"),
        )


READING: tuple[Check, ...] = (finds_no_strangers,)
WRITING: tuple[Check, ...] = (finds_again, once_in_turn, once_at_once, never_reuses)
AFTER: tuple[Check, ...] = (receipts_differ,)


async def _talk(trial: Trial, ref: TicketRef) -> list[Command]:
    """One command of each sort that puts something on the timeline, as far as they are declared."""
    values: dict[type[Any], dict[str, Any]] = {
        Note: {"text": trial.words("nota", internal=True)},
        Reply: {"text": trial.words("resposta"), "channel": Channel.EMAIL},
        Promise: {
            "due": trial.clock.now().replace(year=trial.clock.now().year + 1, day=1),
            "what": trial.words("ligar"),
        },
        ConfirmFact: {"name": "address_confirmed", "value": trial.words("sim")},
    }
    return [
        await trial.make(kind, ref, **given)
        for kind, given in values.items()
        if kind.model_fields["type"].default in trial.can.commands
    ]


async def _one_ticket(trial: Trial, command: Command) -> None:
    said = getattr(command, "text", "").strip()
    opened = [one for one in trial.world.events() if said and one.text.strip() == said]
    require(len({one.ticket for one in opened}) == 1, _("one ticket is opened"))
