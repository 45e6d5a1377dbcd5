"""A text handed to the person's own editor and taken back, through a private file that is removed after."""

from __future__ import annotations

import os
import shlex
import subprocess  # nosec B404 # the person's own editor
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from atendente_tui.secrets import environment_for_others

Run = Callable[[Sequence[str]], int]


def editor(environment: Mapping[str, str] = os.environ) -> list[str] | None:
    """The command of `$VISUAL` or `$EDITOR`, None when neither is set."""
    for name in ("VISUAL", "EDITOR"):
        if words := shlex.split(environment.get(name, "")):
            return words
    return None


def edited(text: str, command: Sequence[str], run: Run | None = None) -> str:
    """What the editor left of `text`. Blocks until it ends. Raises OSError when it does not start or fails.

    The file lies in a new directory that nobody else can enter; directory and file are gone afterwards.
    """
    memory = os.environ.get("XDG_RUNTIME_DIR")  # in memory where there is such a place
    parent = memory if memory and os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="atendente-", dir=parent) as folder:
        path = Path(folder, "texto.txt")
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        code = (run or _run)([*command, str(path)])
        if code != 0:
            raise OSError(code, f"{command[0]}: {code}")
        return path.read_text(encoding="utf-8", errors="replace").removesuffix("\n")


def _run(command: Sequence[str]) -> int:
    environment = environment_for_others()
    return subprocess.run(command, check=False, env=environment).returncode  # noqa: S603  # nosec B603 # the person's own editor
