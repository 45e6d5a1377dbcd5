"""Checks of what is set on a ticket: status, priority, team, tags, a snooze."""

from __future__ import annotations

from datetime import timedelta

from atendente_tui.backends.conformance.checking import Broken, Check, Untried, check, require
from atendente_tui.backends.conformance.trial import Trial
from atendente_tui.backends.port import Conflict, Forbidden, Rejected
from atendente_tui.domain.command import SetPriority, SetStatus, SetTeam, Snooze, Tag
from atendente_tui.domain.words import Impact, Priority, Status
from atendente_tui.i18n import _, later


@check(
    later("Every status that is declared can be set and is told; to set it again changes nothing"),
    writes=True,
    commands="status",
)
async def status(trial: Trial) -> None:
    ref = await trial.open("moved about")
    can = trial.can.statuses - {Status.NEW, Status.SNOOZED, Status.CLOSED, Status.OPEN}
    closed = [Status.CLOSED] if Status.CLOSED in trial.can.statuses else []
    for wanted in [*sorted(can), Status.OPEN, *closed]:
        command = await trial.make(SetStatus, ref, status=wanted)
        await trial.carried_out(command)
        await trial.push(command)
        ticket = await trial.stands(
            ref,
            lambda ticket, wanted=wanted: ticket.status is wanted,  # type: ignore[misc]
            _("the status {status}").format(status=wanted),
        )
        require(
            wanted is not Status.SOLVED or ticket.solved_at is not None, _("it says since when it is solved")
        )


@check(
    later("A status set on an outdated view is a conflict that says how the ticket stands"),
    writes=True,
    commands="status",
)
async def status_outdated(trial: Trial) -> None:
    ref = await trial.open("seen too late")
    await trial.push(await trial.make(SetStatus, ref, status=Status.OPEN))
    await trial.stands(
        ref, lambda ticket: ticket.status is Status.OPEN, _("the status {status}").format(status="open")
    )
    stale = await trial.make(SetStatus, ref, status=Status.SOLVED, expected=Status.CLOSED)
    try:
        await trial.backend.push(stale)
    except Conflict as conflict:
        require(conflict.current.get("status") == Status.OPEN, _("the conflict says how it stands"))
    else:
        raise Broken(_("a status set on an outdated view is a conflict"))
    await trial.left_nothing((stale, _("a status set on an outdated view")))
    await trial.stands(ref, lambda ticket: ticket.status is Status.OPEN, _("the status as it was"))


@check(
    later("A status that is not declared is refused, and the ticket stays as it is"),
    writes=True,
    commands="status",
)
async def status_undeclared(trial: Trial) -> None:
    lacking = sorted(set(Status) - trial.can.statuses - {Status.NEW, Status.SNOOZED})
    if not lacking:
        raise Untried(_("every status that can be set is declared"))
    ref = await trial.open("left as it is")
    before = await trial.stands(ref, lambda _ticket: True, _("the new ticket"))
    wrong = [await trial.make(SetStatus, ref, status=one) for one in lacking]
    await trial.refused(*((one, _("the status {status}").format(status=one.status)) for one in wrong))
    after = trial.world.ticket(ref.remote)
    require(after is not None and after.status is before.status, _("the status is as it was"))


@check(
    later("A priority that is set is told, with the impact where that is kept"),
    writes=True,
    commands="priority",
)
async def priority(trial: Trial) -> None:
    ref = await trial.open("pressing")
    for wanted in (Priority.URGENT, Priority.LOW):
        await trial.carried_out(await trial.make(SetPriority, ref, priority=wanted))
        await trial.stands(
            ref,
            lambda ticket, wanted=wanted: ticket.priority is wanted,  # type: ignore[misc]
            _("the priority {priority}").format(priority=wanted),
        )
    if "impact" in trial.can.write_fields:
        await trial.carried_out(
            await trial.make(SetPriority, ref, priority=Priority.HIGH, impact=Impact.MANY)
        )
        await trial.stands(ref, lambda ticket: ticket.impact is Impact.MANY, _("the impact"))


@check(
    later("A ticket that is given to another team is told there, or gone out of our sight"),
    writes=True,
    commands="team",
)
async def team(trial: Trial) -> None:
    ref = await trial.open("handed over")
    now = await trial.stands(ref, lambda _ticket: True, _("the new ticket"))
    teams = [*(await trial.identity()).teams, *trial.world.names("team")]
    others = [one for one in dict.fromkeys(teams) if one != now.team]
    unknown = await trial.make(SetTeam, ref, team="nenhuma-equipe-assim")
    await trial.refused((unknown, _("a team that is not there")))
    if not others:
        raise Untried(_("there is no second team"))
    for other in others[:5]:
        try:
            await trial.carried_out(await trial.make(SetTeam, ref, team=other))
        except (Rejected, Forbidden):
            continue  # not every team takes tickets from everybody
        await trial.until(
            lambda other=other: (
                trial.world.final(("ticket", ref.remote or "")) is None  # type: ignore[misc]
                or getattr(trial.world.ticket(ref.remote), "team", None) == other
                or None
            ),
            _("the ticket in its new team, or gone"),
        )
        return
    raise Broken(_("a ticket can be given to one of the other teams"))


@check(later("Tags are added and taken away one by one; the others stay"), writes=True, commands="tag")
async def tag(trial: Trial) -> None:
    ref = await trial.open("tagged")
    await trial.carried_out(await trial.make(Tag, ref, add=("troca", "duas palavras")))
    await trial.carried_out(await trial.make(Tag, ref, add=("ação",), remove=("troca", "nunca esteve aqui")))
    await trial.push(await trial.make(Tag, ref, add=("ação",)))
    await trial.stands(
        ref,
        lambda ticket: sorted(ticket.tags or ()) == ["ação", "duas palavras"],
        _("exactly the tags that are left"),
    )


@check(
    later("A snoozed ticket is told with its time, and wakes when its status is set"),
    writes=True,
    commands="snooze status",
)
async def snooze(trial: Trial) -> None:
    ref = await trial.open("put off")
    until = (trial.clock.now() + timedelta(hours=2)).replace(microsecond=0)
    await trial.carried_out(await trial.make(Snooze, ref, until=until))
    await trial.stands(
        ref,
        lambda ticket: ticket.status is Status.SNOOZED and ticket.snoozed_until == until,
        _("the snooze and its time"),
    )
    await trial.push(await trial.make(SetStatus, ref, status=Status.OPEN))
    await trial.stands(
        ref,
        lambda ticket: ticket.status is Status.OPEN and ticket.snoozed_until is None,
        _("the ticket awake"),
    )


CHECKS: tuple[Check, ...] = (status, status_outdated, status_undeclared, priority, team, tag, snooze)
