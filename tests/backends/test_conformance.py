"""The demo keeps every promise of the port that it makes. The hub's turn is in tests/hub, that of RT in tests/live."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

from atendente_tui.backends.conformance import CHECKS, STATES, Trial, run
from atendente_tui.backends.demo import DemoBackend, open_scenario
from atendente_tui.backends.port import BackendSettings, RateLimited, Unauthorized
from atendente_tui.clock import VirtualClock
from atendente_tui.domain.change import ChangePage
from atendente_tui.domain.command import Command, Receipt
from atendente_tui.i18n import _, choose
from tests.backends.whole import Whole, judged

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
    clock = VirtualClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
    one = DemoBackend(SETTINGS, clock=clock)
    found = await states(Trial(one, clock), writes=False)
    assert one.world().log == []
    assert found["untried"] == {check.name for check in CHECKS if check.writes} - found["absent"]


class AsksToWait(Whole):
    """Every other call has to wait a minute; a pull, after its first page."""

    calls = 0

    async def wait(self) -> None:
        type(self).calls += 1
        if self.calls % 2:
            raise RateLimited(60.0 if self.calls % 4 == 1 else None)

    async def push(self, command: Command) -> Receipt:
        await self.wait()
        return await super().push(command)

    async def find(self, command_id: UUID) -> Receipt | None:
        await self.wait()
        return await super().find(command_id)

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        async for page in super().pull(cursor, full=full):
            yield page
            if not page.caught_up:
                await self.wait()


async def test_a_limit_is_waited_for_and_breaks_no_promise() -> None:
    outcomes = await judged(AsksToWait, CHECKS)
    assert [(one.check, one.detail) for one in outcomes if one.state == "fails"] == []
    assert AsksToWait.calls > 500


async def test_a_limit_that_never_ends_is_told() -> None:
    class NeverAnswers(Whole):
        async def find(self, command_id: UUID) -> Receipt | None:
            raise RateLimited(30.0)

    (stranger,) = (check for check in CHECKS if check.name == "finds_no_strangers")
    (outcome,) = await judged(NeverAnswers, [stranger])
    assert (outcome.state, outcome.detail.partition(":")[0]) == ("fails", "RateLimited")


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
