"""The suite catches what it is for: each of these broken adapters fails the checks named with it, and every check catches one."""

from __future__ import annotations

import pytest

from atendente_tui.backends.conformance import CHECKS
from tests.backends import mutants_reading, mutants_writing  # noqa: F401 - they name themselves
from tests.backends.mutants import MUTANTS, Mutant
from tests.backends.whole import Whole, judged

BY_NAME = {check.name: check for check in CHECKS}
AFTER = ("leaks_nothing", "receipts_differ", "catches_up")
"""Checks that look at what the others did."""
BARE = ("RaisesWhateverComes", "BreaksOnStrangeCursors", "BreaksOnStrangePresence")
"""Mutants whose fault is an error that is none of the port's."""
NOBODY_CAN_BREAK: set[str] = set()


async def test_all_promises_hold_where_nothing_is_broken() -> None:
    outcomes = await judged(Whole, CHECKS)
    assert [(one.check, one.detail) for one in outcomes if one.state == "fails"] == []
    assert {one.check for one in outcomes if one.state != "holds"} == {
        "status_undeclared",
        "refuses_undeclared",
    }


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
async def test_a_broken_adapter_is_caught(mutant: Mutant) -> None:
    before = ("note", "promise", "claim", "create") if set(mutant.checks) & set(AFTER) else ()
    names = [name for name in BY_NAME if name in mutant.checks or name in before]
    outcomes = {one.check: one for one in await judged(mutant.kind, [BY_NAME[name] for name in names])}
    assert {name: outcomes[name].state for name in mutant.checks} == dict.fromkeys(mutant.checks, "fails")
    for name in mutant.checks:
        assert ("Error is none of" in outcomes[name].detail) <= (mutant.name in BARE), outcomes[name]


def test_every_check_catches_somebody() -> None:
    assert set(BY_NAME) - {name for mutant in MUTANTS for name in mutant.checks} == NOBODY_CAN_BREAK
    assert len(BY_NAME) == len(CHECKS)
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
