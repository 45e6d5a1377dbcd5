"""Every command there is, by the words that name it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from atendente_tui.cli.app import made


def leaves() -> list[tuple[tuple[str, ...], Any]]:
    def walk(path: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
        below = getattr(command, "commands", None)
        if below is None:
            yield path, command
        for name, one in (below or {}).items():
            yield from walk((*path, name), one)

    return list(walk((), made()))
