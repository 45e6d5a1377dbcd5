"""How a text sounds: shouting, words nobody outside knows, too curt for its channel, promises without a date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from atendente_tui.domain.channels import CHANNELS
from atendente_tui.domain.fold import folded
from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _, n_
from atendente_tui.review.finding import Place, Settings, Situation
from atendente_tui.review.places import fold, sentences

_CAPITALS = re.compile(r"\b[A-ZÀ-ÖØ-Þ]{2,}\b(?:[\s,;:!?-]+\b[A-ZÀ-ÖØ-Þ]+\b)+")
_MARKS = re.compile(r"[!?]*(?:!!!|\?\?\?|!\?!|\?!\?)[!?]*")
LOUD = 9
"""Letters of capitals in a row, of two words or more, from which a text shouts."""

_CERTAIN = re.compile(
    r"\b(?:com (?:toda a? ?|absoluta )?certeza|garanto|garantimos|garantid[oa]s?|prometo|prometemos|sem falta|sem erro"
    r"|pode (?:ficar|confiar)(?: sossegad[oa]| tranquil[oa])?|podem confiar|100% (?:cert[oa]|garantid[oa])|cem por cento"
    r"|nunca mais|jamais|em hipotese alguma|nao vai (?:mais )?acontecer|nao vai se repetir|sera resolvido"
    r"|vai ser resolvido|vamos resolver|vou resolver|definitely|guarantee[ds]?|i promise|we promise|for sure)\b"
)
_DATED = re.compile(
    r"\b(?:\d{1,2}/\d{1,2}|\d{4}-\d\d-\d\d|\d{1,2} ?(?:h|hs|horas?|hrs?|min|minutos?|dias?|semanas?|meses|mes|hours?|days?|minutes?)\b"
    r"|\d{1,2}[:h]\d{2}|hoje|amanha|segunda|terca|quarta|quinta|sexta|sabado|domingo|meio-dia|dia \d|uma hora|meia hora"
    r"|uma semana|(?:um|dois|tres|quatro|cinco|sete|dez|quinze) dias?|dias uteis|today|tomorrow"
    r"|(?:jan|fev|mar|abr|mai|jun|jul|ago|set|out|nov|dez)(?:eiro|ereiro|co|il|o|ho|embro|ubro)?\b|(?:mon|tues|wednes|thurs|fri)day)"
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
CURT, CURT_IN_TALK = 8, 2
"""Words of the shortest answer that is not curt: in a letter, and in a conversation."""


def shouting(text: str, _where: Situation, _settings: Settings) -> Iterator[Place]:
    for found in _CAPITALS.finditer(text):
        words = _WORD.findall(found[0])
        if sum(map(len, words)) >= LOUD and any(len(one) > 4 for one in words):
            calm = found[0].lower()
            yield Place(*found.span(), _("Capitals in a row read like shouting."), (calm,))
    for found in _MARKS.finditer(text):
        mark = "!" if "!" in found[0] else "?"
        yield Place(*found.span(), _("So many marks read like shouting: one is enough."), (mark,))


def jargon(text: str, _where: Situation, settings: Settings) -> Iterator[Place]:
    there = fold(text)
    known = {**shipped_jargon(), **{folded(one): instead for one, instead in settings.jargon.items()}}
    if not known:
        return
    pattern = _any_of(tuple(sorted(known, key=len, reverse=True)))
    for found in pattern.finditer(there.text):
        start, end = there.span(*found.span())
        instead = known[found[0]]
        said = _("The customer may not know “{word}”.").format(word=text[start:end])
        if instead:
            said += " " + _("Say “{instead}”.").format(instead=instead)
        yield Place(start, end, said, (instead,) if instead else ())


def curt(text: str, where: Situation, settings: Settings) -> Iterator[Place]:
    if where.channel is None or not text.strip():
        return
    rule = CHANNELS.get(where.channel)
    usual = CURT_IN_TALK if rule is not None and (rule.quick_send or rule.segments) else CURT
    if where.channel in (Channel.PHONE, Channel.IN_PERSON, Channel.X):
        usual = 1
    least = settings.shortest.get(where.channel, usual)
    words = len(_WORD.findall(text))
    if words < least:
        said = n_(
            "One word sounds curt here: an answer on this channel has {least} or more.",
            "{n} words sound curt here: an answer on this channel has {least} or more.",
            words,
        )
        yield Place(0, 0, said.format(n=words, least=least))


def promises(text: str, where: Situation, _settings: Settings) -> Iterator[Place]:
    """Certainty without a moment by which it can be held to."""
    for start, end in sentences(text):
        there = fold(text[start:end])
        if _DATED.search(there.text):
            continue
        if found := _CERTAIN.search(there.text):
            first, last = there.span(*found.span())
            said = _("“{words}” promises without saying until when: give a date, or say what you will do.")
            if where.due:
                said += " " + _("This ticket is due {due}.").format(due=where.due)
            words = text[start + first : start + last]
            yield Place(start + first, start + last, said.replace("{words}", words))


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@/.-])(?:{'|'.join(map(re.escape, words))})(?![\w@/-]|\.\w)")


@cache
def shipped_jargon() -> Mapping[str, str]:
    text = files("atendente_tui.review").joinpath("words/jargao.txt").read_text("utf-8")
    return {folded(word): instead for word, instead in read_jargon(text).items()}


def read_jargon(text: str) -> dict[str, str]:
    """A list of words to avoid: `word = what to say instead` a line, "#" begins a remark."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        word, _sign, instead = line.partition("#")[0].partition("=")
        if word.strip():
            found[word.strip()] = instead.strip()
    return found
