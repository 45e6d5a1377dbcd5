"""A person's notes while the same sync runs and while it rests; no screen. Prints their seconds as JSON.

Arguments: as for `workplace`, then how many notes to write at rest in each part.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from atendente_tui.cli.opening import session
from atendente_tui.desk import answering
from bench.children.workplace import started

PAUSE = 0.02
"""Seconds between two notes."""


def main() -> int:
    *arguments, count = sys.argv[1:]
    parts, told = int(arguments[1]), Path(arguments[2])
    idle: list[float] = []
    busy: list[float] = []
    with session(writing=True) as here:
        ticket = here.read.execute("SELECT max(id) FROM ticket").fetchone()[0]

        def write() -> float:
            begun = time.perf_counter()
            answering.note(here.desk, ticket, "anotado durante a sincronização", hold=3_600).result()
            took = time.perf_counter() - begun
            time.sleep(PAUSE)
            return took

        sync = started(here.store, here.desk.clock, arguments)
        _until(told, "1 nothing")
        for part in range(parts):
            here.store.wait_indexed(120)
            idle += [write() for _ in range(int(count))]
            sync.nudge()
            _until(told, f"{part + 2} running")
            while told.read_text(encoding="ascii") == f"{part + 2} running\n":
                busy.append(write())
        sync.stop()
        here.store.wait_indexed(120)
    print(json.dumps({"idle": idle, "busy": busy}))
    return 0


def _until(told: Path, word: str) -> None:
    deadline = time.monotonic() + 60
    while not told.exists() or told.read_text(encoding="ascii").strip() != word:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the sync did not say {word!r}")
        time.sleep(0.005)


if __name__ == "__main__":
    sys.exit(main())
