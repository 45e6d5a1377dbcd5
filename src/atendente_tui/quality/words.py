"""What is said of reviews to people: where one stands, and why a ticket was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from atendente_tui.i18n import _, later, later_in, p_
from atendente_tui.quality.states import State, Step

if TYPE_CHECKING:
    from atendente_tui.quality.sampling import Why

STATES: Mapping[State, str] = {
    State.DRAFT: later_in("qa", "draft"),
    State.FINISHED: later_in("qa", "finished, not delivered"),
    State.RELEASED: later_in("qa", "delivered"),
    State.ACKNOWLEDGED: later_in("qa", "acknowledged"),
    State.DISPUTED: later_in("qa", "disputed"),
    State.UPHELD: later_in("qa", "upheld"),
    State.CHANGED: later_in("qa", "changed"),
}
STEPS: Mapping[Step, str] = {
    Step.RELEASE: later("delivered by {who}"),
    Step.ACKNOWLEDGE: later("acknowledged by {who}"),
    Step.DISPUTE: later("disputed by {who}"),
    Step.UPHOLD: later("upheld by {who}"),
    Step.CHANGE: later("changed by {who}"),
    Step.CALIBRATION: later("calibration by {who}"),
}
SKILLS: Mapping[str, str] = {
    "communication": later_in("skill", "communication"),
    "empathy": later_in("skill", "empathy"),
    "solving": later_in("skill", "solving"),
    "patience": later_in("skill", "patience"),
    "product": later_in("skill", "product"),
    "multitasking": later_in("skill", "multitasking"),
    "flexibility": later_in("skill", "flexibility"),
    "technology": later_in("skill", "technology"),
}


def state(found: State) -> str:
    return p_("qa", STATES[found])


def step(kind: str, who: str) -> str:
    return _(STEPS[Step(kind)]).format(who=who)


def skill(name: str) -> str:
    return p_("skill", SKILLS[name]) if name in SKILLS else name


def why(one: Why) -> str:
    """The rule that chose a ticket, with what of the ticket fits it."""
    rule = one.rule
    match rule.kind:
        case "per_agent":
            return _("{take} of each agent ({found})").format(take=rule.take, found=one.found)
        case "channel":
            return _("{take} of the channel {found}").format(take=rule.take, found=one.found)
        case "reason":
            return _("{take} of the reason {found}").format(take=rule.take, found=one.found)
        case "low_csat":
            return _("CSAT {found} of 5, {limit:g} or less").format(found=one.found, limit=rule.limit)
        case "long":
            return _("took {found} h, {limit:g} or more").format(
                found=f"{float(one.found) / 3_600:.0f}", limit=rule.limit / 3_600
            )
        case "reopened":
            return _("reopened")
    return _("by chance, {take} of all").format(take=rule.take)
