from __future__ import annotations

from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlite

from atendente_tui.store import engine, health
from atendente_tui.store.errors import StoreDamaged, WrongKey

KEY, OTHER = b"k" * 32, b"o" * 32
MARK = "texto-que-ninguem-deve-ver"


def made(path: Path, key: bytes | None) -> Path:
    db = engine.connect(path, key)
    db.execute("CREATE TABLE t (x TEXT)")
    db.execute("INSERT INTO t VALUES (?)", (MARK,))
    db.close()
    return path


def test_the_library_has_the_fix_for_the_log_reset() -> None:
    assert sqlite.sqlite_version_info >= health.SOUND_SQLITE


@pytest.mark.parametrize("key", [None, KEY])
def test_what_is_written_is_read_again(tmp_path: Path, key: bytes | None) -> None:
    path = made(tmp_path / "a b#?.db", key)
    assert engine.connect(path, key, read_only=True).execute("SELECT x FROM t").fetchone() == (MARK,)


def test_an_encrypted_file_shows_nothing(tmp_path: Path) -> None:
    made(tmp_path / "secret.db", KEY)
    assert all(MARK.encode() not in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("real", "given", "kind"), [(KEY, OTHER, "wrong"), (KEY, None, "missing"), (None, KEY, "plain")]
)
def test_the_wrong_key_is_told_and_nothing_changes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], real: bytes | None, given: bytes | None, kind: str
) -> None:
    path = made(tmp_path / "store.db", real)
    before = path.read_bytes()
    for read_only in (True, False):
        with pytest.raises(WrongKey) as told:
            engine.connect(path, given, read_only=read_only)
        assert told.value.kind == kind
        assert str(path) in str(told.value)
    assert path.read_bytes() == before
    assert capfd.readouterr() == ("", "")  # SQLCipher's own log would land on the screen


def test_a_key_of_another_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        engine.connect(tmp_path / "x.db", b"short")


def test_a_reader_cannot_write_and_makes_no_file(tmp_path: Path) -> None:
    path = made(tmp_path / "store.db", None)
    db = engine.connect(path, None, read_only=True)
    with pytest.raises(sqlite.OperationalError):
        db.execute("INSERT INTO t VALUES ('no')")
    with pytest.raises(FileNotFoundError):
        engine.connect(tmp_path / "absent.db", None, read_only=True)
    assert not (tmp_path / "absent.db").exists()


def test_a_broken_page_of_an_encrypted_file_is_noticed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "store.db"
    db = engine.connect(path, KEY)
    db.execute("CREATE TABLE t (x TEXT)")
    db.executemany("INSERT INTO t VALUES (?)", [(MARK * 40,) for _ in range(200)])
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    bytes_ = bytearray(path.read_bytes())
    bytes_[4096 * 7 + 100] ^= 1
    path.write_bytes(bytes_)
    db = engine.connect(path, KEY, read_only=True)
    assert health.faults(db) or health.cipher_faults(db)
    with pytest.raises(sqlite.DatabaseError) as told:
        db.execute("SELECT sum(length(x)) FROM t").fetchone()
    assert isinstance(engine.explained(told.value, path, KEY), StoreDamaged)
    assert capfd.readouterr() == ("", "")


def test_settings(tmp_path: Path) -> None:
    db = engine.connect(tmp_path / "s.db", None)
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
    }
    assert {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted} == wanted
