"""Signatures of what comes from outside: HMAC-SHA256 over `timestamp + "." + raw body`, with the secret of a source.

    X-Atendente-Source: SOURCE
    X-Atendente-Timestamp: seconds since 1970, digits only
    X-Atendente-Signature: sha256=HEX, lower case

There is one way to write a right signature: no other spelling of the same passes, so that one seen is known again.
Pure: the moment is an argument.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

SOURCE, TIMESTAMP, SIGNATURE = "X-Atendente-Source", "X-Atendente-Timestamp", "X-Atendente-Signature"
WINDOW = 300
"""Seconds that the sender's clock may differ from ours."""

_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """What a sender puts into `X-Atendente-Signature`."""
    checking = Checking((secret,), str(timestamp))
    checking.update(body)
    return checking.signatures()[0]


def seconds(timestamp: str) -> int | None:
    """The moment a timestamp names, None for anything but plain digits."""
    return int(timestamp) if _TIMESTAMP.fullmatch(timestamp) else None


def timely(timestamp: str, now: float) -> bool:
    """Whether it was signed within `WINDOW` of `now`, both in seconds since 1970."""
    signed = seconds(timestamp)
    return signed is not None and abs(now - signed) <= WINDOW


class Checking:
    """One call being checked while its body comes in. Several secrets are valid together while one replaces the other."""

    def __init__(self, secrets: Sequence[str], timestamp: str) -> None:
        head = timestamp.encode("utf-8", "replace") + b"."
        self._macs = [hmac.new(one.encode(), head, hashlib.sha256) for one in secrets]

    def update(self, part: bytes) -> None:
        for mac in self._macs:
            mac.update(part)

    def signatures(self) -> list[str]:
        """The right ones, in the order of the secrets."""
        return [f"sha256={mac.hexdigest()}" for mac in self._macs]

    def passes(self, signature: str) -> bool:
        """Whether it was made with one of the secrets. Takes as long whatever is wrong with it."""
        told = signature.encode("utf-8", "replace")
        right = [hmac.compare_digest(told, one.encode()) for one in self.signatures()]
        return any(right) and _SIGNATURE.fullmatch(signature) is not None
