"""The suite that every adapter runs, on a folder of its own."""

import asyncio
from pathlib import Path

from atendente_caderno import Caderno

from atendente_tui.backends.conformance import Outcome, Trial, run
from atendente_tui.backends.port import BackendSettings
from atendente_tui.clock import SystemClock


def test_it_keeps_what_it_promises(tmp_path: Path) -> None:
    async def outcomes() -> list[Outcome]:
        ana, bruno, ana_again = (
            Caderno(BackendSettings("caderno", str(tmp_path), user)) for user in ("ana", "bruno", "ana")
        )
        trial = Trial(ana, SystemClock(), other=bruno, twin=ana_again)
        return [outcome async for outcome in run(trial, writes=True)]

    assert [one for one in asyncio.run(outcomes()) if one.state == "fails"] == []
