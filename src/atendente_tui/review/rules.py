"""Every rule a text is reviewed by, under the name it has in the settings, and the review itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from atendente_tui.i18n import _, later
from atendente_tui.review import leaving, limits, naming, personal, tone
from atendente_tui.review.finding import Finding, Level, Place, Settings, Situation

Rule = Callable[[str, Situation, Settings], Iterable[Place]]

SPELLING = "spelling"
"""The one rule that is no function of the text alone: it asks a dictionary (`review.spelling`)."""


class Kept(NamedTuple):
    name: str
    """What people call it."""
    level: Level
    """Where the settings say nothing."""
    rule: Rule | None
    final: bool = False
    """Where it blocks, nobody can send over it."""
    notes: bool = False
    """Counts for internal notes, too."""
    bound: bool = False
    """The desk and the channel insist on it whatever the settings say."""


_WARN, _BLOCK = Level.WARN, Level.BLOCK
RULES: Mapping[str, Kept] = {
    "variables": Kept(later("unfilled variable"), _BLOCK, limits.variables, final=True, bound=True),
    "limit": Kept(later("channel limit"), _BLOCK, limits.limit, final=True, bound=True),
    "window": Kept(later("channel window"), _BLOCK, limits.window, final=True, bound=True),
    "card": Kept(later("card number"), _BLOCK, personal.card, final=True, notes=True),
    "document": Kept(later("CPF or CNPJ"), _BLOCK, personal.document),
    "debt": Kept(later("debt before identification"), _BLOCK, leaving.debt),
    "internal_article": Kept(later("internal article"), _BLOCK, leaving.internal_article),
    "internal_link": Kept(later("internal page"), _BLOCK, leaving.internal_link),
    "new_address": Kept(later("new recipient"), _WARN, leaving.new_address),
    "disclosure": Kept(later("before identification"), _WARN, leaving.disclosure),
    "wrong_name": Kept(later("wrong name"), _WARN, naming.wrong_name),
    "phone": Kept(later("phone number"), _WARN, personal.phone),
    "email": Kept(later("e-mail address"), _WARN, personal.email),
    "pix": Kept(later("Pix key"), _WARN, personal.pix),
    "known_fact": Kept(later("asks again"), _WARN, limits.known_fact),
    "promise": Kept(later("promise without a date"), _WARN, tone.promises),
    "missing_file": Kept(later("missing attachment"), _WARN, limits.missing_file),
    "shouting": Kept(later("shouting"), _WARN, tone.shouting),
    "jargon": Kept(later("jargon"), _WARN, tone.jargon),
    "curt": Kept(later("too curt"), _WARN, tone.curt),
    "sms": Kept(later("SMS letters"), _WARN, limits.sms),
    SPELLING: Kept(later("spelling"), _WARN, None, notes=True),
}
"""The gravest first, which is the order they are shown in where they stand at one place."""

_ORDER = {name: number for number, name in enumerate(RULES)}


def rule_name(rule: str) -> str:
    return _(RULES[rule].name) if rule in RULES else rule


def level(rule: str, settings: Settings) -> Level:
    kept = RULES[rule]
    return kept.level if kept.bound else settings.levels.get(rule, kept.level)


def review(
    text: str, where: Situation, settings: Settings, misspelt: Iterable[Place] = ()
) -> tuple[Finding, ...]:
    """Everything to be said about the text, in its order, what concerns all of it first.

    misspelt   what the dictionary does not know (`review.spelling.places`)
    """
    if not text.strip():
        return ()
    found: list[Finding] = []
    for name, kept in RULES.items():
        strict = level(name, settings)
        if strict is Level.OFF or not (where.public or kept.notes):
            continue
        places = misspelt if kept.rule is None else kept.rule(text, where, settings)
        found += [finding(name, text, one, blocks=strict is Level.BLOCK) for one in places]
    return tuple(sorted(found, key=lambda one: (one.start, _ORDER[one.rule])))


def finding(rule: str, text: str, place: Place, *, blocks: bool) -> Finding:
    start, end, sentence, fixes = place
    return Finding(rule, start, end, sentence, blocks, blocks and RULES[rule].final, fixes, text[start:end])


def open_findings(found: Iterable[Finding], silenced: Iterable[tuple[str, str]]) -> tuple[Finding, ...]:
    """Those that nobody silenced; what is final cannot be."""
    quiet = frozenset(silenced)
    return tuple(one for one in found if one.final or one.key not in quiet)
