"""Answers on standard output: one JSON document, JSON lines, or a table for people."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from atendente_tui.privacy.safe import safe_line, safe_text

_COMMANDING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

WIDEST = 44  # characters of one column: no subject may push the others out

Json = Mapping[str, Any] | Sequence[Any]


def print_json(answer: Json | None) -> None:
    """One document, on several lines where a person reads it."""
    print(document(answer, indent=2 if sys.stdout.isatty() else None))


def print_jsonl(answers: Iterable[Json]) -> None:
    for answer in answers:
        print(document(answer))


def document(answer: Json | None, indent: int | None = None) -> str:
    """JSON in which no character could command a terminal: what JSON itself lets through goes out as an escape."""
    text = json.dumps(answer, ensure_ascii=not _utf8(), indent=indent)
    return _COMMANDING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None) -> None:
    """A table cut to the terminal's width; every cell cleaned, nothing read as markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=None, pad_edge=False, title=Text(safe_line(title)) if title else None, title_justify="left"
    )
    for heading in headings:
        table.add_column(Text(heading), overflow="ellipsis", no_wrap=True, max_width=WIDEST)
    for row in rows:
        table.add_row(*(Text(safe_line(cell)) for cell in row))
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 200
    console.print(table)


def print_text(text: str) -> None:
    print(safe_text(text))


def _utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
