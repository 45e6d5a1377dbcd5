"""Personal data about to leave in a text, by the finder of `privacy.personal`: what belongs to the reader may go."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from atendente_tui.domain.identities import normal
from atendente_tui.domain.words import IdentityKind
from atendente_tui.i18n import _
from atendente_tui.privacy.personal import Found, Kind, find, masked
from atendente_tui.review.finding import Place, Settings, Situation

_SAME = {
    Kind.PHONE: (IdentityKind.PHONE, IdentityKind.WHATSAPP),
    Kind.EMAIL: (IdentityKind.EMAIL,),
    Kind.CPF: (IdentityKind.CPF,),
    Kind.CNPJ: (IdentityKind.CNPJ,),
}
_RULES = frozenset({Kind.CARD, Kind.CVV, Kind.CPF, Kind.CNPJ, Kind.PHONE, Kind.EMAIL, Kind.PIX})


@lru_cache(8)
def _all(text: str) -> tuple[Found, ...]:
    return tuple(find(text, _RULES))


def card(text: str, _where: Situation, _settings: Settings) -> Iterator[Place]:
    for one in _all(text):
        if one.kind is Kind.CARD:
            said = _("A card number must never leave in a message: write its last four digits at most.")
            yield _place(one, said)
        elif one.kind is Kind.CVV:
            said = _("A card's security code must never leave in a message.")
            yield Place(one.start, one.end, said, ("***",))


def document(text: str, where: Situation, settings: Settings) -> Iterator[Place]:
    for one in _all(text):
        if one.kind in (Kind.CPF, Kind.CNPJ) and not _ours(one, settings):
            said = _("A whole {kind} is about to leave.").format(kind=one.kind.value.upper())
            if _theirs(one, where):
                said += " " + _("Even to its owner, part of it is enough.")
            else:
                said += " " + _("It is not this customer's as far as is known.")
            yield _place(one, said)


def phone(text: str, where: Situation, settings: Settings) -> Iterator[Place]:
    for one in _others(text, Kind.PHONE, where, settings):
        yield _place(one, _("A telephone number that is not the customer's is about to leave."))


def email(text: str, where: Situation, settings: Settings) -> Iterator[Place]:
    for one in _others(text, Kind.EMAIL, where, settings):
        yield _place(one, _("An e-mail address that is not the customer's is about to leave."))


def pix(text: str, _where: Situation, settings: Settings) -> Iterator[Place]:
    for one in _all(text):
        if one.kind is Kind.PIX and one.value not in settings.ours:
            yield _place(one, _("A Pix key is about to leave: make sure whose it is."))


def _others(text: str, kind: Kind, where: Situation, settings: Settings) -> Iterator[Found]:
    """What is neither the customer's nor the company's own."""
    for one in _all(text):
        if one.kind is kind and not _theirs(one, where) and not _ours(one, settings):
            yield one


def _theirs(one: Found, where: Situation) -> bool:
    return any((kind, normal(kind, one.value)) in where.own for kind in _SAME[one.kind])


def _ours(one: Found, settings: Settings) -> bool:
    kind = _SAME[one.kind][0]
    plain = normal(kind, one.value)
    return any(normal(kind, ours) == plain for ours in settings.ours)


def _place(one: Found, said: str) -> Place:
    return Place(one.start, one.end, said, (masked(one.kind, one.value),))
