"""How a customer sounds, by a list of words, negation and emphasis: a hint that says what it rests on, and no verdict."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

from atendente_tui.domain.fold import folded
from atendente_tui.i18n import _
from atendente_tui.quoting import reply_of
from atendente_tui.review.places import fold

Mood = Literal["angry", "displeased", "neutral", "pleased"]

LONGEST = 4_000
"""Characters looked at: the beginning says how somebody feels."""
ANGRY, DISPLEASED, PLEASED = -5.0, -2.0, 2.0
"""Where one mood begins."""
REACH = 3
"""Words between a negation and what it turns."""
_NEGATIONS = frozenset(
    ["nao", "nunca", "jamais", "nem", "sem", "nada", "nenhum", "nenhuma", "tampouco", "not", "never"]
)
_EMPHASIS = frozenset(
    [
        "muito",
        "muita",
        "demais",
        "super",
        "extremamente",
        "totalmente",
        "completamente",
        "tao",
        "bem",
        "mega",
        "very",
        "so",
        "really",
    ]
)
_BUT = frozenset(["mas", "porem", "contudo", "entretanto", "so", "but"])
_WORD = re.compile(r"[^\W\d_]+|[.!?,;\n]")


class Sentiment(NamedTuple):
    mood: Mood
    score: float
    """Sum of the weights found; 0 where nothing tells."""
    why: tuple[str, ...]
    """The words it rests on, as written, the weightiest first."""


NEUTRAL = Sentiment("neutral", 0.0, ())


@lru_cache(256)
def sentiment(text: str) -> Sentiment:
    """Of a customer's message, without what it quotes."""
    own = reply_of(text[: LONGEST * 2])[:LONGEST]
    there = fold(own)
    places = list(_WORD.finditer(there.text))
    words = [one[0] for one in places]
    found: list[tuple[float, str]] = []
    at = 0
    while at < len(words):
        length, weight = _heaviest(words, at)
        if not length:
            at += 1
            continue
        weight *= _turned(words, at)
        start, end = there.span(places[at].start(), places[at + length - 1].end())
        found.append((weight, own[start:end]))
        at += length
    if not found:
        return NEUTRAL
    loud = 1.0
    if own.count("!") + own.count("??") >= 2:
        loud += 0.25
    letters = [one for one in own if one.isalpha()]
    if len(letters) > 12 and sum(one.isupper() for one in letters) > 0.6 * len(letters):
        loud += 0.5
    score = sum(weight for weight, _word in found) * loud
    mood: Mood = "neutral"
    if score <= ANGRY:
        mood = "angry"
    elif score <= DISPLEASED:
        mood = "displeased"
    elif score >= PLEASED:
        mood = "pleased"
    telling = [one for one in found if (one[0] < 0) == (score < 0)]
    telling.sort(key=lambda one: -abs(one[0]))
    return Sentiment(mood, round(score, 2), tuple(dict.fromkeys(word for _weight, word in telling))[:4])


def hint(found: Sentiment) -> str:
    """As people read it, with what it rests on; "" for a neutral one."""
    name = {
        "angry": _("sounds angry"),
        "displeased": _("sounds displeased"),
        "pleased": _("sounds pleased"),
    }.get(found.mood, "")
    if not name:
        return ""
    return f"{name}: " + ", ".join(f"“{one}”" for one in found.why)


def _heaviest(words: list[str], at: int) -> tuple[int, float]:
    """How many words from `at` on stand in the list as one, the most of them, and their weight."""
    whole, stems = _lexicon()
    for length in range(min(4, len(words) - at), 0, -1):
        said = " ".join(words[at : at + length])
        if said in whole:
            return length, whole[said]
        if length <= 2:
            for cut in range(len(said), max(len(said) - 8, 2), -1):
                if said[:cut] in stems and (" " in said) == (" " in said[:cut]):
                    return length, stems[said[:cut]]
    return 0, 0.0


def _turned(words: list[str], at: int) -> float:
    """What the words before make of a weight: turned by a negation in reach, more by emphasis."""
    factor = 1.0
    for word in reversed(words[max(0, at - REACH) : at]):
        if word in ".!?,;\n" or word in _BUT:
            break
        if word in _NEGATIONS:
            return factor * -0.8
        if word in _EMPHASIS:
            factor = 1.5
    return factor


@cache
def _lexicon() -> tuple[dict[str, float], dict[str, float]]:
    """Whole words and expressions, and beginnings of words, folded, with their weights."""
    whole: dict[str, float] = {}
    stems: dict[str, float] = {}
    text = files("atendente_tui.review").joinpath("words/sentimento.txt").read_text("utf-8")
    for line in text.splitlines():
        said, _space, weight = line.partition("#")[0].rstrip().rpartition(" ")
        if said:
            word = folded(said.strip())
            (stems if word.endswith("*") else whole)[word.removesuffix("*")] = float(weight)
    return whole, stems
