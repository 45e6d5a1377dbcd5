"""Where the helpdesk's secret lives: the system's keyring, or a variable that a person set. Never the configuration.

Without a usable keyring nothing is written in the clear; the error names what can be done instead. `keyring` is
imported only when it is needed. The store's key: `atendente_tui.keys`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from atendente_tui.i18n import _

T = TypeVar("T")
SERVICE = "atendente"
SECRET_VARIABLES = frozenset(
    {"ATENDENTE_TOKEN", "ATENDENTE_OTHER_TOKEN", "ATENDENTE_PASSPHRASE_FD", "CREDENTIALS_DIRECTORY"}
)
TRUSTED_KEYRINGS = {
    "keyring.backends.macOS",
    "keyring.backends.Windows",
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
}
"""Modules of keyrings that encrypt for this user; of a chain every part must be one."""


class SecretsError(Exception):
    """No secret could be had or kept; the message says what to do, in the person's language."""


def backend_secret(name: str, user: str | None, *, variable: str = "ATENDENTE_TOKEN") -> str | None:
    """The variable where it is set, else what `atendente login` put into the keyring, else None."""
    if token := os.environ.get(variable):
        return token
    kept = ring()
    return kept.get_password(SERVICE, _account(name, user)) if kept else None


def keep_backend_secret(name: str, user: str | None, secret: str) -> None:
    """Put it into the keyring. Raises SecretsError without one."""
    kept = ring()
    if kept is None:
        raise SecretsError(
            _(
                "No keyring to keep the secret in. Unlock or install one (gnome-keyring, KWallet), "
                "or set ATENDENTE_TOKEN in the environment of the program."
            )
        )
    kept.set_password(SERVICE, _account(name, user), secret)


def forget_backend_secret(name: str, user: str | None) -> bool:
    """Whether there was one to forget."""
    kept = ring()
    if kept is None or kept.get_password(SERVICE, _account(name, user)) is None:
        return False
    kept.delete_password(SERVICE, _account(name, user))
    return True


def environment_for_others() -> dict[str, str]:
    """Our environment without what is secret in it: for programs that we start."""
    return {name: value for name, value in os.environ.items() if name not in SECRET_VARIABLES}


def keyring_name() -> str | None:
    """The name of the keyring in use, None where none can be trusted."""
    kept = ring()
    return kept.name() if kept else None


class Ring:
    """The chosen keyring with its errors made ours."""

    def __init__(self) -> None:
        import keyring

        self._ring = keyring.get_keyring()

    def trusted(self) -> bool:
        """Whether it, or every part of a chain of several, is one that encrypts for this user."""
        parts = list(getattr(self._ring, "backends", None) or [self._ring])
        return all(type(one).__module__ in TRUSTED_KEYRINGS for one in parts)

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


def ring() -> Ring | None:
    """The system's keyring, None where it is not one that encrypts for this user."""
    found = Ring()
    return found if found.trusted() else None


def _account(name: str, user: str | None) -> str:
    return f"backend:{name}:{user or ''}"
