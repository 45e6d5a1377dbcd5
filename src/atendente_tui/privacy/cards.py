"""Payment cards in text: where a card's number stands, where its security code, and the text without either.

A number is told from others by its grouping, its brand's prefix and its check digit (Luhn, ISO/IEC 7812-1). Bar codes
of boletos and keys of invoices (NF-e) are told apart by their length and grouping. What may be shown of a number is
its first six and last four digits, and of a security code nothing (PCI DSS 4.0.1, 3.3 and 3.4).
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from typing import NamedTuple

_BETWEEN = " .\\-_/·\u00a0\u2009\u200b\u200c\u200d\u2060\ufeff\u2010-\u2014\t"
_RUN = re.compile(rf"(?<!\d)\d(?:[{_BETWEEN}]{{0,3}}\d){{11,}}")
_GROUP = re.compile(r"\d+")
_BRANDS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa, Elo
    r"|(?:5[0-5]\d\d|5893|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard, Maestro, Elo, Aura
    r"|3[47]\d{13}"  # American Express
    r"|(?:30[0-59]\d|3[689]\d\d)\d{10}"  # Diners Club
    r"|(?:6011|60[36]\d|64[4-9]\d|65\d\d|62\d\d|627[89]|63[67]\d|6304|67\d\d)\d{12}"  # Discover, Elo, Hipercard, Cabal
    r"|(?:62\d\d|65\d\d|5018|5020|5038|6304|67\d\d)\d{15}"
    r"|(?:352[89]|35[3-8]\d|3841)\d{12}"  # JCB, Hipercard
    r"|(?:5018|5020|5038|6304|6759|676\d)\d{8}"  # Maestro of twelve
)
_CARD_WORD = re.compile(
    r"cart[ãa]o|cart[õo]es|\bcard\b|cr[ée]dito|d[ée]bito|\b(?:visa|master(?:card)?|elo|amex|american|hiper(?:card)?|"
    r"diners|maestro|pan)\b",
    re.IGNORECASE,
)
_NEAR = 40
"""Characters around a word in which what it speaks of is looked for."""
_LONG_CODES = frozenset({44, 47})
"""Digits of an invoice's key and of a boleto's line, which may be written in fours like a card."""

_SECURITY = (
    r"(?:\bcv[vcn]2?\b|c[óo]d(?:igo|\.)?[ \t]*(?:de[ \t]+)?seg(?:uran[çc]a\b|\.|\b)|security code"
    r"|(?:n[úu]meros?|d[íi]gitos?|c[óo]digo)[ \t]+(?:d[eo][ \t]+)?(?:atr[áa]s|tr[áa]s|verso)\b)"
)
_CODE_AFTER = re.compile(
    rf"{_SECURITY}(?P<gap>[^\d*]{{0,{_NEAR}}}?)(?<!\d)(?P<code>\d{{3,4}})(?![\d%°ºª*]|[.,/:-]\d|[ .-]\d*\*|\s*(?:reais|dias?|h\b|horas?|"
    r"min|anos?|vezes|x\b|kg|km|itens|d[íi]gitos?|n[úu]meros?))",
    re.IGNORECASE,
)
_CODE_BEFORE = re.compile(
    rf"(?<![\d.,/:#*-])(?<![\d*] )(?P<code>\d{{3,4}})[ \t]*(?:é|eh|=|-|:|,|\()?[ \t]*(?:(?:o|meu|do|no)[ \t]+){{0,2}}{_SECURITY}",
    re.IGNORECASE,
)
_ANOTHER_THING = re.compile(
    r"pedido|protocolo|chamado|ticket|nota|fatura|r\$|valor|\bcep\b|\b[àa]s\b|\bdia\b|loja|rua|avenida|\bn[º°]|#|"
    r"senha|ramal|contrato|artigo|erro",
    re.IGNORECASE,
)
_CODE_BESIDE = re.compile(
    r"(?:\D{0,16}(?:0[1-9]|1[0-2])\s?[/\-]\s?(?:20)?\d\d\D{1,16}|[ .\-/|;,]{1,3})(?P<code>\d{3,4})(?![\d]|[.,/:-]\d)"
)


_GAPS = bytes(set(" .-_/\t·\u00a0".encode()) | set(" .-_/\t·\u00a0".encode("latin-1")))
_FEW = re.compile(
    rb"[0-9]{3}|[0-9][^0-9A-Za-z\n]{1,6}[0-9][^0-9A-Za-z\n]{1,6}[0-9]|[0-9]{2}[^0-9A-Za-z\n]{1,6}[0-9]{2}"
)
_TWELVE = re.compile(rb"[0-9]{12}")
_OTHER_DIGITS = "\u0660"
"""From here on there are digits that are not ASCII's."""


