"""What an editor of a training scenario should look at, though it can be read: file, line, field.

What makes a scenario unreadable, a node nobody reaches or a missing default among it, is said while it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from atendente_tui.flow.expectation import Expectation
from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fault, Value
from atendente_tui.knowledge.scenario import Happening, Scenario
from atendente_tui.knowledge.written_training import Training
from atendente_tui.privacy.personal import Kind, find

RESERVED = (
    ".example",
    ".exemplo",
    ".invalid",
    ".test",
    ".localhost",
    "@example.com",
    "@example.org",
    "@example.net",
)
"""Endings of addresses that belong to nobody (RFC 2606, RFC 6761)."""
DIALS_NOBODY = "90000"
"""Telephones of scenarios begin so: no subscriber has them."""
_LOOKED_FOR = frozenset({Kind.CPF, Kind.CNPJ, Kind.CARD, Kind.PHONE, Kind.EMAIL, Kind.PIX})


def lint_scenario(scenario: Scenario, tree: Value) -> list[Fault]:
    """Faults in the order of their lines. `tree` is the file the scenario was read from (`marked.parse`)."""
    found = [*_personal(tree, scenario.file), *_timing(scenario)]
    if scenario.training is None:
        found.append(
            Fault(scenario.file, tree.line, _("nothing is expected here: it is no exercise"), "training")
        )
    else:
        found += _training(scenario, scenario.training)
    return sorted(found, key=lambda one: one.line)


def _personal(value: Value, file: str) -> Iterator[Fault]:
    """Data that could be somebody's."""
    if isinstance(value.data, dict):
        for one in value.data.values():
            yield from _personal(one, file)
    elif isinstance(value.data, tuple):
        for one in value.data:
            yield from _personal(one, file)
    elif value.data is not None:
        for line, text in enumerate(value.data.splitlines(), value.line + value.block):
            for hit in find(text, _LOOKED_FOR):
                if not _invented(hit.kind, hit.value):
                    yield Fault(
                        file,
                        line,
                        _("looks like somebody's own data: use invented ones"),
                        value.path,
                        hit.value,
                    )


def _invented(kind: Kind, value: str) -> bool:
    from atendente_tui.domain.identities import plausible_cnpj, plausible_cpf

    digits = "".join(one for one in value if one.isdigit())
    match kind:
        case Kind.EMAIL:
            return value.lower().endswith(RESERVED)
        case Kind.PHONE:
            return DIALS_NOBODY in digits
        case Kind.CPF:
            return not plausible_cpf(value)
        case Kind.CNPJ:
            return not plausible_cnpj(value)
    return False


def _timing(scenario: Scenario) -> Iterator[Fault]:
    down: int | None = None
    for one in scenario.timeline:
        if one.what == "network":
            if (one.value == "down") == (down is not None):
                yield Fault(
                    scenario.file, one.line, _("the network is so already"), "timeline.network", one.value
                )
            down = one.line if one.value == "down" else None
    if down is not None:
        yield Fault(scenario.file, down, _("the network never comes back"), "timeline.network", "down")
    limit = scenario.training.limit if scenario.training is not None else None
    for one in scenario.timeline:
        if limit is not None and one.at.delta > limit:
            yield Fault(scenario.file, one.line, _("lies after the end of the exercise"), "timeline.at")


