"""The least a Textual program can do with news: USR2 puts a line at the end of one of six panes of text, told from a thread.

With the argument `line` there is nothing on the screen but that line.
"""

import asyncio
import itertools
import signal
import sys
from collections import deque

from textual.app import App, ComposeResult
from textual.containers import Grid
from textual.widgets import Static

SAID, READY = "novidade", "pronto-e-vivo"
TEXT = "14:16 Maria Oliveira sim!! cadê meu pedido??"
LINES = 19


class Bare(App[None]):
    CSS = "Grid { grid-size: 3 2; } Grid > Static { border: round gray; height: 1fr; }"
    alone = False

    def compose(self) -> ComposeResult:
        self.numbers = itertools.count(1)
        self.lines = deque(
            [READY] if self.alone else [*[TEXT] * (LINES - 1), READY], 1 if self.alone else LINES
        )
        self.pane = Static("\n".join(self.lines), markup=False)
        if self.alone:
            yield self.pane
        else:
            others = [Static("\n".join([TEXT] * LINES), markup=False) for _pane in range(5)]
            yield Grid(*others[:4], self.pane, *others[4:])

    def on_mount(self) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, self.said)

    def said(self) -> None:
        self.run_worker(self.say, thread=True)

    def say(self) -> None:
        self.lines.append(f"{SAID}{next(self.numbers):04d}")
        self.call_from_thread(self.pane.update, "\n".join(self.lines))


if __name__ == "__main__":
    Bare.alone = "line" in sys.argv
    Bare().run()
