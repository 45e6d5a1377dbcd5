"""The demo keeps every promise of the port that it makes. The hub's turn is in tests/hub, that of RT in tests/live."""

from __future__ import annotations

from atendente_tui.backends.conformance import CHECKS, STATES, Trial, run
from atendente_tui.backends.demo import DemoBackend, open_scenario
from atendente_tui.backends.port import BackendSettings, Unauthorized
from atendente_tui.clock import VirtualClock
from atendente_tui.i18n import _, choose

SETTINGS = BackendSettings("demo", "")


def trial(*, alone: bool = False, user: str | None = None) -> Trial:
    scenario = open_scenario(SETTINGS)
    assert scenario.start is not None
    clock = VirtualClock(scenario.start)
    one = DemoBackend(BackendSettings("demo", "", user=user), clock=clock)
    if alone:
        return Trial(one, clock)
    world = one.world()
    other = DemoBackend(BackendSettings("demo", "", user="bruno"), clock=clock, world=world)
    return Trial(one, clock, other, DemoBackend(SETTINGS, clock=clock, world=world))


async def states(trial: Trial, *, writes: bool) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {state: set() for state in STATES}
    wrong = []
    async for one in run(trial, writes=writes):
        found[one.state].add(one.check)
        wrong += [(one.check, one.detail)] if one.state == "fails" else []
    assert wrong == []
    assert set().union(*found.values()) == {check.name for check in CHECKS}
    return found


async def test_the_demo_keeps_what_it_promises() -> None:
    found = await states(trial(), writes=True)
    assert found["absent"] == {
        "brings_settings",
        "presence_survives",
        "presence_tells",
        "stale_reply",
        "stale_over_colleague",
        "survives_evil_names",
        "uploads",
    }
    assert found["untried"] == {"refuses_undeclared", "status_undeclared"}  # it declares everything


async def test_what_needs_somebody_else_is_not_tried_alone() -> None:
    found = await states(trial(alone=True), writes=True)
    two = {check.name for check in CHECKS if check.two and not check.able & {"stale_replies", "presence"}}
    assert two == {"claim_taken", "claims_at_once", "tells_colleagues"}
    assert found["untried"] == two | {"refuses_undeclared", "status_undeclared", "once_at_once"}


async def test_without_being_asked_to_it_writes_nothing() -> None:
    asked = trial()
    found = await states(asked, writes=False)
    assert isinstance(asked.backend, DemoBackend)
    assert asked.backend.world().log == []
    assert found["untried"] == {check.name for check in CHECKS if check.writes} - found["absent"]


async def test_where_nobody_can_log_in_only_that_is_told() -> None:
    outcomes = [one async for one in run(trial(alone=True, user="zeca"), writes=True)]
    assert [(one.check, one.detail.partition(":")[0]) for one in outcomes if one.state == "fails"] == [
        ("identifies", Unauthorized.__name__)
    ]
    assert {one.state for one in outcomes} == {"fails", "untried"}


def test_every_promise_is_said_in_the_language_of_the_person() -> None:
    choose("pt-BR")
    assert [check.promise for check in CHECKS if _(check.promise) == check.promise] == []
    assert len({check.name for check in CHECKS}) == len({check.promise for check in CHECKS}) == len(CHECKS)