def _training(scenario: Scenario, training: Training) -> Iterator[Fault]:
    file, lines = scenario.file, training.lines
    limit = training.limit
    if limit is not None and training.target is not None and training.target > limit:
        yield Fault(
            file, _first(training), _("the target time lies after the end of the exercise"), "training.target"
        )
    used = {name for one in training.rubric for name in one.uses}
    for one in training.expectations:
        where = f"training.expectations.{one.id}"
        if one.id not in used:
            yield Fault(file, lines[one.id], _("no criterion uses it"), where)
        yield from (Fault(file, lines[one.id], said, where) for said in _impossible(scenario, training, one))
    for criterion in training.rubric:
        where = f"training.rubric.{criterion.id}"
        if (criterion.fatal or criterion.critical) and not criterion.feedback:
            yield Fault(
                file,
                training.criterion_lines[criterion.id],
                _("what decides the grade needs its feedback"),
                where,
            )
        if criterion.fatal and criterion.by_person:
            yield Fault(
                file,
                training.criterion_lines[criterion.id],
                _("what a person judges afterwards cannot be fatal"),
                where,
            )
        if criterion.skill and criterion.skill not in training.skills:
            yield Fault(
                file,
                training.criterion_lines[criterion.id],
                _("trains a skill that the scenario does not name"),
                where,
                str(criterion.skill),
                tuple(training.skills),
            )
    total = sum(one.weight for one in training.rubric if not one.by_person)
    if training.rubric and not total:
        yield Fault(
            file, _first(training), _("no criterion counts: a person judges them all"), "training.rubric"
        )
    for each in training.rubric:
        if len(training.rubric) > 1 and each.weight * 2 > total and not each.by_person:
            where = f"training.rubric.{each.id}"
            yield Fault(
                file,
                training.criterion_lines[each.id],
                _("weighs more than all the others together"),
                where,
                str(each.weight),
            )
    if training.pass_mark == 0:
        yield Fault(file, _first(training), _("everybody passes"), "training.pass", "0")


def _impossible(scenario: Scenario, training: Training, one: Expectation) -> Iterator[str]:
    """Deadlines that nobody can keep, and events that never come."""
    limit = training.limit
    if one.within is not None and limit is not None and one.within > limit and not one.every:
        yield _("its time lies after the end of the exercise")
    if one.kind == "must" and one.what is not None and one.within is not None and one.since is None:
        ticket = one.what.ticket or (scenario.tickets[0].remote_id if len(scenario.tickets) == 1 else None)
        arrives = next(
            (
                each.at.delta
                for each in scenario.timeline
                if each.opened is not None and each.ticket == ticket
            ),
            None,
        )
        if one.what.ticket is not None and arrives is not None and one.within <= arrives:
            yield _("its time is over before the ticket arrives")
        outage = next(
            (
                (down.at.delta, up.at.delta)
                for down, up in zip(_network(scenario, "down"), _network(scenario, "up"), strict=False)
            ),
            None,
        )
        if (
            outage is not None
            and outage[0] <= timedelta(seconds=1)
            and one.within <= outage[1]
            and one.what.kind != "check"
        ):
            yield _("its time is over before the network returns")
    for pattern in (one.what, one.since, one.before, one.after, one.unless):
        if pattern is None:
            continue
        if pattern.kind == "network" and not _network(
            scenario, pattern.values[0] if pattern.values else None
        ):
            yield _("the network never does that here")
        if pattern.kind == "article" and pattern.values:
            known = {each.id for each in scenario.articles}
            if not known & set(pattern.values):
                yield _("no such article is in the scenario")
        if pattern.kind == "wrap_up" and pattern.values:
            known = {each.key for each in scenario.directory if each.kind == "wrap_up"}
            if known and not known & set(pattern.values):
                yield _("no such wrap-up is in the scenario")
        if pattern.kind == "team" and pattern.values:
            known = {each.key for each in scenario.directory if each.kind == "team"}
            if known and not known & set(pattern.values):
                yield _("no such team is in the scenario")
        if pattern.kind == "survey" and not scenario.personas:
            yield _("nobody is there to answer a survey")
    if one.kind == "finally":
        for name, kind in (("wrap_up", "wrap_up"), ("team", "team"), ("reason", "reason")):
            known = {each.key for each in scenario.directory if each.kind == kind}
            if known and not set(one.fields.get(name, ())) <= known:
                yield _("the directory does not have it: {name}").format(name=name)


def _network(scenario: Scenario, value: str | None) -> list[Happening]:
    return [one for one in scenario.timeline if one.what == "network" and value in (None, one.value)]


def _first(training: Training) -> int:
    return min(training.lines.values(), default=1)
