"""The training part of a scenario read from YAML: what is expected, and the rubric that grades it.

An event is named `KIND` or `KIND:VALUE` (`reply`, `fact:identity_confirmed`); as a mapping, `{happens: reply, says: [prazo]}`, it
can ask for more. docs/scenarios.md lists the kinds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from atendente_tui.domain.witnessed import KINDS
from atendente_tui.flow.expectation import Expectation, Kind, Pattern
from atendente_tui.flow.rubric import Criterion
from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fields
from atendente_tui.knowledge.moments import LENGTHS, read_length
from atendente_tui.knowledge.written_personas import Synonyms, widened


class Skill(StrEnum):
    COMMUNICATION = "communication"
    EMPATHY = "empathy"
    SOLVING = "solving"
    PATIENCE = "patience"
    PRODUCT = "product"
    MULTITASKING = "multitasking"
    FLEXIBILITY = "flexibility"
    TECHNOLOGY = "technology"


class Difficulty(StrEnum):
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


_ID = re.compile(r"[\w-]{1,60}")
EVENTS: tuple[str, ...] = (
    *KINDS,
    "asks_again", "reveals", "discloses", "checklist", "check", "refused", "network", "undone", "colleague",
)  # fmt: skip
"""What can be expected: what stands on the timeline, and what is seen besides (docs/scenarios.md)."""
FIELDS = ("status", "priority", "impact", "assignee", "team", "tier", "reason", "tags", "wrap_up")
"""Fields of a ticket that `finally` looks at."""


@dataclass(frozen=True, slots=True)
class Training:
    """What makes a scenario an exercise."""

    objectives: tuple[str, ...]
    skills: tuple[Skill, ...]
    difficulty: Difficulty
    target: timedelta | None
    """In which a good agent is through."""
    limit: timedelta | None
    """When it is over; an exam stops here."""
    requires: tuple[str, ...]
    """Names of scenarios to be passed before."""
    pass_mark: int
    expectations: tuple[Expectation, ...]
    rubric: tuple[Criterion, ...]
    lines: Mapping[str, int] = field(default_factory=dict)
    """Where each expectation stands in the file, by id."""
    criterion_lines: Mapping[str, int] = field(default_factory=dict)


def read_training(fields: Fields, tickets: Collection[str], synonyms: Synonyms) -> Training:
    reader = _Reader(frozenset(tickets), synonyms)
    lines: dict[str, int] = {}
    expectations = []
    for one in fields.each("expectations"):
        expectation = reader.expectation(one)
        if expectation.id in lines:
            one.wrong(_("named twice"), field="id")
        lines[expectation.id] = one.line
        expectations.append(expectation)
    rubric = []
    criteria: dict[str, int] = {}
    for one in fields.each("rubric"):
        criterion = reader.criterion(one, frozenset(each.id for each in expectations))
        if criterion.id in criteria:
            one.wrong(_("named twice"), field="criterion")
        criteria[criterion.id] = one.line
        rubric.append(criterion)
    if not expectations:
        fields.wrong(_("is required"), field="expectations")
    if not rubric:
        fields.wrong(_("is required"), field="rubric")
    training = Training(
        fields.texts("objectives"),
        fields.words("skills", Skill),
        fields.word("difficulty", Difficulty) or Difficulty.MEDIUM,
        _length(fields, "target"),
        _length(fields, "limit"),
        fields.texts("requires"),
        _needed(fields, "pass", 0, 100),
        tuple(expectations),
        tuple(rubric),
        lines,
        criteria,
    )
    fields.close()
    return training


def _id(fields: Fields, name: str) -> str:
    text = fields.text(name)
    if text and not _ID.fullmatch(text):
        fields.wrong(_("must be letters, digits, hyphens and underscores"), field=name)
    return text


def _needed(fields: Fields, name: str, low: int, high: int) -> int:
    if name not in fields:
        fields.wrong(_("is required"), field=name)
    return fields.whole(name, low, high) or 0


def _length(fields: Fields, name: str) -> timedelta | None:
    text = fields.maybe(name)
    if text is None:
        return None
    try:
        return read_length(text)
    except ValueError:
        fields.wrong(_("is not a length of time"), field=name, allowed=LENGTHS)
        return None


class _Reader:
    def __init__(self, tickets: frozenset[str], synonyms: Synonyms) -> None:
        self._tickets, self._synonyms = tickets, synonyms

    def expectation(self, fields: Fields) -> Expectation:
        name = _id(fields, "id")
        kinds: list[Kind] = [kind for kind in ("must", "never", "finally") if kind in fields]
        if len(kinds) != 1:
            fields.wrong(
                _("must be exactly one thing that is expected"),
                found=", ".join(kinds) or ", ".join(fields),
                allowed=("must", "never", "finally"),
            )
            return Expectation(name, "finally")
        if kinds[0] == "finally":
            return self._finally(fields, name)
        every = self._pattern(fields, "every")
        since = self._pattern(fields, "since")
        if every is not None and since is not None:
            fields.wrong(_("every and since exclude each other"), field="every")
        expectation = Expectation(
            name,
            kinds[0],
            self._what(fields, kinds[0]),
            within=_length(fields, "within"),
            since=every or since,
            every=every is not None,
            before=self._pattern(fields, "before"),
            after=self._pattern(fields, "after"),
            unless=self._pattern(fields, "unless"),
            at_least=fields.whole("at_least", 1, 1_000) or 1,
            at_most=fields.whole("at_most", 1, 1_000),
        )
        self._sense(fields, expectation)
        fields.close()
        return expectation

    def _sense(self, fields: Fields, one: Expectation) -> None:
        """What would prove nothing, or could never come true."""
        if one.kind == "never":
            for name in ("within", "since", "every", "before", "at_least", "at_most"):
                if name in fields:
                    fields.wrong(_("says nothing about what must not happen"), field=name)
            return
        if one.unless is not None:
            fields.wrong(_("belongs to what must not happen"), field="unless")
        if one.every and one.within is None:
            fields.wrong(_("every needs a time within which"), field="every")
        if one.at_most is not None and one.at_most < one.at_least:
            fields.wrong(_("is less than at_least"), field="at_most")
        if one.within is not None and not one.within:
            fields.wrong(_("no time is left for it"), field="within")

    def _finally(self, fields: Fields, name: str) -> Expectation:
        ticket = fields.maybe("ticket") or (next(iter(self._tickets)) if len(self._tickets) == 1 else "")
        inner = fields.fields("finally") or Fields(None, fields.file, fields.faults, f"{fields.path}.finally")
        wanted = {one: inner.texts(one) for one in FIELDS if one in inner}
        for one in FIELDS:
            inner.value(one)
        inner.close()
        if not wanted:
            fields.wrong(_("is required"), field="finally")
        if ticket not in self._tickets:
            fields.wrong(_("is no ticket of this scenario"), field="ticket", found=ticket)
        fields.close()
        return Expectation(name, "finally", ticket=ticket, fields=wanted)

    def criterion(self, fields: Fields, known: Collection[str]) -> Criterion:
        uses = fields.texts("uses")
        by_person = fields.flag("by_person", False)
        for one in uses:
            if one not in known:
                fields.wrong(_("is no expectation of this scenario"), field="uses", found=one)
        if bool(uses) == by_person:
            fields.wrong(
                _("a criterion uses expectations, or is judged by a person: one of the two"), field="uses"
            )
        criterion = Criterion(
            _id(fields, "criterion"),
            fields.text("title"),
            uses,
            _needed(fields, "weight", 1, 100) or 1,
            fields.word("skill", Skill) or "",
            fields.flag("critical", False),
            fields.flag("fatal", False),
            by_person,
            self._pattern(fields, "only_if"),
            self._pattern(fields, "not_if"),
            fields.maybe("feedback") or "",
            fields.maybe("hint") or "",
        )
        fields.close()
        return criterion

    def _what(self, fields: Fields, name: str) -> Pattern:
        """The event that an expectation is about: named in one field, the rest beside it."""
        kind, values = self._named(fields, name)
        return self._made(fields, kind, values)

    def _pattern(self, fields: Fields, name: str) -> Pattern | None:
        value = fields.value(name)
        if value is None or value.data is None:
            return None
        if isinstance(value.data, str):
            kind, values = self._named(fields, name)
            return Pattern(kind, values)
        inner = Fields(value, fields.file, fields.faults)
        kind, values = self._named(inner, "happens")
        pattern = self._made(inner, kind, values)
        inner.close()
        return pattern

    def _named(self, fields: Fields, name: str) -> tuple[str, tuple[str, ...]]:
        kind, _colon, value = fields.text(name).partition(":")
        if kind and kind not in EVENTS:
            fields.wrong(_("is nothing that happens here"), field=name, found=kind, allowed=EVENTS)
        return kind, (value.strip(),) if value.strip() else ()

    def _made(self, fields: Fields, kind: str, values: tuple[str, ...]) -> Pattern:
        ticket = fields.maybe("ticket")
        if ticket is not None and ticket not in self._tickets:
            fields.wrong(_("is no ticket of this scenario"), field="ticket", found=ticket)
        return Pattern(
            kind,
            values or fields.texts("value"),
            ticket,
            widened(fields.texts("says"), self._synonyms),
            widened(fields.texts("lacks"), self._synonyms),
        )


def read_synonyms(fields: Fields) -> Synonyms:
    """Words by the phrase they may stand for."""
    inner: Fields | None = fields.fields("synonyms")
    return {} if inner is None else {name: inner.texts(name) for name in inner}
