"""Conformance of what only reads: identity, capabilities, pulls, look-ups of what is not there."""

from __future__ import annotations

import typing

from atendente_tui.backends.conformance import Broken, Run, Skipped, Trial, pages, require
from atendente_tui.backends.port import Forbidden, Rejected
from atendente_tui.domain.change import ChangePage, EventAppend, TicketUpsert
from atendente_tui.domain.command import Command
from atendente_tui.domain.words import Status

_UNION = typing.get_args(Command)[0]
TYPES = frozenset(one.model_fields["type"].default for one in typing.get_args(_UNION))
"""`type` of every command there is."""


async def identifies(trial: Trial) -> None:
    """identify names the login, the same one each time"""
    first = await trial.identity()
    again = await trial.backend.identify()
    require(bool(first.login.strip()) and bool(first.name.strip()), "login and name are not empty")
    require(first.login == again.login, "the login stays the same")


async def declares(trial: Trial) -> None:
    """capabilities name known commands, and none both as carried out there and as kept here"""
    await trial.identity()
    can = trial.backend.capabilities
    unknown = (can.commands | can.local_only) - TYPES
    require(not unknown, f"every command is known ({', '.join(sorted(unknown))} is not)")
    require(not can.commands & can.local_only, "a command is carried out or kept local, not both")
    require(can.idempotency in ("native", "marker", "none"), "idempotency is native, marker or none")
    require(can.find_delay >= 0 and can.parallel >= 1, "find_delay and parallel are sensible")
    require({Status.OPEN, Status.SOLVED} <= can.statuses, "open and solved exist")


async def pulls(trial: Trial) -> None:
    """a first pull ends caught up; its pages have cursors, and an event that comes twice is the same"""
    found = await trial.first_pull()
    require(bool(found), "a pull yields at least one page")
    require(all(page.cursor for page in found), "every page has a cursor")
    if trial.page_limit is None:
        require(found[-1].caught_up, "the last page says that it is caught up")
        require(not any(page.caught_up for page in found[:-1]), "no page before it says so")
    events: dict[str, EventAppend] = {}
    for change in (change for page in found for change in page.changes if isinstance(change, EventAppend)):
        known = events.setdefault(change.remote_id, change)
        require(known.text == change.text, "an event that comes again is the same")
    for page in found:
        require(page.done is None or page.total is None or page.done <= page.total, "done is at most total")


async def resumes(trial: Trial) -> None:
    """a pull resumed from any page's cursor brings everything that the interrupted one had not"""
    if trial.page_limit is not None:
        raise Skipped("only part of the first pull was read")
    found = await trial.first_pull()
    whole = _ids(found)
    for place in sorted({0, len(found) // 2, max(0, len(found) - 2)}):
        rest = await pages(trial.backend, found[place].cursor, None)
        require(bool(rest) and rest[-1].caught_up, f"a pull resumed after page {place + 1} ends caught up")
        missing = whole - _ids(found[: place + 1]) - _ids(rest)
        if missing:
            raise Broken(
                f"a pull resumed after page {place + 1} brings all the rest ({len(missing)} missing)"
            )


async def rests(trial: Trial) -> None:
    """a pull from the last cursor is short and ends caught up"""
    found = await trial.first_pull()
    if trial.page_limit is not None:
        raise Skipped("only part of the first pull was read")
    again = await pages(trial.backend, found[-1].cursor, None)
    require(bool(again) and again[-1].caught_up, "it ends caught up")
    require(len(_ids(again)) <= max(20, len(_ids(found)) // 2), "it does not bring everything again")


async def walks_again(trial: Trial) -> None:
    """a full pull tells every ticket again"""
    if trial.page_limit is not None:
        raise Skipped("only part of the first pull was read")
    found = await trial.first_pull()
    again: list[ChangePage] = [page async for page in trial.backend.pull(found[-1].cursor, full=True)]
    require(again[-1].caught_up, "it ends caught up")
    missing = {one for one in _ids(found) if one[0] == "ticket"} - _ids(again)
    require(not missing, f"no ticket is left out ({len(missing)} missing)")


async def finds_nothing(trial: Trial) -> None:
    """find says None of a command that was never given"""
    require(await trial.backend.find(trial.new_id()) is None, "None for an unknown id")


async def refuses_unknown_files(trial: Trial) -> None:
    """an attachment that is not there is refused, not a fault"""
    if not trial.backend.capabilities.attachments:
        raise Skipped("has no attachments")
    for remote in ("999999999", "no such thing", ""):
        try:
            await trial.backend.fetch_attachment(remote, 1000)
        except (Rejected, Forbidden):
            continue
        raise Broken("an unknown attachment raises Rejected or Forbidden")


async def hints_or_ends(trial: Trial) -> None:
    """hints end at once where the backend has none"""
    if trial.backend.capabilities.hints:
        raise Skipped("has hints")
    require([hint async for hint in trial.backend.hints()] == [], "no hints")


READING: tuple[Run, ...] = (
    identifies,
    declares,
    pulls,
    resumes,
    rests,
    walks_again,
    finds_nothing,
    refuses_unknown_files,
    hints_or_ends,
)


def _ids(found: list[ChangePage]) -> set[tuple[str, str]]:
    return {
        (change.type, change.remote_id)
        for page in found
        for change in page.changes
        if isinstance(change, TicketUpsert | EventAppend)
    }
