"""What a check is: one promise of the port in one sentence, what it needs to be tried, and how it ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from atendente_tui.backends.port import Capabilities
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.backends.conformance.trial import Trial

State = Literal["holds", "absent", "fails", "untried"]
"""holds · absent: the backend declares that it has no such thing · fails · untried: something to try it with is missing."""
STATES: tuple[State, ...] = ("holds", "absent", "fails", "untried")
Able = Literal[
    "hints", "attachments", "articles", "stale_replies", "presence", "uploads", "settings", "native", "find"
]
"""A capability that a check is about: a flag of `Capabilities`, or what `idempotency` makes possible."""


class Broken(AssertionError):
    """The backend does not keep a promise of the port. Says what was missed, in the person's language."""


class Absent(Exception):
    """The backend declares that it cannot do this."""


class Untried(Exception):
    """It could not be tried here, and why."""


Run = Callable[["Trial"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    promise: str
    """One sentence, English; marked for translation where it is written."""
    run: Run
    writes: bool = False
    """Opens tickets, so it needs a place where that is welcome, a login that may write, and `create`."""
    commands: frozenset[str] = frozenset()
    """Types that it carries out, beside `create`."""
    able: frozenset[Able] = frozenset()
    two: bool = False
    """Needs a second login."""

    def ready(self, can: Capabilities, *, two: bool) -> None:
        """Raises Absent, Untried."""
        lacking = sorted({*(self.commands - can.commands), *(one for one in self.able if not _is(can, one))})
        if lacking:
            raise Absent(_("not declared: {names}").format(names=", ".join(lacking)))
        if self.writes and "create" not in can.commands:
            raise Untried(_("create is not declared, so there is no ticket to try it on"))
        if self.two and not two:
            raise Untried(_("needs a second login (--other-user)"))


@dataclass(frozen=True, slots=True)
class Outcome:
    check: str
    state: State
    promise: str
    """In the person's language, as `detail`."""
    detail: str
    """What was found where it fails, why not where it is absent or untried; the promise again where it holds."""
    seconds: float


def check(
    promise: str, *, writes: bool = False, commands: str = "", able: tuple[Able, ...] = (), two: bool = False
) -> Callable[[Run], Check]:
    """Make a check of a function. `promise` is marked with `later`; `commands` are types with blanks between."""

    def made(run: Run) -> Check:
        return Check(run.__name__, promise, run, writes, frozenset(commands.split()), frozenset(able), two)

    return made


def require(holds: bool, promise: str) -> None:
    """Raises Broken with the sentence (already translated) unless it holds."""
    if not holds:
        raise Broken(promise)


def _is(can: Capabilities, able: Able) -> bool:
    if able == "native":
        return can.idempotency == "native"
    if able == "find":
        return can.idempotency != "none"
    return bool(getattr(can, able))
