"""Checks of who has a ticket."""

from __future__ import annotations

from collections.abc import Callable

from atendente_tui.backends.conformance.checking import Broken, Check, Untried, check, require
from atendente_tui.backends.conformance.trial import Trial
from atendente_tui.backends.port import Conflict, Forbidden, Rejected
from atendente_tui.domain.change import TicketUpsert
from atendente_tui.domain.command import Assign, Claim, Release
from atendente_tui.i18n import _, later

NOBODY = "ninguem-com-este-login"


def held_by(login: str) -> Callable[[TicketUpsert], bool]:
    return lambda ticket: ticket.assignee == login


@check(
    later("A free ticket that is claimed is ours, and to claim it again changes nothing"),
    writes=True,
    commands="claim",
)
async def claim(trial: Trial) -> None:
    ref = await trial.open("claimed")
    me = (await trial.identity()).login
    for _time in range(2):
        await trial.carried_out(await trial.make(Claim, ref))
        await trial.stands(ref, held_by(me), _("the ticket with its holder"))


@check(
    later("A ticket that a colleague has cannot be claimed: the conflict says who has it"),
    writes=True,
    commands="claim",
    two=True,
)
async def claim_taken(trial: Trial) -> None:
    other = trial.colleague
    ref = await trial.open("claimed by a colleague")
    holder = (await other.identify()).login
    await trial.push(await trial.make(Claim, ref), other)
    command = await trial.make(Claim, ref)
    try:
        await trial.backend.push(command)
    except Conflict as conflict:
        require(conflict.current.get("assignee") == holder, _("the conflict names the holder"))
    else:
        raise Broken(_("a second person's claim is a conflict"))
    await trial.left_nothing((command, _("a claim that came too late")))
    await trial.stands(ref, held_by(holder), _("the ticket with who was first"))


@check(later("A ticket that is given back is free again"), writes=True, commands="claim release")
async def release(trial: Trial) -> None:
    ref = await trial.open("given back")
    await trial.push(await trial.make(Claim, ref))
    await trial.stands(ref, lambda ticket: ticket.assignee is not None, _("the ticket with its holder"))
    await trial.carried_out(await trial.make(Release, ref))
    await trial.stands(ref, lambda ticket: ticket.assignee is None, _("the ticket without a holder"))


@check(
    later(
        "A ticket is assigned to whom it says; an outdated view is a conflict, and nobody unknown gets one"
    ),
    writes=True,
    commands="assign",
)
async def assign(trial: Trial) -> None:
    ref = await trial.open("assigned")
    me = (await trial.identity()).login
    await trial.carried_out(await trial.make(Assign, ref, assignee=me))
    await trial.stands(ref, held_by(me), _("the ticket with its holder"))
    unknown = await trial.make(Assign, ref, assignee=NOBODY, expected=me)
    await trial.refused((unknown, _("a ticket for nobody known")))
    others = await _colleagues(trial)
    if not others:
        raise Untried(_("there is no colleague to assign it to"))
    stale = await trial.make(Assign, ref, assignee=others[0], expected=NOBODY)
    try:
        await trial.backend.push(stale)
    except Conflict as conflict:
        require(conflict.current.get("assignee") == me, _("the conflict names the holder"))
    else:
        raise Broken(_("to assign on an outdated view is a conflict"))
    await trial.left_nothing((stale, _("an assignment on an outdated view")))
    for colleague in others:
        try:
            await trial.carried_out(await trial.make(Assign, ref, assignee=colleague, expected=me))
        except (Rejected, Forbidden):
            continue  # not everybody in the directory may have tickets
        await trial.stands(ref, held_by(colleague), _("the ticket with its new holder"))
        return
    raise Broken(_("a colleague of the directory can be assigned a ticket"))


CHECKS: tuple[Check, ...] = (claim, claim_taken, release, assign)


async def _colleagues(trial: Trial) -> list[str]:
    """Logins to try, the second login first."""
    me = (await trial.identity()).login
    known = [(await trial.other.identify()).login] if trial.other is not None else []
    return [one for one in dict.fromkeys([*known, *trial.world.names("agent")]) if one != me][:5]
