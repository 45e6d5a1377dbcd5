"""A key under a passphrase: Argon2id makes a key of the passphrase, AES-GCM closes the store's key with it.

`cryptography` is imported only here and only when a passphrase is in use: it is heavy.
"""

from __future__ import annotations

import base64
import json
import os
from typing import Any

MEMORY, PASSES, LANES = 64 * 1024, 3, 4
"""Of Argon2id (RFC 9106): KiB, and how often they are gone through by how many lanes."""
MOST_MEMORY, MOST_PASSES, MOST_LANES = 1024 * 1024, 16, 16
"""What a file may ask of this machine."""
FORMAT = 1


class WrongPassphrase(Exception):
    """It does not open the key."""


class Unreadable(Exception):
    """The file holds no wrapped key that this version knows."""


def is_wrapped(text: str) -> bool:
    return text.lstrip().startswith("{")


def wrapped(key: bytes, passphrase: str) -> str:
    """JSON for a file. Every call has a salt and a nonce of its own."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(16), os.urandom(12)
    shape: dict[str, Any] = {
        "atendente-key": FORMAT,
        "kdf": "argon2id",
        "memory_kib": MEMORY,
        "passes": PASSES,
        "lanes": LANES,
        "salt": _text(salt),
        "cipher": "aes-256-gcm",
        "nonce": _text(nonce),
    }
    closed = AESGCM(_derived(passphrase, salt, MEMORY, PASSES, LANES)).encrypt(nonce, key, _bound(shape))
    return json.dumps(shape | {"key": _text(closed)}, indent=1) + "\n"


def unwrapped(text: str, passphrase: str) -> bytes:
    """The key. Raises WrongPassphrase, Unreadable."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        shape = json.loads(text)
        salt, nonce, closed = (_bytes(shape[name]) for name in ("salt", "nonce", "key"))
        memory, passes, lanes = (int(shape[name]) for name in ("memory_kib", "passes", "lanes"))
        known = (shape["atendente-key"], shape["kdf"], shape["cipher"]) == (FORMAT, "argon2id", "aes-256-gcm")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable from error
    bounded = 8 * lanes <= memory <= MOST_MEMORY and 1 <= passes <= MOST_PASSES and 1 <= lanes <= MOST_LANES
    if not known or not bounded or len(nonce) != 12 or not 8 <= len(salt) <= 64:
        raise Unreadable
    del shape["key"]
    try:
        return AESGCM(_derived(passphrase, salt, memory, passes, lanes)).decrypt(nonce, closed, _bound(shape))
    except InvalidTag as error:
        raise WrongPassphrase from error


def _derived(passphrase: str, salt: bytes, memory: int, passes: int, lanes: int) -> bytes:
    import unicodedata

    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    # The same letters typed on another keyboard may come composed otherwise.
    secret = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory).derive(secret)


def _bound(shape: dict[str, Any]) -> bytes:
    """What the cipher vouches for beside the key."""
    return json.dumps(shape, sort_keys=True).encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
