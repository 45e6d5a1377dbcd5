"""A walk through the running program by keys: every page drawn, every byte kept, everything shown remembered."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.terminal import KEYS, Terminal
from tests.terminal_safety.stream import leaked, offences
from tests.terminal_safety.world import environment

_MOVE = re.compile(r"\x1b\[\d+;\d+H|\r\n")
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*\x07)")
READY = "Roteiros"
"""On screen at every size as soon as keys are welcome; all panes are there by then, or the keys wait for them."""


class Tour(Terminal):
    """The program at a terminal that only keeps what it is sent: nothing is emulated, so a walk costs little."""

    def __init__(self, folder: Path, *words: str, columns: int, rows: int) -> None:
        super().__init__(
            [sys.executable, "-m", "atendente_tui", *words],
            columns=columns,
            rows=rows,
            environment=environment(folder),
            directory=folder,
            emulate=False,
        )
        self.columns = columns
        self.copies = 0
        """How often somebody asked for something on the clipboard."""
        self._read_to = 0

    def step(self, *keys: str) -> None:
        """Press keys one by one, each once the program has drawn what the one before did."""
        for key in keys:
            self.burst(key)

    def burst(self, *keys: str) -> bool:
        """Press keys at once. Whether anything was drawn within a moment of the program's own time."""
        self.send(b"".join(map(_bytes, keys)))
        until = time.monotonic() + 10.0
        while not self.read_some(0.12):
            if not self.at_work() or time.monotonic() > until:
                return False
        self.settle(quiet=0.03, limit=3.0)
        return True

    def pages(self, most: int, key: str = "pagedown") -> None:
        """Page by page to the end, at most so many."""
        for _ in range(most):
            if not self.burst(key):
                return

    def expect(self, *what: str, limit: float = 20.0) -> None:
        """Until one of these texts is drawn, in one run of one style, since the last time something was expected."""
        until = time.monotonic() + limit
        while not any(one in self.drawn(self._read_to) for one in what):
            if time.monotonic() > until or not (self.read(0.05) or self.running):
                raise TimeoutError(f"waited for {what}; drawn was: {self.drawn(self._read_to)[-2000:]}")
        self._read_to = len(self.raw)

    def drawn(self, since: int = 0) -> str:
        """The texts that were drawn, in the order of drawing, a line for each run."""
        return _SEQUENCE.sub("", _MOVE.sub("\n", self.raw[since:].decode("utf-8", "replace")))

    def paste(self, text: str) -> None:
        """As terminals hand over what somebody pastes: ESC taken out (xterm, VTE, kitty, Alacritty all do)."""
        self.send(b"\x1b[200~" + text.replace("\x1b", "").encode("utf-8", "replace") + b"\x1b[201~")
        self.settle(quiet=0.05)

    def click(self, column: int, row: int) -> None:
        self.send(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m".encode())

    def quit(self, limit: float = 60.0) -> None:
        """Leave as a person would. Whatever was pressed before has been dealt with when the program has ended."""
        for _ in range(5):
            self.burst("escape")
        self.send(_bytes("ctrl+q"))
        code = self.wait(limit)
        assert code == 0, f"exit {code}; last drawn was: {self.drawn(max(0, len(self.raw) - 6000))}"


def _bytes(key: str) -> bytes:
    return KEYS.get(key) or key.encode()


@contextmanager
def touring(
    folder: Path, strings: list[str], *words: str, size: tuple[int, int], ready: str = READY
) -> Iterator[Tour]:
    """Start the program on a profile; afterwards nothing foreign may have reached the terminal."""
    with Tour(folder, *words, columns=size[0], rows=size[1]) as tour:
        tour.expect(ready)
        yield tour
        tour.quit()
    raw = bytes(tour.raw)
    found = offences(raw, copies=tour.copies) + leaked(raw, strings)
    assert not found, "\n".join(found)
    log = folder / "data" / "atendente.log"
    said = log.read_text(encoding="utf-8") if log.exists() else ""
    assert "Error" not in said, said
