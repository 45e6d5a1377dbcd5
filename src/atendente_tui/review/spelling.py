"""Which words of a text a dictionary is asked about, and the person's own words. Pure; the dictionary is `desk.spelling`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from atendente_tui.i18n import _
from atendente_tui.review.finding import Place, Situation

_SKIPPED = re.compile(
    r"\{\{[^{}]*\}\}|(?:https?|ftp|file)://\S+|\S+@\S+|[@#]\w+|(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?|\b\w*\d\w*\b|^>.*$",
    re.MULTILINE | re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_SENTENCE = re.compile(r"(?:^|[.!?…:\n>•-])[\s\"“”'(]*$")
MOST = 3_000
"""Words looked at in one text."""
USUAL = frozenset(
    [
        "whatsapp",
        "pix",
        "cpf",
        "cnpj",
        "cep",
        "rg",
        "sms",
        "wi-fi",
        "wifi",
        "pc",
        "app",
        "apps",
        "ok",
        "online",
        "e-mail",
        "email",
        "e-mails",
        "link",
        "links",
        "site",
        "sites",
        "chat",
        "login",
        "oi",
        "olá",
        "obs",
        "sac",
        "dvd",
        "tv",
        "gb",
        "mb",
        "kg",
        "km",
        "cm",
        "min",
        "uber",
        "ifood",
        "kkk",
        "rsrs",
        "haha",
    ]
)
"""Words of every day that Brazilian dictionaries lack."""


class Word(NamedTuple):
    start: int
    end: int
    text: str


def words(text: str, where: Situation, own: Collection[str] = ()) -> Iterator[Word]:
    """Words worth asking about: no names, addresses, codes, quotations or words of the person's own list (`own`, folded
    to lower case)."""
    skipped = [found.span() for found in _SKIPPED.finditer(text)]
    names = {word.casefold() for name in (*where.names, *where.colleagues) for word in _WORD.findall(name)}
    at = count = 0
    for found in _WORD.finditer(text):
        start, end = found.span()
        while at < len(skipped) and skipped[at][1] <= start:
            at += 1
        if at < len(skipped) and skipped[at][0] < end:
            continue
        word, small = found[0], found[0].casefold()
        if len(word) < 2 or small in USUAL or small in own or small in names:
            continue
        if word.isupper() or any(one.isupper() for one in word[1:]):
            continue
        if word[0].isupper() and not _SENTENCE.search(text[max(0, start - 12) : start]):
            continue  # a name in the middle of a sentence
        yield Word(start, end, word)
        count += 1
        if count == MOST:
            return


def places(
    text: str, where: Situation, unknown: Mapping[str, tuple[str, ...]], own: Collection[str] = ()
) -> Iterator[Place]:
    """Where the words stand that the dictionary does not know. `unknown`: word → what it may have been meant to be."""
    for word in words(text, where, own):
        if word.text in unknown:
            fixes = unknown[word.text]
            said = _("“{word}” is not in the dictionary.").format(word=word.text)
            if fixes:
                said += " " + _("Perhaps {words}?").format(words=", ".join(fixes[:3]))
            yield Place(word.start, word.end, said, fixes)


def read_own(text: str) -> frozenset[str]:
    """A personal dictionary: a word a line, "#" begins a remark."""
    return frozenset(
        word.casefold() for line in text.splitlines() if (word := line.partition("#")[0].strip())
    )
