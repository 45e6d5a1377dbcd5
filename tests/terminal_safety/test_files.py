"""The same strings in files: what is exported, handed over or logged commands neither a terminal nor a spreadsheet."""

from __future__ import annotations

import csv
import json
import logging
import sys
import tarfile
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from atendente_tui import crash
from atendente_tui.cli.hub_starting import _Plain
from atendente_tui.clock import SystemClock
from atendente_tui.domain.change import ChangePage, received
from atendente_tui.privacy.json_text import commands
from atendente_tui.privacy.safe import is_clean
from atendente_tui.store.ingest import apply_in_slices
from tests.builders import BACKEND, NOW, customer_change, event_change, make_store, ticket_change
from tests.terminal_safety.strings import ESCAPES
from tests.terminal_safety.test_command_line import _check, _run, at_home
from tests.terminal_safety.world import environment

__all__ = ["at_home"]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
COPIED = {
    "customer",
    "identity",
    "fact",
    "ticket",
    "event",
    "attachment",
    "promise",
    "article",
    "draft",
    "poison",
}


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_an_export_holds_no_command_and_reads_back_the_same(
    at_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    out = tmp_path / "out"
    code, _out, err = _run("export", str(out), "--format", kind)
    assert code == 0, err
    for file in out.iterdir():
        text = file.read_text(encoding="utf-8")
        assert not commands(text), file.name
        if kind == "csv" and file.suffix == ".csv":
            with file.open(encoding="utf-8", newline="") as lines:
                csv.field_size_limit(1 << 26)
                cells = [cell for row in csv.reader(lines) for cell in row]
            wrong = [cell for cell in cells if cell.startswith(FORMULA) and not cell.lstrip("-").isdecimal()]
            assert not wrong, (file.name, wrong[:3])
    monkeypatch.setenv("ATENDENTE_DATA", str(tmp_path / "another"))
    code, _out, err = _run("import", str(out))
    assert code == 0, err
    code, _out, err = _run("export", str(tmp_path / "again"), "--format", kind)
    assert code == 0, err
    for table in COPIED:
        name = f"{table}.{kind}"
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes(), name


def test_what_waits_and_what_is_handed_over(at_home: Path, tmp_path: Path, strings: list[str]) -> None:
    code, _out, err = _run("outbox", "export", str(tmp_path / "saida.jsonl"))
    assert code == 0, err
    text = (tmp_path / "saida.jsonl").read_text(encoding="utf-8")
    assert not commands(text)
    assert all(json.loads(line) for line in text.splitlines())
    for named in ("customer:1", "customer:2", "customer:50"):
        for words in (
            ("privacy", "find", named),
            ("privacy", "erase", named, "--dry-run"),
            ("privacy", "log"),
        ):
            code, out, err = _run(*words)
            assert code == 0, err
            _check(out + err, strings, words)
            code, out, err = _run(*words, "--json")
            _check(out + err, strings, words)
        folder = tmp_path / named.replace(":", "")
        code, out, err = _run("privacy", "export", named, "--to", str(folder))
        assert code == 0, err
        _check(out + err, strings, (named,))
        for file in folder.iterdir():
            assert not commands(file.read_text(encoding="utf-8")), file


def test_logs_take_no_words_of_others(at_home: Path, strings: list[str]) -> None:
    for text in strings:
        try:
            raise ValueError(text)
        except ValueError as error:
            log = crash.record(error)
    said = log.read_text(encoding="utf-8")
    assert all(is_clean(line) for line in said.split("\n"))
    assert not any(text in said for text in strings if len(text) > 12)
    console = _Plain()
    for text in strings:
        record = logging.LogRecord("hub", logging.WARNING, __file__, 1, "said %s", (text,), None)
        line = console.format(record)
        assert is_clean(line)
        assert "\n" not in line
        try:
            raise ValueError(text)
        except ValueError:
            told = console.format(
                logging.LogRecord("hub", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
            )
        assert told.endswith("failed (ValueError)")


def test_raw_mails_of_the_wild(tmp_path: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every mail of the corpus as somebody's message: its headers as names and subjects, its raw body as the text."""
    mails = _mails(shared_data)
    assert len(mails) > 300
    folder = tmp_path / "profile"
    folder.mkdir()
    (folder / "config.toml").write_text(
        '[store]\nencryption = "off"\n[agent]\nlogin = "ana"\n', encoding="utf-8"
    )
    store = make_store(folder / "data", clock=SystemClock())
    told: list[object] = []
    for n, (author, subject, text) in enumerate(mails):
        told += [
            customer_change(n).model_copy(update={"name": received(author) or "?"}),
            ticket_change(n, customer=f"c{n}", subject=received(subject)),
            event_change(n, author=author, text=text),
            event_change(0, 100 + n, author=author, text=text, at=NOW + timedelta(seconds=n)),
        ]
    applied = apply_in_slices(store, ChangePage(changes=tuple(told), cursor="1"), BACKEND)  # type: ignore[arg-type]
    assert applied.skipped == 0
    assert store.wait_indexed()
    store.close()
    for name, value in environment(folder).items():
        monkeypatch.setenv(name, value)
    strings = [text for mail in mails for text in mail]
    for words in (
        ("show", "1"),
        ("history", "c0"),
        ("queue", "--view", "todos", "--limit", "1000"),
        ("search", "the"),
    ):
        for form in ((), ("--json",)):
            code, out, err = _run(*words, *form)
            assert code in (0, 1), err
            _check(out + err, strings[:0] + list(ESCAPES), words)


def _mails(shared_data: Path) -> list[tuple[str, str, str]]:
    """(from, subject, body), as badly encoded as they came."""
    found = []
    with tarfile.open(shared_data / "emails-raw" / "emails.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is None:
                continue
            raw = file.read()
            parsed = message_from_bytes(raw, policy=policy.compat32)
            body = raw.split(b"\n\n", 1)[-1].decode("latin-1" if b"\xe9" in raw else "utf-8", "replace")
            found.append((str(parsed.get("from", "")), str(parsed.get("subject", "")) or member.name, body))
    return found
