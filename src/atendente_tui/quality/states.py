"""Where a review stands, told by what was said of it; and what may be said next, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from atendente_tui.domain.refusal import Refused


class State(StrEnum):
    DRAFT = "draft"
    FINISHED = "finished"
    RELEASED = "released"
    ACKNOWLEDGED = "acknowledged"
    DISPUTED = "disputed"
    UPHELD = "upheld"
    CHANGED = "changed"


class Step(StrEnum):
    """What is said of a finished review, each in a note of its own."""

    RELEASE = "release"
    ACKNOWLEDGE = "acknowledge"
    DISPUTE = "dispute"
    UPHOLD = "uphold"
    CHANGE = "change"
    CALIBRATION = "calibration"


_AFTER: Mapping[Step, State] = {
    Step.RELEASE: State.RELEASED,
    Step.ACKNOWLEDGE: State.ACKNOWLEDGED,
    Step.DISPUTE: State.DISPUTED,
    Step.UPHOLD: State.UPHELD,
    Step.CHANGE: State.CHANGED,
}
_FROM: Mapping[Step, frozenset[State]] = {
    Step.RELEASE: frozenset({State.FINISHED}),
    Step.ACKNOWLEDGE: frozenset({State.RELEASED, State.UPHELD, State.CHANGED}),
    Step.DISPUTE: frozenset({State.RELEASED, State.ACKNOWLEDGED}),
    Step.UPHOLD: frozenset({State.DISPUTED}),
    Step.CHANGE: frozenset({State.DISPUTED}),
}
BY_AGENT = frozenset({Step.ACKNOWLEDGE, Step.DISPUTE})
"""By whom the review is about; every other step is its reviewer's."""
WAITS_FOR_AGENT = frozenset({State.RELEASED, State.UPHELD, State.CHANGED})


def state_of(finished: bool, steps: Iterable[str]) -> State:
    """After these steps, oldest first."""
    found = State.FINISHED if finished else State.DRAFT
    for one in steps:
        found = _AFTER.get(Step(one), found)
    return found


def check(step: Step, state: State, steps: Iterable[str]) -> None:
    """Refused: qa_state (review_state), qa_disputed_once."""
    if state not in _FROM[step]:
        raise Refused("qa_state", review_state=state)
    if step is Step.DISPUTE and Step.DISPUTE in {Step(one) for one in steps}:
        raise Refused("qa_disputed_once")
