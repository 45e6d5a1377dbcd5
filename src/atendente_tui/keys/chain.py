"""Which key opens a store. The chain fails closed: without a place for a key nothing is ever written in the clear.

1. `ATENDENTE_STORE_KEY_FILE`: a file that a person named, open or closed with a passphrase.
2. `store.key` beside the store: a key under a passphrase, chosen with `atendente key passphrase`.
3. `$CREDENTIALS_DIRECTORY/atendente-store-key`: what systemd hands to a service.
4. the system's keyring, when it is one that encrypts for this user.
5. otherwise it stops and says what can be done.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

from atendente_tui import secrets
from atendente_tui.i18n import _
from atendente_tui.keys.places import KEY_BYTES, InFile, InKeyring, OfService, Place
from atendente_tui.keys.private_files import sync_folder
from atendente_tui.secrets import SecretsError

CREDENTIAL = "atendente-store-key"
KEY_FILE = "store.key"
REKEYING = "rekeying"
"""Stands in the store's directory while the key is being changed: only then is a second key looked for."""
SHOWN = "recovery.shown"
"""Stands there once the recovery code of the present key was shown."""


class Found(NamedTuple):
    key: bytes
    place: Place
    made: str | None
    """A sentence for the person when the key was made just now."""


def store_key(store: Path) -> Found:
    """The key of the store in directory `store`, made when neither key nor store exists yet.

    Raises SecretsError when there is no place for a key, or when the store exists and its key does not: a new key
    would only hide the old data.
    """
    place = place_of(store)
    if place is None:
        raise no_place_for_a_key()
    key = place.get()
    file = store / "store.db"
    if (store / REKEYING).exists() and (following := place.get_next()) is not None and opens(file, following):
        with contextlib.suppress(SecretsError, OSError):
            _finish(store, place, following)
        return Found(following, place, None)
    if key is not None:
        return Found(key, place, None)
    if file.exists():
        raise _lost(place, store)
    return _made(place)


def place_of(store: Path) -> Place | None:
    """Where this store's key lies, or would be put; None where nothing can be trusted with it. Reads no secret."""
    if named := os.environ.get("ATENDENTE_STORE_KEY_FILE"):
        return InFile(Path(named).expanduser())
    if (store / KEY_FILE).exists():
        return InFile(store / KEY_FILE, closed=True)
    if (folder := os.environ.get("CREDENTIALS_DIRECTORY")) and (Path(folder) / CREDENTIAL).exists():
        return OfService(Path(folder) / CREDENTIAL)
    ring = secrets.ring()
    return InKeyring(ring, name_in_keyring(store)) if ring is not None else None


def name_in_keyring(store: Path) -> str:
    return f"store:{_store_id(store)}"


def under_passphrase(store: Path) -> InFile:
    """The file in which a passphrase closes the key: the one that was named, else the one beside the store."""
    named = os.environ.get("ATENDENTE_STORE_KEY_FILE")
    return InFile(Path(named).expanduser() if named else store / KEY_FILE, closed=True)


def opens(file: Path, key: bytes | None) -> bool:
    """Whether the key opens the store file, whatever else is wrong with it. Changes nothing."""
    from sqlcipher3 import dbapi2 as sqlite

    from atendente_tui.store.engine import connect
    from atendente_tui.store.errors import StoreError

    try:
        connect(file, key, read_only=True).close()
    except (OSError, StoreError, sqlite.Error):
        return False
    return True


def no_place_for_a_key() -> SecretsError:
    return SecretsError(
        _(
            "No keyring to keep the store's key in. Use one of these: unlock or install a keyring "
            "(gnome-keyring, KWallet); put the key under a passphrase: atendente key passphrase; "
            "set ATENDENTE_STORE_KEY_FILE to a file of yours, it is made with mode 0600; "
            'or write encryption = "off" under [store] in the configuration.'
        )
    )


def mark(store: Path, name: str) -> None:
    """Leave an empty file in the store's directory that says something."""
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(store / name, os.O_WRONLY | os.O_CREAT, 0o600))
    sync_folder(store)


def unmark(store: Path, name: str) -> None:
    (store / name).unlink(missing_ok=True)
    sync_folder(store)


def _finish(store: Path, place: Place, key: bytes) -> None:
    """A rekey was cut off after the store had its new key: end it, unless somebody is at it just now."""
    from atendente_tui.store.errors import StoreLocked
    from atendente_tui.store.lock import InstanceLock

    try:
        lock = InstanceLock(store / "store.lock")
    except StoreLocked:
        return
    try:
        if opens(store / "store.db", key):
            place.put(key)
            place.drop_next()
            unmark(store, SHOWN)
            unmark(store, REKEYING)
    finally:
        lock.release(clean=lock.was_clean)


def _made(place: Place) -> Found:
    key = os.urandom(KEY_BYTES)
    place.put(key)
    if place.get() != key:
        raise SecretsError(_("{place} did not keep the key it was given.").format(place=place.said()))
    if isinstance(place, InFile):
        made = _(
            "A key for the store was made: {file}. Keep a copy, without it the store cannot be read. "
            "Or write its recovery code down: atendente key show-recovery."
        ).format(file=place.path)
    else:
        made = _(
            "A key for the store was made and put into the keyring. "
            "Write its recovery code down: atendente key show-recovery."
        )
    return Found(key, place, made)


def _lost(place: Place, store: Path) -> SecretsError:
    if isinstance(place, InFile):
        return SecretsError(
            _(
                "The key file {file} is not there, but the store in {place} was made with one. Put it back, "
                "or type its recovery code: atendente key recover."
            ).format(file=place.path, place=store)
        )
    return SecretsError(
        _(
            "The key of the store in {place} is not in the keyring. Unlock the keyring it was made with, type its "
            "recovery code (atendente key recover), or move the store away: it is rebuilt from the helpdesk, "
            "but what was not sent yet is lost with the key."
        ).format(place=store)
    )


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
