"""Whom a text greets: a name that is not the customer's, or not the one the customer goes by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atendente_tui.domain.fold import folded
from atendente_tui.i18n import _
from atendente_tui.review.finding import Place, Settings, Situation

_GREETING = re.compile(
    r"^[ \t]*(?:(?:[Oo]i+e?|OI|[Oo]l[áa]|[Aa]l[ôo]|[Bb]om dia|[Bb]oa tarde|[Bb]oa noite|[Pp]rezad[oa]|[Cc]ar[oa]|[Qq]uerid[oa]"
    r"|[Ee]stimad[oa]|[Hh]ello|[Hh]i|[Dd]ear)[ \t]*,?[ \t]*)+"
    r"(?:(?:[Ss]r|[Ss]ra|[Ss]rta|[Dd]r|[Dd]ra|[Mm]r|[Mm]s|[Mm]rs)\.?[ \t]+|(?:[Ss]enhora?|[Dd]ona|[Ss]eu)[ \t]+)?"
    r"(?P<name>[A-ZÀ-ÖØ-Þ][\w'’-]+(?:[ \t]+(?:d[aeo]s?[ \t]+)?[A-ZÀ-ÖØ-Þ][\w'’-]+){0,4})",
    re.MULTILINE,
)
_NOBODY = frozenset(
    [
        "tudo",
        "cliente",
        "clientes",
        "senhor",
        "senhora",
        "senhores",
        "pessoal",
        "time",
        "equipe",
        "turma",
        "gente",
        "amigo",
        "amiga",
        "amigos",
        "colega",
        "colegas",
        "todos",
        "todas",
        "bom",
        "boa",
        "dia",
        "tarde",
        "noite",
        "obrigado",
        "obrigada",
        "aqui",
        "como",
        "espero",
        "recebemos",
        "vi",
        "sou",
        "sua",
        "seu",
        "seja",
        "agradecemos",
        "sim",
        "nao",
        "prezado",
        "prezada",
        "cara",
        "caro",
        "ola",
        "oi",
        "primeiramente",
        "conforme",
        "sobre",
        "referente",
        "estamos",
        "verifiquei",
        "lamento",
        "sinto",
        "peco",
        "desculpe",
        "por",
        "para",
        "there",
        "team",
        "customer",
        "sir",
        "madam",
        "all",
        "everyone",
        "thank",
        "thanks",
    ]
)
_LETTER = re.compile(r"[^\W\d_]{2,}")


def wrong_name(text: str, where: Situation, _settings: Settings) -> Iterator[Place]:
    """Names that are no name (a phone number, an address) judge nobody."""
    names = [one for one in where.names if _LETTER.search(one) and "@" not in one]
    if not names:
        return
    goes_by, every = set(_words(names[0])), {word for name in names for word in _words(name)}
    for found in _GREETING.finditer(text):
        greeted = _words(found["name"])
        if not greeted or greeted[0] in _NOBODY or greeted[0] in goes_by:
            continue
        first = names[0].split()[0]
        if greeted[0] in every:
            said = _("This customer goes by {name}.").format(name=first)
        else:
            said = _("This greets {greeted}, but the customer is {name}.").format(
                greeted=found["name"], name=names[0]
            )
        yield Place(*found.span("name"), said, (first,))


def _words(name: str) -> list[str]:
    return [folded(one) for one in _LETTER.findall(name)]
