"""Whether a helpdesk keeps the promises made of it: the conformance suite, asked from the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from atendente_tui.clock import SystemClock
from atendente_tui.config import BackendConfig, Config
from atendente_tui.desk.connecting import make_backend
from atendente_tui.domain.refusal import Refused

if TYPE_CHECKING:
    from atendente_tui.backends.conformance import Outcome
    from atendente_tui.backends.port import Backend

__all__ = ["Colleague", "Outcome", "backend_check"]


@dataclass(frozen=True, slots=True)
class Colleague:
    """A second login on the same helpdesk, for what two people do at once."""

    user: str | None
    secret: str | None = field(default=None, repr=False)


def backend_check(
    config: Config,
    *,
    writes: bool = False,
    colleague: Colleague | None = None,
    tell: Callable[[Outcome], None] = lambda _outcome: None,
) -> list[Outcome]:
    """Ask the configured helpdesk whether it keeps the port's promises. Blocks, for minutes with `writes`.

    writes     also run the checks that open tickets there
    colleague  somebody else who works there
    tell       is called with each outcome as soon as it is known

    Raises BackendError when nobody can log in there (that is said once, not by every check), Refused("no_backend")
    and what `make_backend` raises.
    """
    from atendente_tui.backends.conformance import Trial, run
    from atendente_tui.secrets import backend_secret

    backend = config.backend
    if backend is None:
        raise Refused("no_backend")
    secret = backend_secret(backend.name, backend.user)

    async def work() -> list[Outcome]:
        async with AsyncExitStack() as open_ones:

            def connected(to: BackendConfig, secret: str | None) -> Backend:
                connection = make_backend(to, secret)
                open_ones.push_async_callback(connection.aclose)
                return connection

            one, twin = connected(backend, secret), connected(backend, secret)
            other = None
            if colleague is not None:
                other = connected(backend._replace(user=colleague.user), colleague.secret)
            for connection in (one, other):
                if connection is not None:
                    await _logs_in(connection)
            found: list[Outcome] = []
            async for outcome in run(Trial(one, SystemClock(), other, twin), writes=writes):
                found.append(outcome)
                tell(outcome)
            return found

    return asyncio.run(work())


async def _logs_in(connection: Backend) -> None:
    """Raises BackendError. A fault that is none of the port's errors is for the suite to name."""
    from atendente_tui.backends.port import BackendError

    try:
        await connection.identify()
    except BackendError:
        raise
    except Exception:
        return
