"""One writer a store: an OS lock on `store.lock`, which also says who has it. The lock dies with its process."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from pathlib import Path
from typing import BinaryIO

from atendente_tui import os_words
from atendente_tui.store.errors import StoreLocked, StoreUnwritable

_GUARD = 1 << 20  # msvcrt locks a byte range: one far beyond the text, so that others can read who has it


class InstanceLock:
    """Held from construction to `release`. Raises StoreLocked(pid, host) while another process has it, StoreUnwritable.

    `was_clean` is False when the one before it did not come to its end.
    """

    def __init__(self, path: Path) -> None:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
        except OSError as error:
            raise StoreUnwritable(path.parent, os_words.why(error)) from error
        self._file: BinaryIO = os.fdopen(handle, "r+b", buffering=0)  # held for the life of the store
        try:
            _lock(self._file)
        except OSError:
            who = _read(self._file)
            self._file.close()
            pid, host = who.get("pid"), who.get("host")
            raise StoreLocked(
                pid if isinstance(pid, int) else None, str(host) if host else None, path
            ) from None
        self.was_clean = _read(self._file).get("clean") is not False
        with contextlib.suppress(OSError):  # on a full disk it says nothing, and holds all the same
            self._write(clean=False)

    @property
    def released(self) -> bool:
        return self._file.closed

    def _write(self, *, clean: bool) -> None:
        self._file.truncate(0)
        self._file.write(
            json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "clean": clean}).encode()
        )

    def release(self, *, clean: bool = True) -> None:
        if self._file.closed:
            return
        with contextlib.suppress(OSError):
            self._write(clean=clean)
            _unlock(self._file)
        self._file.close()


def _read(file: BinaryIO) -> dict[str, object]:
    try:
        file.seek(0)
        found = json.loads(file.read(1000) or b"{}")
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        file.seek(_GUARD)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(file: BinaryIO) -> None:
        file.seek(_GUARD)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: BinaryIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)
