"""The sync in its own thread, on the real clock: it works beside whoever holds the store, and ends when told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from atendente_tui.backends.port import Hint, Unauthorized, Unreachable
from atendente_tui.clock import SystemClock
from atendente_tui.desk import answering, undoing
from atendente_tui.domain.change import TicketGone
from atendente_tui.domain.command import Command
from atendente_tui.store.store import Store
from atendente_tui.sync.remembered import SyncStatus
from atendente_tui.sync.service import SyncService
from tests.builders import make_store
from tests.desk.conftest import desk_at
from tests.desk.seen import one, outbox_rows
from tests.sync.helpdesk import REFUSED_CONNECTION, Helpdesk, World


def until(wanted: Callable[[], object], seconds: float = 15.0) -> None:
    """Wait for a condition, not for luck."""
    deadline = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


class Office:
    def __init__(self, path: Path, tickets: int = 12) -> None:
        self.clock = SystemClock()
        self.store: Store = make_store(path, clock=self.clock)
        self.world = World(self.clock)
        self.world.begin(tickets)
        self.helpdesk = Helpdesk(self.world).can(find_delay=0.05)
        self.made: list[Helpdesk] = []
        self.desk = desk_at(self.store, holds={})
        self.service = SyncService(
            self.store,
            self._connect,
            clock=self.clock,
            rng=Random(3),
            backend_name="example",
            poll_seconds=0.2,
        )

    def _connect(self) -> Helpdesk:
        connection = Helpdesk(
            self.world,
            capabilities=self.helpdesk.capabilities,
            fault=lambda *said: self.helpdesk.fault(*said),
        )
        connection.page, connection.latency = self.helpdesk.page, self.helpdesk.latency
        connection.origin = self.helpdesk.origin
        self.made.append(connection)
        return connection

    def synced(self) -> bool:
        status = self.service.status()
        return status.state == "idle" and status.last_ok is not None

    def state_of(self, command_id: object) -> str:
        return str(one(self.store, "SELECT state FROM outbox WHERE command_id = ?", str(command_id)))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    assert office.service.stop(10.0)
    office.store.close()


def test_first_sync_then_sending_as_it_is_written(office: Office) -> None:
    assert office.service.status() == SyncStatus("off")
    office.service.start()
    office.service.start()  # once is enough
    until(office.synced)
    assert one(office.store, "SELECT count(*) FROM ticket") == 12
    sent = answering.reply(office.desk, 1, "na hora", channel="email").result(10)
    until(lambda: office.state_of(sent.command_id) == "confirmed")
    held = answering.reply(office.desk, 1, "depois", channel="email", hold=0.4).result(10)
    undone = answering.reply(office.desk, 2, "nunca", channel="email", hold=30).result(10)
    undoing.undo(office.desk, undone.command_id).result(10)
    until(lambda: office.state_of(held.command_id) == "confirmed")
    assert [command.text for command in office.world.applied] == ["na hora", "depois"]  # type: ignore[union-attr]
    assert len(office.made) == 1


def test_the_first_sync_tells_its_progress(office: Office) -> None:
    seen: list[SyncStatus] = []
    office.helpdesk.page = 3
    office.store.subscribe(lambda topics: seen.append(office.service.status()) if "sync" in topics else None)
    office.service.start()
    until(office.synced)
    moving = [status for status in seen if status.state == "pulling" and status.total]
    assert moving
    assert [status.done for status in moving] == sorted(status.done for status in moving)
    # It stands in the store a moment after it was said.
    until(lambda: '"state": "idle"' in one(office.store, "SELECT value FROM sync_state WHERE key = 'status'"))


def test_offline_and_back(office: Office) -> None:
    office.helpdesk.fault = lambda _where, _command: REFUSED_CONNECTION
    office.service.start()
    until(lambda: office.service.status().state == "offline")
    assert office.service.status().error == "unreachable"
    office.helpdesk.fault = lambda _where, _command: None
    office.service.nudge()
    until(office.synced)
    office.helpdesk.fault = lambda where, _command: REFUSED_CONNECTION if where == "before" else None
    written = answering.reply(office.desk, 1, "sem rede", channel="email").result(10)
    until(lambda: office.service.status().state == "offline")
    assert office.state_of(written.command_id) in ("queued", "sent")
    office.helpdesk.fault = lambda _where, _command: None
    office.service.nudge()
    until(lambda: office.state_of(written.command_id) == "confirmed")
    assert [command.text for command in office.world.applied] == ["sem rede"]  # type: ignore[union-attr]


def test_a_new_secret_is_read_after_a_log_out(office: Office) -> None:
    office.helpdesk.fault = lambda _where, _command: Unauthorized("expired")
    office.service.start()
    until(lambda: office.service.status().state == "unauthorized")
    tried = len(office.made)
    time.sleep(0.5)  # nobody knocks again by themselves
    assert len(office.made) == tried
    office.helpdesk.fault = lambda _where, _command: None
    office.service.nudge()
    until(office.synced)
    assert len(office.made) > tried
    assert all(connection.closed for connection in office.made[:-1])
    office.helpdesk.fault = lambda where, _command: Unauthorized("again") if where == "before" else None
    written = answering.reply(office.desk, 1, "espera", channel="email").result(10)
    until(lambda: office.service.status().state == "unauthorized")
    office.helpdesk.fault = lambda _where, _command: None
    office.service.nudge()
    until(lambda: office.state_of(written.command_id) == "confirmed")


def test_a_mass_disappearance_stops_the_pull_and_not_the_sending(tmp_path: Path) -> None:
    office = Office(tmp_path, tickets=50)
    office.service.start()
    until(office.synced)
    office.helpdesk.page = 1000
    for connection in office.made:
        connection.page = 1000
    for number in range(40):
        office.world.tell(TicketGone(remote_id=f"t{number}"))
    office.service.nudge()
    until(lambda: office.service.status().error == "mass_disappearance")
    assert one(office.store, "SELECT count(*) FROM ticket") == 50
    sent = answering.reply(office.desk, 49, "segue", channel="email").result(10)
    until(lambda: office.state_of(sent.command_id) == "confirmed")
    office.service.nudge(accept_gone=True)
    until(lambda: one(office.store, "SELECT count(*) FROM ticket") == 10)
    assert office.service.stop(10)
    office.store.close()


def test_a_hint_is_heard_before_the_beat(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.service = SyncService(
        office.store,
        office._connect,
        clock=office.clock,
        rng=Random(3),
        backend_name="example",
        poll_seconds=600,
    )
    office.helpdesk.can(hints=True)
    office.service.start()
    until(office.synced)
    office.world.tell(TicketGone(remote_id="t3"))
    assert office.service._loop is not None
    office.service._loop.call_soon_threadsafe(office.made[0].line.put_nowait, Hint("t3"))
    until(lambda: one(office.store, "SELECT count(*) FROM ticket") == 11)
    assert office.service.stop(10)
    office.store.close()


def test_stop_waits_for_the_answer_to_what_has_left(office: Office) -> None:
    office.helpdesk.latency = 0.5
    office.service.start()
    until(office.synced)
    sent = answering.reply(office.desk, 1, "quase", channel="email").result(10)
    until(lambda: office.state_of(sent.command_id) == "sent")
    assert office.service.stop(10)
    assert office.state_of(sent.command_id) == "confirmed"
    assert office.service.status().state == "off"


def test_stopped_in_flight_it_asks_at_the_next_start(office: Office) -> None:
    hang = threading.Event()

    def fault(where: str, command: Command | None) -> BaseException | None:
        if where == "after" and command is not None and not hang.is_set():
            hang.set()
            raise Unreachable("lost", sent=True)
        return None

    office.helpdesk.fault = fault
    office.service.start()
    until(office.synced)
    sent = answering.reply(office.desk, 1, "uma vez", channel="email").result(10)
    until(hang.is_set)
    assert office.service.stop(10)
    office.service.start()
    until(lambda: office.state_of(sent.command_id) == "confirmed")
    assert len(office.world.applied) == 1


def test_a_backend_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    store = make_store(tmp_path, clock=SystemClock())

    def broken() -> Helpdesk:
        raise RuntimeError("no such option")

    service = SyncService(
        store, broken, clock=SystemClock(), rng=Random(1), backend_name="example", poll_seconds=0.2
    )
    service.start()
    until(lambda: service.status().error == "backend")
    assert "no such option" in service.status().detail
    assert service.stop(10)
    store.close()


def test_the_store_may_close_first(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.service.start()
    until(office.synced)
    office.store.close()
    answered = office.service.stop(10)
    assert answered
    assert outbox_rows(office.store) == []


def test_stopped_before_it_began(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for _ in range(20):
        office.service.start()
        assert office.service.stop(10)
    assert office.service.status().state == "off"
    office.store.close()


def test_a_store_full_of_work_does_not_wait_for_the_network(office: Office) -> None:
    """While an answer takes a second, a person's own writes take their usual moment."""
    office.service.start()
    until(office.synced)
    for connection in office.made:
        connection.latency = 1.0
    for number in (1, 2, 3):
        answering.reply(office.desk, number, "lenta", channel="email").result(10)
    began = time.monotonic()
    for n in range(20):
        answering.note(office.desk, 4, f"nota {n}", hold=60).result(10)
    assert time.monotonic() - began < 1.0


def test_another_helpdesk_is_not_taken_for_the_one_whose_tickets_are_here(office: Office) -> None:
    office.helpdesk.origin = "hub-a"
    office.service.start()
    until(office.synced)
    assert office.service.stop(10)
    office.helpdesk.origin = "hub-b"
    office.service.start()
    until(lambda: office.service.status().error == "other_helpdesk")
    assert office.service.status().state == "offline"
    for connection in office.made:
        connection.origin = "hub-a"
    office.service.nudge()
    until(office.synced)
