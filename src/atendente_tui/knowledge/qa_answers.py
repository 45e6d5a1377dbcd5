"""The answers of a review as somebody writes them: in a file, or one by one as words.

acolhimento: yes
escuta: 2
prazo: na
respeito: {given: no, comment: Foi irônico no fim., evidence: ["1234"]}
"""

from __future__ import annotations

from typing import NamedTuple

from atendente_tui.domain.fold import folded
from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fault, Fields, columned, parse

YES, NO = ("yes", "sim", "true"), ("no", "nao", "false")
NOT_APPLICABLE = ("na", "n/a", "nsa")
WORDS = ("yes", "no", "na", "0…10")


class Written(NamedTuple):
    """What was written of an item; None where nothing was said of that."""

    given: str | None = None
    comment: str | None = None
    evidence: tuple[str, ...] | None = None


def points_of(text: str, points: int) -> int | None:
    """The points that a word gives an item of so many, None for "does not apply". Raises ValueError."""
    word = folded(text.strip())
    if word in NOT_APPLICABLE:
        return None
    if word in YES:
        return points
    if word in NO:
        return 0
    if not word.isascii() or not word.isdigit() or int(word[:6]) > points:
        raise ValueError(text)
    return int(word)


def read_answers(text: str, path: str) -> tuple[dict[str, Written], list[Fault]]:
    """What a file says of each item, by its id. Whether the ids and the words fit, the card decides."""
    tree, faults = parse(text, path)
    if tree is None:
        return {}, columned(faults, text) or [Fault(path, 0, _("the file is empty"))]
    fields = Fields(tree, path, faults)
    found: dict[str, Written] = {}
    for name in fields:
        value = fields.value(name)
        if value is None or not isinstance(value.data, dict):
            given = fields.maybe(name)
            if given is None:
                fields.wrong(_("is required"), field=name, allowed=WORDS)
            found[name] = Written(given)
            continue
        inner = Fields(value, path, faults)
        evidence = inner.texts("evidence") if "evidence" in inner else None
        found[name] = Written(inner.maybe("given"), inner.maybe("comment"), evidence)
        inner.close()
    return found, columned(faults, text)
