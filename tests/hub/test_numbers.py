"""A reader's cursor never passes a row that commits late: what the lock on the clock is for."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random

import pytest
from sqlalchemy import Connection, func, update

from atendente_tui.clock import VirtualClock
from atendente_tui.hub import tables
from atendente_tui.hub.database import Database
from atendente_tui.hub.recording import Numbers, Recording
from atendente_tui.hub.scope import Actor
from atendente_tui.hub.writer import Writer
from tests.hub.conftest import BEGAN
from tests.hub.world import Reader, do, opened, said

EVERYTHING = Actor("ana", "Ana", "agent", (), True, 1)


class Sequenced(Writer):
    """Numbers as a sequence gives them: unique and growing, but free before the commit."""

    numbers = itertools.count(1)

    def _locked(self, _db: Connection) -> Numbers:
        n = next(self.numbers) * 1_000
        return Numbers(n, n, n)

    def _advance(self, db: Connection, numbers: Numbers) -> None:
        db.execute(update(tables.clock).values(seq=func.greatest(tables.clock.c.seq, numbers.seq)))


@contextmanager
def two(database: Database, kind: type[Writer]) -> Iterator[tuple[Writer, Writer]]:
    """Writers as two processes have them."""
    other = Database.open(database.url)
    writers = kind(database, VirtualClock(BEGAN)), kind(other, VirtualClock(BEGAN))
    for one in writers:
        one.start()
    try:
        yield writers
    finally:
        for one in writers:
            one.stop()
        other.close()


def late_and_early(database: Database, kind: type[Writer]) -> tuple[Reader, bool]:
    """One writer takes its number first and commits last; a reader looks between. Whether the other one could overtake."""
    reader = Reader(database, EVERYTHING)
    reader.catch_up()
    holding, go_on = threading.Event(), threading.Event()

    def slow(recording: Recording) -> None:
        opened(recording, text="tarde")
        holding.set()
        assert go_on.wait(30)

    with two(database, kind) as (late, early):
        first = late.submit(slow)
        assert holding.wait(30)
        second = early.submit(lambda recording: opened(recording, text="cedo"))
        try:
            second.result(1.5)
            overtook = True
        except TimeoutError:
            overtook = False
        reader.catch_up()
        go_on.set()
        first.result(30)
        second.result(30)
    reader.catch_up()
    return reader, overtook


def test_what_commits_late_is_read_all_the_same(postgresql_database: Database) -> None:
    reader, overtook = late_and_early(postgresql_database, Writer)
    assert not overtook, "the second number came before the first was there"
    assert sorted(one.text for one in reader.events.values()) == ["cedo", "tarde"]


def test_without_the_lock_it_would_be_missed(postgresql_database: Database) -> None:
    reader, overtook = late_and_early(postgresql_database, Sequenced)
    assert overtook
    assert sorted(one.text for one in reader.events.values()) == ["cedo"], "a sequence lost nothing here"


@pytest.mark.parametrize("seed", range(3))
def test_many_writers_and_a_reader_that_never_rests(database: Database, seed: int) -> None:
    rng = Random(seed)
    with two(database, Writer) as writers:
        tickets = [do(writers[0], opened) for _n in range(5)]
        stop = threading.Event()
        reader = Reader(database, EVERYTHING, limit=7)

        def read() -> None:
            while not stop.is_set():
                reader.page()

        def write(n: int) -> None:
            writer, ticket = writers[n % 2], tickets[rng.randrange(5)]
            writer.submit(lambda recording: said(recording, ticket, f"n{n}")).result(60)

        watching = threading.Thread(target=read)
        watching.start()
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(write, range(300)))
        stop.set()
        watching.join(30)
        reader.catch_up()
    texts = [one.text for one in reader.events.values() if one.text.startswith("n")]
    assert sorted(texts) == sorted(f"n{n}" for n in range(300))


def test_a_number_is_given_once_and_without_gaps(database: Database) -> None:
    with two(database, Writer) as (one, other):
        waiting = [(one, other)[n % 2].submit(opened) for n in range(60)]
        made = [future.result(60) for future in waiting]
    assert sorted(int(ticket.remote_id) for ticket in made) == list(range(1, 61))


def test_a_job_that_fails_spoils_no_other(writer: Writer, database: Database) -> None:
    def refuses(_recording: Recording) -> None:
        raise ValueError("before it changed anything")

    def breaks(recording: Recording) -> None:
        opened(recording, text="halb")
        raise ValueError("too late")

    def wrong_sql(recording: Recording) -> None:
        recording.db.exec_driver_sql("SELECT * FROM nothing_here")

    hold = threading.Event()
    blocking = writer.submit(lambda _recording: hold.wait(30))
    jobs = [opened, refuses, opened, breaks, wrong_sql, opened]
    told = [writer.submit(job) for job in jobs]
    hold.set()
    blocking.result(30)
    assert [type(future.exception(30)).__name__ for future in told] == [
        "NoneType",
        "ValueError",
        "NoneType",
        "ValueError",
        "ProgrammingError" if database.kind == "postgresql" else "OperationalError",
        "NoneType",
    ]
    reader = Reader(database, EVERYTHING)
    reader.catch_up()
    assert len(reader.tickets) == 3
    assert "halb" not in {one.text for one in reader.events.values()}
