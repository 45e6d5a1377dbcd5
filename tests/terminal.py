"""A real terminal for tests and benchmarks: the program in a pseudo-terminal, its bytes kept, its screen emulated."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

KEYS = {
    "enter": b"\r",
    "escape": b"\x1b",
    "tab": b"\t",
    "backspace": b"\x7f",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "pageup": b"\x1b[5~",
    "pagedown": b"\x1b[6~",
    "f1": b"\x1bOP",
    "f2": b"\x1bOQ",
    "f3": b"\x1bOR",
    "f4": b"\x1bOS",
    "f5": b"\x1b[15~",
    "f6": b"\x1b[17~",
    "f7": b"\x1b[18~",
    "f8": b"\x1b[19~",
    "f9": b"\x1b[20~",
    "f10": b"\x1b[21~",
    **{f"ctrl+{letter}": bytes([ord(letter) - 96]) for letter in "abcdefghijklmnopqrstuvwxyz"},
    "space": b" ",
}


class Terminal:
    """One program at one terminal. Use as a context manager: the program is ended with it.

    `raw` is every byte the program wrote; `lines()` the screen as text; `pid` its process.
    """

    def __init__(
        self,
        command: Sequence[str] = (sys.executable, "-m", "atendente_tui"),
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        emulate: bool = True,
    ) -> None:
        self.raw = bytearray()
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen) if emulate else None
        self._status: int | None = None
        kept = {
            name: os.environ[name]
            for name in ("PATH", "HOME", "PYTHONPATH", "TMPDIR", "CI")
            if name in os.environ
        }
        env = (
            kept
            | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
            | dict(environment or {})
        )
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            with contextlib.suppress(BaseException):
                if directory:
                    os.chdir(directory)
                os.execvpe(command[0], list(command), env)
            os._exit(127)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    # -- doing -------------------------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Keys by name ("enter", "ctrl+p") or single characters, a moment apart as a hand would."""
        for key in keys:
            self.send(KEYS.get(key) or key.encode())
            self.read(0.02)

    def type(self, text: str) -> None:
        self.send(text.encode())

    def send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._master, data) :]

    def read(self, seconds: float) -> int:
        """Take in what the program writes for so long. Returns the number of bytes."""
        until, before = time.monotonic() + seconds, len(self.raw)
        while (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select([self._master], [], [], left)
            if ready and not self._take():
                break
        return len(self.raw) - before

    def read_some(self, limit: float) -> bool:
        """Take in the next thing the program writes. Whether it wrote anything within `limit` seconds."""
        ready, _, _ = select.select([self._master], [], [], limit)
        return bool(ready) and self._take()

    def settle(self, quiet: float = 0.15, limit: float = 10.0) -> int:
        """Read until the program has been silent, and at rest, for `quiet` seconds. Returns the number of bytes."""
        until, before = time.monotonic() + limit, len(self.raw)
        while time.monotonic() < until:
            ready, _, _ = select.select([self._master], [], [], quiet)
            if (ready and not self._take()) or not (ready or self.at_work()):
                break
        return len(self.raw) - before

    def at_work(self) -> bool:
        """Whether a thread of the program computes or waits for a processor to do so: on a busy machine it may be silent
        for long and not done. Where there is no /proc nobody knows, and it is said not to be."""
        for _ in range(3):  # between two threads that wake each other there is a moment in which both sleep
            for stat in Path(f"/proc/{self.pid}/task").glob("*/stat"):
                with contextlib.suppress(OSError):
                    if stat.read_text(errors="replace").rpartition(")")[2].split()[0] in "RD":
                        return True
            time.sleep(0.002)
        return False

    def wait_for(self, what: str | Callable[[str], bool], limit: float = 20.0) -> None:
        """Until a text is on the screen, or a condition on it holds. Raises TimeoutError that shows the screen."""
        until = time.monotonic() + limit
        while not (what in self.text() if isinstance(what, str) else what(self.text())):
            if time.monotonic() > until or not (self.read(0.05) or self.running):
                raise TimeoutError(f"waited for {what!r}; the screen is:\n{self.text()}")

    def kill(self, number: int = signal.SIGKILL) -> None:
        if self._status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            if number == signal.SIGKILL:
                self.wait(5)
                with contextlib.suppress(OSError):
                    os.close(self._master)

    def wait(self, limit: float = 10.0) -> int | None:
        """The exit code (negative: the signal that ended it), None when it still runs after `limit` seconds."""
        until = time.monotonic() + limit
        while self.running and time.monotonic() < until:
            self.read(0.02)
        return self._status

    # -- looking -----------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status is None

    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    def text(self) -> str:
        return "\n".join(self.lines())

    def _take(self) -> bool:
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.raw += data
        if self._stream is not None and data:
            self._stream.feed(data)
        return bool(data)
