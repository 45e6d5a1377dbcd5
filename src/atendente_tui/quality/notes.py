"""A review on its way: the text of an internal note, which people can read anywhere, and what a workstation reads in it again.

The last line is for the workstation. It holds names and numbers only: what somebody wrote stands above it, once, where it is
found and erased like everything else.

    Quality review · Atendimento geral · 75%
    For: ana
    [saudacao] Cumprimenta e se apresenta: yes
    [prazo] Dá um prazo: no
      Faltou dizer quando.
    [atendente-qa] {"v":1,"step":"release",...}

A note counts only as its author's word (`store.quality` looks who that is), so that nobody speaks for another.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from atendente_tui.i18n import _
from atendente_tui.quality.card import Item
from atendente_tui.quality.evidence import letters, unlettered
from atendente_tui.quality.mark import MARK
from atendente_tui.quality.scoring import Answer, Score, score
from atendente_tui.quality.states import Step

_VERSION = 1
_HEAD = re.compile(r"\[([\w-]{1,60})\] ")
_MOST = 200_000
_MOST_ITEMS = 200
_INDENT = "  "
_EVIDENCE = "↳"
"""Before the words for an event that an item names: for people, the workstation has its reference."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one note says."""

    step: Step
    id: str
    """Of this very word, so that an echo of it says nothing new."""
    review: str
    agent: str = ""
    card: str = ""
    title: str = ""
    """Of the card."""
    answers: tuple[Answer, ...] = ()
    """Of release, change and calibration."""
    text: str = ""
    """Of the others: what somebody wrote."""


def written(said: Said, events: Mapping[str, str] = MappingProxyType({})) -> str:
    """The note's whole text. `events` has words for the events that are named as evidence, by reference."""
    return f"{_told(said, events)}\n{MARK} {_machine(said)}"


def read(text: str) -> Said | None:
    """What a note says; None for one that says nothing of the kind, or was changed on its way."""
    if MARK not in text or len(text) > _MOST:
        return None
    lines = text.replace("\r\n", "\n").split("\n")
    at = next((n for n in range(len(lines) - 1, -1, -1) if lines[n].startswith(MARK)), None)
    if at is None:
        return None
    try:
        return _said(_parsed(lines[at].removeprefix(MARK)), lines[:at])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ArithmeticError, zlib.error):
        return None


# -- for people --------------------------------------------------------------------------------------------------


def _told(said: Said, events: Mapping[str, str]) -> str:
    match said.step:
        case Step.RELEASE | Step.CHANGE:
            heading = _("Quality review") if said.step is Step.RELEASE else _("Quality review, changed")
            found = score(said.answers)
            lines = [
                f"{heading} · {_line(said.title)} · {percent_text(found.whole)}",
                _("For: {agent}").format(agent=said.agent),
            ]
            if said.step is Step.CHANGE and said.text.strip():
                lines += [f"{_INDENT}{one}" for one in said.text.strip().split("\n")]
            if found.failed:
                lines.append(_("Failed by: {items}").format(items=_titles(said.answers, found)))
            return "\n".join([*lines, *(line for one in said.answers for line in _item(one, events))])
        case Step.CALIBRATION:
            return _("Quality calibration: the card {card} is finished.").format(card=said.title)
        case Step.ACKNOWLEDGE:
            heading = _("Quality review acknowledged.")
        case Step.DISPUTE:
            heading = _("Quality review disputed:")
        case Step.UPHOLD:
            heading = _("Quality review upheld:")
    return "\n".join([heading, *(f"{_INDENT}{one}" for one in said.text.strip().split("\n") if said.text)])


def _titles(answers: Iterable[Answer], found: Score) -> str:
    return ", ".join(one.item.title for one in answers if one.item.id in found.failed)


def _item(one: Answer, events: Mapping[str, str]) -> list[str]:
    lines = [f"[{one.item.id}] {_line(one.item.title)}: {given_text(one)}"]
    if one.comment.strip():
        lines += [f"{_INDENT}{line}" for line in one.comment.strip().split("\n")]
    return [*lines, *(f"{_INDENT}{_EVIDENCE} {events[name]}" for name in one.evidence if name in events)]


def _line(text: str) -> str:
    return " ".join(text.split())


