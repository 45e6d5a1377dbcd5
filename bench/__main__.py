"""`python -m bench [subject ...] [--quick] [--strict]`: measure, and print one table."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SUBJECTS = ("start", "keys", "syncing", "opening", "ingest", "searching", "memory")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "subjects", nargs="*", choices=[*SUBJECTS, []], help="some of the subjects; all when none is named"
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the tickets and fewer rounds")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a target is missed")
    asked = parser.parse_args()
    if sys.dont_write_bytecode or "PYTHONDONTWRITEBYTECODE" in os.environ:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return subprocess.run(
            [sys.executable, "-m", "bench", *sys.argv[1:]], env=environment, check=False
        ).returncode

    from bench import dataset
    from bench.options import ROOT, Options, compile_bytecode
    from bench.table import Ratio, printed, skipped

    compile_bytecode(ROOT / "src", ROOT / "bench", ROOT / "tests" / "terminal.py", Path(sys.prefix) / "lib")
    cache = ROOT / ".cache" / "bench"
    told: list[Ratio] = []
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="atendente-bench-") as scratch:
        options = Options(
            quick=asked.quick,
            large=dataset.world(cache, 100_000 if asked.quick else 1_000_000),
            small=dataset.world(cache, 1_000),
            scratch=Path(scratch),
            aside=ROOT / "build" / "bench",
        )
        made = time.monotonic() - begun
        for subject in asked.subjects or SUBJECTS:
            at = time.monotonic()
            print(f"{subject} ...", end=" ", file=sys.stderr, flush=True)
            try:
                told += importlib.import_module(f"bench.{subject}").run(options)
            except Exception as wrong:  # one subject's fault does not take the others' figures away
                told += skipped([subject], f"failed: {type(wrong).__name__}: {wrong}")
            print(f"{time.monotonic() - at:.0f} s", file=sys.stderr, flush=True)
    print(printed(told))
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(
        f"\n{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load};"
        f" data {made:.0f} s, all {time.monotonic() - begun:.0f} s"
    )
    failed = any(one.verdict == "MISSED" or one.note.startswith("failed") for one in told)
    return 1 if asked.strict and failed else 0


if __name__ == "__main__":
    sys.exit(main())
