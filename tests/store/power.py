"""A disk from which the power is taken: every write of the real store recorded, and what may lie there after a cut.

The store runs in a process of its own under strace. What was synced stays; of what was written since, each write is
there, is not, or is torn at a sector, whatever came after it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SECTOR = 512
FILES = ("store.db", "store.db-wal")
_CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?: resumed>|\()(.*)$")
_PLACE = re.compile(r"^\d+<([^>]*)>(?:, )?")
_WRITTEN = re.compile(r'^"((?:\\x[0-9a-f]{2})*)"(?:\.\.\.)?, \d+(?:, (\d+))?')


@dataclass(frozen=True, slots=True)
class Write:
    file: str
    offset: int
    data: bytes | None
    """None cuts the file to `offset` bytes."""


@dataclass(frozen=True, slots=True)
class Sync:
    file: str
    upto: int
    """It holds for what stands before this place of the record."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the process said was done, from then on."""

    what: str


Step = Write | Sync | Told


@dataclass
class Record:
    begun: dict[str, bytes]
    """The files before."""
    steps: list[Step] = field(default_factory=list)


def why_not() -> str | None:
    """Why nothing can be recorded here; None where it can."""
    if sys.platform != "linux" or shutil.which("strace") is None:
        return "recording writes needs strace"
    tried = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], capture_output=True, check=False)
    return None if tried.returncode == 0 else f"strace may not look here: {tried.stderr.decode()[:100]}"


def recorded(place: Path, program: list[str], log: Path) -> Record:
    """Run a program that works on the store in `place` and writes lines to a file `told` beside it. Returns its record."""
    record = Record({name: (place / name).read_bytes() if (place / name).exists() else b"" for name in FILES})
    calls = "trace=pwrite64,write,fsync,fdatasync,ftruncate"
    watch = [
        "strace",
        "-f",
        "-qq",
        "-y",
        "-xx",
        "-s",
        "200000",
        "-e",
        calls,
        "-e",
        "signal=none",
        "-o",
        str(log),
    ]
    subprocess.run(
        [*watch, *program], check=True, timeout=240, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    )
    record.steps = list(_steps(log, place))
    return record


def _steps(log: Path, place: Path) -> Iterator[Step]:
    begun: dict[str, tuple[str, str, int]] = {}
    """By thread, what a call that was interrupted by another thread's said at its beginning, and where."""
    at = 0
    with log.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            found = _CALL.match(line)
            if found is None:
                continue
            thread, call, rest = found.groups()
            upto = at
            if " resumed>" in line[:60]:
                call, head, upto = begun.pop(thread, (call, "", at))
                rest = head
            elif rest.rstrip().endswith("<unfinished ...>"):
                begun[thread] = (call, rest, at)
                continue
            step = _step(call, rest, place, upto)
            if step is not None:
                yield step
                at += 1


def _step(call: str, rest: str, place: Path, upto: int) -> Step | None:
    where = _PLACE.match(rest)
    if where is None:
        return None
    path = _text(where[1])
    rest = rest[where.end() :]
    told = Path(path).name == "told" and call == "write"
    if Path(path).parent != place or (Path(path).name not in FILES and not told):
        return None
    name = Path(path).name
    if call in ("fsync", "fdatasync"):
        return Sync(name, upto)
    if call == "ftruncate":
        length = re.search(r"\d+", rest)
        assert length is not None, rest[:80]
        return Write(name, int(length[0]), None)
    found = _WRITTEN.match(rest)
    assert found is not None, rest[:80]
    data = bytes.fromhex(found[1].replace("\\x", ""))
    if told:
        return Told(data.decode())
    assert found[2] is not None, "the store writes at places only"
    return Write(name, int(found[2]), data)


def _text(path: str) -> str:
    return bytes.fromhex(path.replace("\\x", "")).decode() if path.startswith("\\x") else path


def told_by(record: Record, cut: int) -> list[str]:
    """What had been said to be done when the power went, before step `cut`."""
    return [line for one in record.steps[:cut] if isinstance(one, Told) for line in one.what.splitlines()]


def disks(record: Record, cuts: Iterable[int], chance: Random) -> Iterator[tuple[int, dict[str, bytes]]]:
    """For each cut, the earliest first, the files as they may be when the power went before that step."""
    sound = {name: bytearray(content) for name, content in record.begun.items()}
    """What is on the disk for good; `upto` where in the record each file stands."""
    upto, synced = dict.fromkeys(FILES, 0), dict.fromkeys(FILES, 0)
    seen = 0
    for cut in sorted(cuts):
        for step in record.steps[seen:cut]:
            if isinstance(step, Sync):
                synced[step.file] = max(synced[step.file], step.upto)
        seen = cut
        files = {}
        for name in FILES:
            for step in record.steps[upto[name] : synced[name]]:
                if isinstance(step, Write) and step.file == name:
                    _put(sound[name], step)
            upto[name] = synced[name]
            files[name] = bytearray(sound[name])
            for step in record.steps[upto[name] : cut]:
                if isinstance(step, Write) and step.file == name:
                    _perhaps(files[name], step, chance)
        yield cut, {name: bytes(content) for name, content in files.items()}


def _perhaps(file: bytearray, step: Write, chance: Random) -> None:
    """A write that was not synced: there, lost, or torn."""
    how = chance.choice(("there", "there", "lost", "torn"))
    if how == "there":
        _put(file, step)
    elif how == "torn" and step.data is not None:
        for part in range(0, len(step.data), SECTOR):
            if chance.random() < 0.5:
                _put(file, Write(step.file, step.offset + part, step.data[part : part + SECTOR]))


def _put(file: bytearray, step: Write) -> None:
    data = step.data
    if data is None:
        del file[step.offset :]
        return
    if len(file) < step.offset:
        file.extend(bytes(step.offset - len(file)))
    file[step.offset : step.offset + len(data)] = data
