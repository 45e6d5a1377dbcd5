"""Adapters that read wrongly: pages, cursors, identity, files, hints."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

from atendente_tui.backends.port import AgentIdentity, Hint, Presence, ProtocolError, Rejected
from atendente_tui.domain.change import Change, ChangePage, EventAppend, TicketUpsert
from atendente_tui.domain.command import Receipt
from atendente_tui.domain.words import Status
from tests.backends.mutants import Telling, caught_by
from tests.backends.whole import SCENARIO, Whole

_NUMBERS = count(1)


# -- who, and what is declared ---------------------------------------------------------------------------------------


@caught_by("identifies")
class AnotherNameEachTime(Whole):
    async def identify(self) -> AgentIdentity:
        return replace(await super().identify(), name=f"Ana {next(_NUMBERS)}")


@caught_by("identifies")
class TwoLoginsOnePerson(Whole):
    async def identify(self) -> AgentIdentity:
        return AgentIdentity("ana", "Ana")


@caught_by("declares")
class PromisesMoreAfterLoggingIn(Whole):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.all = self.capabilities
        self.capabilities = replace(self.all, commands=frozenset({"note"}))

    async def identify(self) -> AgentIdentity:
        self.capabilities = self.all
        return await super().identify()


@caught_by("declares")
class DeclaresWhatIsUnknown(Whole):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.capabilities = replace(self.capabilities, commands=self.capabilities.commands | {"teleport"})


@caught_by("tells_only_declared")
class TellsUndeclaredStatuses(Whole):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.capabilities = replace(self.capabilities, statuses=frozenset({Status.OPEN, Status.SOLVED}))


@caught_by("tells_only_declared")
class BringsArticlesUndeclared(Whole):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.capabilities = replace(self.capabilities, articles=False)


# -- pages and cursors -----------------------------------------------------------------------------------------------


@caught_by("pulls")
class ForgetsCaughtUp(Whole):
    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        async for page in super().pull(cursor, full=full):
            yield page.model_copy(update={"caught_up": False})


@caught_by("pulls")
class CaughtUpTooSoon(Whole):
    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        async for page in super().pull(cursor, full=full):
            yield page.model_copy(update={"caught_up": True})


@caught_by("stands_in_order")
class EventsBeforeTickets(Whole):
    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        async for page in super().pull(cursor, full=full):
            yield page.model_copy(update={"changes": tuple(reversed(page.changes))})


@caught_by("stands_in_order")
class NoVocabulary(Telling):
    def told(self, change: Change) -> Change | None:
        if isinstance(change, TicketUpsert):
            return change.model_copy(update={"status": "aberto"})
        return change


@caught_by("newest_first")
class OldestFirst(Whole):
    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        pages = [page async for page in super().pull(cursor, full=full)]
        if cursor is None or full:
            changes = [list(page.changes) for page in pages]
            backwards: list[Change] = []
            for several in reversed(changes[1:-2]):
                tickets = [one for one in several if isinstance(one, TicketUpsert)]
                backwards += [one for one in several if one.type not in ("ticket", "event")]
                for ticket in reversed(tickets):
                    backwards.append(ticket)
                    backwards += [
                        one
                        for one in several
                        if isinstance(one, EventAppend) and one.ticket == ticket.remote_id
                    ]
            pages[1] = pages[-3].model_copy(update={"changes": tuple(backwards)})
            del pages[2:-2]
        for page in pages:
            yield page


@caught_by("never_rewrites")
class RewritesHistory(Telling):
    def told(self, change: Change) -> Change | None:
        if isinstance(change, EventAppend) and change.command_id is None and change.text:
            return change.model_copy(update={"text": f"{change.text} ({next(_NUMBERS)})"})
        return change

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        first: tuple[Change, ...] = ()
        async for page in super().pull(cursor, full=full):
            first = first or tuple(one for one in page.changes if isinstance(one, EventAppend))
            yield page.model_copy(update={"changes": (*page.changes, *filter(None, map(self.told, first)))})


@caught_by("rests")
class TellsEverythingEachTime(Whole):
    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        async for page in super().pull(None):
            yield page


@caught_by("resumes")
class SkipsAPage(Whole):
    """A cursor stands one page further than what was told with it."""

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        pages = [page async for page in super().pull(cursor, full=full)]
        for page, following in zip(pages, [*pages[1:], pages[-1]], strict=True):
            yield page.model_copy(update={"cursor": following.cursor})


@caught_by("resumes", "survives_cuts", "walks_again")
class UnstableIds(Telling):
    def told(self, change: Change) -> Change | None:
        if isinstance(change, EventAppend):
            return change.model_copy(update={"remote_id": f"{change.remote_id}#{next(_NUMBERS)}"})
        return change


@caught_by("survives_cuts")
class CursorsOfThisConnectionOnly(Whole):
    """A cursor of another connection is taken for one of where things stand now."""

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        name, _, known = (cursor or "").partition("|")
        if cursor is not None and name != str(id(self)):
            known = [page async for page in super().pull(None)][-1].cursor
        async for page in super().pull(known or None, full=full):
            yield page.model_copy(update={"cursor": f"{id(self)}|{page.cursor}"})


@caught_by("walks_again")
class FullIsNotFull(Whole):
    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        async for page in super().pull(cursor):
            yield page


@caught_by("survives_strange_cursors")
class BreaksOnStrangeCursors(Whole):
    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        if cursor is not None:
            _name, *numbers = cursor.split(":")
            int(numbers[-1])
        async for page in super().pull(cursor, full=full):
            yield page


@caught_by("catches_up")
class RemembersTheLastOnly(Whole):
    """After an absence only the latest news are told."""

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        async for page in super().pull(cursor, full=full):
            news = page.changes if cursor is None or full else page.changes[-6:]
            yield page.model_copy(update={"changes": news})


@caught_by("catches_up")
class OldOnesOnly(Whole):
    """Whoever begins now is not told of tickets that are newer than the world."""

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        old = {one.remote_id for one in SCENARIO.tickets}
        async for page in super().pull(cursor, full=full):
            told = (
                change
                for change in page.changes
                if not (change.type == "ticket" and change.remote_id not in old)
                and not (change.type == "event" and change.ticket is not None and change.ticket not in old)
            )
            yield page if cursor is not None else page.model_copy(update={"changes": tuple(told)})


@caught_by("note", "reply", "promise")
class LosesEvents(Whole):
    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        async for page in super().pull(cursor, full=full):
            news = tuple(one for one in page.changes if cursor is None or one.type != "event")
            yield page.model_copy(update={"changes": news})


@caught_by("create", "claim", "status")
class LosesTickets(Whole):
    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        async for page in super().pull(cursor, full=full):
            news = tuple(one for one in page.changes if cursor is None or one.type != "ticket")
            yield page.model_copy(update={"changes": news})


# -- what comes along ------------------------------------------------------------------------------------------------


@caught_by("brings_articles")
class ArticlesWithoutTitles(Telling):
    def told(self, change: Change) -> Change | None:
        return change.model_copy(update={"title": ""}) if change.type == "article" else change


@caught_by("brings_settings")
class SettingsNobodyCanRead(Telling):
    def told(self, change: Change) -> Change | None:
        return change.model_copy(update={"body": "{ broken"}) if change.type == "setting" else change


@caught_by("finds_again", "note")
class FindsNothing(Whole):
    async def find(self, command_id: UUID) -> Receipt | None:
        return None


@caught_by("finds_no_strangers")
class FindsEverything(Whole):
    async def find(self, command_id: UUID) -> Receipt | None:
        found = await super().find(command_id)
        return found or Receipt(command_id=command_id, at=self.office.clock.now(), ticket="4821")


# -- files -----------------------------------------------------------------------------------------------------------


@caught_by("refuses_unknown_files")
class EmptyForUnknownFiles(Whole):
    async def fetch_attachment(self, remote_id: str, limit: int) -> bytes:
        try:
            return await super().fetch_attachment(remote_id, limit)
        except Rejected:
            return b""


@caught_by("fetches")
class CutsFiles(Whole):
    async def fetch_attachment(self, remote_id: str, limit: int) -> bytes:
        return (await super().fetch_attachment(remote_id, 10_000_000))[:limit]


@caught_by("uploads", "survives_evil_names")
class LineEndsOfItsOwn(Whole):
    async def fetch_attachment(self, remote_id: str, limit: int) -> bytes:
        return (await super().fetch_attachment(remote_id, limit)).replace(b"\r\n", b"\n")


# -- hints and presence ----------------------------------------------------------------------------------------------


@caught_by("hints_stand")
class SilentUntilSomethingHappens(Whole):
    async def hints(self) -> AsyncIterator[Hint | Presence]:
        line = super().hints()
        await anext(line)
        async for hint in line:
            yield hint


@caught_by("hints_tell")
class HintsOfNothing(Whole):
    async def hints(self) -> AsyncIterator[Hint | Presence]:
        yield Hint()
        await asyncio.Event().wait()


@caught_by("hints_tell", "presence_tells")
class BreaksTheLine(Whole):
    async def hints(self) -> AsyncIterator[Hint | Presence]:
        yield Hint()


@caught_by("presence_tells")
class TellsUsOfOurselves(Whole):
    async def hints(self) -> AsyncIterator[Hint | Presence]:
        me = replace(await self.identify())
        async for hint in super().hints():
            if isinstance(hint, Presence):
                from atendente_tui.backends.port import Present

                hint = replace(hint, people=(*hint.people, Present(me.login, me.name, False)))
            yield hint


@caught_by("presence_tells")
class NeverLeaves(Whole):
    async def attend(self, ticket: str | None, *, writing: bool = False) -> None:
        if ticket is not None:
            await super().attend(ticket, writing=writing)


@caught_by("presence_tells")
class NeverWrites(Whole):
    async def attend(self, ticket: str | None, *, writing: bool = False) -> None:
        await super().attend(ticket)


@caught_by("presence_survives")
class BreaksOnStrangePresence(Whole):
    async def attend(self, ticket: str | None, *, writing: bool = False) -> None:
        if ticket is not None and ticket not in self.office.world.tickets:
            raise KeyError(ticket)
        await super().attend(ticket, writing=writing)


@caught_by("tells_colleagues")
class SaysNotWhoWroteIt(Telling):
    def told(self, change: Change) -> Change | None:
        if isinstance(change, EventAppend) and change.author == "ana":
            return change.model_copy(update={"author": "agente"})
        return change


@caught_by("tells_colleagues")
class TellsNoColleague(Whole):
    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        if cursor is not None and self.login != "ana":
            raise ProtocolError("come back later")
        async for page in super().pull(cursor, full=full):
            yield page