def given_text(one: Answer) -> str:
    """What was said of an item, in a word."""
    if not one.answered:
        return "—"
    if one.given is None:
        return _("does not apply")
    if one.item.points == 1:
        return _("yes") if one.given else _("no")
    return _("{given} of {points}").format(given=one.given, points=one.item.points)


def percent_text(share: Fraction | None) -> str:
    """Halves up, as everybody counts; a dash where there is nothing."""
    return "—" if share is None else f"{int(share * 100 + Fraction(1, 2))}%"


# -- for workstations --------------------------------------------------------------------------------------------


def _machine(said: Said) -> str:
    told: dict[str, Any] = {"v": _VERSION, "step": said.step, "id": said.id, "review": said.review}
    if said.answers:
        told |= {"agent": said.agent, "card": said.card, "title": said.title}
        items = [_coded(one) for one in said.answers]
        if (
            said.step is Step.CALIBRATION
        ):  # so that nobody reads it by chance who has still to judge for themselves
            told["sealed"] = letters(zlib.compress(json.dumps(items, ensure_ascii=False).encode()))
        else:
            told["items"] = items
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _coded(one: Answer) -> list[Any]:
    item = one.item
    flags = ("c" if item.critical else "") + ("f" if item.fatal else "")
    return [
        item.id,
        item.title,
        item.weight,
        item.points,
        one.given,
        item.skill,
        flags,
        " ".join(one.evidence),
    ]


def _said(told: dict[str, Any], above: list[str]) -> Said:
    if told["v"] != _VERSION:
        raise ValueError(told["v"])
    step = Step(told["step"])
    said = Said(step, _name(told["id"]), _name(told["review"]))
    if step in (Step.RELEASE, Step.CHANGE, Step.CALIBRATION):
        items = told["items"] if "items" in told else _parsed(_unsealed(str(told["sealed"])))
        if not isinstance(items, list) or not 0 < len(items) <= _MOST_ITEMS:
            raise ValueError(items)
        comments, free = _comments(above, [str(one[0]) for one in items])
        answers = tuple(_answer(one, comments) for one in items)
        return Said(
            step, said.id, said.review, _name(told["agent"]), _name(told["card"]), str(told["title"]), answers,
            free if step is Step.CHANGE else "",
        )  # fmt: skip
    text = "\n".join(one.removeprefix(_INDENT) for one in above[1:]).strip()
    return Said(step, said.id, said.review, text=text)


def _parsed(text: str) -> Any:
    """JSON of which every text can be kept. Raises ValueError, half a surrogate among its reasons."""
    found = json.loads(text)
    json.dumps(found, ensure_ascii=False).encode()
    return found


def _unsealed(text: str) -> str:
    opener = zlib.decompressobj()
    return opener.decompress(unlettered(text), _MOST).decode()


def _answer(coded: list[Any], comments: dict[str, str]) -> Answer:
    name, title, weight, points, given, skill, flags, evidence = coded
    weight, points = int(weight), int(points)
    if not (0 < weight <= 1_000 and 0 < points <= 1_000 and (given is None or 0 <= int(given) <= points)):
        raise ValueError(coded)
    item = Item(
        _name(name),
        str(title),
        weight,
        str(skill),
        points,
        critical="c" in str(flags),
        fatal="f" in str(flags),
    )
    return Answer(
        item,
        answered=True,
        given=None if given is None else int(given),
        comment=comments.get(item.id, ""),
        evidence=tuple(str(evidence).split()),
    )


def _comments(above: list[str], items: list[str]) -> tuple[dict[str, str], str]:
    """What was written below each item's line, and what was written before the first of them."""
    found: dict[str, list[str]] = {}
    free: list[str] = []
    here = free
    for line in above:
        if line.lstrip().startswith(_EVIDENCE):
            continue
        head = _HEAD.match(line)
        if head is not None and head[1] in items:
            here = found.setdefault(head[1], [])
        elif here is not free:
            here.append(line.removeprefix(_INDENT))
        elif line.startswith(_INDENT):
            free.append(line.removeprefix(_INDENT))
    return {name: "\n".join(lines).strip() for name, lines in found.items()}, "\n".join(free).strip()


def _name(told: object) -> str:
    text = str(told)
    if not 0 < len(text) <= 200:
        raise ValueError(text)
    return text
