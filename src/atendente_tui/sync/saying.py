"""What went wrong, as one of the few codes that screens and commands know."""

from __future__ import annotations

from atendente_tui.backends.port import (
    Conflict,
    Forbidden,
    ProtocolError,
    RateLimited,
    Rejected,
    Unauthorized,
    Unreachable,
)
from atendente_tui.store.errors import StoreFull
from atendente_tui.sync.pulling import LowSpace, MassDisappearance
from atendente_tui.sync.remembered import OtherHelpdesk, State

_CODES: tuple[tuple[type[Exception], str], ...] = (
    (Unreachable, "unreachable"),
    (Unauthorized, "unauthorized"),
    (Forbidden, "forbidden"),
    (RateLimited, "rate_limited"),
    (Rejected, "rejected"),
    (Conflict, "conflict"),
    (ProtocolError, "protocol"),
    (MassDisappearance, "mass_disappearance"),
    (OtherHelpdesk, "other_helpdesk"),
    (LowSpace, "disk_low"),
    (StoreFull, "disk_full"),
)


def code_of(wrong: Exception) -> str:
    return next((code for kind, code in _CODES if isinstance(wrong, kind)), "backend")


def state_of(code: str | None) -> State:
    """The state that such an error leaves a sync in."""
    match code:
        case None:
            return "idle"
        case "unauthorized":
            return "unauthorized"
        case "rate_limited" | "mass_disappearance" | "disk_low" | "disk_full":
            return "paused"
    return "offline"
