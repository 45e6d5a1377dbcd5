"""Cells of CSV that no spreadsheet takes for a formula and no terminal for a command."""

from __future__ import annotations

from atendente_tui.privacy.safe import safe_text

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
"""What a spreadsheet takes for the beginning of a formula, wide forms included (OWASP, "CSV Injection")."""


def harmless_cell(text: str) -> str:
    """Foreign text for one cell of a file that people open: cleaned, and an apostrophe before what would be a formula."""
    text = safe_text(text, characters=32_000)
    return "'" + text if text.startswith(FORMULA) else text
