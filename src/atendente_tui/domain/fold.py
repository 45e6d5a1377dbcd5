"""Accents and case folded away, so that "acao" finds "Ação": the same fold for palette, library and search."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """`text` without accents and case, for comparing only; never shown. Idempotent.

    Agrees with SQLite's `unicode61 remove_diacritics 2` on Latin letters.
    """
    if text.isascii():
        return text.lower()
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    # Case folding can bring a combining mark back (İ), and a fold must not change when folded again.
    again = unicodedata.normalize("NFKD", bare.casefold())
    return "".join(one for one in again if not unicodedata.combining(one))
