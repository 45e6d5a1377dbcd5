"""Where a store's key can lie: the keyring, a file (open, or closed with a passphrase), a service's credential.

Each place also has room for the key that is about to take its turn: `next` is what a rekey that was killed left.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from atendente_tui import os_words
from atendente_tui.i18n import _
from atendente_tui.keys import asking, wrapping
from atendente_tui.keys.private_files import read_private, sync_folder, write_private
from atendente_tui.secrets import SERVICE, Ring, SecretsError

KEY_BYTES = 32
TRIES = 3
"""How often a person may mistype the passphrase."""


class Place(Protocol):
    @property
    def kind(self) -> str:
        """ "keyring", "file", "passphrase" or "credential"."""
        ...

    def said(self) -> str:
        """For a person: the keyring's name, or the file's."""
        ...

    def get(self) -> bytes | None:
        """The key, None when there is none here. Raises SecretsError."""
        ...

    def put(self, key: bytes) -> None:
        """Have it hold this key from now on. Raises SecretsError."""
        ...

    def drop(self) -> None: ...

    def get_next(self) -> bytes | None: ...

    def put_next(self, key: bytes) -> None: ...

    def drop_next(self) -> None: ...


class InKeyring:
    kind = "keyring"

    def __init__(self, ring: Ring, name: str) -> None:
        self._ring, self._name = ring, name

    def said(self) -> str:
        return self._ring.name()

    def get(self) -> bytes | None:
        return self._of(self._name)

    def put(self, key: bytes) -> None:
        self._ring.set_password(SERVICE, self._name, key.hex())

    def drop(self) -> None:
        if self._ring.get_password(SERVICE, self._name) is not None:
            self._ring.delete_password(SERVICE, self._name)

    def get_next(self) -> bytes | None:
        return self._of(self._name + ":next")

    def put_next(self, key: bytes) -> None:
        self._ring.set_password(SERVICE, self._name + ":next", key.hex())

    def drop_next(self) -> None:
        if self._ring.get_password(SERVICE, self._name + ":next") is not None:
            self._ring.delete_password(SERVICE, self._name + ":next")

    def _of(self, name: str) -> bytes | None:
        found = self._ring.get_password(SERVICE, name)
        if not found:
            return None
        key = key_in(found)
        if key is None:
            raise SecretsError(
                _("What the keyring {name} holds for this store is no key.").format(name=self.said())
            )
        return key


class InFile:
    """A file for its owner alone; what is in it says whether a passphrase closes it."""

    def __init__(self, path: Path, *, closed: bool = False) -> None:
        """closed   a file made here gets a passphrase"""
        self.path = path
        self._closed = closed
        self._passphrase: str | None = None

    @property
    def kind(self) -> str:
        return "passphrase" if self.closed() else "file"

    def closed(self) -> bool:
        """Whether a passphrase is needed."""
        try:
            return wrapping.is_wrapped(self._text(self.path))
        except (FileNotFoundError, SecretsError):
            return self._closed

    def said(self) -> str:
        return str(self.path)

    def get(self) -> bytes | None:
        return self._of(self.path)

    def put(self, key: bytes) -> None:
        self._write(self.path, key, closed=self.closed())

    def close_with(self, key: bytes, passphrase: str) -> None:
        """Have the file hold the key under this passphrase."""
        self._passphrase = passphrase
        self._write(self.path, key, closed=True)

    def open_up(self, key: bytes) -> None:
        """Have the file hold the key without a passphrase."""
        self._write(self.path, key, closed=False)

    def drop(self) -> None:
        self._unlink(self.path)

    def get_next(self) -> bytes | None:
        return self._of(self._next)

    def put_next(self, key: bytes) -> None:
        self._write(self._next, key, closed=self.closed())

    def drop_next(self) -> None:
        self._unlink(self._next)

    @property
    def _next(self) -> Path:
        return self.path.with_name(self.path.name + ".next")

    def _text(self, path: Path) -> str:
        return read_private(path, _("key file"))

    def _of(self, path: Path) -> bytes | None:
        try:
            text = self._text(path)
        except FileNotFoundError:
            return None
        if wrapping.is_wrapped(text):
            return self._unlocked(text, path)
        key = key_in(text)
        if key is None:
            raise SecretsError(
                _("The key file {file} does not hold 64 hexadecimal digits.").format(file=path)
            )
        return key

    def _unlocked(self, text: str, path: Path) -> bytes:
        handed = self._passphrase or asking.given()
        for _try in range(1 if handed is not None else TRIES):
            said = handed if handed is not None else asking.asked(_("Passphrase of the store's key: "))
            try:
                key = wrapping.unwrapped(text, said)
            except wrapping.WrongPassphrase:
                continue
            except wrapping.Unreadable as error:
                raise SecretsError(
                    _("The key file {file} cannot be read by this version, or is damaged.").format(file=path)
                ) from error
            self._passphrase = said
            return key
        raise SecretsError(
            _("The passphrase does not open the key {file}. Nothing was changed.").format(file=path)
        )

    def _write(self, path: Path, key: bytes, *, closed: bool) -> None:
        if closed and self._passphrase is None:
            self._passphrase = asking.new()
        text = wrapping.wrapped(key, self._passphrase or "") if closed else key.hex() + "\n"
        try:
            write_private(path, text, over=True)
        except OSError as error:
            raise SecretsError(
                _("The key file {file} cannot be made: {error}").format(file=path, error=os_words.why(error))
            ) from error

    def _unlink(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SecretsError(
                _("The key file {file} cannot be removed: {error}").format(
                    file=path, error=os_words.why(error)
                )
            ) from error
        sync_folder(path.parent)


class OfService:
    """What the system hands to a service; it is the system's to change."""

    kind = "credential"

    def __init__(self, path: Path) -> None:
        self.path = path

    def said(self) -> str:
        return str(self.path)

    def get(self) -> bytes | None:
        try:
            text = read_private(self.path, _("credential"), of_service=True)
        except FileNotFoundError:
            return None
        key = key_in(text)
        if key is None:
            raise SecretsError(
                _("The credential {file} does not hold 64 hexadecimal digits.").format(file=self.path)
            )
        return key

    def put(self, key: bytes) -> None:  # noqa: ARG002
        raise SecretsError(
            _("The key comes from the system as a credential ({file}): change it there.").format(
                file=self.path
            )
        )

    def drop(self) -> None:
        raise SecretsError(
            _("The key comes from the system as a credential ({file}): change it there.").format(
                file=self.path
            )
        )

    def get_next(self) -> bytes | None:
        return None

    def put_next(self, key: bytes) -> None:
        self.put(key)

    def drop_next(self) -> None:
        return None


def key_in(text: str) -> bytes | None:
    """The 32 bytes that 64 hexadecimal digits stand for, None for anything else."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None
