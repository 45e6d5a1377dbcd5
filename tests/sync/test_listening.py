"""The line of hints and who looks at what: heard at once, made again when it breaks, told with restraint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from atendente_tui.backends.port import (
    Forbidden,
    Hint,
    Presence,
    Present,
    RateLimited,
    Unreachable,
)
from atendente_tui.clock import SystemClock
from atendente_tui.domain.change import TicketGone
from atendente_tui.domain.instants import to_ms
from atendente_tui.store import presence
from atendente_tui.store.rows import PresentRow
from atendente_tui.sync import listening
from atendente_tui.sync.listening import Attention, Listening
from atendente_tui.sync.service import SyncService
from tests.builders import make_store
from tests.desk.seen import one
from tests.sync.helpdesk import Helpdesk
from tests.sync.test_service import Office, until

BRUNO = Present("bruno", "Bruno", True)
LOOKING = Presence("t3", (BRUNO, Present("carla", "Carla", False)))
HERE = [PresentRow(4, "bruno", "Bruno", True), PresentRow(4, "carla", "Carla", False)]
BROKEN = Unreachable("the line broke", sent=True)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses short enough to be waited for."""
    monkeypatch.setattr(listening, "FIRST", 0.01)
    monkeypatch.setattr(listening, "GAP", 0.01)
    monkeypatch.setattr(listening, "SETTLE", 0.01)
    monkeypatch.setattr(listening, "APART", 0.0)


class Listened(Office):
    """An office whose helpdesk has hints and presence, and is otherwise asked every ten minutes."""

    def __init__(self, path: Path, **can: Any) -> None:
        super().__init__(path)
        self.helpdesk.can(**{"hints": True, "presence": True, **can})
        self.service = SyncService(
            self.store,
            self._connect,
            clock=self.clock,
            rng=Random(3),
            backend_name="example",
            poll_seconds=600,
        )

    def begin(self) -> None:
        self.service.start()
        until(self.synced)
        if self.helpdesk.capabilities.hints:
            until(lambda: self.service._listening.standing)

    def say(self, *heard: Hint | Presence | BaseException) -> None:
        assert self.service._loop is not None
        for word in heard:
            self.service._loop.call_soon_threadsafe(self.made[-1].line.put_nowait, word)

    def present(self) -> list[PresentRow]:
        with closing(self.store.reader()) as db:
            return presence.present(db, to_ms(self.clock.now()))

    def tickets(self) -> int:
        return int(one(self.store, "SELECT count(*) FROM ticket"))

    @property
    def attended(self) -> list[tuple[str | None, bool]]:
        return self.made[-1].attended


@pytest.fixture
def office(tmp_path: Path, quick: None) -> Iterator[Listened]:
    office = Listened(tmp_path)
    yield office
    assert office.service.stop(10.0)
    office.store.close()


# -- hearing -------------------------------------------------------------------------------------------------------


def test_a_line_that_broke_is_made_again_and_what_was_missed_is_fetched(office: Listened) -> None:
    office.begin()
    helpdesk = office.made[-1]
    for number in (3, 5, 7):
        lines = helpdesk.lines
        office.world.tell(TicketGone(remote_id=f"t{number}"))
        office.say(BROKEN)
        until(lambda lines=lines: helpdesk.lines > lines)  # type: ignore[misc]
        until(
            lambda number=number: (
                one(office.store, "SELECT 1 FROM ticket WHERE remote_id = ?", f"t{number}") is None
            )
        )  # type: ignore[misc]
    assert office.service.status().state == "idle"


def test_a_line_that_never_stands_stops_nothing(office: Listened) -> None:
    office.helpdesk.fault = lambda where, _command: Forbidden("no line for you") if where == "hints" else None
    office.service.start()
    until(office.synced)
    until(lambda: office.made[-1].lines > 3)
    assert not office.service._listening.standing
    office.world.tell(TicketGone(remote_id="t1"))
    office.service.nudge()
    until(lambda: office.tickets() == 11)


