"""Where secrets live: the system's keyring, or a file or variable that a person chose. Never the configuration.

The chain fails closed: without a usable keyring nothing is written in the clear on its own accord; the error names
what can be done instead. `keyring` is imported only when it is needed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from atendente_tui import os_words
from atendente_tui.i18n import _

T = TypeVar("T")
SERVICE = "atendente"
KEY_BYTES = 32
TRUSTED_KEYRINGS = (
    "keyring.backends.macOS",
    "keyring.backends.Windows",
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
)


class SecretsError(Exception):
    """No secret could be had or kept; the message says what to do, in the person's language."""


def store_key(store: Path) -> tuple[bytes, str | None]:
    """The key of the store in directory `store`, made when neither key nor store exists yet.

    Returns the 32 bytes and a sentence for the person when a key was made. Raises SecretsError when there is no
    place for a key, or when the store exists and its key does not: a new key would only hide the old data.
    """
    exists = (store / "store.db").exists()
    named = os.environ.get("ATENDENTE_STORE_KEY_FILE")
    if named:
        return _key_from_file(Path(named).expanduser(), store, exists)
    ring = _keyring()
    if ring is None:
        raise no_place_for_a_key()
    name = f"store:{_store_id(store)}"
    found = ring.get_password(SERVICE, name)
    if found:
        return bytes.fromhex(found), None
    if exists:
        raise SecretsError(
            _(
                "The key of the store in {place} is not in the keyring. Unlock the keyring it was made with, or move "
                "the store away: it is rebuilt from the backend, but what was not sent yet is lost with the key."
            ).format(place=store)
        )
    key = os.urandom(KEY_BYTES)
    ring.set_password(SERVICE, name, key.hex())
    return key, _("A key for the store was made and put into the keyring.")


def no_place_for_a_key() -> SecretsError:
    return SecretsError(
        _(
            "No keyring to keep the store's key in. Use one of these: unlock or install a keyring "
            "(gnome-keyring, KWallet); set ATENDENTE_STORE_KEY_FILE to a file of yours, it is made with mode 0600; "
            'or write encryption = "off" under [store] in the configuration.'
        )
    )


def backend_secret(name: str, user: str | None, *, variable: str = "ATENDENTE_TOKEN") -> str | None:
    """The variable where it is set, else what `atendente login` put into the keyring, else None."""
    if token := os.environ.get(variable):
        return token
    ring = _keyring()
    return ring.get_password(SERVICE, _account(name, user)) if ring else None


def keep_backend_secret(name: str, user: str | None, secret: str) -> None:
    """Put it into the keyring. Raises SecretsError without one."""
    ring = _keyring()
    if ring is None:
        raise SecretsError(
            _(
                "No keyring to keep the secret in. Unlock or install one (gnome-keyring, KWallet), "
                "or set ATENDENTE_TOKEN in the environment of the program."
            )
        )
    ring.set_password(SERVICE, _account(name, user), secret)


def forget_backend_secret(name: str, user: str | None) -> bool:
    """Whether there was one to forget."""
    ring = _keyring()
    if ring is None or ring.get_password(SERVICE, _account(name, user)) is None:
        return False
    ring.delete_password(SERVICE, _account(name, user))
    return True


def keyring_name() -> str | None:
    """The name of the keyring in use, None where none can be trusted."""
    ring = _keyring()
    return ring.name() if ring else None


class _Ring:
    """The chosen keyring with its errors made ours."""

    def __init__(self) -> None:
        import keyring

        self._ring = keyring.get_keyring()

    def trusted(self) -> bool:
        """Whether it, or every part of a chain of several, is one that encrypts for this user."""
        parts = getattr(self._ring, "backends", None) or [self._ring]
        return all(type(one).__module__.startswith(TRUSTED_KEYRINGS) for one in parts)

    def name(self) -> str:
        return str(self._ring.name)

    def get_password(self, service: str, user: str) -> str | None:
        return self._guarded(lambda: self._ring.get_password(service, user))

    def set_password(self, service: str, user: str, secret: str) -> None:
        self._guarded(lambda: self._ring.set_password(service, user, secret))

    def delete_password(self, service: str, user: str) -> None:
        self._guarded(lambda: self._ring.delete_password(service, user))

    def _guarded(self, call: Callable[[], T]) -> T:
        from keyring.errors import KeyringError

        try:
            return call()
        except (KeyringError, OSError) as error:
            raise SecretsError(
                _("The keyring {name} did not answer: {error}").format(
                    name=self.name(), error=type(error).__name__
                )
            ) from error


def _keyring() -> _Ring | None:
    ring = _Ring()
    return ring if ring.trusted() else None


def _account(name: str, user: str | None) -> str:
    return f"backend:{name}:{user or ''}"


def _store_id(store: Path) -> str:
    """A name for this store that is no secret, kept beside it so that moving the directory keeps its key."""
    path = store / "store.id"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        store.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = os.urandom(8).hex()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(name + "\n")
        return name


def _key_from_file(path: Path, store: Path, exists: bool) -> tuple[bytes, str | None]:
    try:
        status = path.lstat()
    except FileNotFoundError:
        if exists:
            raise SecretsError(
                _(
                    "The key file {file} is not there, but the store in {place} was made with one. Put it back."
                ).format(file=path, place=store)
            ) from None
        return _made_key_file(path)
    except OSError as error:
        raise SecretsError(
            _("The key file {file} cannot be read: {error}").format(file=path, error=os_words.why(error))
        ) from error
    if os.name == "posix":
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid():
            raise SecretsError(_("The key file {file} must be a plain file of your own.").format(file=path))
        if status.st_mode & 0o077:
            raise SecretsError(
                _("The key file {file} has mode {mode}; it must be 0600: chmod 600 it.").format(
                    file=path, mode=f"{status.st_mode & 0o777:04o}"
                )
            )
    try:
        key = bytes.fromhex(path.read_text().strip())
    except OSError as error:
        raise SecretsError(
            _("The key file {file} cannot be read: {error}").format(file=path, error=os_words.why(error))
        ) from error
    except ValueError as error:
        raise SecretsError(
            _("The key file {file} does not hold 64 hexadecimal digits.").format(file=path)
        ) from error
    if len(key) != KEY_BYTES:
        raise SecretsError(_("The key file {file} does not hold 64 hexadecimal digits.").format(file=path))
    return key, None


def _made_key_file(path: Path) -> tuple[bytes, str]:
    key = os.urandom(KEY_BYTES)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SecretsError(
            _("The key file {file} cannot be made: {error}").format(file=path, error=os_words.why(error))
        ) from error
    return key, _(
        "A key for the store was made: {file}. Keep a copy, without it the store cannot be read."
    ).format(file=path)
