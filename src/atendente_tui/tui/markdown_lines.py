"""An article's Markdown as lines of cells: headings, lists, emphasis, code and tables of words; links in the open.

Nothing in it can be clicked and no image is fetched. The address behind a link always stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from atendente_tui.privacy.links import with_real_hosts
from atendente_tui.privacy.safe import safe_line, safe_text
from atendente_tui.tui.lines import BLANK, Line, Span, block, wrap

if TYPE_CHECKING:
    from markdown_it.token import Token

MOST = 200_000
"""Characters of an article that are formatted."""
_DEEPEST = 12
"""Levels of lists and quotations that are indented."""


def markdown_lines(text: str, width: int) -> list[Line]:
    """Safe lines of at most `width` columns."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("table")
    cleaned = safe_text(text, characters=MOST, lines=MOST)
    return _Writer(width).written(parser.parse(cleaned)) or (block(cleaned, width) if cleaned.strip() else [])


class _Writer:
    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[Line] = []
        self.marks: list[str] = []
        """What stands before the text, level by level."""
        self.counts: list[int | None] = []
        self.bullet = ""
        self.row: list[str] | None = None
        self.rows: list[list[str]] = []
        self.heading = ""

    def written(self, tokens: list[Token]) -> list[Line]:
        for token in tokens:
            step = getattr(self, f"_{token.type}", None)
            if step is not None:
                step(token)
        while self.lines and self.lines[-1] == BLANK:
            self.lines.pop()
        return self.lines

    def _gap(self) -> None:
        if self.lines and self.lines[-1] != BLANK:
            self.lines.append(BLANK)

    def _put(self, text: str, role: str = "") -> None:
        before = "".join(self.marks[-_DEEPEST:])
        first = before[: len(before) - len(self.bullet)] + self.bullet if self.bullet else before
        room = max(8, self.width - cell_len(before))
        for number, (piece, continues) in enumerate(wrap(text, room)):
            lead = first if number == 0 else before
            self.lines.append(
                Line(
                    (Span(lead, "quiet"), Span(piece, role)) if lead else (Span(piece, role),),
                    len(lead),
                    continues,
                )
            )
        self.bullet = ""

    def _heading_open(self, _token: Token) -> None:
        self._gap()
        self.heading = "heading"

    def _heading_close(self, _token: Token) -> None:
        self.heading = ""
        self._gap()

    def _paragraph_close(self, token: Token) -> None:
        if not token.hidden:
            self._gap()

    def _inline(self, token: Token) -> None:
        text = _plain(token.children or [])
        if self.row is not None:
            self.row.append(safe_line(text, characters=2_000))
        elif text:
            self._put(text, self.heading)

    def _bullet_list_open(self, _token: Token) -> None:
        self.counts.append(None)

    def _ordered_list_open(self, token: Token) -> None:
        start = token.attrGet("start")
        self.counts.append(int(start) if isinstance(start, int | str) and str(start).isdigit() else 1)

    def _list_close(self, _token: Token) -> None:
        if self.counts:
            self.counts.pop()
        if not self.counts:
            self._gap()

    _bullet_list_close = _ordered_list_close = _list_close

    def _list_item_open(self, _token: Token) -> None:
        count = self.counts[-1] if self.counts else None
        self.bullet = "- " if count is None else f"{count}. "
        if count is not None:
            self.counts[-1] = count + 1
        self.marks.append(" " * len(self.bullet))

    def _list_item_close(self, _token: Token) -> None:
        if self.marks:
            self.marks.pop()
        self.bullet = ""

    def _blockquote_open(self, _token: Token) -> None:
        self.marks.append("| ")

    def _blockquote_close(self, _token: Token) -> None:
        if self.marks:
            self.marks.pop()

    def _fence(self, token: Token) -> None:
        self._gap()
        self.marks.append("  ")
        self._put(token.content.rstrip("\n"), "code")
        self.marks.pop()
        self._gap()

    _code_block = _fence

    def _hr(self, _token: Token) -> None:
        self._gap()
        self._put("-" * min(20, self.width), "quiet")
        self._gap()

    def _tr_open(self, _token: Token) -> None:
        self.row = []

    def _tr_close(self, _token: Token) -> None:
        self.rows.append(self.row or [])
        self.row = None

    def _table_open(self, _token: Token) -> None:
        self._gap()
        self.rows = []

    def _table_close(self, _token: Token) -> None:
        """In columns where they fit; else one line a cell, each with its column's name."""
        rows, self.rows = self.rows, []
        count = max(map(len, rows), default=0)
        rows = [[*row, *[""] * (count - len(row))] for row in rows]
        widths = [max(cell_len(row[n]) for row in rows) for n in range(count)]
        room = self.width - cell_len("".join(self.marks[-_DEEPEST:]))
        if sum(widths) + 3 * (count - 1) <= room:
            for place, row in enumerate(rows):
                cells = (
                    cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
                )
                self._put(" | ".join(cells).rstrip(), "" if place else "strong")
                if not place:
                    self._put("-+-".join("-" * width for width in widths), "quiet")
        else:
            head = rows[0] if rows else []
            for row in rows[1:]:
                for name, cell in zip(head, row, strict=True):
                    if cell:
                        self._put(f"{name}: {cell}" if name else cell)
                self._gap()
        self._gap()


def _plain(children: list[Token]) -> str:
    """The words of a run; links with their address, images by their description."""
    parts: list[str] = []
    addresses: list[tuple[str, int]] = []
    for one in children:
        if one.type in ("text", "code_inline"):
            parts.append(with_real_hosts(safe_text(one.content, characters=MOST)))
        elif one.type == "softbreak":
            parts.append(" ")
        elif one.type == "hardbreak":
            parts.append("\n")
        elif one.type == "image":
            parts.append(f"[{one.content}]")
        elif one.type == "link_open":
            addresses.append((str(one.attrGet("href") or ""), len(parts)))
        elif one.type == "link_close" and addresses:
            address, since = addresses.pop()
            if address and "".join(parts[since:]).strip() != address:
                parts.append(f" ({safe_line(address, characters=500)})")
    return "".join(parts)
