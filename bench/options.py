"""What one run of the benchmarks is given."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.dataset import World

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Options:
    quick: bool
    large: World
    small: World
    scratch: Path
    """A directory of this run, removed after it."""
    aside: Path
    """Where the programs to compare with are installed."""

    def rounds(self, full: int, quick: int) -> int:
        return quick if self.quick else full


def child_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """For a program that is measured: it may read and write bytecode, and finds this package."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ATENDENTE"))}
    return kept | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"} | dict(more or {})


def compile_bytecode(*places: Path, python: str = sys.executable) -> None:
    """So that no run pays for compiling: everything that is imported has its bytecode beside it."""
    subprocess.run(
        [python, "-m", "compileall", "-q", "-j0", *map(str, places)],
        env=child_environment(),
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
