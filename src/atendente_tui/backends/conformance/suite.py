"""All checks in the order in which they run, and running them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence

from atendente_tui.backends.conformance import (
    changing,
    cursors,
    files,
    floor,
    joining,
    opening,
    owning,
    reading,
    recording,
    refusing,
    repeating,
    talking,
    together,
)
from atendente_tui.backends.conformance.checking import Absent, Broken, Check, Outcome, State, Untried
from atendente_tui.backends.conformance.trial import Trial
from atendente_tui.backends.port import BackendError
from atendente_tui.i18n import _

CHECKS: Sequence[Check] = (
    *reading.CHECKS,
    *cursors.READING,
    *repeating.READING,
    *files.READING,
    *together.READING,
    *opening.CHECKS,
    *talking.CHECKS,
    *owning.CHECKS,
    *changing.CHECKS,
    *recording.CHECKS,
    *joining.CHECKS,
    *floor.CHECKS,
    *repeating.WRITING,
    *together.WRITING,
    *files.WRITING,
    *refusing.WRITING,
    *refusing.AFTER,
    *repeating.AFTER,
    *cursors.WRITING,
)


async def run(
    trial: Trial, *, writes: bool = False, checks: Sequence[Check] = CHECKS
) -> AsyncIterator[Outcome]:
    """Each check's outcome as it is known; one that fails stops no other. Without `writes` nothing is written there."""
    nobody = await _nobody(trial)
    for check in checks:
        began = time.monotonic()
        if nobody:
            state, detail = _unknown(check, nobody)
        else:
            state, detail = await _tried(trial, check, writes=writes)
        promise = _(check.promise)
        yield Outcome(check.name, state, promise, detail or promise, time.monotonic() - began)


async def _nobody(trial: Trial) -> str:
    """Why nobody can log in, '' where somebody can."""
    try:
        await trial.identity()
    except Exception as error:
        return _fault(error)
    return ""


def _unknown(check: Check, why: str) -> tuple[State, str]:
    if check is reading.identifies:
        return "fails", why
    return "untried", _("nobody could log in")


async def _tried(trial: Trial, check: Check, *, writes: bool) -> tuple[State, str]:
    try:
        if check.writes and not (await trial.identity()).may_write:
            raise Untried(_("this login may only read"))
        check.ready(trial.can, two=trial.other is not None)
        if check.writes and not writes:
            raise Untried(_("writes there, which was not asked for (--writes)"))
        await check.run(trial)
    except Absent as absent:
        return "absent", str(absent)
    except Untried as untried:
        return "untried", str(untried)
    except Broken as broken:
        return "fails", str(broken)
    except Exception as error:  # an adapter under test may do anything
        return "fails", _fault(error)
    return "holds", ""


def _fault(error: Exception) -> str:
    name = type(error).__name__
    if isinstance(error, BackendError):
        return f"{name}: {error}"
    return _("{error} is none of the port's errors: {text}").format(error=name, text=error)
