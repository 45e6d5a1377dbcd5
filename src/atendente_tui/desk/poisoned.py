"""What a person decides about changes that could not be applied: try them again, mend them, hand them on, forget them."""

from __future__ import annotations

import json
import os
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atendente_tui.domain.refusal import Refused

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.poisoned import PoisonRow
    from atendente_tui.store.writing import Tx


def try_again(desk: Desk, n: int, *, as_written: str | None = None) -> Future[bool]:
    """Apply a change that was set aside; True when it worked. False leaves it set aside, with today's reason.

    as_written   a change as JSON to apply in its place, about the same thing
    Refused: poison_unknown, poison_unreadable (nothing is changed then).
    """

    def job(tx: Tx) -> bool:
        from pydantic import TypeAdapter, ValidationError

        from atendente_tui.domain.change import Change
        from atendente_tui.store import audit, ingest, poisoned

        row = _row(tx, n)
        try:
            change = TypeAdapter[Any](Change).validate_json(row.change if as_written is None else as_written)
        except ValidationError as wrong:
            raise Refused("poison_unreadable") from wrong
        poisoned.drop(tx, n)
        applied = ingest.apply_changes(tx, (change,), row.backend)  # sets it aside anew when it fails again
        verb = "poison_retry" if as_written is None else "poison_edit"
        audit.record(tx, desk.agent.login, verb, worked=not applied.skipped)
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


def export(desk: Desk, path: Path) -> int:
    """Write what was set aside to `path` as JSON Lines, mode 0600; how many. Raises FileExistsError, other OSError."""
    from contextlib import closing

    from atendente_tui.desk.handing_out import on_record
    from atendente_tui.domain.instants import from_ms
    from atendente_tui.privacy.json_text import harmless_json
    from atendente_tui.store import poisoned

    with closing(desk.store.reader()) as db:
        rows = poisoned.listing(db, limit=1_000_000)
    on_record(desk, "problems_export", path, rows=len(rows))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        for row in rows:
            told = {"n": row.n, "at": from_ms(row.at).isoformat(), "backend": row.backend, "error": row.error}
            file.write(harmless_json(told | {"change": parsed(row.change)}) + "\n")
    return len(rows)


def parsed(change: str) -> Any:
    """The change as it came; the text itself where it is no JSON."""
    try:
        return json.loads(change)
    except (ValueError, RecursionError):
        return change


def _row(tx: Tx, n: int) -> PoisonRow:
    from atendente_tui.store import poisoned

    row = poisoned.row(tx.db, n)
    if row is None:
        raise Refused("poison_unknown")
    return row
