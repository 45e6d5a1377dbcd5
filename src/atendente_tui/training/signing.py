"""Signatures on results and certificates: Ed25519 over the document as `results.written` writes it, without its signature.

The key is this profile's own: a file named by `ATENDENTE_TRAINING_KEY_FILE`, else the system's keyring. Where neither is there
nothing is signed. A signature says which key made it; whom the key belongs to is for the reader to know.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from atendente_tui import secrets
from atendente_tui.i18n import _
from atendente_tui.keys.places import InFile, InKeyring, Place
from atendente_tui.secrets import SecretsError
from atendente_tui.training.results import written

VARIABLE = "ATENDENTE_TRAINING_KEY_FILE"
NAME = "training-signing"
ALGORITHM = "ed25519"


def signed(document: Mapping[str, Any], key: bytes) -> dict[str, Any]:
    """The document with its signature. `key` is 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(key)
    value = private.sign(_bytes(document))
    public = private.public_key().public_bytes_raw()
    return {**document, "signature": {"algorithm": ALGORITHM, "key": public.hex(), "value": value.hex()}}


def signer(document: Mapping[str, Any]) -> str | None:
    """The public key, in hexadecimal, whose signature holds; None where there is none or it does not."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signature = document.get("signature")
    if not isinstance(signature, Mapping) or signature.get("algorithm") != ALGORITHM:
        return None
    try:
        key = bytes.fromhex(str(signature["key"]))
        Ed25519PublicKey.from_public_bytes(key).verify(
            bytes.fromhex(str(signature["value"])), _bytes(document)
        )
    except (KeyError, ValueError, InvalidSignature):
        return None
    return key.hex()


def public_of(key: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw().hex()


def own_key(*, make: bool) -> bytes | None:
    """This profile's signing key; made when there is none yet and `make`. Raises SecretsError without a place for it."""
    place = _place()
    if place is None:
        if not make:
            return None
        raise SecretsError(
            _(
                "No place for the key that signs results. Unlock a keyring, or name a file of your own in {variable}."
            ).format(variable=VARIABLE)
        )
    key = place.get()
    if key is None and make:
        key = os.urandom(32)
        place.put(key)
    return key


def _place() -> Place | None:
    if named := os.environ.get(VARIABLE):
        return InFile(Path(named).expanduser())
    ring = secrets.ring()
    return InKeyring(ring, NAME) if ring is not None else None


def _bytes(document: Mapping[str, Any]) -> bytes:
    return written({**document, "signature": None}).encode()
