"""A store damaged at random is found out, set aside untouched and mended; what was unsent is saved first.

`ATENDENTE_DAMAGES=300 pytest tests/store/test_random_damage.py -s` tries as many and prints what was saved.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
from tests.builders import BACKEND, NOW, make_store

from atendente_tui.store import backup, damage, engine, health, reading
from atendente_tui.store.drafts import save_draft
from atendente_tui.store.errors import StoreError
from atendente_tui.store.rows import DraftRow
from atendente_tui.store.tallies import verify_tallies
from atendente_tui.store.writing import Tx

KEY = b"k" * 32
DAMAGES = int(os.environ.get("ATENDENTE_DAMAGES", "14"))
UNSENT, OF_THEM_NEW, DRAFTS = 120, 60, 20
PAGE = 4096


def unsent(n: int) -> str:
    return (
        "INSERT INTO outbox (command_id, type, ticket_id, body, state, hold_until, created, changed)"
        f" VALUES ('c{n}', 'reply', {n % 100 + 1}, '{'texto ' * 60}', 'queued', 0, 0, 0)"
    )


def some(first: int, last: int) -> object:
    def job(tx: Tx) -> None:
        for n in range(first, last):
            tx.db.execute(unsent(n))
            if n % (UNSENT // DRAFTS) == 0:
                save_draft(tx, DraftRow(f"{n + 1}:reply", n + 1, "reply", f"rascunho {n}", 0, 0, "{}", 1))

    return job


@pytest.fixture(scope="module", params=[None, KEY], ids=["plain", "encrypted"])
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, bytes | None]:
    """A store whose newest commands are still in its log: as a process leaves it that is killed."""
    folder = tmp_path_factory.mktemp("made")
    store = make_store(folder, tickets=140, key=request.param)
    store.write(some(0, UNSENT - OF_THEM_NEW))  # type: ignore[arg-type]
    assert store.wait_indexed()
    backup.back_up(store)
    store.write(some(UNSENT - OF_THEM_NEW, UNSENT))  # type: ignore[arg-type]
    shutil.copytree(store.path, folder / "killed")
    store.close()
    shutil.copytree(store.path, folder / "closed")
    return folder, request.param


def harm(kind: str, file: Path, chance: random.Random) -> None:
    data = bytearray(file.read_bytes())
    pages = len(data) // PAGE
    if kind == "bit":
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif kind == "pages":
        for page in chance.sample(range(pages), max(1, pages // 100)):
            data[page * PAGE : (page + 1) * PAGE] = chance.randbytes(PAGE)
    elif kind == "cut":
        del data[chance.randrange(len(data)) :]
    elif kind == "header":
        data[:100] = bytes(100)
    if kind == "no log":
        file.with_name("store.db-wal").unlink(missing_ok=True)
    else:
        file.write_bytes(data)


KINDS = ("bit", "pages", "pages", "pages", "cut", "header", "no log")


def test_whatever_happens_to_it(made: tuple[Path, bytes | None], tmp_path: Path) -> None:
    folder, key = made
    kept: dict[str, list[float]] = {}
    found = 0
    for seed in range(DAMAGES):
        chance = random.Random(seed)
        kind = KINDS[seed % len(KINDS)]
        place = tmp_path / str(seed) / "store"
        # One page in a hundred is meant of a file that has a hundred: that of a killed process may be one page and a log.
        left_open = kind == "no log" or (kind != "pages" and seed % 2)
        shutil.copytree(folder / ("killed" if left_open else "closed"), place)
        harm(kind, place / "store.db", chance)
        before = (place / "store.db").read_bytes()
        try:
            hurt = damage.is_damaged(place, key)
        except StoreError as said:
            pytest.fail(f"{kind} {seed}: a good copy is there, and yet {said}")
        if not hurt:
            assert key is None or kind == "no log", f"{kind} {seed}: an encrypted page is vouched for"
            continue
        found += 1
        told = damage.repair(place, key, NOW)
        assert told.aside is not None
        assert told.aside.read_bytes() == before
        share = whole_again(tmp_path / str(seed), key)
        kept.setdefault(kind, []).append(share)
        shutil.rmtree(tmp_path / str(seed))
    said = ", ".join(f"{kind} {sum(all_) / len(all_):.1%} of {len(all_)}" for kind, all_ in kept.items())
    print(
        f"{'encrypted' if key else 'plain'}: {found} of {DAMAGES} found and mended; unsent and drafts saved: {said}"
    )
    assert sum(kept["pages"]) / len(kept["pages"]) >= (0.95 if DAMAGES >= 100 else 0.85)


def whole_again(folder: Path, key: bytes | None) -> float:
    """What share of the commands and drafts is there; all else must be in order."""
    store = make_store(folder, key=key)
    try:
        db = store.reader()
        assert health.faults(db) == []
        assert key is None or health.cipher_faults(db) == []
        assert verify_tallies(db) == []
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert "cursor" not in reading.sync_state(db, BACKEND)
        there = db.execute("SELECT count(DISTINCT command_id) FROM outbox WHERE state = 'queued'").fetchone()[
            0
        ]
        drafts = db.execute("SELECT count(*) FROM draft WHERE text LIKE 'rascunho %'").fetchone()[0]
        db.close()
        return float(there + drafts) / (UNSENT + DRAFTS)
    finally:
        store.close()


def test_a_copy_is_as_good_as_what_it_was_made_of(made: tuple[Path, bytes | None], tmp_path: Path) -> None:
    """The drill: the copy alone, put in place as the pages say, opens and has what was in it."""
    folder, key = made
    (tmp_path / "store").mkdir(mode=0o700)
    [copy] = backup.backups(folder / "closed")
    shutil.copy(copy.path, tmp_path / "store" / "store.db")
    store = make_store(tmp_path, key=key)
    with_copy = store.reader()
    assert with_copy.execute("SELECT count(*) FROM outbox").fetchone() == (UNSENT - OF_THEM_NEW,)
    assert with_copy.execute("SELECT count(*) FROM ticket").fetchone() == (140,)
    with_copy.close()
    assert store.wait_indexed()
    store.close()
    assert engine.connect(tmp_path / "store" / "store.db", key, read_only=True)
