"""CPU of a process from its beginning to its first live frame: the workstation over its largest store, beside others."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.measuring import cpu_of, median, ms
from bench.options import Options, child_environment, compile_bytecode
from bench.probe import Probe
from bench.table import Ratio, skipped

OTHERS = {"posting": (b"Enter a URL",), "harlequin": (b"Data Catalog", b"Query Editor")}
"""Programs to compare with, and what their first frame shows (any of it)."""
BESIDE = {"posting": ("tree-sitter<0.26",)}
"""What they need besides to start: posting's parsers end the process with a newer library."""


@dataclass(slots=True)
class Started:
    command: list[str]
    shows: tuple[bytes, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    cpu: list[float] = field(default_factory=list)

    def run(self) -> None:
        with Probe(self.command, environment=self.environment) as probe:
            probe.until(lambda raw: any(one in raw for one in self.shows), 60)
            self.cpu.append(cpu_of(probe.pid))
            probe.rest(0.3)
            probe.leave()


def run(options: Options) -> list[Ratio]:
    large = options.large
    ours = Started(
        [sys.executable, "-m", "atendente_tui"],
        (large.shows,),
        large.environment,
    )
    bare = Started([sys.executable, "-m", "bench.children.bare"], (b"pronto-e-vivo",))
    others, missing = _others(options)
    for one in (ours, bare, *others.values()):
        one.run()  # files into the system's cache
        one.cpu.clear()
    for n in range(options.rounds(9, 5)):
        ours.run()
        bare.run()
        if n % 3 == 0:
            for one in others.values():
                one.run()
    mine = median(ours.cpu)
    told = [
        Ratio(
            f"start: CPU to the first live frame over {large.tickets:,} tickets, against a bare Textual app",
            mine / median(bare.cpu),
            "<=",
            1.3,
            ms(mine),
            ms(median(bare.cpu)),
        )
    ]
    for program, one in others.items():
        theirs = median(one.cpu)
        told.append(Ratio(f"start: {program} against ours", theirs / mine, ">=", 3.5, ms(mine), ms(theirs)))
    for program, why in missing.items():
        told += skipped([f"start: {program} against ours"], why)
    return told


def _others(options: Options) -> tuple[dict[str, Started], dict[str, str]]:
    """The programs that could be installed and start, and why the rest could not."""
    found: dict[str, Started] = {}
    missing: dict[str, str] = {}
    home = options.scratch / "home"
    home.mkdir()
    environment = {
        "HOME": str(home),
        **{f"XDG_{one}_HOME": str(home / one.lower()) for one in ("CONFIG", "DATA", "CACHE", "STATE")},
    }
    for program, shows in OTHERS.items():
        try:
            command = _installed(options.aside / program, program)
            one = Started([str(command)], shows, environment)
            one.run()
        except (OSError, subprocess.SubprocessError, TimeoutError) as wrong:
            missing[program] = f"{program} could not be run: {str(wrong)[-300:]}"
        else:
            one.cpu.clear()
            found[program] = one
    return found, missing


def _installed(place: Path, program: str) -> Path:
    """The program in an environment of its own, installed by name when it is not there yet."""
    command = place / "bin" / program
    if not (place / "ready").exists():
        print(f"installing {program} aside ...", file=sys.stderr, flush=True)
        if place.exists():
            shutil.rmtree(place)
        base = sys.base_prefix + "/bin/python3"
        environment = child_environment()
        environment.pop("PYTHONPATH")
        for call in (
            [base, "-m", "venv", str(place)],
            [
                str(place / "bin/pip"),
                "install",
                "--quiet",
                "--disable-pip-version-check",
                program,
                *BESIDE.get(program, ()),
            ],
        ):
            subprocess.run(call, check=True, capture_output=True, env=environment, timeout=600)
        compile_bytecode(place, python=str(place / "bin/python"))
        (place / "ready").touch()
    return command
