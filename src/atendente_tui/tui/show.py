"""Foreign text on its way to the screen: `SafeText` in, `Content` or a cell of so many columns out, never markup."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from atendente_tui.privacy.safe import SafeText, safe_line, safe_text


def content(text: SafeText, style: str = "") -> Content:
    """The text as it stands, one style for all of it; markup in it stays letters."""
    return Content.styled(text, style) if style else Content(text)


def foreign(text: str, style: str = "") -> Content:
    """Several lines of foreign text, cleaned."""
    return content(safe_text(text), style)


def foreign_line(text: str, style: str = "") -> Content:
    """One line of foreign text, cleaned."""
    return content(safe_line(text), style)


def cell(text: SafeText, width: int, *, more: str = "…") -> str:
    """The text in exactly `width` columns: padded with spaces, or cut and ended with `more`."""
    if text.isascii() and len(text) <= width:
        return text.ljust(width)
    taken = cell_len(text)
    if taken <= width:
        return text + " " * (width - taken)
    if width <= len(more):
        return more[:width]
    return set_cell_size(text, width - len(more)) + more
