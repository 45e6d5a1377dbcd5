"""The workstation beside a sync that brings in prepared pages: a part of them whenever F5 asks for it.

Arguments: the file of pages, how many parts to make of it, the file in which to say how the sync stands.
The profile is the environment's, as for `atendente` itself.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from atendente_tui.backends.port import AgentIdentity, Capabilities, Hint
    from atendente_tui.clock import Clock
    from atendente_tui.domain.change import ChangePage
    from atendente_tui.domain.command import Command, Receipt
    from atendente_tui.store.store import Store
    from atendente_tui.sync.service import SyncService

NAME = "paginas"


class Pages:
    """A helpdesk that has prepared pages to give: read from a file and validated, as an adapter's answers are."""

    def __init__(self, file: Path, parts: int, told: Path) -> None:
        from atendente_tui.backends.port import Capabilities

        self.capabilities: Capabilities = Capabilities(commands=frozenset({"note", "reply"}))
        self._lines = file.read_bytes().splitlines()
        self._each = -(-len(self._lines) // parts)
        self._told = told
        self._pulls = 0

    async def identify(self) -> AgentIdentity:
        from atendente_tui.backends.port import AgentIdentity

        return AgentIdentity("ana", "Ana Souza", ("Varejo", "Atacado"))

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:  # noqa: ARG002
        """The first pull finds nothing; every later one the next part."""
        from atendente_tui.domain.change import ChangePage

        self._pulls += 1
        first = (self._pulls - 2) * self._each
        if self._pulls == 1 or first >= len(self._lines):
            self._say("nothing")
            yield ChangePage(changes=(), cursor="0", caught_up=True)
            return
        self._say("running")
        for line in self._lines[first : first + self._each]:
            yield ChangePage.model_validate_json(line)
        self._say("done")

    def _say(self, word: str) -> None:
        self._told.write_text(f"{self._pulls} {word}\n", encoding="ascii")

    async def push(self, command: Command) -> Receipt:  # noqa: ARG002
        from atendente_tui.backends.port import Unreachable

        raise Unreachable("nothing is sent from a benchmark", sent=False)

    async def find(self, command_id: UUID) -> Receipt | None:  # noqa: ARG002
        return None

    async def hints(self) -> AsyncIterator[Hint]:
        return
        yield

    async def fetch_attachment(self, remote_id: str, limit: int) -> bytes:  # noqa: ARG002
        return b""

    async def aclose(self) -> None:
        return


def started(store: Store, clock: Clock, arguments: list[str]) -> SyncService:
    """The product's own sync service over those pages, running."""
    from atendente_tui.sync.service import SyncService

    file, parts, told = arguments
    service = SyncService(
        store,
        lambda: Pages(Path(file), int(parts), Path(told)),
        clock=clock,
        rng=Random(1),
        backend_name=NAME,
        poll_seconds=86_400,
    )
    service.start()
    return service


def main() -> int:
    import gc

    gc.disable()
    from atendente_tui import i18n
    from atendente_tui.cli.opening import configuration
    from atendente_tui.tui import boot

    i18n.choose()
    boot.calm()
    workplace = boot.open_workplace(configuration())
    from atendente_tui.tui.app import AtendenteApp

    def connect() -> None:
        workplace.sync = started(workplace.store, workplace.clock, sys.argv[1:])

    AtendenteApp(workplace, when_warm=connect).run()
    boot.close(workplace)
    return 0


if __name__ == "__main__":
    sys.exit(main())
