"""A hub in one file: whole at one moment while others write, the same on either database, and nothing half restored."""

from __future__ import annotations

import json
import os
import stat
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.change import EventAppend, TicketUpsert
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel
from atendente_tui.hub import accounts, attachments, backup, classes, content, sources, tables, tokens
from atendente_tui.hub.attachments import Upload
from atendente_tui.hub.backup import KEPT, Archive
from atendente_tui.hub.blobs import Blobs
from atendente_tui.hub.changes import CursorGone
from atendente_tui.hub.database import Database
from atendente_tui.hub.recording import Recording
from atendente_tui.hub.scope import Actor
from atendente_tui.hub.writer import Writer
from tests.hub.conftest import new_database
from tests.hub.world import Reader, do, opened, said

TEXT = 'Olá! Cadê meu pedido? 👋 \u202e "aspas" \\ \n\ufffd'


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "files")


@pytest.fixture
def another(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """Further empty databases, of either kind."""
    made: list[Database] = []
    servers: list[Iterator[str]] = []

    def make(kind: str) -> Database:
        if kind == "sqlite":
            url = f"sqlite:///{tmp_path}/another{len(made)}/hub.db"
        else:
            servers.append(new_database(request.getfixturevalue("postgresql")))
            url = next(servers[-1])
        made.append(Database.open(url))
        return made[-1]

    yield make
    for one in made:
        one.close()
    for server in servers:
        next(server, None)


def filled(database: Database, writer: Writer, blobs: Blobs, clock: VirtualClock) -> None:
    """Something in every table."""

    def people(recording: Recording) -> None:
        accounts.put_team(recording, "loja", "Loja")
        accounts.add_agent(recording, "ana", "Ana", "agent", ["loja"])
        accounts.add_agent(recording, "root", "Root", "administrator")
        content.write(recording, [content.article("a", content.GivenArticle(title="Prazos", body=TEXT))])

    do(writer, people)
    upload = Upload(blobs, "nota.pdf", "application/pdf")
    upload.write(b"%PDF-1.7 nota")
    file = upload.keep(database, "ana", 0)
    lonely = Upload(blobs, "foto.png", "image/png")
    lonely.write(os.urandom(3_000_000))
    lonely.keep(database, "ana", 0)

    def work(recording: Recording) -> None:
        for number in range(5):
            ticket = opened(recording, team="loja" if number % 2 else None, text=TEXT)
            said(recording, ticket, "mais", command_id=f"0193e000-0000-7000-8000-00000000000{number}")
        files = attachments.unbound(recording, "ana", [file.remote_id])
        event = said(recording, ticket, "com anexo", attachments=files)
        attachments.bind(recording, files, int(event.remote_id))
        key = int(event.remote_id)
        row = {
            "source": "site",
            "message_id": "<a@b>",
            "customer": 1,
            "ticket": 1,
            "event": key,
            "new_ticket": True,
        }
        recording.afterwards(lambda db: db.execute(insert(tables.received), row | {"at": 1}))

    do(writer, work)
    with database.write() as db:
        root = Actor("root", "Root", "administrator", (), True, 1)
        given = classes.Started("caso", 1, "Caso", "0" * 64, TEXT, "exam", ("ana",))
        classes.start(db, root, "c", given, 1)
        classes.send(db, root, "c", "m", "hint", TEXT, "ana", 2)
        classes.end(db, root, "c", 3)
        tokens.create(db, "ana", "desk", 0, 30)
        sources.add(db, "site", Channel.CHAT, "loja", 0)
        sources.rotate(db, "site")
        db.execute(insert(tables.presence), {"login": "ana", "ticket": 1, "writing": True, "until": 1})
        db.execute(insert(tables.signature), {"hash": "x", "until": 1})
        db.execute(
            insert(tables.command), {"id": "c", "login": "ana", "digest": "d", "at": 1, "receipt": "{}"}
        )
        flag = {"command": "c", "article": "a", "login": "ana", "at": 1, "flag": "wrong", "text": TEXT}
        db.execute(insert(tables.flag), flag)
        db.execute(insert(tables.past_scope), {"login": "ana", "scope": 99, "teams": None})


def rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Everything in it but the epoch and what is of the moment."""
    with database.read() as db:
        found = {
            one.name: sorted((dict(row) for row in db.execute(select(one)).mappings()), key=repr)
            for one in KEPT
        }
    found["hub_state"] = [one for one in found["hub_state"] if one["key"] != "epoch"]
    return found


def epoch(database: Database) -> str:
    with database.read() as db:
        value = db.execute(select(tables.state.c.value).where(tables.state.c.key == "epoch")).scalar_one()
    return str(value)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path: Path, target: Path, **changed: bytes | None) -> Path:
    """The same backup with other members."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in (
            members(path) | {key.replace("__", "/"): one for key, one in changed.items()}
        ).items():
            if data is not None:
                archive.writestr(name, data)
    return target


