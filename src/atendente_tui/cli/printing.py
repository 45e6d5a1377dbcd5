"""Answers on standard output: one JSON document, JSON lines, or words for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal

from atendente_tui.privacy.json_text import harmless
from atendente_tui.privacy.safe import safe_line, safe_text

WIDEST = 44  # characters of one column: no subject may push the others out

Json = Mapping[str, Any] | Sequence[Any]
Form = Literal["", "json", "jsonl"]

_asked: Form = ""


def ask(form: Form) -> None:
    """What this run's answer is to be: words for people (""), one document, or one a line."""
    global _asked
    _asked = form


def asked() -> Form:
    return _asked


def print_json(answer: Json | Iterator[Json] | None) -> None:
    """One document, on several lines where a person reads it; or every element of a list on a line of its own."""
    if _asked != "jsonl":
        whole = list(answer) if isinstance(answer, Iterator) else answer
        print(document(whole, indent=2 if sys.stdout.isatty() else None))
        return
    for one in answer if isinstance(answer, list | Iterator) else [answer]:
        print(document(one))


def document(answer: Json | None, indent: int | None = None) -> str:
    """JSON in which no character could command a terminal: what JSON itself lets through goes out as an escape."""
    return harmless(json.dumps(answer, ensure_ascii=not _utf8(), indent=indent))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, whole: bool = False) -> None:
    """A table as wide as the terminal; every cell cleaned, nothing read as markup.

    whole   cells go on in the next line instead of being cut: what to do about a fault must be readable
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        if whole:
            table.add_column(Text(heading), overflow="fold")
        else:
            table.add_column(Text(heading), overflow="ellipsis", no_wrap=True, max_width=WIDEST)
    clean = partial(safe_line, characters=2_000) if whole else safe_line
    for row in rows:
        table.add_row(*(Text(clean(cell)) for cell in row))
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 200
    console.print(table)


def print_text(text: str) -> None:
    print(safe_text(text))


def _utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
