"""Whatever a mapping or a file holds, reading it ends in tickets or in a sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atendente_tui import labels
from atendente_tui.config_tables import ConfigError
from atendente_tui.desk.import_map import FIELDS, read_map
from atendente_tui.desk.importing import read
from atendente_tui.desk.storing import store_reading
from atendente_tui.domain.refusal import Refused
from atendente_tui.refusals import SENTENCES
from tests.builders import make_store
from tests.desk.conftest import desk_at
from tests.sizes import sized

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
quiet = settings(
    max_examples=sized(60, 200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_text = st.text(max_size=12)
_value = st.recursive(
    st.one_of(_text, st.integers(), st.booleans(), st.just("%d/%m/%Y"), st.just("{a}"), st.just("email")),
    lambda one: st.one_of(
        st.lists(one, max_size=3),
        st.dictionaries(
            st.sampled_from(["column", "template", "const", "format", "map", "default", "kind", "a"]),
            one,
            max_size=3,
        ),
    ),
    max_leaves=5,
)


def said(error: ConfigError | Refused) -> None:
    """It can be told: a refusal by its sentence, a mapping's faults with what is allowed."""
    if isinstance(error, Refused):
        assert error.code in SENTENCES
        assert labels.refusal(error)
    else:
        assert all(fault.allowed for fault in error.faults)


def as_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_toml(key)} = {as_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, bool | int):
        return str(value).lower()
    return '"' + "".join(f"\\U{ord(one):08x}" for one in str(value)) + '"'


@quiet
@given(
    top=st.dictionaries(
        st.sampled_from(["format", "encoding", "delimiter", "quotes", "timezone", "source"]),
        st.one_of(
            _value, st.sampled_from(["csv", "json", "utf-16", "idna", "base64", "punycode", "\t", "a\0b"])
        ),
        max_size=4,
    ),
    fields=st.dictionaries(st.sampled_from(FIELDS), _value, max_size=8),
    content=st.binary(max_size=60),
)
def test_any_mapping(
    top: dict[str, object], fields: dict[str, object], content: bytes, tmp_path: Path
) -> None:
    mapping, file = tmp_path / "m.toml", tmp_path / "f"
    lines = [f"{key} = {as_toml(value)}" for key, value in top.items()]
    lines += ["[fields]", *(f"{key} = {as_toml(value)}" for key, value in fields.items())]
    mapping.write_text("\n".join(lines), encoding="utf-8", errors="surrogatepass")
    file.write_bytes(content)
    try:
        read(file, read_map(mapping), NOW)
    except ConfigError as error:
        said(error)
    except Refused as refused:
        said(refused)


@quiet
@given(content=st.binary(max_size=200))
def test_any_bytes_for_a_mapping(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_bytes(content)
    with pytest.raises(ConfigError):
        read_map(tmp_path / "m.toml")


MAPPING = """
format = "{form}"
encoding = "{encoding}"
[fields]
external_id = "id"
subject = "s"
channel = {{ column = "c", map = {{ a = "sms" }}, default = "email" }}
customer = "who"
identity = "who"
opened_at = "at"
closed_at = "end"
csat = "n"
tags = ["s", "who"]
"""
_cell = st.one_of(
    _text,
    st.sampled_from(
        [
            "",
            "1",
            "a@b",
            "email:x",
            "5",
            "2026-01-01",
            "0001-01-01",
            "9999-12-31T23:59:59",
            '"',
            "\n",
            "\0",
            "=1",
        ]
    ),
    st.datetimes().map(str),
    st.text(st.characters(exclude_categories=()), max_size=4),
)
COLUMNS = ("id", "s", "c", "who", "at", "end", "n")


@quiet
@given(
    rows=st.lists(st.lists(_cell, min_size=6, max_size=8), max_size=6),
    form=st.sampled_from(["csv", "jsonl", "json"]),
    encoding=st.sampled_from(["utf-8", "cp1252", "utf-16"]),
)
def test_any_rows(rows: list[list[str]], form: str, encoding: str, tmp_path: Path) -> None:
    import csv
    import io
    import json

    mapping, file = tmp_path / "m.toml", tmp_path / "f"
    mapping.write_text(MAPPING.format(form=form, encoding=encoding))
    out = io.StringIO()
    if form == "csv":
        csv.writer(out).writerows([COLUMNS, *rows])
    else:
        items = [json.dumps(dict(zip(COLUMNS, row, strict=False))) for row in rows]
        out.write("\n".join(items) if form == "jsonl" else f"[{','.join(items)}]")
    file.write_bytes(out.getvalue().encode(encoding, "replace" if encoding == "cp1252" else "surrogatepass"))
    try:
        reading = read(file, read_map(mapping), NOW)
    except Refused as refused:
        said(refused)
        return
    assert len(reading.tickets) + reading.repeated + len(reading.skipped) >= len(rows) - rows.count([])
    assert {one.ticket for one in reading.events} == set(reading.tickets)


@settings(quiet, max_examples=sized(8, 25))
@given(rows=st.lists(st.lists(_cell, min_size=7, max_size=7), max_size=5))
def test_what_was_read_can_be_stored_twice(
    rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    import json

    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "m.toml").write_text(MAPPING.format(form="jsonl", encoding="utf-8"))
    (folder / "f").write_text("\n".join(json.dumps(dict(zip(COLUMNS, row, strict=True))) for row in rows))
    reading = read(folder / "f", read_map(folder / "m.toml"), NOW)
    store = make_store(folder)
    try:
        first = store_reading(desk_at(store), reading, push=False)
        again = store_reading(desk_at(store), reading, push=False)
    finally:
        store.close()
    assert (first.tickets, first.events) == (len(reading.tickets), len(reading.events))
    assert (again.customers, again.tickets, again.events) == (0, 0, 0)
    assert again.already == len(reading.tickets)


@quiet
@given(content=st.binary(max_size=400), form=st.sampled_from(["csv", "jsonl", "json"]))
def test_any_bytes_for_a_file(content: bytes, form: str, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING.format(form=form, encoding="utf-8"))
    (tmp_path / "f").write_bytes(content)
    try:
        reading = read(tmp_path / "f", read_map(tmp_path / "m.toml"), NOW)
    except Refused as refused:
        said(refused)
    else:
        assert not reading.tickets