def test_an_adapters_own_fault_on_the_line_stops_nothing(office: Listened) -> None:
    office.begin()
    office.say(ZeroDivisionError())
    until(lambda: office.made[-1].lines == 2 and office.service._listening.standing)
    assert len(office.made) == 1


def test_many_hints_are_few_pulls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Listened(tmp_path)
    office.helpdesk.page = 1_000
    pulls: list[str] = []
    office.helpdesk.fault = lambda where, _command: pulls.append(where) if where == "pull" else None  # type: ignore[func-returns-value]
    monkeypatch.setattr(listening, "GAP", 3600.0)
    office.begin()
    until(lambda: pulls)
    office.say(*[Hint(f"t{n % 12}") for n in range(200)], LOOKING)
    until(office.present)  # everything said was heard
    assert len(pulls) <= 2  # the first one of the session, and the first hint's
    assert office.service._listening._owed is not None  # the rest is owed together
    assert office.service.stop(10)
    office.store.close()


async def test_while_the_line_stands_the_beat_is_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float | None] = []
    pause = SyncService._until

    async def noted(self: SyncService, event: asyncio.Event, seconds: float | None) -> None:
        if event is self._look:
            waits.append(seconds)
        await pause(self, event, seconds)

    monkeypatch.setattr(SyncService, "_until", noted)
    office = Listened(tmp_path)
    office.service._poll = 2.0
    office.begin()
    until(lambda: waits and waits[-1] == 8.0)
    office.say(BROKEN)
    until(lambda: waits[-1] == 2.0)
    until(lambda: office.service._listening.standing)
    until(lambda: waits[-1] == 8.0)
    assert office.service.stop(10)
    office.store.close()


class Failing:
    """A backend whose line never stands, or stands for a while by the loop's own clock."""

    capabilities = Helpdesk(None).capabilities  # type: ignore[arg-type]

    def __init__(self, wrong: Exception | None) -> None:
        self.wrong = wrong

    async def hints(self) -> AsyncIterator[Hint]:
        if self.wrong is not None:
            raise self.wrong
        yield Hint()


async def waits_of(
    backend: Failing, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[float]:
    """How long it waits before each try."""
    waited: list[float] = []
    store = make_store(tmp_path, clock=SystemClock())

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == count:
            raise asyncio.CancelledError

    monkeypatch.setattr(listening.asyncio, "sleep", sleep)
    line = Listening(store, SystemClock(), Random(7), lambda: None)
    with pytest.raises(asyncio.CancelledError):
        await line.hear(backend)  # type: ignore[arg-type]
    monkeypatch.undo()
    store.close()
    return waited


@pytest.mark.parametrize("wrong", [BROKEN, Forbidden("no"), ValueError("an adapter's own"), None])
async def test_it_is_tried_again_sooner_first_and_later_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: Exception | None
) -> None:
    waited = await waits_of(Failing(wrong), 40, tmp_path, monkeypatch)
    bounds = [min(60.0, 2.0**n) for n in range(1, 41)]
    assert all(1.0 <= wait <= bound for wait, bound in zip(waited, bounds, strict=True))
    assert max(waited) > 40
    assert len(set(waited)) == 40  # never all at the same moment


async def test_a_server_that_asks_for_a_pause_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert min(await waits_of(Failing(RateLimited(90.0)), 5, tmp_path, monkeypatch)) >= 90


# -- who looks at what ---------------------------------------------------------------------------------------------


def test_colleagues_are_seen_for_as_long_as_the_line_stands(office: Listened) -> None:
    office.begin()
    office.say(LOOKING)
    until(lambda: office.present() == HERE)
    office.say(Presence("t3", (BRUNO,)), Presence("t4", (BRUNO,)), Presence("t4", ()))
    until(lambda: office.present() == HERE[:1])
    office.say(BROKEN)
    until(lambda: office.present() == [])
    until(lambda: office.service._listening.standing)
    office.say(LOOKING)
    until(lambda: office.present() == HERE)
    assert office.service.stop(10)
    assert one(office.store, "SELECT count(*) FROM presence") == 0


