"""A key under a passphrase comes back whole or not at all; a code on paper too."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atendente_tui.keys import recovery, wrapping

KEYS = st.binary(min_size=32, max_size=32)


@pytest.fixture
def cheap() -> Iterator[None]:
    before = wrapping.MEMORY
    wrapping.MEMORY = 64
    yield
    wrapping.MEMORY = before


def test_as_dear_to_guess_as_promised() -> None:
    told = json.loads(wrapping.wrapped(b"k" * 32, "x"))
    assert (told["kdf"], told["memory_kib"], told["passes"], told["lanes"]) == ("argon2id", 65_536, 3, 4)
    assert wrapping.unwrapped(json.dumps(told), "x") == b"k" * 32


@given(KEYS, st.text())
@settings(max_examples=40)
def test_there_and_back(key: bytes, passphrase: str) -> None:
    wrapping.MEMORY = 64
    try:
        text = wrapping.wrapped(key, passphrase)
    finally:
        wrapping.MEMORY = 65_536
    assert wrapping.is_wrapped(text)
    assert key.hex() not in text
    assert wrapping.unwrapped(text, unicodedata.normalize("NFD", passphrase)) == key
    with pytest.raises(wrapping.WrongPassphrase):
        wrapping.unwrapped(text, passphrase + "x")


@pytest.mark.usefixtures("cheap")
def test_no_two_are_alike_and_no_part_can_be_exchanged() -> None:
    one, two = (json.loads(wrapping.wrapped(b"k" * 32, "uma frase")) for _ in range(2))
    assert not {one["salt"], one["nonce"], one["key"]} & {two["salt"], two["nonce"], two["key"]}
    for name in ("salt", "nonce", "key"):
        with pytest.raises(wrapping.WrongPassphrase):
            wrapping.unwrapped(json.dumps(one | {name: two[name]}), "uma frase")
    with pytest.raises(wrapping.WrongPassphrase):  # nobody makes guessing cheaper behind one's back
        wrapping.unwrapped(json.dumps(one | {"passes": 1}), "uma frase")


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize(
    "changed",
    [
        {"memory_kib": 1 << 40},
        {"memory_kib": 0},
        {"passes": 10**9},
        {"lanes": 0},
        {"lanes": 10**6},
        {"kdf": "scrypt"},
        {"cipher": "none"},
        {"atendente-key": 2},
        {"salt": "!"},
        {"nonce": ""},
        {"key": 7},
        {"passes": None},
    ],
)
def test_what_a_file_may_not_ask_of_a_machine(changed: dict[str, object]) -> None:
    told = json.loads(wrapping.wrapped(b"k" * 32, "x"))
    with pytest.raises(wrapping.Unreadable):
        wrapping.unwrapped(json.dumps(told | changed), "x")
    with pytest.raises(wrapping.Unreadable):
        wrapping.unwrapped("{" * 100_000, "x")


@given(KEYS)
def test_a_code_is_the_key(key: bytes) -> None:
    code = recovery.code_of(key)
    assert len(code.split("-")) == 11
    assert recovery.key_of(code) == key
    assert recovery.key_of(f"  {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')}\n") == key


@given(KEYS, st.integers(0, 54), st.sampled_from(recovery.ALPHABET))
def test_a_slip_of_the_pen_is_found(key: bytes, place: int, other: str) -> None:
    letters = recovery.code_of(key).replace("-", "")
    wrong = letters[:place] + other + letters[place + 1 :]
    if wrong == letters:
        return
    try:
        found = recovery.key_of(wrong)
    except recovery.NotACode:
        return
    pytest.fail(f"{wrong} passes for a code of {found.hex()}")


@pytest.mark.parametrize("typed", ["", "abc", "U" * 55, "Z" * 55, "é" * 55, "0" * 54, "0" * 56])
def test_what_is_no_code(typed: str) -> None:
    with pytest.raises(recovery.NotACode):
        recovery.key_of(typed)
