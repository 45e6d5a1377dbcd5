"""What mutants share: how one says which checks must catch it, and a short way to tell something falsely."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from atendente_tui.domain.change import Change, ChangePage
from tests.backends.whole import Whole


@dataclass(frozen=True)
class Mutant:
    kind: type[Whole]
    checks: tuple[str, ...]
    """Names of the checks that must fail, each by itself."""

    @property
    def name(self) -> str:
        return self.kind.__name__


MUTANTS: list[Mutant] = []


def caught_by(*checks: str) -> Callable[[type[Whole]], type[Whole]]:
    def keep(kind: type[Whole]) -> type[Whole]:
        MUTANTS.append(Mutant(kind, checks))
        return kind

    return keep


class Telling(Whole):
    """A mutant that tells each change otherwise, or not at all."""

    def told(self, change: Change) -> Change | None:
        return change

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        async for page in super().pull(cursor, full=full):
            told = (self.told(change) for change in page.changes)
            yield page.model_copy(update={"changes": tuple(one for one in told if one is not None)})
