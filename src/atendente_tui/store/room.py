"""Room on the disk: how much is left, and a file that only takes some up, to be given away when nothing is left."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

BALLAST = 8 << 20
"""Bytes kept back beside the store: enough for a shift's answers."""
LOW = 200 << 20
"""Bytes of free space below which nothing is fetched any more, so that answers still find room."""
_NAME = "ballast"


def free(path: Path) -> int:
    """Bytes that a program of this user can still write where `path` lies."""
    return shutil.disk_usage(path).free


def is_low(path: Path) -> bool:
    try:
        return free(path) < LOW
    except OSError:
        return False


def lay(path: Path) -> bool:
    """Take up the room in the store's directory, unless it is taken or the disk is short. Whether it is there now."""
    file = path / _NAME
    try:
        if file.exists() and file.stat().st_size == BALLAST:
            return True
        if free(path) < LOW + BALLAST:
            return False
        handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(handle, 0, BALLAST)
            else:  # what compresses or skips noughts would not take the room
                os.write(handle, os.urandom(BALLAST))
        finally:
            os.close(handle)
    except OSError:
        give(path)
        return False
    return True


def give(path: Path) -> bool:
    """Give the room away. Whether there was any."""
    try:
        (path / _NAME).unlink()
    except OSError:
        return False
    return True
