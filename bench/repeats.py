"""That a play comes out the same each time: every shipped scenario with every answer file, again and again, byte for byte.

    python -m bench.repeats [--times 100] [--jobs N] [--only SCENARIO]

Compared with `tests/training/results.json`, which is the same for every machine and every Python: run it on another one.
It needs what the program needs and nothing more, no pytest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from atendente_tui.knowledge.shipped import TRAINING
from atendente_tui.training.library import Kept, library
from atendente_tui.training.rehearsing import rehearse
from atendente_tui.training.results import document, written

RESULTS = Path(__file__).parent.parent / "tests" / "training" / "results.json"
STEP = 5
"""Plays of one scenario in a row, so that the processes share the work evenly."""


class Told(NamedTuple):
    """What some plays of one scenario came to."""

    plays: int
    seconds: float
    """Of the processor's time."""
    wrong: Counter[str]
    """What was not as stated, and how often."""


@lru_cache(maxsize=1)
def shipped() -> dict[str, Kept]:
    return {one.scenario.name: one for one in library([TRAINING])}


def play(name: str, times: int) -> Told:
    """Play every answer file of a scenario so many times."""
    stated: dict[str, str] = json.loads(RESULTS.read_text())
    kept = shipped()[name]
    began, plays, wrong = time.process_time(), 0, Counter[str]()
    for _path, answers in kept.answers:
        which = f"{name}/{answers.name}"
        for _n in range(times):
            done = document(rehearse(kept.scenario, answers))
            plays += 1
            if hashlib.sha256(written(done).encode()).hexdigest() != stated.get(which):
                wrong[f"{which}: other bytes"] += 1
            expected = answers.expected
            if expected is None:
                wrong[f"{which}: states no grade"] += 1
            elif not expected.low <= done["score"] <= expected.high or done["passed"] != expected.passed:
                wrong[f"{which}: {done['score']}, stated {expected.low} to {expected.high}"] += 1
    return Told(plays, time.process_time() - began, wrong)


def summed(parts: Iterable[Told]) -> Told:
    plays, seconds, wrong = 0, 0.0, Counter[str]()
    for one in parts:
        plays, seconds = plays + one.plays, seconds + one.seconds
        wrong += one.wrong
    return Told(plays, seconds, wrong)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--times", type=int, default=100)
    asked.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--only", help="one scenario, by its name", choices=sorted(shipped()))
    told = asked.parse_args()
    names = [told.only] if told.only else list(shipped())
    rounds = [min(STEP, told.times - at) for at in range(0, told.times, STEP)]
    work = [(name, times) for times in rounds for name in names]
    began = time.monotonic()
    with ProcessPoolExecutor(told.jobs) as processes:
        all_of_it = summed(processes.map(play, *zip(*work, strict=True)))
    for what, times in sorted(all_of_it.wrong.items()):
        print(f"{what} ({times} times)")
    each = all_of_it.seconds / all_of_it.plays
    print(
        f"Python {platform.python_version()}: {len(names)} scenarios, {all_of_it.plays:,} plays, {told.times} of each answer file:"
        f" {'NOT all' if all_of_it.wrong else 'all'} as stated, byte for byte"
        f" ({each:.2f} s of processor each, {time.monotonic() - began:,.0f} s in all)"
    )
    return 1 if all_of_it.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
