"""A keyring for tests: a real backend of `keyring`, keeping its secrets in one file."""

from __future__ import annotations

import json
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from atendente_tui import secrets


class FileRing(KeyringBackend):
    """It survives a process that is killed, as a system's keyring does."""

    priority = 0  # type: ignore[assignment]  # never chosen by itself
    name = "file ring of the tests"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def get_password(self, service: str, username: str) -> str | None:
        return self._all().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write(self._all() | {f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        left = self._all()
        del left[f"{service}/{username}"]
        self._write(left)

    def _all(self) -> dict[str, str]:
        return dict(json.loads(self.path.read_text())) if self.path.exists() else {}

    def _write(self, all_: dict[str, str]) -> None:
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(all_))
        beside.replace(self.path)


def trusted_ring(path: Path, monkeypatch: pytest.MonkeyPatch) -> FileRing:
    """Put such a keyring in use, and on the list of those that are believed."""
    ring = FileRing(path)
    monkeypatch.setattr(secrets, "TRUSTED_KEYRINGS", secrets.TRUSTED_KEYRINGS | {__name__})
    monkeypatch.setattr(keyring, "get_keyring", lambda: ring)
    return ring
