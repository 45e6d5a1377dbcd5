"""A program in a tmux of its own, driven by real keys: what a person at a real terminal would see and do."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType


def present() -> bool:
    return shutil.which("tmux") is not None


class Tmux:
    """One program in one pane of its own tmux server. A context manager: the server ends with it."""

    def __init__(
        self, name: str, command: Sequence[str], *, columns: int, rows: int, environment: Mapping[str, str]
    ) -> None:
        self._name = name
        settings = [part for key, value in environment.items() for part in ("-e", f"{key}={value}")]
        size = ["-x", str(columns), "-y", str(rows)]
        self._settings = [*settings, *size]
        kept = {one: os.environ[one] for one in ("PATH", "HOME", "TMPDIR", "CI") if one in os.environ}
        self._environment = kept | {"LANG": "C.UTF-8", "TERM": "xterm-256color"}
        # tmux itself does not always come to know how its program ended.
        self._status = Path(tempfile.mkdtemp(prefix="tmux-")) / "status"
        self._command = ["sh", "-c", '"$@"; echo $? >"$0"', str(self._status), *command]

    def __enter__(self) -> Tmux:
        # `-f /dev/null`: nobody's own settings; the option must stand before the program can ask the terminal.
        options = [
            "set-option",
            "-s",
            "set-clipboard",
            "on",
            ";",
            "set-option",
            "-s",
            "escape-time",
            "0",
            ";",
        ]
        keep = ["set-option", "-g", "remain-on-exit", "on", ";"]
        session = ["new-session", "-d", "-s", "work", *self._settings, *self._command]
        self._tmux("-f", "/dev/null", "start-server", ";", *options, *keep, *session)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tmux("kill-server", check=False)
        shutil.rmtree(self._status.parent, ignore_errors=True)

    # -- doing ---------------------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Keys by tmux's names ("Enter", "C-s", "F1") or single letters."""
        for key in keys:
            self._tmux(
                "send-keys", "-t", "work", key if len(key) > 1 else "-l", *([key] if len(key) == 1 else [])
            )

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-t", "work", "-l", text)

    def paste(self, text: str) -> None:
        """As one block, with the marks around it that tell a paste from typing."""
        self._tmux("set-buffer", "--", text)
        self._tmux("paste-buffer", "-p", "-r", "-t", "work")

    # -- looking -------------------------------------------------------------------------------------------

    def text(self) -> str:
        return self._tmux("capture-pane", "-p", "-t", "work")

    def wait_for(self, what: str | Callable[[str], bool], limit: float = 30.0) -> str:
        """The screen once a text is on it or a condition on it holds. Raises TimeoutError that shows the screen."""
        until = time.monotonic() + limit
        while True:
            seen = self.text()
            if what in seen if isinstance(what, str) else what(seen):
                return seen
            if time.monotonic() > until:
                raise TimeoutError(f"waited for {what!r}; the screen is:\n{seen}")
            time.sleep(0.02)

    def ended(self) -> int | None:
        """The program's exit code, None while it runs."""
        said = self._status.read_text() if self._status.exists() else ""
        return int(said) if said.endswith("\n") else None

    def wait_for_end(self, limit: float = 15.0) -> int:
        until = time.monotonic() + limit
        while (code := self.ended()) is None:
            if time.monotonic() > until:
                raise TimeoutError(f"it still runs; the screen is:\n{self.text()}")
            time.sleep(0.05)
        return code

    def title(self) -> str:
        return self._tmux("display-message", "-p", "-t", "work", "#{pane_title}").strip()

    def clipboard(self) -> str:
        """What the program put into the terminal's clipboard; '' when nothing."""
        return self._tmux("show-buffer", check=False)

    def _tmux(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._name, *words],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            env=self._environment,
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"tmux {words[0]}: {done.stderr.strip()}")
        return done.stdout if done.returncode == 0 else ""


def socket_name(folder: Path) -> str:
    """A name for the server's socket that no other test uses."""
    return f"atendente-{abs(hash(str(folder))):x}"
