"""What a note about a review has in it, and how people are shown such a note."""

from __future__ import annotations

MARK = "[atendente-qa]"
"""Begins the line that is for workstations."""


def is_ours(text: str) -> bool:
    return MARK in text


def readable(text: str) -> str:
    """The note without the line that is for workstations."""
    if MARK not in text:
        return text
    return "\n".join(one for one in text.split("\n") if not one.startswith(MARK)).rstrip("\n")