# -- whole -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kinds", [("sqlite",), ("postgresql",), ("postgresql", "sqlite"), ("sqlite", "postgresql")]
)
def test_it_comes_back_the_same_whatever_databases_it_goes_through(
    database: Database,
    writer: Writer,
    blobs: Blobs,
    clock: VirtualClock,
    tmp_path: Path,
    another: Callable[[str], Database],
    kinds: tuple[str, ...],
) -> None:
    filled(database, writer, blobs, clock)
    before = rows(database)
    assert all(before.values()), [name for name, found in before.items() if not found]
    made = backup.back_up(database, blobs, tmp_path / "0.zip", clock.now())
    assert (made.files, made.absent) == (2, ())
    assert made.rows == {name: len(found) + (name == "hub_state") for name, found in before.items()}
    epochs = {epoch(database)}
    for number, kind in enumerate(kinds, 1):
        target, files = another(kind), Blobs(tmp_path / f"files{number}")
        done = backup.restore(target, files, tmp_path / f"{number - 1}.zip")
        assert (done.rows, done.files) == (made.rows, made.files)
        assert rows(target) == before
        assert sorted(files.every()) == sorted(blobs.every())
        assert all(files.sound(one) for one in files.every())
        epochs.add(epoch(target))
        backup.back_up(target, files, tmp_path / f"{number}.zip", clock.now())
        same = members(tmp_path / f"{number}.zip")
        first = members(tmp_path / "0.zip")
        told = {name for name in first if first[name] != same.get(name)}
        assert told == {"manifest.json", "tables/hub_state.jsonl"}  # of which the epoch is another
    assert len(epochs) == len(kinds) + 1


def test_a_reader_of_before_begins_anew_and_is_told_everything(
    database: Database, writer: Writer, blobs: Blobs, clock: VirtualClock, tmp_path: Path
) -> None:
    from tests.hub.world import agent

    filled(database, writer, blobs, clock)
    reader = Reader(database, agent(database, "leo", all_teams=True))
    reader.catch_up()
    backup.back_up(database, blobs, tmp_path / "hub.zip", clock.now())
    do(writer, lambda recording: opened(recording, text="after the backup"))
    reader.catch_up()
    backup.restore(database, blobs, tmp_path / "hub.zip", over=True)
    with pytest.raises(CursorGone):
        reader.page()
    anew = Reader(database, reader.actor)
    anew.catch_up()
    assert len(anew.tickets) == len(reader.tickets) - 1
    new = do(writer, lambda recording: opened(recording, text="goes on"))
    anew.catch_up()
    assert new.remote_id in anew.tickets


