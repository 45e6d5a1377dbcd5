"""How the program begins and ends as a process: what it imports, what it says without a terminal, broken pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

HEAVY = (
    "textual",
    "sqlmodel",
    "sqlalchemy",
    "httpx",
    "keyring",
    "holidays",
    "yaml",
    "typer",
    "rich",
    "asyncio",
)
_TELL = f"""
import json, sys
sys.argv = ["atendente", *sys.argv[1:]]
from atendente_tui.__main__ import main
code = main()
ours = [name for name in sys.modules if name.startswith("atendente_tui.")]
print(json.dumps([code, [name for name in {HEAVY!r} if name in sys.modules], ours]), file=sys.stderr)
"""


def imported(*arguments: str) -> tuple[int, set[str], set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", _TELL, *arguments], capture_output=True, timeout=60, check=True
    )
    code, heavy, ours = json.loads(done.stderr.decode().splitlines()[-1])
    return code, set(heavy), set(ours)


def test_the_version_costs_nothing() -> None:
    code, heavy, _ours = imported("--version")
    assert (code, heavy) == (0, set())


@pytest.mark.parametrize("command", [("queue", "--json"), ("claim", "1", "--dry-run"), ("outbox", "--json")])
def test_a_command_pays_for_what_it_uses(command: tuple[str, ...], cli: Cli) -> None:
    cli("queue")  # makes the store
    _code, heavy, ours = imported(*command)
    assert heavy <= {"typer"}
    assert not [name for name in ours if name.startswith(("atendente_tui.tui", "atendente_tui.backends"))]


def test_help_loads_no_screen_and_no_network() -> None:
    code, heavy, _ours = imported("--help")
    assert code == 0
    assert heavy <= {"typer"}


def test_the_bare_word_needs_a_terminal_and_names_the_twins(program: Cli) -> None:
    answer = program()
    assert answer.code == 2
    assert answer.out == ""
    assert "atendente queue" in answer.err


def test_the_bare_word_in_english(program: Cli) -> None:
    assert "needs a terminal" in program(ATENDENTE_LANG="en").err


@pytest.mark.parametrize(
    "command", ["queue --view todos --limit 5000", "queue --view todos --limit 5000 --jsonl"]
)
def test_a_reader_may_go_away(command: str, cli: Cli, program: Cli, tmp_path: object) -> None:
    import_many(cli, tmp_path, 900)  # more than a pipe holds
    first = subprocess.Popen(
        [sys.executable, "-m", "atendente_tui", *command.split()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert first.stdout is not None
    assert first.stderr is not None
    first.stdout.readline()
    first.stdout.close()
    told = first.stderr.read()
    first.stderr.close()
    assert (first.wait(60), told) == (0, b"")


def import_many(cli: Cli, folder: object, count: int) -> None:
    from pathlib import Path

    place = Path(str(folder))
    rows = "\n".join(
        f"T-{n},Pedido {n} que ainda não chegou ao destino,Cliente {n % 50}" for n in range(count)
    )
    (place / "many.csv").write_text(f"id,subject,who\n{rows}\n")
    (place / "many.toml").write_text(
        '[fields]\nexternal_id = "id"\nsubject = "subject"\nchannel = { const = "email" }\ncustomer = "who"\n'
    )
    assert cli("import", place / "many.csv", "--map", place / "many.toml").code == 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
@pytest.mark.parametrize("command", ["", "queue --json", "show 1"])
@pytest.mark.skipif(os.name != "posix", reason="redirections of a POSIX shell")
def test_streams_may_be_closed(command: str, closed: str) -> None:
    done = subprocess.run(
        f"exec {sys.executable} -m atendente_tui {command} {closed}",
        shell=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, 1, 2)
    assert b"Traceback" not in done.stderr


def test_a_full_disk_under_the_output_is_said(cli: Cli) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "atendente_tui", "queue"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


def test_completion_knows_commands_and_values(program: Cli, tmp_path: Path) -> None:
    def complete(words: str, place: int) -> list[str]:
        answer = program(_ATENDENTE_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(place))
        return answer.out.split()

    assert complete("atendente que", 1) == ["queue"]
    assert "retry" in complete("atendente outbox ", 2)
    assert "solved" in complete("atendente status 1 ", 3)
    assert "--json" in complete("atendente queue --", 2)
    (tmp_path / "config.toml").write_text('[views.meus-sms]\ntitle = "SMS"\nchannels = ["sms"]\n')
    assert complete("atendente queue --view m", 3) == ["minha", "meus-sms"]
