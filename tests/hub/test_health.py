"""The doctor: a sound hub has nothing to complain of, and each fault that is put into one is found, by its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text, update

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.words import Channel
from atendente_tui.hub import accounts, attachments, health, sources, tables, tokens
from atendente_tui.hub.attachments import Upload
from atendente_tui.hub.blobs import Blobs
from atendente_tui.hub.database import Database
from atendente_tui.hub.health import Check, examine
from atendente_tui.hub.recording import Recording
from atendente_tui.hub.writer import Writer
from tests.hub.world import do, opened, said

DAY = 86_400


class Patient:
    """A hub with something of everything in it, to be broken."""

    def __init__(self, database: Database, writer: Writer, clock: VirtualClock, folder: Path) -> None:
        self.database, self.writer, self.clock = database, writer, clock
        self.blobs = Blobs(folder)
        do(writer, self._people)
        self.file = self.upload(b"%PDF-1.7 nota")
        do(writer, self._work)
        with database.write() as db:
            tokens.create(db, "ana", "desk", self.now, 30)
            sources.add(db, "site", Channel.CHAT, "loja", self.now)

    def _people(self, recording: Recording) -> None:
        accounts.put_team(recording, "loja", "Loja")
        accounts.add_agent(recording, "ana", "Ana", "agent", ["loja"])
        accounts.add_agent(recording, "root", "Root", "administrator")

    def _work(self, recording: Recording) -> None:
        ticket = opened(recording, team="loja")
        files = attachments.unbound(recording, "ana", [self.file])
        event = said(recording, ticket, "com anexo", attachments=files)
        attachments.bind(recording, files, int(event.remote_id))

    @property
    def now(self) -> int:
        return to_ms(self.clock.now())

    def upload(self, content: bytes) -> str:
        upload = Upload(self.blobs, "nota.pdf", "application/pdf")
        upload.write(content)
        return upload.keep(self.database, "ana", self.now).remote_id

    def checks(self, *, full: bool = True) -> dict[str, Check]:
        return {one.name: one for one in examine(self.database, self.blobs, self.now, full=full)}

    def faults(self, *, full: bool = True) -> set[str]:
        return {name for name, one in self.checks(full=full).items() if not one.ok}

    @contextmanager
    def carelessly(self) -> Iterator[Connection]:
        """Write what the database would not let anybody write."""
        if self.database.kind == "postgresql":
            with self.database.write() as db:
                db.execute(text("SET LOCAL session_replication_role = replica"))
                yield db
            return
        with self.database.engine.connect() as db:
            raw: Any = db.connection.driver_connection
            raw.execute("PRAGMA foreign_keys = OFF")
            with db.begin():
                yield db
            raw.execute("PRAGMA foreign_keys = ON")

    def old(self) -> None:
        """Everything in the folder lies there for three days."""
        moment = self.now / 1000 - 3 * DAY
        for path in self.blobs.folder.rglob("*"):
            if path.is_file():
                os.utime(path, (moment, moment))

    def only_file(self) -> Path:
        (sha256,) = self.blobs.every()
        return self.blobs.path(sha256)


@pytest.fixture
def hub(
    database: Database, writer: Writer, clock: VirtualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Patient:
    monkeypatch.setattr(health, "DURABLE", ())  # the server of the tests keeps nothing through a power cut
    return Patient(database, writer, clock, tmp_path / "files")


def test_a_sound_hub_has_nothing_to_complain_of(hub: Patient) -> None:
    for full in (False, True):
        found = hub.checks(full=full)
        assert {name: one.ok for name, one in found.items()} == dict.fromkeys(
            ["database", "schema", *health._CHECKS], True
        )
        assert not [one.name for one in found.values() if one.advice]


def _clock_behind(column: str) -> Callable[[Patient], None]:
    def spoil(hub: Patient) -> None:
        with hub.database.write() as db:
            db.execute(update(tables.clock).values({column: 0}))

    return spoil


def _clock_gone(hub: Patient) -> None:
    with hub.database.write() as db:
        db.execute(tables.clock.delete())


def _event_untold(hub: Patient) -> None:
    with hub.carelessly() as db:
        db.execute(tables.log.delete().where(tables.log.c.kind == "event"))


def _told_of_nothing(hub: Patient) -> None:
    with hub.carelessly() as db:
        db.execute(insert(tables.log), {"seq": 900, "kind": "event", "ticket": 1, "customer": 1})
        db.execute(update(tables.clock).values(seq=900))


def _identity_of_nobody(hub: Patient) -> None:
    with hub.carelessly() as db:
        db.execute(insert(tables.identity), {"kind": "email", "normal": "x@y", "customer": 99})


def _person_without_their_address(hub: Patient) -> None:
    with hub.database.write() as db:
        db.execute(tables.identity.delete())


def _ticket_of_nobody(hub: Patient) -> None:
    with hub.carelessly() as db:
        db.execute(update(tables.ticket).values(customer=99))


def _ticket_of_no_team(hub: Patient) -> None:
    with hub.carelessly() as db:
        db.execute(tables.team.delete())
        db.execute(tables.source.delete())


def _ticket_that_says_otherwise(hub: Patient) -> None:
    with hub.database.write() as db:
        db.execute(update(tables.ticket).values(status="solved"))


def _ticket_unreadable(hub: Patient) -> None:
    with hub.database.write() as db:
        db.execute(update(tables.ticket).values(body="{"))


def _file_gone(hub: Patient) -> None:
    hub.only_file().unlink()


def _file_changed(hub: Patient) -> None:
    hub.only_file().write_bytes(b"?")


def _file_a_link(hub: Patient) -> None:
    path = hub.only_file()
    away = path.rename(hub.blobs.folder.parent / "away")
    path.symlink_to(away)


def _used_by_nobody(hub: Patient) -> None:
    hub.upload(b"%PDF-1.7 other")
    hub.clock.advance(timedelta(days=2))


def _named_by_nobody(hub: Patient) -> None:
    with hub.blobs.receive(100) as coming:
        coming.write(b"nobody's")
        coming.keep()
    hub.old()


def _half(hub: Patient) -> None:
    (hub.blobs.folder / "incoming" / "half").touch(mode=0o600)
    hub.old()


def _stray(hub: Patient) -> None:
    (hub.blobs.folder / "notes.txt").touch(mode=0o600)


def _readable(hub: Patient) -> None:
    hub.only_file().chmod(0o644)


def _folder_readable(hub: Patient) -> None:
    hub.blobs.folder.chmod(0o755)


def _nobody_in_charge(hub: Patient) -> None:
    do(hub.writer, lambda r: accounts.add_agent(r, "boss", "Boss", "supervisor"))
    with hub.database.write() as db:
        db.execute(update(tables.agent).where(tables.agent.c.login == "root").values(active=False))


def _token_ending(hub: Patient) -> None:
    hub.clock.advance(timedelta(days=24))


def _source_never_used(hub: Patient) -> None:
    hub.clock.advance(timedelta(days=31))


def _rotation_unfinished(hub: Patient) -> None:
    with hub.database.write() as db:
        sources.rotate(db, "site")


def _source_of_no_team(hub: Patient) -> None:
    with hub.database.write() as db:
        db.execute(update(tables.source).values(team="gone"))


FAULTS: dict[str, tuple[Callable[[Patient], None], set[str]]] = {
    "numbers of the log behind": (_clock_behind("seq"), {"numbers"}),
    "numbers of tickets behind": (_clock_behind("ticket"), {"numbers"}),
    "numbers of customers behind": (_clock_behind("customer"), {"numbers"}),
    "no clock": (_clock_gone, {"numbers"}),
    "an event nobody hears of": (_event_untold, {"log"}),
    "news of no event": (_told_of_nothing, {"log"}),
    "an address of nobody": (_identity_of_nobody, {"identities", "integrity"}),
    "a person without their address": (_person_without_their_address, {"identities"}),
    "a ticket of nobody": (_ticket_of_nobody, {"tickets", "integrity"}),
    "a ticket of no team": (_ticket_of_no_team, {"tickets", "integrity"}),
    "a ticket whose body says otherwise": (_ticket_that_says_otherwise, {"tickets"}),
    "a ticket that cannot be read": (_ticket_unreadable, {"tickets"}),
    "a file gone": (_file_gone, {"files"}),
    "a file changed": (_file_changed, {"files"}),
    "a file exchanged for a link": (_file_a_link, {"files", "folder"}),
    "a file used by nobody": (_used_by_nobody, {"orphans"}),
    "a file named by nobody": (_named_by_nobody, {"orphans"}),
    "half a file": (_half, {"orphans"}),
    "something else among the files": (_stray, {"folder"}),
    "a file for all eyes": (_readable, {"folder"}),
    "a folder for all eyes": (_folder_readable, {"folder"}),
    "nobody in charge": (_nobody_in_charge, {"administrator"}),
    "a token about to end": (_token_ending, {"tokens"}),
    "a source that never sent": (_source_never_used, {"sources"}),
    "a change of secrets without an end": (_rotation_unfinished, {"sources"}),
    "a source of no team": (_source_of_no_team, {"sources"}),
}
ONLY_SQLITE_LOOKS = {"integrity"}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found(hub: Patient, name: str) -> None:
    spoil, expected = FAULTS[name]
    spoil(hub)
    found = hub.checks()
    faults = {key for key, one in found.items() if not one.ok}
    if hub.database.kind == "postgresql":  # it keeps references itself
        expected = expected - ONLY_SQLITE_LOOKS
    assert faults == expected
    assert all(found[key].advice for key in faults), "a fault without advice"
    assert "maria" not in repr(found).lower()


def test_another_schema_is_found_and_nothing_else_is_asked(hub: Patient) -> None:
    def become(revision: str) -> None:
        with hub.database.write() as db:
            db.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})

    known = hub.checks()["schema"].detail
    become("0000")
    try:
        found = hub.checks()
    finally:
        become(known)  # the database is the next test's too
    assert [(name, one.ok) for name, one in found.items()] == [("database", True), ("schema", False)]


def test_a_damaged_file_of_sqlite_is_found(tmp_path: Path, clock: VirtualClock) -> None:
    file = tmp_path / "hub" / "hub.db"
    database = Database.open(f"sqlite:///{file}")
    writer = Writer(database, clock)
    writer.start()
    hub = Patient(database, writer, clock, tmp_path / "files")
    for _ticket in range(200):
        do(writer, opened)
    writer.stop()
    database.close()
    data = bytearray(file.read_bytes())
    for place in range(len(data) // 2, len(data) - 4096, 4096):
        data[place : place + 512] = b"\xff" * 512
    file.write_bytes(bytes(data))
    again = Database.open(f"sqlite:///{file}", migrate=False)
    try:
        found = [one for one in examine(again, hub.blobs, hub.now, full=True) if not one.ok]
    finally:
        again.close()
    assert {one.name for one in found} & {"database", "integrity"}


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir(mode=0o700)
    (tmp_path / "hub" / "hub.db").write_bytes(b"not a database " * 1_000)
    database = Database.open(f"sqlite:///{tmp_path}/hub/hub.db", migrate=False)
    try:
        (found,) = examine(database, Blobs(tmp_path / "files"), 0)
    finally:
        database.close()
    assert (found.name, found.ok) == ("database", False)
    assert found.advice


def test_a_database_that_does_not_answer_is_said(tmp_path: Path) -> None:
    database = Database.open("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=5", migrate=False)
    try:
        (found,) = examine(database, Blobs(tmp_path / "files"), 0)
    finally:
        database.close()
    assert (found.name, found.ok) == ("database", False)


def test_an_old_sqlite_and_a_full_disk_are_found(hub: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "SOUND_SQLITE", (99, 0, 0))
    monkeypatch.setattr(health, "OLD_POSTGRESQL", 99_0000)
    monkeypatch.setattr(health, "FREE", 1 << 60)
    assert hub.faults() == {"database", "disk"}


def test_a_server_that_forgets_is_found(postgresql_database: Database, tmp_path: Path) -> None:
    with postgresql_database.read() as db:
        forgets = db.execute(text("SHOW fsync")).scalar_one() == "off"
    found = {one.name: one for one in examine(postgresql_database, Blobs(tmp_path / "files"), 0)}
    assert found["integrity"].ok is not forgets
    assert ("fsync" in found["integrity"].detail) is forgets


def test_a_sample_reads_some_and_looks_for_all(hub: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "SAMPLE", 0)
    _file_changed(hub)
    assert hub.faults(full=False) == set()
    assert hub.faults(full=True) == {"files"}
    _file_gone(hub)
    assert hub.faults(full=False) == {"files"}


def test_repairing_is_for_orphans_alone(hub: Patient) -> None:
    hub.upload(b"%PDF-1.7 other")
    with hub.blobs.receive(100) as coming:
        coming.write(b"nobody's")
        coming.keep()
    hub.clock.advance(timedelta(days=2))
    hub.old()
    assert hub.faults() == {"orphans"}
    assert attachments.sweep(hub.database, hub.blobs, hub.now, whole=True) == (1, 2)
    assert hub.faults() == set()


def test_looking_changes_nothing(hub: Patient) -> None:
    def everything() -> tuple[Any, ...]:
        with hub.database.read() as db:
            rows = [db.execute(one.select()).all() for one in tables.metadata.sorted_tables]
        return rows, sorted((path, path.stat().st_mtime_ns) for path in hub.blobs.folder.rglob("*"))

    before = everything()
    hub.checks()
    assert everything() == before
