"""Signatures: right ones pass in any pieces, and nothing else does, however near it comes."""

from __future__ import annotations

import hashlib
import hmac
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from atendente_tui.hub import signing
from tests.sizes import sized

SECRET, OLDER = "ZgYwq8J3m0c", "1R7-older-secret"
NOW = 1_795_435_200
BODIES = st.binary(max_size=300)
FORGERIES = sized(200, 1_000)


def passes(signature: str, timestamp: str, body: bytes, *secrets: str) -> bool:
    checking = signing.Checking(secrets or (SECRET,), timestamp)
    checking.update(body)
    return checking.passes(signature) and signing.timely(timestamp, NOW)


def test_it_is_what_the_contract_says() -> None:
    body = b'{"text":"Ol\xc3\xa1"}'
    right = hmac.new(SECRET.encode(), b"1795435200." + body, hashlib.sha256).hexdigest()
    assert signing.sign(SECRET, NOW, body) == f"sha256={right}"
    assert passes(f"sha256={right}", str(NOW), body)


@given(body=BODIES, cuts=st.lists(st.integers(0, 300), max_size=6))
def test_it_comes_out_the_same_in_whatever_pieces_the_body_comes(body: bytes, cuts: list[int]) -> None:
    checking = signing.Checking((SECRET,), str(NOW))
    places = [0, *sorted(min(one, len(body)) for one in cuts), len(body)]
    for start, end in pairwise(places):
        checking.update(body[start:end])
    assert checking.passes(signing.sign(SECRET, NOW, body))


def test_both_secrets_hold_while_one_replaces_the_other() -> None:
    for secret in (SECRET, OLDER):
        assert passes(signing.sign(secret, NOW, b"{}"), str(NOW), b"{}", SECRET, OLDER)
    assert not passes(signing.sign(OLDER, NOW, b"{}"), str(NOW), b"{}", SECRET)


@given(seconds=st.integers(-1_000_000, 1_000_000))
def test_five_minutes_either_way_and_no_second_more(seconds: int) -> None:
    signature = signing.sign(SECRET, NOW + seconds, b"{}")
    assert passes(signature, str(NOW + seconds), b"{}") == (abs(seconds) <= 300)


@st.composite
def forged(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """A signature, timestamp and body of which something is not right."""
    body, stamp = draw(BODIES), str(NOW + draw(st.integers(-300, 300)))
    signature = signing.sign(SECRET, int(stamp), body)
    match draw(
        st.sampled_from(
            ("body", "stamp", "bit", "cut", "case", "space", "prefix", "secret", "random", "bare")
        )
    ):
        case "body":
            other = draw(BODIES.filter(lambda one: one != body))
            return signature, stamp, other
        case "stamp":
            return (
                signature,
                draw(
                    st.sampled_from(
                        (f"{int(stamp) + 1}", f"0{stamp}", f"+{stamp}", f"{stamp} ", f"{stamp}.0")
                    )
                ),
                body,
            )
        case "bit":
            place = draw(st.integers(7, len(signature) - 1))
            digit = draw(st.sampled_from([one for one in "0123456789abcdef" if one != signature[place]]))
            return signature[:place] + digit + signature[place + 1 :], stamp, body
        case "cut":
            return signature[: draw(st.integers(0, len(signature) - 1))], stamp, body
        case "case":
            upper = "sha256=" + signature[7:].upper()
            return (upper if upper != signature else ""), stamp, body
        case "space":
            return (
                draw(st.sampled_from((f" {signature}", f"{signature} ", f"{signature}\n", f"{signature}\0"))),
                stamp,
                body,
            )
        case "prefix":
            return (
                signature.replace(
                    "sha256=", draw(st.sampled_from(("", "sha1=", "SHA256=", "sha256=sha256=")))
                ),
                stamp,
                body,
            )
        case "secret":
            return (
                signing.sign(draw(st.text(min_size=1).filter(lambda one: one != SECRET)), int(stamp), body),
                stamp,
                body,
            )
        case "bare":
            # The separator is part of what is signed: moving it between the two parts makes another text.
            return signing.sign(SECRET, int(stamp[:-1]), stamp[-1:].encode() + b"." + body), stamp, body
    return draw(st.text()), stamp, body


@settings(max_examples=FORGERIES, deadline=None)
@given(forged())
def test_nothing_forged_old_cut_or_written_otherwise_passes(made: tuple[str, str, bytes]) -> None:
    signature, timestamp, body = made
    assert not passes(signature, timestamp, body)


@given(st.text())
def test_a_timestamp_is_plain_digits_or_nothing(text: str) -> None:
    moment = signing.seconds(text)
    assert moment is None or (str(moment) == text and moment > 0)
    assert signing.seconds("١٢٣") is None