def test_while_a_writer_is_busy_it_is_the_hub_at_one_moment(
    database: Database,
    writer: Writer,
    blobs: Blobs,
    clock: VirtualClock,
    tmp_path: Path,
    another: Callable[[str], Database],
) -> None:
    """Each job makes a ticket with a note and a second on which it counts: of none is there a part."""
    total = do(writer, opened)

    def job(recording: Recording) -> None:
        ticket = opened(recording, text="um de dois")
        said(recording, ticket, "dois de dois")
        before = recording.ticket(int(total.remote_id))
        assert before is not None
        recording.put_ticket(before.model_copy(update={"subject": str(int(ticket.remote_id) - 1)}))

    ending = threading.Event()
    count = 0

    def busy() -> None:
        nonlocal count
        while not ending.is_set():
            writer.submit(job).result(30)
            count += 1

    working = threading.Thread(target=busy)
    working.start()
    try:
        made = []
        for number in range(4):
            before = count
            while count < before + 5:
                time.sleep(0.005)
            made.append(backup.back_up(database, blobs, tmp_path / f"{number}.zip", clock.now()).path)
    finally:
        ending.set()
        working.join()
    seen = []
    for path in made:
        target = another("sqlite")
        backup.restore(target, Blobs(tmp_path / "restored"), path)
        with target.read() as db:
            tickets = [
                TicketUpsert.model_validate_json(one)
                for one in db.execute(select(tables.ticket.c.body)).scalars()
            ]
            events = [
                EventAppend.model_validate_json(one)
                for one in db.execute(select(tables.event.c.body)).scalars()
            ]
            clock_row = db.execute(select(tables.clock)).one()
            last = db.execute(select(func.max(tables.log.c.seq))).scalar_one()
        made_tickets = [one for one in tickets if one.remote_id != total.remote_id]
        (counted,) = [one for one in tickets if one.remote_id == total.remote_id]
        assert int(counted.subject) == len(made_tickets)
        assert len(events) == 1 + 2 * len(made_tickets)
        assert (clock_row.seq, clock_row.ticket) == (last, len(tickets))
        seen.append(len(made_tickets))
    assert seen == sorted(seen)
    assert seen[0] > 0
    assert seen[-1] > seen[0]


def test_more_rows_than_are_put_down_at_a_time(
    database: Database,
    writer: Writer,
    blobs: Blobs,
    tmp_path: Path,
    clock: VirtualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backup, "ROWS", 3)
    filled(database, writer, blobs, clock)
    before = rows(database)
    backup.back_up(database, blobs, tmp_path / "hub.zip", clock.now())
    backup.restore(database, blobs, tmp_path / "hub.zip", over=True)
    assert rows(database) == before


def test_what_is_of_the_moment_is_not_in_it(
    database: Database, writer: Writer, blobs: Blobs, tmp_path: Path, clock: VirtualClock
) -> None:
    filled(database, writer, blobs, clock)
    backup.back_up(database, blobs, tmp_path / "hub.zip", clock.now())
    names = members(tmp_path / "hub.zip")
    assert not {"tables/presence.jsonl", "tables/signature.jsonl"} & set(names)
    backup.restore(database, blobs, tmp_path / "hub.zip", over=True)
    with database.read() as db:
        assert db.execute(select(func.count()).select_from(tables.presence)).scalar_one() == 0


# -- the file --------------------------------------------------------------------------------------------------------


@pytest.fixture
def made(database: Database, writer: Writer, blobs: Blobs, clock: VirtualClock, tmp_path: Path) -> Path:
    filled(database, writer, blobs, clock)
    return backup.back_up(database, blobs, tmp_path / "hub.zip", clock.now()).path


def test_it_is_its_owners_alone_and_writes_over_nothing(
    made: Path, database: Database, blobs: Blobs, clock: VirtualClock
) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    before = made.read_bytes()
    with pytest.raises(Refused, match="file_exists"):
        backup.back_up(database, blobs, made, clock.now())
    assert made.read_bytes() == before
    assert not list(made.parent.glob(".*"))


