"""Addresses of people: the form on which equality is judged, check digits, and what of them may be seen.

Phone numbers without a country are Brazilian. Nothing here decides that two people are one; it only says when
two addresses are.
"""

from __future__ import annotations

import re

from atendente_tui.domain.words import IdentityKind

_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]")
_NOT_DIGIT = re.compile(r"[^0-9]")
_AROUND = re.compile(r"^[\s/@]+|[\s/@]+$")
_PROFILE = re.compile(
    r"^(?:https?://)?(?:www\.|m\.)?(?:instagram\.com|facebook\.com|fb\.com|twitter\.com|x\.com)/"
)
_PHONES = (IdentityKind.PHONE, IdentityKind.WHATSAPP)
_SOCIAL = (IdentityKind.INSTAGRAM, IdentityKind.FACEBOOK, IdentityKind.X)


def normal(kind: IdentityKind, value: str) -> str:
    """The form on which two addresses of one kind are compared: `normal(a) == normal(b)` means the same address.

    E-mail case-folded; phone and WhatsApp as E.164 ("+5511912345678"), with Brazil's ninth digit added to old
    mobile numbers; CPF and CNPJ without punctuation, upper case; social names case-folded without @ or site.
    Idempotent, never raises: what is no such address comes back trimmed.
    """
    value = value.strip()
    if kind in _PHONES:
        return _phone(value)
    if kind in (IdentityKind.CPF, IdentityKind.CNPJ):
        return _NOT_ALNUM.sub("", value).upper() or value
    if kind in _SOCIAL:
        return _handle(value) or value
    if kind == IdentityKind.EMAIL:
        return value.removeprefix("mailto:").casefold().strip()
    return value


def _handle(value: str) -> str:
    """The bare name, however deep it is wrapped in site, query and @."""
    while (name := _AROUND.sub("", _PROFILE.sub("", value.casefold()).split("?")[0])) != value:
        value = name
    return value


def _phone(value: str) -> str:
    value = value.split("@")[0]  # a WhatsApp id: 5511...@s.whatsapp.net
    digits = _NOT_DIGIT.sub("", value)
    if not digits:
        return value.strip().casefold()
    if value.lstrip(" (").startswith("+"):
        return "+" + _ninth(digits)
    if digits.startswith("00") and len(digits) > 11:
        return "+" + _ninth(digits[2:])
    if digits.startswith("0"):
        # National trunk prefix, perhaps with a carrier: 0 11 ..., 0 15 11 ...; toll-free 0800 keeps its zero.
        if digits.startswith(("0300", "0500", "0800", "0900")):
            return digits
        digits = digits[3:] if len(digits) in (13, 14) else digits[1:]
    if len(digits) in (10, 11):
        return "+" + _ninth("55" + digits)
    if digits.startswith("55") and len(digits) in (12, 13):
        return "+" + _ninth(digits)
    return digits


def _ninth(digits: str) -> str:
    """Mobile numbers of Brazil have had nine digits since 2016; WhatsApp and old records still tell eight."""
    if len(digits) == 12 and digits.startswith("55") and digits[4] in "6789":
        return digits[:4] + "9" + digits[4:]
    return digits


def plausible_cpf(value: str) -> bool:
    """Whether eleven digits carry their two check digits (modulo 11) and are not all the same."""
    digits = _NOT_ALNUM.sub("", value)
    if not (len(digits) == 11 and digits.isascii() and digits.isdigit()) or len(set(digits)) == 1:
        return False
    numbers = [int(one) for one in digits]
    return all(
        sum(number * (end + 1 - place) for place, number in enumerate(numbers[:end])) * 10 % 11 % 10
        == numbers[end]
        for end in (9, 10)
    )


def plausible_cnpj(value: str) -> bool:
    """Whether a CNPJ, digits or (from 2026 on) letters and digits, carries its two check digits.

    Receita Federal, IN 2.229/2024: each character counts as its ASCII code less 48.
    """
    letters = _NOT_ALNUM.sub("", value).upper()
    if len(letters) != 14 or not letters[12:].isdigit() or len(set(letters)) == 1:
        return False
    numbers = [ord(one) - 48 for one in letters]
    for end in (12, 13):
        weights = [2 + (end - 1 - place) % 8 for place in range(end)]
        rest = sum(number * weight for number, weight in zip(numbers[:end], weights, strict=True)) % 11
        if numbers[end] != (0 if rest < 2 else 11 - rest):
            return False
    return True


def mask(kind: IdentityKind, value: str) -> str:
    """An address with its telling part hidden, for display. Still foreign text: clean it before a terminal.

    CPF "***.456.789-**", CNPJ "**.345.678/****-**", phone "+55 11 9****-1234", e-mail "m***@dominio".
    """
    plain = normal(kind, value)
    if kind in _PHONES:
        return _masked_phone(plain)
    if kind == IdentityKind.CPF:
        return f"***.{plain[3:6]}.{plain[6:9]}-**" if len(plain) == 11 else "***"
    if kind == IdentityKind.CNPJ:
        return f"**.{plain[2:5]}.{plain[5:8]}/****-**" if len(plain) == 14 else "***"
    if kind == IdentityKind.EMAIL:
        name, at, domain = plain.rpartition("@")
        return f"{name[:1]}***@{domain}" if at else f"{plain[:1]}***"
    return f"{plain[:1]}***"


def _masked_phone(plain: str) -> str:
    if plain.startswith("+55") and len(plain) in (13, 14):
        head = plain[5:-4][:1] if len(plain) == 14 else ""
        return f"+55 {plain[3:5]} {head}****-{plain[-4:]}"
    if plain.startswith("+") and len(plain) > 8:
        return f"{plain[:3]} ****-{plain[-4:]}"
    return f"****-{plain[-4:]}" if len(plain) > 7 else "****"
