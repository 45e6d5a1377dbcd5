"""JSON in which no character could command a terminal, wherever the file or the pipe ends: what JSON itself lets through
goes out as an escape, and reads back the same."""

from __future__ import annotations

import json
import re
from typing import Any

_COMMANDING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def harmless(text: str) -> str:
    """A JSON text with every such character in its strings escaped."""
    return _COMMANDING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def harmless_json(value: Any, indent: int | None = None) -> str:
    return harmless(json.dumps(value, ensure_ascii=False, indent=indent))


def commands(text: str) -> bool:
    """Whether a terminal that is sent this text could take some of it for a command, line breaks apart."""
    return _COMMANDING.search(text) is not None or any(one < " " and one not in "\n\r" for one in text)
