"""What the channel, its window and unfilled variables say against a text, and what its author forgot."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atendente_tui.domain import channels
from atendente_tui.domain.channels import Finding as Limit
from atendente_tui.domain.facts import asked_again
from atendente_tui.domain.templates import unfilled
from atendente_tui.i18n import _
from atendente_tui.labels import fact
from atendente_tui.review.finding import Place, Settings, Situation
from atendente_tui.review.places import fold, sentences

_ATTACHED = re.compile(
    r"\b(?:(?:segue|vai|envio|mando|estou enviando|encaminho|veja|confira|como) (?:o |a |os |as )?(?:arquivo |documento |comprovante |boleto )?(?:em )?anex[oa]s?"
    r"|em anexo|anexei|anexamos|no anexo|arquivo anexado|(?:please )?find attached|i attached|attached is)\b"
)


def variables(text: str, _where: Situation, _settings: Settings) -> Iterator[Place]:
    for written in unfilled(text):
        start = text.index(written)
        said = _("{written} is still to be filled in.").format(written=written)
        yield Place(start, start + len(written), said)


def limit(text: str, where: Situation, _settings: Settings) -> Iterator[Place]:
    for found in _limits(text, where):
        if found.code == "too_long":
            over, most = found.values["over"], found.values["limit"]
            yield Place(0, 0, _("{over} over the channel's limit of {limit}.").format(over=over, limit=most))


def window(text: str, where: Situation, _settings: Settings) -> Iterator[Place]:
    if where.template:
        return
    for found in _limits(text, where):
        if found.code == "window_closed":
            said = _(
                "The {hours}-hour window is closed: only an approved template reaches the customer here."
            )
            yield Place(0, 0, said.format(hours=found.values["hours"]))


def sms(text: str, where: Situation, _settings: Settings) -> Iterator[Place]:
    for found in _limits(text, where):
        if found.code == "sms_unicode":
            letters = str(found.values["characters"])
            start = min((at for one in letters.split() if (at := text.find(one)) >= 0), default=0)
            said = _("{characters} make each SMS hold 70 characters in place of 160.")
            yield Place(start, start + 1 if text else 0, said.format(characters=letters))


def known_fact(text: str, where: Situation, _settings: Settings) -> Iterator[Place]:
    if not where.known:
        return
    for start, end in sentences(text):
        for name in asked_again(text[start:end], where.known):
            first = start + len(text[start:end]) - len(text[start:end].lstrip())
            said = _("Already known, do not ask again: {fact}.").format(fact=fact(name))
            yield Place(first, end, said)


def missing_file(text: str, where: Situation, _settings: Settings) -> Iterator[Place]:
    if where.files:
        return
    there = fold(text)
    if found := _ATTACHED.search(there.text):
        yield Place(
            *there.span(*found.span()), _("The text speaks of an attachment, and nothing is attached.")
        )


def _limits(text: str, where: Situation) -> list[Limit]:
    if where.channel is None or not text.strip():
        return []
    return channels.check_reply(where.channel, text, where.last_inbound, where.now)