def test_they_do_not_fade_while_nothing_changes(office: Listened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "PRESENCE_BEAT", 0.1)
    office.begin()
    office.say(LOOKING)
    until(lambda: one(office.store, "SELECT max(until) FROM presence"))
    first = one(office.store, "SELECT max(until) FROM presence")
    until(lambda: one(office.store, "SELECT min(until) FROM presence") > first + 1_000)
    assert office.present() == HERE


def test_what_was_left_of_another_day_is_forgotten(office: Listened) -> None:
    office.store.write(lambda tx: presence.keep(tx, "t3", [("bruno", "Bruno", True)], tx.now + 60_000))
    office.helpdesk.fault = lambda where, _command: BROKEN if where == "hints" else None
    office.service.start()
    until(lambda: one(office.store, "SELECT count(*) FROM presence") == 0)


def test_our_own_look_is_told_and_ended(office: Listened) -> None:
    office.begin()
    office.service.attend(4)
    until(lambda: office.attended == [("t3", False)])
    office.service.attend(4, writing=True)
    until(lambda: office.attended[-1] == ("t3", True))
    office.service.attend(None, writing=True)
    until(lambda: office.attended[-1] == (None, False))
    office.service.attend(5)
    until(lambda: office.attended[-1] == ("t4", False))
    assert office.service.stop(10)
    assert office.attended[-1] == (None, False)
    assert len(office.attended) == 5


def test_it_is_said_again_on_the_beat(office: Listened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "PRESENCE_BEAT", 0.05)
    office.begin()
    office.service.attend(4)
    until(lambda: len(office.attended) > 5)
    assert set(office.attended) == {("t3", False)}
    office.service.attend(None)
    until(lambda: office.attended[-1] == (None, False))
    count = len(office.attended)
    office.say(LOOKING)
    until(office.present)
    assert len(office.attended) == count  # nothing open, nothing to say


def test_who_leafs_through_the_queue_has_one_open(office: Listened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "SETTLE", 0.3)
    office.begin()
    for number in range(1, 12):
        office.service.attend(number)
    until(lambda: office.attended)
    assert office.attended == [("t10", False)]


def test_opened_before_there_was_anybody_to_tell(office: Listened) -> None:
    office.service.attend(2)
    office.begin()
    until(lambda: office.attended == [("t1", False)])


def test_a_ticket_that_is_only_here_is_nobodys_business(office: Listened) -> None:
    office.begin()
    office.store.write(lambda tx: tx.db.execute("UPDATE ticket SET remote_id = NULL WHERE id = 2") and None)
    office.service.attend(2)
    office.service.attend(3)
    until(lambda: office.attended)
    assert office.attended == [("t2", False)]
    office.service.attend(2)
    until(lambda: office.attended[-1] == (None, False))


def test_what_could_not_be_told_is_told_on_the_next_beat(
    office: Listened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PRESENCE_BEAT", 0.05)
    office.helpdesk.fault = lambda where, _command: BROKEN if where == "attend" else None
    office.begin()
    office.service.attend(4)
    until(lambda: len(office.attended) > 2)
    office.helpdesk.fault = lambda _where, _command: None
    office.service.attend(5)
    until(lambda: office.attended[-1] == ("t4", False))
    assert office.service.status().state == "idle"  # it is no reason to seem offline


def test_where_there_is_no_presence_nothing_is_told_or_shown(tmp_path: Path, quick: None) -> None:
    office = Listened(tmp_path, presence=False)
    office.begin()
    office.service.attend(4, writing=True)
    before = office.tickets()
    office.world.tell(TicketGone(remote_id="t7"))
    office.say(LOOKING, Hint())
    until(lambda: office.tickets() == before - 1)
    assert office.present() == []
    assert office.service.stop(10)
    assert office.attended == []
    office.store.close()


def test_attention_is_told_apart_by_what_it_says() -> None:
    turned: list[Callable[[], None]] = []
    line = Listening(None, SystemClock(), Random(1), lambda: turned.append(print))  # type: ignore[arg-type]
    line.turn(Attention())
    assert not line._turned.is_set()
    line.turn(Attention(3, True))
    assert line._turned.is_set()
    line._turned.clear()
    line.turn(Attention(3, True))
    assert not line._turned.is_set()
    assert turned == []
