"""Power cuts: the recorded writes of the real store replayed up to a random one, what was not synced kept, lost or torn.

Each disk opens, is sound, and holds every command and draft that had been called saved.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from tests.builders import NOW, make_store
from tests.sizes import sized
from tests.store import power

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store import engine
from atendente_tui.store.store import Store

KEY = bytes(range(32))
COMMANDS = sized(24, 120)
CUTS = int(os.environ.get("ATENDENTE_CUTS", sized(60, 2_000)))

pytestmark = [
    pytest.mark.skipif(power.why_not() is not None, reason=str(power.why_not())),
    pytest.mark.timeout(300 + CUTS // 4),
]


def record(folder: Path, key: bytes | None, *how: str) -> power.Record:
    make_store(folder, tickets=3, key=key).close()
    place = folder / "store"
    words = [
        sys.executable,
        "-m",
        "tests.store.power_user",
        str(place),
        key.hex() if key else "-",
        str(COMMANDS),
    ]
    return power.recorded(place, [*words, *how], folder / "strace")


def lost(made: power.Record, cut: int, disk: dict[str, bytes], place: Path, key: bytes | None) -> list[str]:
    """What had been called saved before this cut and is not on the disk that was left."""
    for name, content in disk.items():
        (place / name).write_bytes(content)
    (place / "store.db-shm").unlink(missing_ok=True)
    with closing(engine.connect(place / "store.db", key, create=False)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        here = {
            row[0] for row in db.execute("SELECT command_id FROM outbox UNION ALL SELECT slot FROM draft")
        }
        alone = db.execute(
            "SELECT count(*) FROM outbox o WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.command_id = o.command_id)"
        ).fetchone()[0]
    assert alone == 0, "a command without what is seen of it"
    return [one for one in power.told_by(made, cut) if one not in here]


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_what_was_called_saved_is_there_after_a_power_cut(tmp_path: Path, key: bytes | None) -> None:
    made = record(tmp_path, key)
    told = len(power.told_by(made, len(made.steps)))
    assert told >= COMMANDS
    assert sum(isinstance(one, power.Sync) for one in made.steps) >= told, "each was synced by itself"
    assert {one.file for one in made.steps if isinstance(one, power.Write)} == set(power.FILES), (
        "the log was copied back meanwhile"
    )
    place = tmp_path / "after"
    place.mkdir()
    chance = Random(11)
    cuts = [chance.randrange(len(made.steps) + 1) for _ in range(CUTS)]
    for cut, disk in power.disks(made, cuts, chance):
        assert lost(made, cut, disk, place, key) == [], cut
    with closing(Store.open(place, key=key, rules=DEFAULT_RULES, clock=VirtualClock(NOW))) as store:
        assert store.wait_indexed()


def test_a_commit_that_is_not_synced_would_be_noticed(tmp_path: Path) -> None:
    """The mutant: what a person did is committed as news are."""
    made = record(tmp_path, None, "normal")
    place = tmp_path / "after"
    place.mkdir()
    chance = Random(5)
    cuts = [chance.randrange(len(made.steps) // 2, len(made.steps) + 1) for _ in range(40)]
    assert any(lost(made, cut, disk, place, None) for cut, disk in power.disks(made, cuts, chance))
