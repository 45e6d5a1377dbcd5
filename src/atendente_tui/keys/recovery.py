"""A key as a code that a person can write on paper and type again, with a checksum that finds a slip of the pen."""

from __future__ import annotations

import hashlib

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
GROUP = 5
_CHECK = 2  # bytes
_BYTES = 32
_LENGTH = 55  # characters for 34 bytes
_MEANT = str.maketrans("OIL", "011", " -\t\r\n")


class NotACode(ValueError):
    """What was typed is no recovery code, or one with a slip in it."""


def code_of(key: bytes) -> str:
    """The 32 bytes as eleven groups of five letters and digits."""
    number = int.from_bytes(key + _checksum(key), "big")
    letters = ""
    for _ in range(_LENGTH):
        number, digit = divmod(number, 32)
        letters = ALPHABET[digit] + letters
    return "-".join(letters[at : at + GROUP] for at in range(0, _LENGTH, GROUP))


def key_of(code: str) -> bytes:
    """The 32 bytes again, whatever case, blanks and hyphens it was typed with. Raises NotACode."""
    letters = code.upper().translate(_MEANT)
    if len(letters) != _LENGTH or set(letters) - set(ALPHABET):
        raise NotACode
    number = 0
    for letter in letters:
        number = number * 32 + ALPHABET.index(letter)
    try:
        data = number.to_bytes(_BYTES + _CHECK, "big")
    except OverflowError as error:
        raise NotACode from error
    key, check = data[:_BYTES], data[_BYTES:]
    if check != _checksum(key):
        raise NotACode
    return key


def _checksum(key: bytes) -> bytes:
    return hashlib.sha256(b"atendente recovery code" + key).digest()[:_CHECK]
