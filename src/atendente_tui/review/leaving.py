"""What must not leave the house with a text: personal data, the company's own pages and articles, a wrong recipient."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from atendente_tui.domain.disclosure import disclosed, identified
from atendente_tui.domain.identities import normal
from atendente_tui.domain.words import IdentityKind
from atendente_tui.i18n import _
from atendente_tui.review.finding import Place, Settings, Situation
from atendente_tui.review.places import fold

_LINK = re.compile(
    r"(?:https?|ftp)://[^\s<>\"”’)\]]+|\bfile:///?\S+|(?<![\w\\])\\\\[\w.-]+\\\S+", re.IGNORECASE
)
_BARE = re.compile(r"(?<![\w@/.:-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:/[^\s<>\"”’)\]]*)?", re.IGNORECASE)
_INSIDE = re.compile(
    r"(?:^|\.)(?:localhost|intranet|localdomain)$|\.(?:local|internal|intranet|lan|corp|home\.arpa|intra)$|^(?:intranet|wiki-interna)\."
)
DEBT = "debt"
OTHERS = frozenset({"document", "contact"})
"""What may not be told that has rules of its own here."""
RUN = 40
"""Characters in a row, at least, that a text shares with an internal article before it counts as pasted from there."""


def internal_link(text: str, where: Situation, settings: Settings) -> Iterator[Place]:
    taken: list[tuple[int, int]] = []
    for pattern in (_LINK, _BARE):
        for found in pattern.finditer(text):
            start, end = found.start(), found.start() + len(found[0].rstrip(".,;:!?"))
            if any(first < end and start < last for first, last in taken):
                continue
            taken.append((start, end))
            if _is_internal(text[start:end], where, settings):
                yield Place(
                    start, end, _("This page is internal: the customer cannot open it, and should not.")
                )


def _is_internal(link: str, where: Situation, settings: Settings) -> bool:
    if link.lower().startswith(("file:", "\\\\")):
        return True
    if link.rstrip("/").casefold() in where.internal_links:
        return True
    try:
        host = (urlsplit(link if "://" in link else f"//{link}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if _INSIDE.search(host) or ("://" in link and "." not in host and ":" not in host):
        return True
    if any(host == one or host.endswith(f".{one}") for one in map(str.lower, settings.internal_hosts)):
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def internal_article(text: str, where: Situation, _settings: Settings) -> Iterator[Place]:
    """Words that stand in an internal article, character for character but for case, accents and spaces."""
    if not where.internal:
        return
    there = fold(text)
    for passage in where.internal:
        start = there.text.find(fold(passage.text).text.strip())
        if start < 0 or len(passage.text.strip()) < RUN:
            continue
        end = start + len(fold(passage.text).text.strip())
        said = _("This is from “{title}”, which is internal.").format(title=passage.title)
        yield Place(*there.span(start, end), said)


def debt(text: str, where: Situation, _settings: Settings) -> Iterator[Place]:
    """A debt told to somebody who may be anybody."""
    if DEBT in where.withheld and not identified(where.known):
        said = _("This speaks of a debt, and it is not confirmed yet who is there.")
        yield from (Place(one.start, one.end, said) for one in disclosed(text, (DEBT,)))


def disclosure(text: str, where: Situation, _settings: Settings) -> Iterator[Place]:
    """What the process of this contact reason keeps for whoever is known to be who they say, or for nobody."""
    known = identified(where.known)
    said = (
        _("The process of this contact reason does not have this told.")
        if known
        else _("The process asks to confirm who is there before this is told.")
    )
    kinds = where.withheld - OTHERS - (frozenset() if known else {DEBT})
    yield from (Place(one.start, one.end, said) for one in disclosed(text, kinds))


def new_address(text: str, where: Situation, _settings: Settings) -> Iterator[Place]:  # noqa: ARG001 - as every rule
    for one in where.copies:
        plain = normal(IdentityKind.EMAIL, one)
        if plain not in where.familiar and (IdentityKind.EMAIL, plain) not in where.own:
            yield Place(
                0, 0, _("{address} gets a copy and was never part of this conversation.").format(address=one)
            )
