"""A scenario with its answers as a presentation: every step of both sides, in the order of time, and what it shows.

The steps are those of a play that was rehearsed before: what the customer will say, and which deed proves which criterion, is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from atendente_tui.i18n import _
from atendente_tui.knowledge.answers import Action, Answers
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.training.course import Performance
from atendente_tui.training.rehearsing import rehearse

LONGEST = 110
"""Characters of a text that a caption quotes."""
_HEARD = ("customer", "call", "network", "colleague", "survey", "order")
_TOLD = ("reply", "note", "colleague")


@dataclass(frozen=True, slots=True)
class Step:
    """`at` is counted from the start; `action` is the trainee's deed, None for what the world does by then."""

    at: timedelta
    caption: str
    action: Action | None = None
    ticket: str = ""
    proves: tuple[str, ...] = ()
    """Titles of the criteria that it is evidence for."""


def presented(scenario: Scenario, answers: Answers) -> tuple[Step, ...]:
    """Raises NoExercise."""
    done = rehearse(scenario, answers)
    proved = _proved(done)
    training = scenario.training
    goals = "; ".join(training.objectives) if training is not None else ""
    opening = " · ".join(part for part in (scenario.title, scenario.purpose or goals) if part)
    first = next((one.ticket for one in answers.actions if one.ticket), "")
    steps = [Step(timedelta(), opening, ticket=first)]
    events = [one for one in done.record if one.kind != "checklist" and one.at > done.began]
    for action in answers.actions:
        at = done.began + action.at
        mine = [one for one in events if one.mine and one.kind != "network" and one.at == at]
        proves = tuple(dict.fromkeys(title for one in mine for title in proved.get(one.id, ())))
        steps.append(Step(action.at, said(action), action, action.ticket, proves))
    last = max((one.at for one in answers.actions), default=timedelta())
    for one in events:
        heard = one.kind in _HEARD and (not one.mine or one.kind == "network")
        if heard and one.at - done.began <= last + timedelta(minutes=2):
            caption = heard_of(scenario, one.kind, one.value, one.ticket, one.text)
            steps.append(Step(one.at - done.began, caption, None, one.ticket))
    return (
        *_thinned(sorted(steps, key=lambda step: step.at)),
        Step(done.ended - done.began, _("The end: the scorecard.")),
    )


def _thinned(steps: list[Step]) -> list[Step]:
    """What comes in at one moment, a rush of many tickets, is one step."""
    kept: list[Step] = []
    for one in steps:
        if (
            kept
            and one.action is None
            and kept[-1].action is None
            and one.at - kept[-1].at < timedelta(seconds=2)
            and len(kept) > 1
        ):
            continue
        kept.append(one)
    return kept


def _proved(done: Performance) -> Mapping[str, tuple[str, ...]]:
    """Titles of the criteria by the events that prove them, where they came true."""
    found: dict[str, list[str]] = {}
    for one in done.grade.criteria:
        if one.outcome == "met":
            for event in one.evidence:
                found.setdefault(event, []).append(one.criterion.title or one.criterion.id)
    return {event: tuple(titles) for event, titles in found.items()}


def said(action: Action) -> str:
    """A deed in words."""
    value = _short(action.value)
    match action.verb:
        case "claim":
            return _("The agent claims the ticket.")
        case "next":
            return _("The agent takes the next ticket.")
        case "reply":
            return _("The agent answers: “{text}”").format(text=value)
        case "note":
            return _("The agent notes: “{text}”").format(text=value)
        case "article":
            return _("The agent uses the article {name}.").format(name=value)
        case "promise":
            return _("The agent promises: {text}").format(text=value)
        case "settle":
            return _("The agent settles the promise.")
        case "fact":
            return _("The agent confirms a fact: {name}.").format(name=value)
        case "check":
            return _("The agent ticks the list: {items}.").format(items=", ".join(action.values))
        case "escalate":
            return _("The agent escalates to {tier}.").format(tier=value)
        case "wrap_up":
            return _("The agent wraps up: {code}.").format(code=value)
        case "team":
            return _("The agent moves it to the team {team}.").format(team=value)
        case "tag":
            return _("The agent tags it: {tags}.").format(tags=", ".join(action.values))
        case "link" | "merge":
            return _("The agent links it to {other}.").format(other=value)
        case "status":
            return _("The agent sets the status: {status}.").format(status=value)
        case "assign":
            return _("The agent assigns it to {name}.").format(name=value)
        case "snooze":
            return _("The agent snoozes it for {time}.").format(time=value)
        case "create":
            return _("The agent opens a ticket: {subject}").format(subject=_short(action.more["subject"]))
        case "undo":
            return _("The agent takes the last deed back.")
    return _("The agent: {verb} {value}").format(verb=action.verb, value=value).strip()


def heard_of(scenario: Scenario, kind: str, value: str, ticket: str, text: str) -> str:
    """Something the world does, in words."""
    match kind:
        case "customer":
            return _("{name} writes: “{text}”").format(name=_customer(scenario, ticket), text=_short(text))
        case "call":
            words = {"answered": _("The call is answered."), "missed": _("The call is missed.")}
            return words.get(value, _("The telephone rings."))
        case "network":
            return _("The network is down.") if value == "down" else _("The network is back.")
        case "survey":
            return _("{name} answers the survey: {score}.").format(
                name=_customer(scenario, ticket), score=value
            )
        case "order":
            return _("News of the order: {status}.").format(status=value)
    return _("A colleague: “{text}”").format(text=_short(text) or value)


def _customer(scenario: Scenario, ticket: str) -> str:
    opened = (one.opened for one in scenario.timeline if one.opened is not None)
    key = next(
        (one.fields.get("customer") for one in (*scenario.tickets, *opened) if one.remote_id == ticket), ""
    )
    person = next((one for one in scenario.customers if one.remote_id == key), None)
    return person.social_name or person.name if person is not None else _("The customer")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
