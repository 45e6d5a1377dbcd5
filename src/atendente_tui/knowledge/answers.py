"""An answers file: what a trainee does in a scenario, and when. `training.rehearsing` carries it out by the desk's own verbs.

answers: excelente
scenario: pedido-atrasado
expect: {min: 95, max: 100, passed: true}
ticket: "101"                      # of every action that names none
actions:
  - {at: +40s, claim: true}
  - {at: +2m, reply: "Oi, Bia! Já estou vendo seu pedido."}
  - {at: +6m, wrap_up: resolvido, reason: entrega/atraso}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from atendente_tui.domain.words import Channel, Impact, Priority, Status, Tier
from atendente_tui.i18n import _
from atendente_tui.knowledge.articles import read_text
from atendente_tui.knowledge.marked import Fault, Fields, parse
from atendente_tui.knowledge.moments import LENGTHS, read_length
from atendente_tui.knowledge.written_events import needed_moment

VERBS: Mapping[str, tuple[str, ...]] = {
    "claim": (),
    "next": (),
    "release": (),
    "reply": ("status", "channel", "over"),
    "note": (),
    "status": (),
    "priority": ("impact",),
    "team": (),
    "assign": (),
    "escalate": ("reason", "tried", "workaround", "team", "article"),
    "snooze": (),
    "tag": (),
    "untag": (),
    "wrap_up": ("reason", "text", "status", "survey"),
    "promise": ("due",),
    "settle": ("text",),
    "fact": ("value",),
    "article": (),
    "check": (),
    "merge": (),
    "link": (),
    "create": ("customer", "channel", "subject", "inbound"),
    "undo": (),
}
"""What a trainee can do, with the fields each takes besides its own value, `at` and `ticket`."""
PLAIN = frozenset({"claim", "next", "undo"})
"""Verbs that need no value: `claim: true`."""
_NEEDED = {
    "escalate": ("reason", "tried", "workaround"),
    "promise": ("due",),
    "create": ("customer", "channel", "subject"),
}


@dataclass(frozen=True, slots=True)
class Action:
    """One deed so long after the start. `values` is what its own field says; `more` its other fields."""

    at: timedelta
    verb: str
    ticket: str
    values: tuple[str, ...]
    more: Mapping[str, str] = field(default_factory=dict)
    line: int = 0

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


@dataclass(frozen=True, slots=True)
class Expected:
    """The grade that the file is to get."""

    low: int
    high: int
    passed: bool


@dataclass(frozen=True, slots=True)
class Answers:
    name: str
    scenario: str
    expected: Expected | None
    actions: tuple[Action, ...]
    file: str


def load_answers(path: Path) -> tuple[Answers | None, list[Fault]]:
    """The answers of a file; with any fault there are none."""
    try:
        text = read_text(path)
    except (OSError, ValueError) as error:
        return None, [Fault(path.name, 0, str(error))]
    return read_answers(text, path.name)


def read_answers(text: str, file: str) -> tuple[Answers | None, list[Fault]]:
    tree, faults = parse(text, file)
    if tree is None:
        return None, faults or [Fault(file, 0, _("the file is empty"))]
    fields = Fields(tree, file, faults)
    ticket = fields.maybe("ticket") or ""
    actions = [_action(one, ticket) for one in fields.each("actions")]
    answers = Answers(
        fields.text("answers"),
        fields.text("scenario"),
        _expected(fields),
        tuple(sorted(actions, key=lambda one: one.at)),
        file,
    )
    fields.close()
    return (None, faults) if faults else (answers, [])


def _expected(fields: Fields) -> Expected | None:
    inner = fields.fields("expect")
    if inner is None:
        return None
    low, high = inner.whole("min", 0, 100), inner.whole("max", 0, 100)
    expected = Expected(0 if low is None else low, 100 if high is None else high, inner.flag("passed", True))
    inner.close()
    return expected


_WORDS: Mapping[str, type[StrEnum]] = {
    "status": Status,
    "priority": Priority,
    "impact": Impact,
    "channel": Channel,
    "escalate": Tier,
}
_OTHER_WORDS = {"settle": ("kept", "broken", "cancelled"), "survey": ("true", "false")}
_LENGTHS = ("due", "snooze")


def _check_words(fields: Fields, verb: str) -> None:
    """Words and lengths of time that the deed would choke on."""
    for name in (verb, *VERBS[verb]):
        if name not in (*_WORDS, *_OTHER_WORDS, *_LENGTHS) or (text := fields.maybe(name)) is None:
            continue
        if name in _WORDS:
            fields.word(name, _WORDS[name])
        elif name in _OTHER_WORDS and text not in _OTHER_WORDS[name]:
            fields.wrong(_("is not a word known here"), field=name, allowed=_OTHER_WORDS[name])
        elif name in _LENGTHS:
            try:
                read_length(text)
            except ValueError:
                fields.wrong(_("is not a length of time"), field=name, allowed=LENGTHS)


def _action(fields: Fields, ticket: str) -> Action:
    at = needed_moment(fields, "at")
    if at.delta < timedelta() or at.clock is not None:
        fields.wrong(_("must lie after the start"), field="at", allowed=("+40s", "+2m30s"))
    verbs = [verb for verb in VERBS if verb in fields]
    # A field of one verb may bear the name of another: `reply` with a `status`, `escalate` with a `team`.
    verbs = [one for one in verbs if not any(one in VERBS[other] for other in verbs if other != one)] or verbs
    if len(verbs) != 1:
        fields.wrong(
            _("must be exactly one deed"),
            found=", ".join(verbs) or ", ".join(fields),
            allowed=tuple(VERBS),
        )
        return Action(at.delta, "note", ticket, (), line=fields.line)
    verb = verbs[0]
    values = fields.texts(verb)
    _check_words(fields, verb)
    if verb not in PLAIN and not any(one.strip() for one in values):
        fields.wrong(_("is required"), field=verb)
    named = fields.maybe("ticket") or ticket
    if not named and verb not in ("next", "create"):
        fields.wrong(_("is required"), field="ticket")
    more = {name: told for name in VERBS[verb] if (told := fields.maybe(name)) is not None}
    for name in _NEEDED.get(verb, ()):
        if not more.get(name):
            fields.wrong(_("is required"), field=name)
    line = fields.line
    fields.close()
    return Action(at.delta, verb, named, values, more, line)
