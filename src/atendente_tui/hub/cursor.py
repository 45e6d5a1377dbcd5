"""Where a reader stands: opaque to them, without any state of ours.

A reader first walks (`walk`: shared content, live tickets, then ended ones, each newest first), then follows the log
(`log`). When what they may see has changed, tickets out of their sight are taken back first (`out`).
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Literal, NamedTuple

_FORM = re.compile(
    r"1\.([0-9a-f]{8})\.(\d{1,9})\.(log|walk|out)\.(\d{1,18})\.(\d)\.(\d{1,18})\.(\d{1,18})\.(\d{1,18})\.(\d{1,18})"
)


class CursorInvalid(Exception):
    """Not a cursor that a hub made."""


class CursorGone(Exception):
    """Made by another hub, or before this one was restored from a backup: begin anew."""


class Cursor(NamedTuple):
    epoch: str
    scope: int
    """The reader's `agent.scope` when the page was made."""
    mode: Literal["log", "walk", "out"] = "walk"
    seq: int = 0
    """log: the last number done. walk, out: where to follow the log from afterwards."""
    phase: int = 0
    """walk: 0 content, 1 live tickets, 2 ended ones. out: 1 when a walk is to follow."""
    ticket: int = 0
    """walk, out: the last ticket begun, walking down; 0 at the start."""
    event: int = 0
    """The last event done of a ticket whose history is longer than a page; 0 when it is complete. out: the
    `agent.scope` it leads to."""
    done: int = 0
    total: int = 0

    def __str__(self) -> str:
        plain = ".".join(("1", *map(str, self)))
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """Raises CursorInvalid."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, UnicodeError, ValueError):
        raise CursorInvalid from None
    found = _FORM.fullmatch(plain)
    if found is None:
        raise CursorInvalid
    epoch, scope, mode, *numbers = found.groups()
    seq, phase, ticket, event, done, total = map(int, numbers)
    cursor = Cursor(epoch, int(scope), mode, seq, phase, ticket, event, done, total)  # type: ignore[arg-type]
    if str(cursor) != text or phase > 2:
        raise CursorInvalid
    return cursor
