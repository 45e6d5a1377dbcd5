"""The suite every adapter runs: what the port promises, asked of a live backend and judged by what it declares.

`atendente backend check NAME` and the adapters' own tests use the same checks:

    trial = Trial(Adapter(settings), SystemClock(), other=Adapter(settings_of_a_colleague), twin=Adapter(settings))
    outcomes = [outcome async for outcome in run(trial, writes=True)]

Reading checks change nothing; writing checks open tickets named "Atendente conformance: ..." and need a place where
that is welcome.
"""

from atendente_tui.backends.conformance.checking import STATES, Check, Outcome, State
from atendente_tui.backends.conformance.suite import CHECKS, run
from atendente_tui.backends.conformance.trial import RealTime, Trial, Waits

__all__ = ["CHECKS", "STATES", "Check", "Outcome", "RealTime", "State", "Trial", "Waits", "run"]
