"""`make chaos`: everything that may go wrong, at full size, and at the end what was lost or doubled.

    python -m tests.chaos [--histories 10000] [--kills 2000] [--minutes 240] [--only NAME ...]

Stops by itself: each part has its share of the minutes, and what it had not tried by then is told. The exit code is 0 when
nothing was lost, nothing doubled, and every part came to its end.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
FIRST = 100_000
"""The first seed: far from those of the default run."""
CHUNK = 10
FEW = 5
"""Histories that went wrong, after which the rest is not tried."""


class Part(NamedTuple):
    name: str
    ok: bool
    told: str
    seconds: float
    histories: int = 0
    kills: int = 0


def lived(first: int, count: int) -> tuple[int, list[str], Counter[str]]:
    """So many histories: how many, what went wrong, what was met."""
    from tests.simulation.life import history

    faults, met = [], Counter[str]()
    for seed in range(first, first + count):
        told = history(seed)
        met += told.met
        if told.faults:
            faults.append(str(told))
    return count, faults, met


def histories(wanted: int, seconds: float) -> Part:
    began = time.monotonic()
    tell = began + 60
    done, faults, met = 0, list[str](), Counter[str]()
    with ProcessPoolExecutor(
        (os.cpu_count() or 1) + 2
    ) as pool:  # each waits for threads of its own, now and then
        waiting = [pool.submit(lived, FIRST + at, min(CHUNK, wanted - at)) for at in range(0, wanted, CHUNK)]
        for one in as_completed(waiting):
            if one.cancelled():
                continue
            count, wrong, more = one.result()
            done, met = done + count, met + more
            faults += wrong
            for fault in wrong:
                say(fault)
            if time.monotonic() > tell:
                tell = time.monotonic() + 60
                say(f"  {done} histories, {time.monotonic() - began:.0f} s, {len(faults)} went wrong")
            if len(faults) >= FEW or time.monotonic() - began > seconds:
                for left in waiting:
                    left.cancel()
    kills = sum(n for name, n in met.items() if name.startswith("killed"))
    wrong = sum(n for name, n in met.items() if not name.startswith(("killed", "commands", "requests")))
    told = (
        f"{done} histories of {wanted}: {met['commands']} commands, {met['requests']} requests, {wrong} faults of the line,"
        f" {kills} deaths; {len(faults)} went wrong"
    )
    return Part("histories", not faults and done == wanted, told, time.monotonic() - began, histories=done)


def tested(name: str, what: str, seconds: float, pattern: str, **environment: str) -> Part:
    """A part that pytest runs. `pattern` finds the sentences worth telling."""
    began = time.monotonic()
    words = [
        sys.executable,
        "-m",
        "pytest",
        *what.split(),
        "--numprocesses=0",
        "-s",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
    ]
    try:
        done = subprocess.run(
            words,
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Part(name, False, f"not at its end after {seconds:.0f} s", time.monotonic() - began)
    lines = [line.strip(". ") for line in done.stdout.splitlines() if re.search(pattern, line)]
    if done.returncode:
        say(done.stdout[-6_000:])
    kills = sum(int(n) for line in lines for n in re.findall(r"(\d+) kills", line))
    absent = "; something was not here to be tried" if "skipped" in done.stdout.splitlines()[-1] else ""
    return Part(
        name,
        done.returncode == 0 and not absent,
        "\n    ".join(lines) + absent,
        time.monotonic() - began,
        kills=kills,
    )


def say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    asked = argparse.ArgumentParser(prog="make chaos")
    asked.add_argument("--histories", type=int, default=10_000)
    asked.add_argument("--kills", type=int, default=2_000)
    asked.add_argument("--minutes", type=float, default=240.0)
    asked.add_argument("--only", nargs="*", default=[])
    given = asked.parse_args()
    whole, kills, scale = given.minutes * 60, given.kills, max(1, given.histories // 1_000)
    parts: dict[str, Callable[[], Part]] = {
        "histories": lambda: histories(given.histories, whole * 0.4),
        "mutants": lambda: tested("mutants", "tests/simulation/test_mutants.py", whole * 0.1, ": after |passed", SIM_TELL="1"),
        "machine": lambda: tested(
            "machine", "tests/simulation/test_machine.py", whole * 0.1, "passed", SIM_EXAMPLES=str(10 * scale)
        ),
        "promises": lambda: tested("promises", "tests/simulation/test_promises.py", whole * 0.1, "passed", SIM_MANY=str(scale)),
        "kills": lambda: tested(
            "kills", "tests/chaos/test_kill_sync.py", whole * 0.5, "kills in", CHAOS_KILLS=str((kills + 1) // 2)
        ),
        "screen": lambda: tested(
            "screen", "tests/live/test_kill.py", whole * 0.2, "kills in|confirmed", ATENDENTE_KILLS=str(max(6, kills // 20))
        ),
        "hub": lambda: tested("hub", "tests/hub/test_kill_hub.py", whole * 0.2, "kills in", HUB_KILLS=str(max(6, kills // 20))),
    }  # fmt: skip
    told = []
    for name, part in parts.items():
        if given.only and name not in given.only:
            continue
        say(f"{name} ...")
        told.append(part())
        say(f"  {'ok' if told[-1].ok else 'FAILED'} in {told[-1].seconds:.0f} s\n    {told[-1].told}")
    bad = [one.name for one in told if not one.ok]
    say("")
    say(
        f"{sum(one.histories for one in told)} simulated histories, {sum(one.kills for one in told)} real kills"
    )
    say("lost 0, doubled 0" if not bad else f"NOT SHOWN: {', '.join(bad)}")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
