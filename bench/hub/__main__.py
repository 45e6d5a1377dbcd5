"""`python -m bench.hub [subject ...] [--on sqlite|postgresql] [--tickets N] [--quick] [--strict]`: measure, and print one table."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from bench.hub import subjects
from bench.hub.places import databases, place
from bench.hub.subjects import Sizes
from bench.table import Ratio, printed, skipped

SUBJECTS = ("commands", "changes", "hints", "size")
KINDS = ("sqlite", "postgresql")
QUICK = Sizes(rounds=2, commands=500, batched=2_000, pages=40, listeners=100, hints=5, large=50_000)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.hub", description=__doc__)
    parser.add_argument("subjects", nargs="*", choices=[*SUBJECTS, []], help="some of the subjects; else all")
    parser.add_argument("--on", choices=KINDS, help="one of the databases; else both")
    parser.add_argument("--tickets", type=int, help="of the large hub; 1,000,000 by default")
    parser.add_argument("--rounds", type=int, help="turns that each side takes")
    parser.add_argument(
        "--quick", action="store_true", help="a twentieth of everything: for work on the code"
    )
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a target is missed")
    asked = parser.parse_args()
    sizes = QUICK if asked.quick else Sizes()
    if asked.tickets:
        sizes = replace(sizes, large=asked.tickets)
    if asked.rounds:
        sizes = replace(sizes, rounds=asked.rounds)
    begun, before = time.monotonic(), os.getloadavg()
    told: list[Ratio] = []
    with tempfile.TemporaryDirectory(prefix="atendente-bench-") as scratch:
        kinds = [asked.on] if asked.on else list(KINDS)
        with databases(Path(scratch), kinds) as make:
            for kind in kinds:
                for name, work in _work(kind, make[kind], Path(scratch), sizes):
                    if not asked.subjects or name in asked.subjects:
                        told += _done(f"{kind}: {name}", work)
    print(printed(told))
    loads = " to ".join(f"{one[0]:.1f}" for one in (before, os.getloadavg()))
    print(
        f"\n{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {os.cpu_count()} cores, load {loads};"
        f" all {time.monotonic() - begun:.0f} s"
    )
    failed = any(one.verdict == "MISSED" or one.note.startswith("failed") for one in told)
    return 1 if asked.strict and failed else 0


def _work(
    kind: str, make: Callable[[str], str], scratch: Path, sizes: Sizes
) -> Iterator[tuple[str, Callable[[], list[Ratio]]]]:
    def on_a_place(subject: Callable[..., list[Ratio]]) -> Callable[[], list[Ratio]]:
        def work() -> list[Ratio]:
            url = make(f"hub_{subject.__name__}")
            with place(kind, url, scratch / subject.__name__, sizes.small) as found:
                return subject(found, sizes)

        return work

    for subject in (subjects.commands, subjects.changes, subjects.hints):
        yield subject.__name__, on_a_place(subject)

    def two() -> list[Ratio]:
        many, few = make("hub_large"), make("hub_small")
        with (
            place(kind, many, scratch / "large", sizes.large, bare=False) as large,
            place(kind, few, scratch / "small", sizes.small, bare=False) as small,
        ):
            return subjects.size(large, small, sizes)

    yield "size", two


def _done(name: str, work: Callable[[], list[Ratio]]) -> list[Ratio]:
    at = time.monotonic()
    print(f"{name} ...", end=" ", file=sys.stderr, flush=True)
    try:
        found = work()
    except Exception as wrong:  # one subject's fault does not take the others' figures away
        found = skipped([name], f"failed: {type(wrong).__name__}: {wrong}")
    print(f"{time.monotonic() - at:.0f} s\n{printed(found)}\n", file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
