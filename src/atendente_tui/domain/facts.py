"""Facts known about a customer, by name, and whether a draft asks for one of them again.

What people read is in labels. Customers hate nothing more than telling the same thing twice.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from atendente_tui.domain.fold import folded

IDENTITY_CONFIRMED = "identity_confirmed"
CPF_CONFIRMED = "cpf_confirmed"
ADDRESS_CONFIRMED = "address_confirmed"
PHONE_CONFIRMED = "phone_confirmed"
EMAIL_CONFIRMED = "email_confirmed"
ORDER_NUMBER = "order_number"

KNOWN_FACTS: tuple[str, ...] = (
    IDENTITY_CONFIRMED,
    CPF_CONFIRMED,
    ADDRESS_CONFIRMED,
    PHONE_CONFIRMED,
    EMAIL_CONFIRMED,
    ORDER_NUMBER,
)
"""In the order in which they are asked and shown. Backends may bring others: they are shown by their own name."""

WITH_VALUE = frozenset({ORDER_NUMBER})
"""Facts whose value matters; of the others it only matters that they are known ("yes")."""

# A request, then nothing that makes what follows a destination ("envie para o seu e-mail"), up to the thing.
_REQUEST = (
    r"\b(?:qual|quais|informe|informa|envie|envia|mande|manda|passe|passa|confirme|confirma|digite|digita|diga|diz|falta"
    r"|preciso d[aeo]|precisamos d[aeo]|what is|what's|tell|provide|confirm|send me|send us"
    r"|(?:pode|poderia|consegue|favor|gentileza) (?:\w+ )?(?:informar|enviar|mandar|passar|confirmar|dizer|digitar))\b"
    r"(?!.*\b(?:para|pra|pro|no|na|ao|to|at|by)\b)"
)
_THINGS = {
    IDENTITY_CONFIRMED: r"\b(?:data de nascimento|nome da (?:sua )?mae|date of birth)\b",
    CPF_CONFIRMED: r"\bcpf\b",
    ADDRESS_CONFIRMED: r"\b(?:endereco|cep|address)\b(?! de e-?mail)",
    PHONE_CONFIRMED: r"\b(?:telefone|celular|whatsapp|phone)\b",
    EMAIL_CONFIRMED: r"\b(?:seu|teu|o|your|endereco de) e-?mail\b",
    ORDER_NUMBER: r"\b(?:(?:numero|no\.?|codigo) d[oe] (?:seu )?pedido|order number)\b",
}


@cache
def _patterns() -> tuple[re.Pattern[str], dict[str, re.Pattern[str]]]:
    return re.compile(_REQUEST), {name: re.compile(thing) for name, thing in _THINGS.items()}


def asked_again(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Names of the `known` facts that a draft asks the customer for. A hint for its author, never a bar."""
    if not known:
        return ()
    request, things = _patterns()
    asked = {
        name
        for sentence in re.split(r"[!?\n]|\.\s", folded(text))
        for name, thing in things.items()
        if name in known and (found := thing.search(sentence))
        if request.search(sentence[max(0, found.start() - 60) : found.start()])
    }
    return tuple(name for name in things if name in asked)
