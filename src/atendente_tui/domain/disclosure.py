"""What a text tells of a customer's affairs, and what of it may not be told before one knows who is there.

The kinds are closed; the patterns are for Brazilian Portuguese. A rule for reviewers: it names places, it forbids nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

from atendente_tui.domain.facts import CPF_CONFIRMED, IDENTITY_CONFIRMED
from atendente_tui.domain.fold import folded

KINDS: tuple[str, ...] = (
    "debt",
    "order",
    "value",
    "address",
    "document",
    "contact",
    "payment",
    "delivery",
)
"""A debt or late payment; an order by its number; an amount; where somebody lives; CPF or CNPJ; telephone or e-mail; a
card, account or slip; where a parcel is."""

IDENTIFYING = frozenset({IDENTITY_CONFIRMED, CPF_CONFIRMED})
"""Facts of which one says that the person is who they say."""

_PATTERNS = {
    "debt": r"\b(?:dividas?|debitos?\b(?! automatico)|inadimplen\w+|saldo devedor|negativad[oa]|negativacao|nome sujo"
    r"|(?:parcelas?|boletos?|faturas?|prestac(?:ao|oes)|valor(?:es)?|pagamentos?|mensalidades?)"
    r" (?:esta |estao |segue |consta |constam )?(?:vencid[oa]s?|atrasad[oa]s?|em atraso|em aberto|pendentes?)"
    r"|(?:deve|devendo) (?:r\$|\d)|acordo de pagamento|renegocia\w+)",
    "order": r"\bpedidos?\s*(?:de\s+)?(?:n\W{0,2}o?\W{0,2}|numero\s*|#\s*)?\d{3,}",
    "value": r"r\$\s*\d[\d.,]*|\b\d[\d.]*(?:,\d\d)?\s+reais\b",
    "address": r"\b(?:rua|r\.|avenida|av\.|travessa|alameda|praca|rodovia|estrada)\s+[^\n,]{2,60},?\s*(?:n\W{0,2})?\d+"
    r"|\bcep\W{0,3}\d{5}-?\d{3}\b|\b\d{5}-\d{3}\b",
    "document": r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b|\b[\da-z]{2}\.[\da-z]{3}\.[\da-z]{3}/[\da-z]{4}-\d{2}\b|\bcpf\W{0,3}\d{11}\b",
    "contact": r"[\w.+-]+@[\w-]+\.[\w.-]+|\(\d{2}\)\s*9?\d{4}-?\d{4}\b|\b9\d{4}-\d{4}\b",
    "payment": r"\b(?:cartao|conta|agencia|boleto)\b[^\n.!?]{0,30}?(?:final|terminad[oa] em|n\W{0,2}o?\W{0,2}|numero)\s*\d{3,}"
    r"|\bfinal \d{4}\b",
    "delivery": r"\b(?:saiu para (?:a )?entrega|foi entregue|esta em transito|esta a caminho|consta como entregue"
    r"|codigo de rastreio\W{0,3}[a-z]{2}\d{6,})",
}


class Disclosed(NamedTuple):
    kind: str
    start: int
    """In characters of the text given."""
    end: int
    found: str


def disclosed(text: str, kinds: Collection[str] = KINDS) -> tuple[Disclosed, ...]:
    """Where a text tells something of these kinds, in the order in which it stands. Unknown kinds tell nothing."""
    plain = "".join(folded(one)[:1] or " " for one in text)  # a character each, so that places stay
    found = [
        Disclosed(kind, one.start(), one.end(), text[one.start() : one.end()])
        for kind, pattern in _compiled().items()
        if kind in kinds
        for one in pattern.finditer(plain)
    ]
    return tuple(sorted(found, key=lambda one: (one.start, -one.end, one.kind)))


def identified(facts: Collection[str]) -> bool:
    """Whether it is known who is there, by the names of the facts that are."""
    return not IDENTIFYING.isdisjoint(facts)


@cache
def _compiled() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(pattern) for kind, pattern in _PATTERNS.items()}
