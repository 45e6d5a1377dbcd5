"""What a person decides about changes that could not be applied: try them again, or forget them."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from atendente_tui.domain.refusal import Refused

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.poisoned import PoisonRow
    from atendente_tui.store.writing import Tx


def try_again(desk: Desk, n: int) -> Future[bool]:
    """Apply a change that was set aside; True when it worked. False leaves it set aside, with today's reason.

    Refused: poison_unknown, poison_unreadable.
    """

    def job(tx: Tx) -> bool:
        from pydantic import TypeAdapter, ValidationError

        from atendente_tui.domain.change import Change
        from atendente_tui.store import audit, ingest, poisoned

        row = _row(tx, n)
        try:
            change = TypeAdapter[Any](Change).validate_json(row.change)
        except ValidationError as wrong:
            raise Refused("poison_unreadable") from wrong
        poisoned.drop(tx, n)
        applied = ingest.apply_changes(tx, (change,), row.backend)  # sets it aside anew when it fails again
        audit.record(tx, desk.agent.login, "poison_retry", worked=not applied.skipped)
        return not applied.skipped

    return desk.do(job)


def forget(desk: Desk, n: int) -> Future[bool]:
    """Throw a change away for good. Refused: poison_unknown."""

    def job(tx: Tx) -> bool:
        from atendente_tui.store import audit, poisoned

        row = _row(tx, n)
        poisoned.drop(tx, n)
        audit.record(tx, desk.agent.login, "poison_forget", backend=row.backend)
        return True

    return desk.do(job)


def _row(tx: Tx, n: int) -> PoisonRow:
    from atendente_tui.store import poisoned

    row = poisoned.row(tx.db, n)
    if row is None:
        raise Refused("poison_unknown")
    return row
