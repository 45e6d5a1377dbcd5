"""Checks of what is put on record: escalations, wrap-ups, promises and what becomes of them, facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from atendente_tui.backends.conformance.checking import Check, check, require
from atendente_tui.backends.conformance.trial import Trial, moment
from atendente_tui.domain.change import EventAppend
from atendente_tui.domain.command import (
    Command,
    ConfirmFact,
    Escalate,
    Promise,
    Receipt,
    SettlePromise,
    TicketRef,
    WrapUp,
)
from atendente_tui.domain.words import EventKind, Status, Tier
from atendente_tui.i18n import _, later

OUTCOMES = ("kept", "broken", "cancelled")


@check(
    later("An escalation comes back with its whole packet, and the ticket with its new level"),
    writes=True,
    commands="escalate",
)
async def escalate(trial: Trial) -> None:
    ref = await trial.open("escalated")
    packet = {
        "reason": trial.words("fora da alçada", internal=True),
        "tried": "reinício, “outra” tomada",
        "workaround": "usar o app",
    }
    command = await trial.make(Escalate, ref, tier=Tier.N2, **packet)
    await _on_record(
        trial, command, await trial.carried_out(command), EventKind.ESCALATION, {**packet, "to": Tier.N2}
    )
    if not trial.can.write_fields or "tier" in trial.can.write_fields:
        await trial.stands(ref, lambda ticket: ticket.tier is Tier.N2, _("the ticket at its new level"))


@check(
    later("A contact that is wrapped up comes back with its code, and the ticket solved"),
    writes=True,
    commands="wrapup",
)
async def wrapup(trial: Trial) -> None:
    ref = await trial.open("wrapped up")
    code = next(iter(trial.world.names("wrap_up")), "resolvido")
    reason = next(iter(trial.world.names("reason")), None)
    note = trial.words("tudo certo", internal=True)
    command = await trial.make(WrapUp, ref, code=code, reason=reason, note=note)
    await _on_record(
        trial, command, await trial.carried_out(command), EventKind.WRAP_UP, {"code": code, "reason": reason}
    )
    ticket = await trial.stands(
        ref,
        lambda ticket: ticket.status is Status.SOLVED and ticket.solved_at is not None,
        _("the ticket solved, and since when"),
    )
    require(ticket.reason in (None, reason), _("the ticket has the contact reason, or none"))


@check(later("A promise comes back with what was promised and by when"), writes=True, commands="promise")
async def promise(trial: Trial) -> None:
    command = await _promise(trial, await trial.any_ticket())
    await _promised(trial, command, await trial.carried_out(command))


@check(
    later("How a promise ended comes back with the promise it is about"),
    writes=True,
    commands="promise settle_promise",
)
async def settle_promise(trial: Trial) -> None:
    ref = await trial.any_ticket()
    made = [await _promise(trial, ref) for _outcome in OUTCOMES]
    given = [await trial.carried_out(command) for command in made]
    settled = [
        await trial.make(
            SettlePromise, ref, promise=one.id, outcome=outcome, text=trial.words("liguei", internal=True)
        )
        for one, outcome in zip(made, OUTCOMES, strict=True)
    ]
    receipts = [await trial.carried_out(command) for command in settled]
    for n, outcome in enumerate(OUTCOMES):
        await _promised(trial, made[n], given[n])
        data = {"promise": str(made[n].id), "outcome": outcome}
        await _on_record(trial, settled[n], receipts[n], EventKind.PROMISE, data)


@check(later("What is known of a customer comes back by name and value"), writes=True, commands="fact")
async def fact(trial: Trial) -> None:
    ref = await trial.any_ticket()
    value = trial.words("confirmado")
    command = await trial.make(ConfirmFact, ref, name="cpf_confirmed", value=value)
    await _on_record(
        trial,
        command,
        await trial.carried_out(command),
        EventKind.FACT,
        {"name": "cpf_confirmed", "value": value},
    )


CHECKS: tuple[Check, ...] = (escalate, wrapup, promise, settle_promise, fact)


async def _promise(trial: Trial, ref: TicketRef) -> Promise:
    due = (trial.clock.now() + timedelta(days=1)).replace(microsecond=0)
    return await trial.make(Promise, ref, due=due, what=trial.words("ligar de volta", internal=True))


async def _promised(trial: Trial, command: Promise, receipt: Receipt) -> None:
    event = await _on_record(trial, command, receipt, EventKind.PROMISE, {"what": command.what})
    require(moment(event.data.get("due")) == command.due, _("a promise says by when"))
    require("outcome" not in event.data, _("a new promise is still open"))


async def _on_record(
    trial: Trial, command: Command, receipt: Receipt, kind: EventKind, data: Mapping[str, str | None]
) -> EventAppend:
    """The event that a command became: internal, of this kind and with this data."""
    event = await trial.echo(command, receipt)
    require(event.kind is kind, _("{type} comes back as {kind}").format(type=command.type, kind=kind))
    require(not event.public, _("{type} is internal").format(type=command.type))
    for name, value in data.items():
        require(
            event.data.get(name) == value,
            _("{type} comes back with its {name}").format(type=command.type, name=name),
        )
    return event
