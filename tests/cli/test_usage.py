"""Wrong words end with exit code 2 and a sentence in the person's language; every command has help."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atendente_tui.cli.app import GROUPS, made
from tests.cli.conftest import Cli
from tests.cli.tree import leaves
from tests.sizes import sized

ENGLISH = re.compile(
    r"Usage|Options|Arguments|Commands|OPTIONS|COMMAND\b|ARGS|Show |Print |\[default|required|<str>|<int|<float|<path>"
    r"|\b(TEXT|NUMBER|PATH|FILE|DIR|NAME|QUERY|CUSTOMER|STATUS|TEAM|TIME|KIND|PROMISE|FACT|PRIORITY)\b"
)
"""What Typer says when it is left to itself, and our own words for arguments before they are translated."""
COMMANDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("queue --limit 0", "--limit: um número de 1 a 100000"),
        ("reply 1 --text x --hold -1", "--hold: no mínimo 0"),
        ("queue --limit x", "--limit: espera-se um número inteiro"),
        ("queue --limi 3", "Não existe a opção --limi. Seria --limit?"),
        ("queue extra", "Sobrou: extra."),
        ("nope", "Não existe o comando nope. Seria note, snooze?"),
        ("outbox frob", "Não existe o comando frob."),
        ("reply", "Falta ID."),
        ("reply 1", "Falta --text."),
        ("reply 1 --text", "--text: falta um valor."),
        ("status 1 nope", "ESTADO: veio nope; aceita-se: new, open, pending"),
        ("history x --channel fax", "--channel: veio fax; aceita-se: email, chat"),
        ("export x --format xml", "--format: veio xml; aceita-se: jsonl, csv, parquet"),
        ("queue --view nope", "Não existe a visão nope. Existem: minha, livres, equipe, sla"),
        ("backend use nope", "Não existe o backend nope. Existem: demo, hub, rt."),
        ("sync --once", "Nenhum sistema configurado"),
        ("kb import /no/such/folder", "Não existe a pasta /no/such/folder."),
        ("import x.csv", "--map"),
        ("outbox discard x", "--yes"),
        ("login", "Nenhum sistema configurado"),
        ("demo --headless --size 1x1", "80x24"),
        ("queue --json=x", "--json não leva valor."),
        ("--", "Falta um comando."),
        ("import none.csv --map m.toml", "m.toml: file: encontrado não está lá"),
        ("backend use rt", "o endereço precisa ser http"),
    ],
)
def test_wrong_usage(words: str, sentence: str, cli: Cli) -> None:
    answer = cli(*words.split())
    assert answer.code == 2
    assert answer.out == ""
    assert sentence in answer.err


def test_in_english(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATENDENTE_LANG", "en")
    assert "--limit: a number from 1 to 100000" in cli("queue", "--limit", "0").err


def test_a_group_without_a_word_shows_its_help(cli: Cli) -> None:
    answer = cli("kb")
    assert answer.code == 2
    assert "search" in answer.err
    assert "Comandos:" in answer.err


def test_the_table_of_groups_is_what_they_bring() -> None:
    for module, commands in GROUPS.items():
        alone = made(commands[0])
        assert set(alone.commands) == set(commands), module


def helps(language: str) -> dict[str, str]:
    """What `--help` says after every command and group: in a process of its own, because help is made at import."""
    done = subprocess.run(
        [sys.executable, "-c", _HELPS],
        env=os.environ | {"ATENDENTE_LANG": language},
        capture_output=True,
        timeout=120,
        check=True,
    )
    return dict(json.loads(done.stdout))


_HELPS = """
import contextlib, io, json
from atendente_tui import i18n
i18n.choose()
from atendente_tui.cli.app import made, run
def walk(path, command):
    yield path
    for name, one in getattr(command, "commands", {}).items():
        yield from walk((*path, name), one)
told = {}
for path in walk((), made()):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert run([*path, "--help"]) == 0
    told[" ".join(path)] = out.getvalue()
print(json.dumps(told))
"""


def test_help_speaks_portuguese_and_nothing_else() -> None:
    told = helps("pt-BR")
    assert {" ".join(path) for path, _command in leaves()} < set(told)
    for words, text in told.items():
        assert text.startswith("Uso: atendente "), words
        assert "Opções:" in text, words
        assert "Mostra esta ajuda." in text, words
        assert not (found := ENGLISH.search(text)), (words, found)
    assert "COMANDO [ARGUMENTOS]..." in told["outbox"]
    assert "PALAVRAS" in told["search"]


def test_help_speaks_english() -> None:
    for words, text in helps("en").items():
        assert text.startswith("Usage: atendente "), words
        assert "Show this help." in text, words
        assert not re.search(r"Opções|Uso:|\[padrão|obrigatório", text), words


@settings(
    max_examples=sized(12, 150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_words_end_in_a_traceback(data: st.DataObject, cli: Cli) -> None:
    path, command = data.draw(
        st.sampled_from([(path, one) for path, one in leaves() if path[0] not in ("demo", "login")])
    )
    known = [option for one in command.params for option in one.opts if option.startswith("--")]
    word = st.one_of(
        st.sampled_from(
            ["1", "-", "--", "0", "-1", "x:y", "email:a@b", "2h", "todos", "\u202e", "é", "9" * 30]
        ),
        st.text(st.characters(exclude_characters="\0./~"), max_size=20),  # no way out of the test's folder
        st.sampled_from(known or ["--help"]),
    )
    words = data.draw(st.lists(word, max_size=6))
    answer = cli(*path, *words, given=data.draw(st.binary(max_size=30)))
    assert answer.code in (0, 1, 2)
    assert "relato" not in answer.err, "a fault nobody foresaw"
    assert not COMMANDING.search(answer.out + answer.err)


def test_a_fault_of_ours_leaves_a_report_without_data(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from atendente_tui.store import queue

    def broken(*_given: object, **_named: object) -> None:
        raise RuntimeError("CPF 123.456.789-09")

    monkeypatch.setattr(queue, "queue_page", broken)
    answer = cli("queue")
    log = tmp_path / "data" / "atendente.log"
    assert answer.code == 1
    assert str(log) in answer.err
    assert "builtins.RuntimeError" in log.read_text()
    assert "123.456" not in log.read_text() + answer.err
    assert log.stat().st_mode & 0o777 == 0o600
