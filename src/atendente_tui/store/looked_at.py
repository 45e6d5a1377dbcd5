"""What was looked at by who only reads the store: a line beside it, which the next who writes takes into the record.

A command that reads takes no lock and waits for nobody, so it cannot write the store; what it gave away must still be on
record. A line holds a login, numbers and a moment, nothing of what was seen.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atendente_tui.domain.instants import to_ms
from atendente_tui.store.audit import Act

if TYPE_CHECKING:
    from atendente_tui.store.store import Store
    from atendente_tui.store.writing import Tx

FILE = "looked-at.jsonl"
_TAKEN = "looked-at.taken.jsonl"
_log = logging.getLogger(__name__)


def note(
    store: Store, at: datetime, actor: str, action: str, ticket: int | None, detail: dict[str, Any]
) -> None:
    """Write it down. Where the folder cannot be written at all, only the log can say that it happened."""
    line = json.dumps([to_ms(at), actor, action, ticket, detail], ensure_ascii=False) + "\n"
    try:
        handle = os.open(store.path / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())  # one write: two who look at once do not mix their lines
        finally:
            os.close(handle)
    except OSError:
        _log.warning("a look at personal data could not be put on record")


def waiting(folder: Path) -> list[Act]:
    """What nobody has taken in yet, oldest first."""
    return [act for name in (_TAKEN, FILE) for act in _read(folder / name)]


def take_in(store: Store) -> int:
    """Take everything into the record; how much that was. For who writes the store."""
    taken = store.path / _TAKEN
    done = 0
    for _twice in range(2):  # what an interrupted end left, then what came since
        if not taken.exists():
            try:
                os.replace(store.path / FILE, taken)
            except FileNotFoundError:
                return done
        acts = _read(taken)
        done += store.write(partial(_record, acts=acts))
        taken.unlink(missing_ok=True)
    return done


def _record(tx: Tx, acts: list[Act]) -> int:
    count = 0
    for one in acts:
        row = (one.at, one.actor, one.action, one.ticket_id, json.dumps(one.detail))
        count += tx.db.execute(  # again after an end between this commit and the removal of the file: once is enough
            "INSERT INTO audit (at, actor, action, ticket_id, detail) SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS"
            " (SELECT 1 FROM audit WHERE at = ? AND actor = ? AND action = ? AND ticket_id IS ? AND detail = ?)",
            row * 2,
        ).rowcount
    return count


def _read(file: Path) -> list[Act]:
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    acts = []
    for line in lines:
        try:
            at, actor, action, ticket, detail = json.loads(line)
            acts.append(
                Act(int(at), str(actor), str(action), None if ticket is None else int(ticket), dict(detail))
            )
        except (ValueError, TypeError):
            continue  # a line that was cut off says nothing
    return acts