class Span(NamedTuple):
    start: int
    end: int


Spans = list[Span]
"""In order, without overlap."""


def card_numbers(text: str) -> Spans:
    """Where card numbers stand, in order, without overlap."""
    return [span for run in _RUN.finditer(text) for span in _in_run(text, run)]


def security_codes(text: str, cards: Spans) -> Spans:
    """Where three or four digits stand beside a word for a security code, or behind a card's number and date."""
    found = [
        Span(*hit.span("code"))
        for hit in _CODE_AFTER.finditer(text)
        if _ANOTHER_THING.search(hit["gap"]) is None
    ]
    found += [Span(*hit.span("code")) for hit in _CODE_BEFORE.finditer(text)]
    for card in cards:
        beside = _CODE_BESIDE.match(text, card.end)
        if beside is not None:
            found.append(Span(*beside.span("code")))
    return sorted({one for one in found if not overlaps(one, cards)})


def overlaps(one: Span, others: Spans) -> bool:
    """Whether it shares a character with one of the others."""
    place = bisect(others, one)
    return (place > 0 and others[place - 1].end > one.start) or (
        place < len(others) and others[place].start < one.end
    )


def masked_number(number: str) -> str:
    """First six and last four digits; grouping kept."""
    count = sum(map(str.isdigit, number))
    seen, kept = 0, []
    for one in number:
        if one.isdigit():
            seen += 1
            kept.append(one if seen <= 6 or seen > count - 4 else "*")
        else:
            kept.append(one)
    return "".join(kept)


def without_card_data(text: str) -> str:
    """The text as it may be kept: numbers masked, security codes dropped. The same text when it holds none."""
    if not may_hold_card_data(text):
        return text
    cards = card_numbers(text)
    codes = security_codes(text, cards)
    parts: list[str] = []
    at = 0
    for span, shown in sorted(
        [*((one, masked_number(text[slice(*one)])) for one in cards), *((one, "***") for one in codes)]
    ):
        parts += (text[at : span.start], shown)
        at = span.end
    return "".join([*parts, text[at:]])


def may_hold_card_data(text: str) -> bool:
    """Asked of everything that comes in: a first look that costs next to nothing and misses nothing."""
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        if max(text) >= _OTHER_DIGITS:
            return True
        raw = text.encode(errors="ignore")
    if _FEW.search(raw) is None:
        # Neither the digits of a code nor, however they are grouped, those of a number.
        return False
    if _TWELVE.search(raw.translate(None, _GAPS)) is not None:
        return True
    lower = text.lower()
    return (
        "cv" in lower
        or "cod" in lower
        or "cód" in lower
        or "security" in lower
        or "tras" in lower
        or "trás" in lower
        or "verso" in lower
    )


def _in_run(text: str, run: re.Match[str]) -> Iterator[Span]:
    groups = list(_GROUP.finditer(text, run.start(), run.end()))
    sizes = [len(one[0]) for one in groups]
    if sum(sizes) in _LONG_CODES and set(sizes[:-1]) <= {4}:
        return
    near = _CARD_WORD.search(text, max(0, run.start() - _NEAR), run.start()) is not None
    first = 0
    while first < len(groups):
        last = _card_from(groups, sizes, first, near=near)
        if last is not None:
            yield Span(groups[first].start(), groups[last].end())
            first = last
        first += 1


def _card_from(groups: list[re.Match[str]], sizes: list[int], first: int, *, near: bool) -> int | None:
    """The last of the groups that make a card's number from `first` on, the longest that does."""
    found, total = None, 0
    most = len(sizes) if not first else min(len(sizes), first + 5 if sizes[first] == 4 else first + 1)
    for last in range(first, min(most, first + 19)):
        total += sizes[last]
        if total > 19:
            break
        if total < 12 or not _grouped(sizes[first : last + 1], whole=total == sum(sizes[:20]), near=near):
            continue
        digits = _ascii("".join(one[0] for one in groups[first : last + 1]))
        if near or len(digits) in (15, 16) or last > first or (first == 0 and len(digits) == 14):
            found = last if _BRANDS.fullmatch(digits) and luhn(digits) else found
    return found


def _grouped(sizes: list[int], *, whole: bool, near: bool) -> bool:
    """Whether people write card numbers in such groups."""
    if len(sizes) == 1:
        return sizes[0] >= 14 or whole
    if all(size == 4 for size in sizes[:-1]) and sizes[-1] <= 4 and (sizes[-1] == 4 or near or whole):
        return True
    if sizes in ([4, 6, 5], [4, 6, 4]):
        return True
    return whole and (len(set(sizes)) == 1 or near)


def _ascii(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(int(one)) for one in digits)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    total = 0
    for place, one in enumerate(reversed(digits)):
        number = int(one) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0 and len(set(digits)) > 1
