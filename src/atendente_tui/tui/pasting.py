"""What is pasted stays text: Textual takes an escape character inside a paste for the beginning of a key, and what follows
it for keys of its own. Here it is taken out on the way from the terminal, before anybody can take it for anything.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.message import Message

START, END = "\x1b[200~", "\x1b[201~"
_NOT_TEXT = {code: None for code in (*range(0x20), 0x7F) if chr(code) not in "\t\n\r"}


class PastingParser(XTermParser):
    """The parser of keys, fed with pastes that hold nothing but text."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._pasting = False
        self._before = ""
        """The last characters that came, in which a mark may have begun."""
        self._held = ""
        """The beginning of what may be the mark of the end."""
        self._just_fed = False

    def tick(self) -> Iterable[Message]:
        """The driver asks after everything it has read, too. On a busy machine so long may have passed by then that the
        beginning of a mark would be taken for keys while the rest of it lies there unread: let it read again first."""
        if self._just_fed:
            self._just_fed = False
        else:
            yield from super().tick()

    def feed(self, data: str) -> Iterable[Message]:
        self._just_fed = True
        if not data:  # the end of all input
            yield from super().feed(data)
            return
        if clean := self._cleaned(data):
            yield from super().feed(clean)

    def _cleaned(self, data: str) -> str:
        data, self._held = self._held + data, ""
        made: list[str] = []
        while data:
            if not self._pasting:
                seen = self._before + data
                at = seen.find(START)
                if at < 0:
                    made.append(data)
                    self._before = seen[1 - len(START) :]
                    break
                end = at + len(START) - len(self._before)
                made.append(data[:end])
                data, self._before, self._pasting = data[end:], "", True
                continue
            at = data.find(END)
            if at >= 0:
                made.append(data[:at].translate(_NOT_TEXT) + END)
                data, self._pasting = data[at + len(END) :], False
                continue
            kept = next((n for n in range(len(END) - 1, 0, -1) if data.endswith(END[:n])), 0)
            self._held = data[len(data) - kept :] if kept else ""
            made.append(data[: len(data) - kept].translate(_NOT_TEXT))
            break
        return "".join(made)


def guard(driver: type[Driver]) -> type[Driver]:
    """The driver, reading by the parser above where it reads by Textual's."""
    module = sys.modules.get(driver.__module__)
    if module is not None and getattr(module, "XTermParser", None) is XTermParser:
        module.XTermParser = PastingParser  # type: ignore[attr-defined]
    return driver
