"""The rows of a file to import: CSV, JSON Lines or JSON as texts by column, each with its line.

What is wrong with the file as a whole is raised; what is wrong with one line is told beside the good ones.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from atendente_tui import os_words
from atendente_tui.desk.import_map import ROW_NUMBER, ImportMap
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

LARGEST_CELL = 16 * 1024 * 1024
NAMED = 60
"""Columns that a complaint lists at most."""

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Skipped:
    line: int
    why: str


def rows_of(path: Path, mapping: ImportMap, skipped: list[Skipped]) -> Iterator[tuple[int, Row]]:
    """Line and row of everything that can be read; what cannot is added to `skipped`.

    Raises Refused: "import_unreadable", "import_encoding", "import_column", "import_column_twice".
    """
    text = _text(path, mapping.encoding)
    if mapping.format == "csv":
        rows = _csv_rows(path, text, mapping, skipped)
    else:
        found = list((_json_lines if mapping.format == "jsonl" else _json_items)(path, text, skipped))
        # Objects leave out what is empty, so that a column is unknown only when none of them has it.
        known = list(dict.fromkeys(name for _line, row in found for name in row))
        _check_columns(path, found[0][0] if found else 1, mapping, known if found else mapping.columns())
        rows = iter(found)
    for number, (line, row) in enumerate(rows, 1):
        yield line, {**row, ROW_NUMBER: str(number)}


def _text(path: Path, encoding: str) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Refused("import_unreadable", file=path.name, why=os_words.why(error)) from error
    try:
        return raw.decode(encoding).removeprefix("\ufeff")
    except ValueError as error:  # UnicodeDecodeError, and what odd codecs raise instead
        line = raw[: getattr(error, "start", 0)].count(b"\n") + 1
        raise Refused("import_encoding", file=path.name, line=line, encoding=encoding) from error


def _csv_rows(path: Path, text: str, mapping: ImportMap, skipped: list[Skipped]) -> Iterator[tuple[int, Row]]:
    csv.field_size_limit(LARGEST_CELL)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=mapping.delimiter,
        quoting=csv.QUOTE_MINIMAL if mapping.quotes else csv.QUOTE_NONE,
    )
    line = 1
    names: list[str] | None = None
    try:
        for cells in reader:
            if not cells:
                pass
            elif names is None:
                names = [name.strip() for name in cells]
                _check_columns(path, line, mapping, names)
            elif len(cells) != len(names):
                why = _("{found} cells where the heading has {wanted}")
                skipped.append(Skipped(line, why.format(found=len(cells), wanted=len(names))))
            else:
                yield line, dict(zip(names, cells, strict=True))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Refused("import_unreadable", file=path.name, why=f"{error} ({line})") from error
    if names is None:
        raise Refused(
            "import_unreadable", file=path.name, why=_("a line with the columns' names is expected")
        )


def _check_columns(path: Path, line: int, mapping: ImportMap, names: Iterable[str]) -> None:
    times = Counter(names)
    wanted = [one for one in mapping.columns() if one != ROW_NUMBER]
    missing = [one for one in wanted if one not in times]
    if missing:
        shown = [one[:NAMED] for one in times][:NAMED]
        raise Refused(
            "import_column",
            file=path.name,
            line=line,
            column=", ".join(missing),
            allowed=", ".join(shown) + (", …" if len(times) > NAMED else ""),
        )
    for one in wanted:
        if times[one] > 1:
            raise Refused("import_column_twice", file=path.name, line=line, column=one)


def _json_lines(_path: Path, text: str, skipped: list[Skipped]) -> Iterator[tuple[int, Row]]:
    for number, one in enumerate(text.split("\n"), 1):
        if one.strip():
            try:
                yield number, _flat(json.loads(one))
            except (ValueError, RecursionError) as error:
                skipped.append(Skipped(number, first_reason(error)))


def _json_items(path: Path, text: str, skipped: list[Skipped]) -> Iterator[tuple[int, Row]]:
    """The number of an item in its list stands for its line."""
    try:
        items = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused("import_unreadable", file=path.name, why=first_reason(error)) from error
    if not isinstance(items, list):
        raise Refused("import_unreadable", file=path.name, why=_("a list of objects is expected"))
    for number, item in enumerate(items, 1):
        try:
            yield number, _flat(item)
        except (ValueError, RecursionError) as error:
            skipped.append(Skipped(number, first_reason(error)))


def _flat(item: object) -> Row:
    """Texts by name; what lies deeper by its way there: `customer.name`."""
    if not isinstance(item, dict):
        raise ValueError(_("an object is expected"))
    found: dict[str, str] = {}
    for key, value in item.items():
        if isinstance(value, dict):
            found |= {f"{key}.{name}": one for name, one in _flat(value).items()}
        else:
            found[str(key)] = (
                value
                if isinstance(value, str)
                else ""
                if value is None
                else json.dumps(value, ensure_ascii=False)
            )
    return found


def first_reason(error: Exception) -> str:
    """Why a value was refused, without the value."""
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error) or type(error).__name__