def test_what_does_not_read_back_the_same_is_no_backup(
    database: Database, blobs: Blobs, clock: VirtualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def spoilt(handle: int) -> None:
        sync(handle)
        where = os.lseek(handle, 0, os.SEEK_CUR)
        os.pwrite(handle, b"\xff" * 60, 40)
        os.lseek(handle, where, os.SEEK_SET)

    monkeypatch.setattr(backup.os, "fsync", spoilt)
    with pytest.raises(Refused, match="backup_unsound"):
        backup.back_up(database, blobs, tmp_path / "hub.zip", clock.now())
    assert not list(tmp_path.glob("*.zip")) + list(tmp_path.glob(".*"))


def test_a_full_disk_leaves_nothing(
    database: Database, blobs: Blobs, clock: VirtualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        backup.back_up(database, blobs, tmp_path / "hub.zip", clock.now())
    assert not list(tmp_path.glob("*.zip")) + list(tmp_path.glob(".*"))


def test_a_file_that_is_gone_or_changed_is_named(
    database: Database, writer: Writer, blobs: Blobs, clock: VirtualClock, tmp_path: Path
) -> None:
    filled(database, writer, blobs, clock)
    lost, spoilt = blobs.every()
    blobs.path(lost).unlink()
    blobs.path(spoilt).write_bytes(b"?")
    told = backup.back_up(database, blobs, tmp_path / "hub.zip", clock.now())
    assert (told.files, told.absent) == (0, (lost, spoilt))
    done = backup.restore(database, Blobs(tmp_path / "other"), tmp_path / "hub.zip", over=True)
    assert (done.files, done.absent) == (0, (lost, spoilt))


# -- restoring -------------------------------------------------------------------------------------------------------


def test_only_an_empty_hub_is_restored_into(
    made: Path, database: Database, blobs: Blobs, clock: VirtualClock
) -> None:
    before, old = rows(database), epoch(database)
    with pytest.raises(Refused, match="hub_not_empty"):
        backup.restore(database, blobs, made)
    assert (rows(database), epoch(database)) == (before, old)


def test_one_account_is_not_nothing(database: Database) -> None:
    with database.read() as db:
        assert backup.is_empty(db)
    with database.write() as db:
        row = {"login": "a", "name": "A", "role": "agent", "all_teams": False, "active": True, "scope": 1}
        db.execute(insert(tables.agent), row)
    with database.read() as db:
        assert not backup.is_empty(db)


DAMAGES: dict[str, Callable[[Path, Path], object]] = {
    "no zip": lambda _made, target: target.write_bytes(b"not a zip"),
    "cut": lambda made, target: target.write_bytes(made.read_bytes()[:-200]),
    "nothing in it": lambda _made, target: zipfile.ZipFile(target, "w").close(),
    "no manifest": lambda made, target: rewritten(made, target, **{"manifest.json": None}),
    "no JSON": lambda made, target: rewritten(made, target, **{"manifest.json": b"{"}),
    "a manifest of nothing": lambda made, target: rewritten(made, target, **{"manifest.json": b"{}"}),
    "a table missing": lambda made, target: rewritten(made, target, **{"tables__event.jsonl": None}),
    "a row missing": lambda made, target: rewritten(
        made, target, **{"tables__event.jsonl": members(made)["tables/event.jsonl"].partition(b"\n")[2]}
    ),
    "a row changed": lambda made, target: rewritten(
        made,
        target,
        **{
            "tables__agent.jsonl": members(made)["tables/agent.jsonl"].replace(b'"agent"', b'"administrator"')
        },
    ),
    "a file changed": lambda made, target: rewritten(
        made,
        target,
        **{next(one for one in members(made) if one.startswith("files/")).replace("/", "__"): b"?"},
    ),
    "a file missing": lambda made, target: rewritten(
        made,
        target,
        **{next(one for one in members(made) if one.startswith("files/")).replace("/", "__"): None},
    ),
}


def test_of_a_damaged_backup_nothing_is_taken(
    made: Path, database: Database, tmp_path: Path, another: Callable[[str], Database]
) -> None:
    target, files = another(database.kind), Blobs(tmp_path / "restored")
    before = rows(target)
    for name, damage in DAMAGES.items():
        damage(made, tmp_path / "damaged.zip")
        with pytest.raises(Refused, match="backup_unreadable"):
            backup.restore(target, files, tmp_path / "damaged.zip")
        assert rows(target) == before, name
        assert list(files.every()) == []
    with pytest.raises(Refused, match="no_such_file"):
        backup.restore(target, files, tmp_path / "nowhere.zip")


def test_of_a_newer_format_or_another_schema_nothing_is_taken(
    made: Path, database: Database, blobs: Blobs, tmp_path: Path
) -> None:
    manifest = json.loads(members(made)["manifest.json"])
    for field, value, code in (("format", 2, "backup_newer"), ("schema", "9999", "backup_schema")):
        changed = json.dumps(manifest | {field: value}).encode()
        with pytest.raises(Refused, match=code):
            backup.restore(
                database,
                blobs,
                rewritten(made, tmp_path / f"{field}.zip", **{"manifest.json": changed}),
                over=True,
            )


def test_what_breaks_off_in_the_middle_changes_nothing(
    made: Path, database: Database, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, old = rows(database), epoch(database)
    put, done = backup._put_rows, []

    def breaks(db: Any, table: Any, some: Any) -> int:
        if len(done) == len(KEPT) - 1:
            raise RuntimeError("the lights went out")
        done.append(table)
        return put(db, table, some)

    monkeypatch.setattr(backup, "_put_rows", breaks)
    with pytest.raises(RuntimeError):
        backup.restore(database, blobs, made, over=True)
    assert (rows(database), epoch(database)) == (before, old)


def test_a_name_in_the_backup_is_no_path(made: Path, database: Database, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.zip"
    with zipfile.ZipFile(hostile, "w") as archive:
        for name, data in members(made).items():
            archive.writestr(name, data)
        archive.writestr("files/../../../evil", b"evil")
        archive.writestr("files/" + "A" * 64, b"evil")
        archive.writestr("/etc/evil", b"evil")
    files = Blobs(tmp_path / "in" / "files")
    backup.restore(database, files, hostile, over=True)
    assert (
        sorted(path.name for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == b"evil")
        == []
    )
    assert len(list(files.every())) == 2


def test_a_restore_waits_for_a_writer_and_a_writer_for_it(
    made: Path, database: Database, writer: Writer, blobs: Blobs
) -> None:
    """Whatever is written meanwhile comes wholly before, and is gone, or wholly after, with numbers that go on."""
    ending = threading.Event()
    failed: list[BaseException] = []

    def busy() -> None:
        while not ending.is_set():
            try:
                writer.submit(opened).result(30)
            except BaseException as wrong:
                failed.append(wrong)
                return

    working = threading.Thread(target=busy)
    working.start()
    try:
        for _round in range(3):
            backup.restore(database, blobs, made, over=True)
    finally:
        ending.set()
        working.join()
    assert failed == []
    with database.read() as db:
        row = db.execute(select(tables.clock)).one()
        assert row.seq >= db.execute(select(func.max(tables.log.c.seq))).scalar_one()
        assert row.ticket >= db.execute(select(func.max(tables.ticket.c.id))).scalar_one()


def test_the_archive_says_what_it_is(made: Path) -> None:
    with Archive(made) as archive:
        manifest = archive.manifest
    assert manifest["format"] == 1
    assert manifest["made_at"] == "2026-11-23T12:00:00+00:00"
    assert set(manifest["tables"]) == {one.name for one in KEPT}


def test_secrets_are_what_they_were(made: Path, database: Database) -> None:
    with database.write() as db:
        db.execute(update(tables.source).values(secret="changed"))
    assert b'"secret"' in members(made)["tables/source.jsonl"]
    assert b"changed" not in members(made)["tables/source.jsonl"]
