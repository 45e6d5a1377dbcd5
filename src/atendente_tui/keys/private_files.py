"""Files that hold a secret: for their owner alone, checked on the opened file itself, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from atendente_tui import os_words
from atendente_tui.i18n import _
from atendente_tui.secrets import SecretsError

LARGEST = 64 * 1024
_READING = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK"):  # a pipe of that name must not be waited for
    _READING |= getattr(os, _flag, 0)


def read_private(path: Path, what: str, *, of_service: bool = False) -> str:
    """The text of a file of ours with mode 0600 or less. `what` names it in sentences.

    of_service   it may belong to the system and be read by our group: systemd's credentials are like that
    Raises SecretsError; FileNotFoundError when it is not there.
    """
    try:
        handle = os.open(path, _READING)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _cannot(path, what, error) from error
    try:
        if os.name == "posix":
            _check(os.fstat(handle), path, what, of_service=of_service)
    except SecretsError:
        os.close(handle)
        raise
    with os.fdopen(handle, "rb") as file:
        try:
            return file.read(LARGEST).decode("utf-8")
        except UnicodeDecodeError as error:
            raise SecretsError(_("The {what} {file} is not text.").format(what=what, file=path)) from error
        except OSError as error:
            raise _cannot(path, what, error) from error


def write_private(path: Path, text: str, *, over: bool = False) -> None:
    """Put a file in place for its owner alone, on the disk before this returns. Raises FileExistsError, OSError.

    over   it may take the place of another
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if over:
            os.replace(beside, path)
        elif os.name == "posix":
            os.link(beside, path)  # unlike a rename it takes nothing's place
        else:
            os.rename(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the system write down which files are in it."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _check(status: os.stat_result, path: Path, what: str, *, of_service: bool) -> None:
    owners = {os.getuid(), 0} if of_service else {os.getuid()}
    if not stat.S_ISREG(status.st_mode) or status.st_uid not in owners:
        raise SecretsError(
            _("The {what} {file} must be a plain file of your own.").format(what=what, file=path)
        )
    if status.st_mode & (0o007 if of_service else 0o077):
        raise SecretsError(
            _("The {what} {file} has mode {mode}; it must be 0600: chmod 600 it.").format(
                what=what, file=path, mode=f"{status.st_mode & 0o777:04o}"
            )
        )


def _cannot(path: Path, what: str, error: OSError) -> SecretsError:
    return SecretsError(
        _("The {what} {file} cannot be read: {error}").format(what=what, file=path, error=os_words.why(error))
    )
