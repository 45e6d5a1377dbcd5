"""What can be wrong with a store. Every sentence names the file and what to do about it."""

from __future__ import annotations

from pathlib import Path

from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _


class StoreError(Exception):
    """Base of everything the store room raises on purpose."""


class StoreLocked(StoreError):
    """Another process has this store open for writing. `pid` is None when the lock file does not say."""

    def __init__(self, pid: int | None, host: str | None, path: Path | str = "") -> None:
        super().__init__(pid, host, str(path))
        self.pid, self.host, self.path = pid, host, str(path)

    def __str__(self) -> str:
        return _(
            "The store {path} is open in another window (process {pid} on {host}). "
            "Close that one. Meanwhile commands can still read: atendente queue, show, search."
        ).format(path=self.path, pid=self.pid or "?", host=self.host or "?")


class StoreNewer(StoreError):
    """Written by a newer version: schema `found`, while this one knows up to `known`."""

    def __init__(self, found: int, known: int, path: Path | str = "") -> None:
        super().__init__(found, known, str(path))
        self.found, self.known, self.path = found, known, str(path)

    def __str__(self) -> str:
        return _(
            "The store {path} was written by a newer version (schema {found}, this one knows {known}). "
            "Update the program; nothing was changed."
        ).format(path=self.path, found=self.found, known=self.known)


class StoreDamaged(StoreError):
    """The file is not sound. `detail` is SQLite's own word, in English."""

    def __init__(self, detail: str, path: Path | str = "") -> None:
        super().__init__(detail, str(path))
        self.detail, self.path = detail, str(path)

    def __str__(self) -> str:
        return _(
            "The store {path} is damaged ({detail}). Close the program and leave the file as it is: "
            "`atendente doctor` says what can be saved."
        ).format(path=self.path, detail=self.detail)


class WrongKey(StoreError):
    """The key does not open the file. `kind`: "wrong", "missing" (encrypted, no key given) or "plain" (not encrypted)."""

    def __init__(self, path: Path | str = "", kind: str = "wrong") -> None:
        super().__init__(str(path), kind)
        self.path, self.kind = str(path), kind

    def __str__(self) -> str:
        return {
            "wrong": _(
                "The key does not open the store {path}. Nothing was changed; check which profile it belongs to."
            ),
            "missing": _(
                'The store {path} is encrypted, but the settings say encryption = "off". Set encryption = "on" or use another directory.'
            ),
            "plain": _(
                'The store {path} is not encrypted, though a key was given. Set encryption = "off" or use another directory.'
            ),
        }[self.kind].format(path=self.path)


class StoreFull(StoreError, Refused):
    """No room on the disk: the job was rolled back whole, what was confirmed before is safe.

    A refusal too: whoever asked for the write is told, and what they wrote stays where it is.
    """

    def __init__(self, path: Path | str = "") -> None:
        Refused.__init__(self, "store_full", path=str(path))

    def __str__(self) -> str:
        return _(
            "The disk of {path} takes no more: it is full, or a limit is reached. This was not saved and stays "
            "where you wrote it; free some space and try again."
        ).format(**self.values)


class StoreReadOnly(StoreError, Refused):
    """A write was asked of a store that was opened to read."""

    def __init__(self) -> None:
        Refused.__init__(self, "store_read_only")

    def __str__(self) -> str:
        return _("This store is open to read only here: another window writes it.")


class StoreUnwritable(StoreError):
    """The store's folder or file cannot be written by this user, or lies on a disk that can only be read."""

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(str(path), why)
        self.path, self.why = str(path), why

    def __str__(self) -> str:
        return _(
            "The store {path} cannot be written: {why}. Atendente has to write there even to read. Make the folder "
            "yours again (chown, chmod u+rwX), have the disk mounted for writing, or name another folder with "
            "ATENDENTE_DATA. Nothing was changed."
        ).format(path=self.path, why=self.why)


class StoreClosed(StoreError):
    """A job came after `close`."""

    def __str__(self) -> str:
        return _("The store is closed.")
