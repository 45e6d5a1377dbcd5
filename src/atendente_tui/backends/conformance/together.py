"""Checks of people who work at once: who is first, who is told, who has a ticket open."""

from __future__ import annotations

import asyncio

from atendente_tui.backends.conformance.checking import Broken, Check, Untried, check, require
from atendente_tui.backends.conformance.hearing import listening
from atendente_tui.backends.conformance.owning import held_by
from atendente_tui.backends.conformance.trial import Trial, pages
from atendente_tui.backends.conformance.world import World
from atendente_tui.backends.port import BackendError, Conflict, Hint, Presence
from atendente_tui.domain.command import Claim, Note, Receipt, Release, SetPriority, SetStatus, TicketRef
from atendente_tui.domain.words import Priority, Status
from atendente_tui.i18n import _, later

ROUNDS = 2


@check(
    later("Of two who claim a free ticket at once, one gets it and the other is told who"),
    writes=True,
    commands="claim release",
    two=True,
)
async def claims_at_once(trial: Trial) -> None:
    other = trial.colleague
    ref = await trial.open("claimed by two")
    logins = [(await one.identify()).login for one in (trial.backend, other)]
    for _round in range(ROUNDS):
        told = await asyncio.gather(
            trial.backend.push(await trial.make(Claim, ref)),
            other.push(await trial.make(Claim, ref)),
            return_exceptions=True,
        )
        won = [n for n, one in enumerate(told) if isinstance(one, Receipt)]
        lost = [one for one in told if isinstance(one, Conflict)]
        strange = [f"{type(one).__name__}: {one}" for one in told if not isinstance(one, Receipt | Conflict)]
        require(not strange, _("nothing else comes of it: {what}").format(what=", ".join(strange)))
        require(len(won) == 1 and len(lost) == 1, _("one has it and the other a conflict"))
        holder = logins[won[0]]
        require(lost[0].current.get("assignee") == holder, _("the conflict names the holder"))
        await trial.stands(ref, held_by(holder), _("the ticket with its holder"))
        await trial.push(await trial.make(Release, ref), (trial.backend, other)[won[0]])


@check(later("What one does is told to the other, with who did it"), writes=True, two=True)
async def tells_colleagues(trial: Trial) -> None:
    other = trial.colleague
    ref = await trial.open("read by a colleague")
    theirs = await pages(other, None)
    seen, cursor = World(theirs), theirs[-1].cursor
    require(seen.ticket(ref.remote) is not None, _("a colleague sees the ticket"))
    if "note" in trial.can.commands:
        command = await trial.make(Note, ref, text=trial.words("Para quem vier depois.", internal=True))
        await trial.push(command)
    deadline = trial.waits.now() + trial.patience
    while "note" in trial.can.commands:
        for page in await pages(other, cursor):
            seen.hear(page.changes)
            cursor = page.cursor
        found = next(
            (one for one in seen.events(ref.remote) if one.text.strip() == command.text.strip()), None
        )
        if found is not None:
            require(found.author == (await trial.identity()).login, _("a note says who wrote it"))
            return
        if trial.waits.now() > deadline:
            raise Broken(_("a colleague is told of the note"))
        await trial.waits.sleep(0.1)


@check(later("The line for hints says that it stands"), able=("hints",))
async def hints_stand(trial: Trial) -> None:
    await trial.identity()
    async with listening(trial, trial.backend) as heard:
        await heard(lambda hint: isinstance(hint, Hint), _("a first hint, as soon as it stands"))


@check(
    later("Whatever is done there is hinted at while it happens, and a pull then brings it"),
    writes=True,
    able=("hints",),
)
async def hints_tell(trial: Trial) -> None:
    ref = await trial.any_ticket()
    await trial.follow()
    async with listening(trial, trial.backend) as heard:
        await heard(lambda hint: isinstance(hint, Hint), _("a first hint, as soon as it stands"))
        command = await _something(trial, ref)
        await trial.push(command, trial.other or trial.again)
        await heard(
            lambda hint: isinstance(hint, Hint) and hint.ticket in (None, ref.remote),
            _("a hint of what was done"),
        )
    before = trial.world.ticket(ref.remote)
    await trial.until(
        lambda: True if trial.world.ticket(ref.remote) != before or _echoed(trial, command.id) else None,
        _("what was hinted at"),
    )


@check(
    later("Colleagues are told who has a ticket open, and who writes; and when they leave it"),
    writes=True,
    able=("hints", "presence"),
    two=True,
)
async def presence_tells(trial: Trial) -> None:
    other = trial.colleague
    ref, elsewhere = await trial.open("looked at"), await trial.open("looked at next")
    me, them = (await trial.identity()).login, (await other.identify()).login
    async with listening(trial, trial.backend) as heard:
        await heard(lambda hint: isinstance(hint, Hint), _("a first hint, as soon as it stands"))
        try:
            await trial.backend.attend(ref.remote)
            for at, writing in ((ref, False), (ref, True), (elsewhere, False)):
                await other.attend(at.remote, writing=writing)
                told = await heard(
                    lambda hint, at=at, writing=writing: _shows(hint, at, them) is writing,  # type: ignore[misc]
                    _("who has the ticket open"),
                )
                require(all(one.login != me for one in told.people), _("we are not told of ourselves"))
                require(all(one.name.strip() for one in told.people), _("who is there has a name"))
            await other.attend(None)
            await heard(
                lambda hint: (
                    isinstance(hint, Presence)
                    and hint.ticket == elsewhere.remote
                    and _shows(hint, elsewhere, them) is None
                ),
                _("that they left it"),
            )
        finally:
            for one in (trial.backend, other):
                await one.attend(None)


@check(later("To have a strange ticket open breaks nothing"), able=("presence",))
async def presence_survives(trial: Trial) -> None:
    await trial.identity()
    for remote in ("999999999", "", "../x", "\u202e\x00", "1" * 5_000):
        try:
            await trial.backend.attend(remote)
        except BackendError:
            continue
    await trial.backend.attend(None)


READING: tuple[Check, ...] = (hints_stand, presence_survives)
WRITING: tuple[Check, ...] = (claims_at_once, tells_colleagues, hints_tell, presence_tells)


def _shows(hint: object, at: TicketRef, login: str) -> bool | None:
    """Whether they write there; None when they are not told of."""
    if not isinstance(hint, Presence) or hint.ticket != at.remote:
        return None
    return next((one.writing for one in hint.people if one.login == login), None)


def _echoed(trial: Trial, command: object) -> bool:
    return any(one.command_id == command for one in trial.world.events())


async def _something(trial: Trial, ref: TicketRef) -> Note | SetStatus | SetPriority:
    """A change of the ticket, by whatever is declared."""
    if "note" in trial.can.commands:
        return await trial.make(Note, ref, text=trial.words("novidade", internal=True))
    if "status" in trial.can.commands:
        return await trial.make(SetStatus, ref, status=Status.OPEN)
    if "priority" in trial.can.commands:
        return await trial.make(SetPriority, ref, priority=Priority.URGENT)
    raise Untried(_("it declares none of note, status, priority"))
