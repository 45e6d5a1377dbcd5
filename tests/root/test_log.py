"""The log says what happened and where, and nothing of anybody: not a text, not a name, not a number, not a secret."""

from __future__ import annotations

import ast
import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.parsed import parsed

from atendente_tui import crash, log, paths

SRC = Path(__file__).parents[2] / "src" / "atendente_tui"


@pytest.fixture
def begun() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    before = (list(root.handlers), threading.excepthook, logging.lastResort)
    log.begin()
    log.begin()
    assert sum(isinstance(one, log.Handler) for one in root.handlers) == 1
    yield logging.getLogger("atendente_tui.sync.service")
    root.handlers, threading.excepthook, logging.lastResort = before  # type: ignore[misc]


def test_a_line_says_when_where_and_what(begun: logging.Logger) -> None:
    begun.info("the sync is %s (%s)", "offline", "unreachable")
    try:
        raise ValueError("CPF 123.456.789-09 de Maria") from KeyError("maria@example.com")
    except ValueError:
        begun.exception("backend %s failed", "rt")
    told = list(log.lines())
    assert (told[0]["level"], told[0]["what"], told[0]["values"]) == (
        "info",
        "the sync is %s (%s)",
        ["offline", "unreachable"],
    )
    assert told[0]["where"].startswith("sync.service:")
    assert (told[1]["error"], told[1]["from"]) == ("builtins.ValueError", "builtins.KeyError")
    assert told[1]["places"][0].startswith("test_log.py:")
    assert "Maria" not in paths.log_file().read_text()
    assert "maria" not in paths.log_file().read_text()
    assert paths.log_file().stat().st_mode & 0o777 == 0o600


@given(st.text())
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_only_words_of_ours_get_through(text: str) -> None:
    kept = log.plain(text)
    assert kept == log.LEFT_OUT or (str(kept).isascii() and not set(str(kept)) & set("0123456789@- /"))


@pytest.mark.parametrize(
    "value",
    [
        "123.456.789-09",
        12345678909,
        5511987654321,
        "maria@example.com",
        "Maria Oliveira",
        "https://user:pw@host/x?token=1",
        "a3f8" * 16,
        "Não recebi meu pedido",
        ValueError("x"),
        b"key",
        "x\x1b[31m",
    ],
)
def test_what_never_gets_through(value: object, begun: logging.Logger) -> None:
    begun.warning("something with %s", value)
    [line] = log.lines()
    assert line["values"] == [log.LEFT_OUT]


def test_of_others_only_that_there_was_something(begun: logging.Logger) -> None:
    logging.getLogger("httpx").info("GET https://host/?token=abc")
    logging.getLogger("asyncio").error("Task failed: %s", "segredo")
    [line] = log.lines()
    assert line["what"] == "a message of another library"
    assert "segredo" not in json.dumps(line)


def test_a_thread_s_end_is_written_down_and_not_shown(
    begun: logging.Logger, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise RuntimeError("dados do cliente")

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    [line] = log.lines()
    assert line["error"] == "builtins.RuntimeError"
    assert capfd.readouterr() == ("", "")


def test_files_follow_each_other(begun: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LARGEST", 2_000)
    for n in range(200):
        begun.info("number %s", n)
    assert len(log.files()) == log.KEPT
    assert all(one.stat().st_size < 2_400 for one in log.files())
    assert all(one.stat().st_mode & 0o777 == 0o600 for one in log.files())
    numbers = [line["values"][0] for line in log.lines()]
    assert numbers == list(range(200 - len(numbers), 200))


def test_nothing_is_formatted_into_what_is_logged() -> None:
    """The sentence is constant: what is put into it goes through `plain`."""
    wrong = []
    for file in SRC.rglob("*.py"):
        if file.parent.name == "hub":  # a server's access log, on its own terminal
            continue
        for node in ast.walk(parsed(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "_log"
                and node.args
            ):
                parts = [node.args[0]]
                if isinstance(parts[0], ast.IfExp):
                    parts = [parts[0].body, parts[0].orelse]
                if not all(isinstance(one, ast.Constant) for one in parts):
                    wrong.append(f"{file.name}:{node.lineno}")
    assert not wrong


def test_no_core(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    asked: list[object] = []
    monkeypatch.setattr(resource, "setrlimit", lambda which, limits: asked.append((which, limits[0])))
    crash.leave_no_core()
    assert asked == [(resource.RLIMIT_CORE, 0)]
