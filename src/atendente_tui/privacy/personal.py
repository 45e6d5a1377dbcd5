"""Personal data in text: where it stands, of which kind it is, and the text with it masked.

What looks like a document is taken for one only when its check digits agree, or when the text calls it by its name;
numbers that the text calls orders, protocols and the like are left alone. How well that works is measured:
docs/privacy.md.
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Callable, Collection, Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from atendente_tui.domain.identities import mask as masked_identity
from atendente_tui.domain.identities import plausible_cnpj, plausible_cpf
from atendente_tui.domain.words import IdentityKind
from atendente_tui.privacy.cards import Span, Spans, card_numbers, masked_number, overlaps, security_codes


class Kind(StrEnum):
    CPF = "cpf"
    CNPJ = "cnpj"
    CARD = "card"
    CVV = "cvv"
    PHONE = "phone"
    EMAIL = "email"
    PIX = "pix"
    """A random Pix key or a whole Pix code; the other Pix keys are of the kinds above."""
    CEP = "cep"


EVERY_KIND = frozenset(Kind)


class Found(NamedTuple):
    """One piece of personal data: `text[start:end] == value`."""

    kind: Kind
    start: int
    end: int
    value: str


_LOOK_BACK = 36
_GLUE = r"(?:\s|[:;=#.,()\"'*\-]|n[º°ºo]\.?|n[úu]m(?:ero)?|\b(?:de|do|da|é|eh|foi|o|a|meu|minha|seu|sua|com|cliente|seguinte)\b)*"
_ANOTHER_NUMBER = re.compile(
    r"(?:pedido|compra|protocolos?|prot|atendimento|chamados?|tickets?|notas?(?:\s+fisca(?:l|is))?|nf-?c?e?|danfe|c[óo]digos?|"
    r"c[óo]d|rastreio|rastreamento|rastrear|objeto|s[ée]rie|serial|imei|iccid|matr[íi]cula|contratos?|instala[çc][ãa]o|"
    r"ordem|ordem de servi[çc]o|os|boleto|barras|fatura|parcela|lote|sku|ean|gtin|isbn|ref|refer[êe]ncia|vers[ãa]o|build|"
    r"processo|autoriza[çc][ãa]o|nsu|transa[çc][ãa]o|tid|id|produto|item|pacote|encomenda|conta|ag[êe]ncia|benef[íi]cio|nis|pis|"
    r"renavam|registro|ocorr[êe]ncia|solicita[çc][ãa]o|senha|order|tracking)" + _GLUE + r"$",
    re.IGNORECASE,
)
_CPF_WORD = re.compile(rf"(?:cpf|documento|doc){_GLUE}$", re.IGNORECASE)
_CNPJ_WORD = re.compile(rf"(?:cnpj|empresa|mei){_GLUE}$", re.IGNORECASE)
_PHONE_WORD = re.compile(
    r"(?:tel(?:efone)?s?|fones?|fixo|celular|cel|whats(?:app)?|wpp|zap(?:zap)?|contato|lig(?:ar|a|ue|uem)|recado|sms|chama(?:r)?|"
    rf"retorn(?:ar|o|em)|phone|mobile)(?:\s+(?:para|pra|no|pelo|em|meu|comigo|n[úu]mero))*{_GLUE}$",
    re.IGNORECASE,
)
_PIX_WORD = re.compile(r"\b(?:pix|chave)\b", re.IGNORECASE)
_CEP_WORD = re.compile(rf"cep{_GLUE}$", re.IGNORECASE)

_EMAIL = re.compile(
    r"(?<![\w.%+'-])[\w%+'-](?:[\w.%+'-]{0,62}[\w%+'-])?@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?P<end>[^\W\d_]{2,24})(?![\w-])"
)
_FILES = frozenset(
    [
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "svg",
        "pdf",
        "bmp",
        "heic",
        "mp4",
        "mp3",
        "wav",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "zip",
    ]
)
_UUID4 = re.compile(
    r"(?<![\w/=-])[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![\w-])", re.IGNORECASE
)
_UUID = re.compile(r"(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])", re.IGNORECASE)
_BILL = re.compile(
    r"(?<!\d)(?:\d{5}\.?\d{5} \d{5}\.?\d{6} \d{5}\.?\d{6} \d \d{14}|(?:\d{11}-\d|\d{12})(?: (?:\d{11}-\d|\d{12})){3}"
    r"|\d{4}(?: \d{4}){10})(?!\d)"
)
"""Lines of boletos and of bills, keys of invoices: groups of them pass for telephones and documents."""
_PIX_CODE = re.compile(
    r"(?<!\d)000201\d{2}[^\n]{0,60}?br\.gov\.bcb\.pix[^\n]{4,400}?6304[0-9A-F]{4}", re.IGNORECASE
)
_CNPJ = re.compile(
    r"(?<![0-9A-Za-z.])[0-9A-Za-z]{2}(?P<dot>[. ]?)[0-9A-Za-z]{3}(?P=dot)[0-9A-Za-z]{3}(?P<slash>[/ ]?)[0-9A-Za-z]{4}(?P<dash>[- ]?)\d{2}"
    r"(?![0-9A-Za-z]|[.,/-]\d)"
)
_CPF = re.compile(
    r"(?<!\d)(?<!\d[.,/-])\d{3}(?P<dot>[. ]?)\d{3}(?P=dot)\d{3}(?P<dash>[-./ ]{0,3})\d{2}(?![0-9A-Za-z]|[.,/-]\d)"
)
_INTERNATIONAL = re.compile(r"(?<![\w+])\+\d{1,3}(?:[ .\-()]{0,3}\d){6,13}(?![\w]|[.,/]\d)")
_NATIONAL = re.compile(
    r"(?<![\w.,/+-])(?:55[ .-]?)?(?P<open>\()?(?:0(?:xx)?)?(?P<area>[1-9]{2})\)?(?P<gap>[ .-]{0,2})(?P<mobile>9[ .-]?)?"
    r"\d{4}(?P<dash>[ .-]?)\d{4}(?![\w/]|[.,:-]\d)"
)
_LOCAL = re.compile(r"(?<![\w.,/+()-])(?:9[ .]?\d{4}|[2-5]\d{3})[ .-]?\d{4}(?![\w/]|[.,:-]\d)")
_CEP = re.compile(r"(?<![\w.,/-])\d{2}\.?\d{3}(?P<dash>-?)\d{3}(?![\w/]|[.,:-]\d)")
_MOMENT = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def find(text: str, kinds: Collection[Kind] = EVERY_KIND) -> list[Found]:
    """Every piece of personal data of these kinds, in order, without overlap.

    Kinds that are not asked for still count where they stand: a card's number is never part of a telephone's.
    """
    if not any(one.isdigit() or one == "@" for one in text):
        return []
    found: list[Found] = []
    taken = sorted(Span(*hit.span()) for hit in _BILL.finditer(text))
    cards = card_numbers(text)
    for kind, spans in _FINDERS:
        for span in spans(text, cards):
            if overlaps(span, taken):
                continue
            insort(taken, span)
            if kind in kinds:
                found.append(Found(kind, *span, text[slice(*span)]))
    return sorted(found, key=lambda one: one.start)


def mask(text: str, kinds: Collection[Kind] = EVERY_KIND) -> str:
    """The text with what is of these kinds masked; still foreign text, to be cleaned before a terminal."""
    parts: list[str] = []
    at = 0
    for one in find(text, kinds):
        parts += (text[at : one.start], masked(one.kind, one.value))
        at = one.end
    return "".join([*parts, text[at:]]) if parts else text


def masked(kind: Kind, value: str) -> str:
    """A value with its telling part hidden.

    CPF "***.456.789-**", CNPJ "**.345.678/****-**", phone "+55 11 9****-1234", e-mail "m***@dominio", card "4111 11** **** 1111",
    CVV "***", Pix key "123e****-****-****-****-********4000", CEP "01310-***".
    """
    match kind:
        case Kind.CARD:
            return masked_number(value)
        case Kind.CVV:
            return "***"
        case Kind.PIX:
            return (
                f"{value[:4]}****-****-****-****-********{value[-4:]}"
                if _UUID.fullmatch(value)
                else f"{value[:6]}****"
            )
        case Kind.CEP:
            return f"{''.join(filter(str.isdigit, value))[:5]}-***"
    return masked_identity(IdentityKind(kind.value), value)


def _pix(text: str, _cards: Spans) -> Iterator[Span]:
    for hit in _PIX_CODE.finditer(text):
        yield Span(*hit.span())
    for hit in _UUID.finditer(text):
        if _UUID4.match(text, hit.start()) or _PIX_WORD.search(
            text, max(0, hit.start() - _LOOK_BACK), hit.start()
        ):
            yield Span(*hit.span())


def _emails(text: str, _cards: Spans) -> Iterator[Span]:
    if "@" in text:
        for hit in _EMAIL.finditer(text):
            if hit["end"].lower() not in _FILES:
                yield Span(*hit.span())


def _cnpjs(text: str, _cards: Spans) -> Iterator[Span]:
    for hit in _CNPJ.finditer(text):
        value = hit[0]
        letters = any(one.isalpha() for one in value)
        bare = not (hit["dot"] or hit["slash"] or hit["dash"])
        if not plausible_cnpj(value):
            continue
        if hit["slash"] == "/" or _called(_CNPJ_WORD, text, hit.start()):
            yield Span(*hit.span())
        elif not _called(_ANOTHER_NUMBER, text, hit.start()) and not _MOMENT.match(value):
            if bare and letters and (value != value.upper() or value[:12].isalpha()):
                continue
            if " " not in value:
                yield Span(*hit.span())


def _cpfs(text: str, _cards: Spans) -> Iterator[Span]:
    for hit in _CPF.finditer(text):
        named = _called(_CPF_WORD, text, hit.start())
        punctuated = hit["dot"] == "." and "-" in hit["dash"]
        if not named:
            if not plausible_cpf(hit[0]):
                continue
            if text[: hit.start()][-1:].isalpha() or hit["dash"].strip() == ".":
                continue
            if not punctuated and (
                _called(_ANOTHER_NUMBER, text, hit.start()) or _called(_PHONE_WORD, text, hit.start())
            ):
                continue
            if not (hit["dot"] or hit["dash"]) and _mobile(hit[0]):
                continue
        elif len(set(filter(str.isdigit, hit[0]))) == 1:
            continue
        yield Span(*hit.span())


def _phones(text: str, _cards: Spans) -> Iterator[Span]:
    for hit in _INTERNATIONAL.finditer(text):
        if _valid_phone(hit[0]):
            yield Span(*hit.span())
    for hit in _NATIONAL.finditer(text):
        named = _called(_PHONE_WORD, text, hit.start())
        bare = not (hit["open"] or hit["gap"] or hit["dash"])
        if not named and (_called(_ANOTHER_NUMBER, text, hit.start()) or (bare and not hit["mobile"])):
            continue
        if _valid_phone(hit[0]):
            yield Span(*hit.span())
    for hit in _LOCAL.finditer(text):
        if _called(_PHONE_WORD, text, hit.start()):
            yield Span(*hit.span())


def _ceps(text: str, _cards: Spans) -> Iterator[Span]:
    for hit in _CEP.finditer(text):
        named = _called(_CEP_WORD, text, hit.start())
        if named or (hit["dash"] and not _called(_ANOTHER_NUMBER, text, hit.start())):
            yield Span(*hit.span())


def _called(word: re.Pattern[str], text: str, at: int) -> bool:
    """Whether the text before a number calls it so."""
    return word.search(text[max(0, at - _LOOK_BACK) : at]) is not None


def _mobile(digits: str) -> bool:
    return digits[2] == "9" and _valid_phone(digits)


@lru_cache(4_096)
def _valid_phone(value: str) -> bool:
    """Whether it is a number somebody may have: by the numbering plans that phonenumbers keeps."""
    import phonenumbers

    number = "".join(one for one in value if one.isdigit() or one == "+")
    if not number.startswith("+"):
        number = number.removeprefix("0")
        number = number if len(number) >= 12 else f"55{number}"
        number = f"+{number}"
        if len(number) == 13 and number[5] in "6789":
            number = f"{number[:5]}9{number[5:]}"  # as old records tell it
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, None)) and not number.startswith(
            "+55800"
        )
    except phonenumbers.NumberParseException:
        return False


_FINDERS: tuple[tuple[Kind, Callable[[str, Spans], Iterable[Span]]], ...] = (
    (Kind.PIX, _pix),
    (Kind.EMAIL, _emails),
    (Kind.CARD, lambda _text, cards: cards),
    (Kind.CVV, security_codes),
    (Kind.CNPJ, _cnpjs),
    (Kind.CPF, _cpfs),
    (Kind.PHONE, _phones),
    (Kind.CEP, _ceps),
)
"""In order: what an earlier one found is not looked at by a later one."""
