"""Files by their content: whole or not at all, once, private, and never where a name from outside points."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.hub import blobs
from atendente_tui.hub.blobs import Blobs, Kept, TooLarge

DAY = 86_400


@pytest.fixture
def folder(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "files")


def keep(folder: Blobs, *parts: bytes, limit: int = 1_000) -> Kept:
    with folder.receive(limit) as coming:
        for part in parts:
            coming.write(part)
        return coming.keep()


def everything(folder: Blobs) -> list[Path]:
    return sorted(path for path in folder.folder.rglob("*") if not path.is_dir())


def test_what_came_in_parts_lies_there_under_its_hash(folder: Blobs) -> None:
    kept = keep(folder, b"nota ", b"", b"fiscal")
    sha256 = hashlib.sha256(b"nota fiscal").hexdigest()
    assert kept == (sha256, 11)
    assert folder.path(sha256) == folder.folder / sha256[:2] / sha256[2:4] / sha256
    assert b"".join(folder.parts(sha256)) == b"nota fiscal"
    assert folder.sound(sha256)
    assert list(folder.every()) == [sha256]


def test_files_and_folders_are_their_owners_alone(folder: Blobs) -> None:
    before = os.umask(0)
    try:
        keep(folder, b"x")
    finally:
        os.umask(before)
    for path in [folder.folder, *folder.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_the_same_twice_is_one_file(folder: Blobs) -> None:
    assert keep(folder, b"same") == keep(folder, b"sa", b"me")
    assert len(everything(folder)) == 1


@pytest.mark.parametrize("parts", [(b"x" * 11,), (b"x" * 10, b"x")])
def test_one_byte_over_the_limit_keeps_nothing(folder: Blobs, parts: tuple[bytes, ...]) -> None:
    with pytest.raises(TooLarge):
        keep(folder, *parts, limit=10)
    assert everything(folder) == []
    assert keep(folder, b"x" * 10, limit=10).size == 10


def test_what_is_not_kept_leaves_nothing(folder: Blobs) -> None:
    with folder.receive(100) as coming:
        coming.write(b"half")
    assert everything(folder) == []


def test_nothing_is_in_its_place_before_it_is_on_the_disk(
    folder: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        assert list(folder.every()) == []
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep(folder, b"lost")
    assert everything(folder) == []


@given(
    name=st.text()
    | st.sampled_from(["../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "/" + "a" * 63])
)
def test_only_a_hash_makes_a_path(name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        Blobs(Path("/nowhere")).path(name)


def test_a_symbolic_link_is_no_file_of_ours(folder: Blobs, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    sha256 = hashlib.sha256(b"secret").hexdigest()
    path = folder.path(sha256)
    path.parent.mkdir(parents=True)
    path.symlink_to(secret)
    assert not folder.holds(sha256)
    assert not folder.sound(sha256)
    with pytest.raises(OSError, match=r"symbolic links|ELOOP|Too many"):
        folder.parts(sha256)
    assert list(folder.strange()) == [path]


def test_a_changed_file_is_not_sound(folder: Blobs) -> None:
    kept = keep(folder, b"as it was")
    folder.path(kept.sha256).write_bytes(b"as it is!")
    assert not folder.sound(kept.sha256)
    assert not folder.sound("0" * 64)


def test_what_lies_there_and_is_not_ours_is_named(folder: Blobs) -> None:
    kept = keep(folder, b"ours")
    stray = folder.folder / "ab" / "notes.txt"
    stray.parent.mkdir(exist_ok=True)
    stray.write_text("?")
    moved = folder.folder / "ab" / kept.sha256
    moved.write_bytes(b"ours")
    assert set(folder.strange()) == {stray, moved}
    assert list(folder.every()) == [kept.sha256]


def test_only_what_is_old_is_removed(folder: Blobs) -> None:
    kept = keep(folder, b"old")
    now = time.time()
    assert not folder.remove(kept.sha256, now - DAY)
    assert folder.holds(kept.sha256)
    os.utime(folder.path(kept.sha256), (now - 2 * DAY, now - 2 * DAY))
    assert folder.remove(kept.sha256, now - DAY)
    assert not folder.remove(kept.sha256, now - DAY)
    assert everything(folder) == []


def test_what_comes_in_again_is_young_again(folder: Blobs) -> None:
    kept = keep(folder, b"again")
    before = time.time() - DAY
    os.utime(folder.path(kept.sha256), (before - DAY, before - DAY))
    keep(folder, b"again")
    assert (folder.age(kept.sha256) or 0) > before
    assert not folder.remove(kept.sha256, before)
    assert folder.sound(kept.sha256)


def test_removing_never_takes_what_comes_in_meanwhile(folder: Blobs) -> None:
    """Upload and removal of the same content against one another: after the last upload it is there."""
    kept = keep(folder, b"contended")
    ending = threading.Event()
    before = time.time() - DAY

    def sweep() -> None:
        while not ending.is_set():
            folder.remove(kept.sha256, before)

    sweeping = threading.Thread(target=sweep)
    sweeping.start()
    try:
        for _round in range(200):
            with contextlib.suppress(FileNotFoundError):
                os.utime(folder.path(kept.sha256), (before - DAY, before - DAY))
            keep(folder, b"contended")
    finally:
        ending.set()
        sweeping.join()
    keep(folder, b"contended")
    folder.remove(kept.sha256, before)
    assert folder.sound(kept.sha256)


def test_unfinished_ones_are_known_by_their_age(folder: Blobs) -> None:
    coming = folder.receive(100)
    (path,) = everything(folder)
    now = time.time()
    assert folder.unfinished(now - DAY) == []
    os.utime(path, (now - 2 * DAY, now - 2 * DAY))
    assert folder.unfinished(now - DAY) == [path]
    coming.discard()
    assert folder.unfinished(now - DAY) == []
