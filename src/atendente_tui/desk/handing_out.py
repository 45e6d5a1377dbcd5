"""What leaves the store for a file or another program: masked unless somebody says why not, and on record with where it went.

The record is what an erasure goes by later: copies that lie outside the store must be erased there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from atendente_tui.desk.subjects import reason_of
from atendente_tui.privacy.masking import masked
from atendente_tui.privacy.personal import mask
from atendente_tui.store import audit, looked_at

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.config import Config
    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.subject import Subject
    from atendente_tui.store.writing import Tx

MADE = ("export", "outbox_export", "problems_export", "attachment", "privacy_export")
"""Acts by which a copy is made outside the store."""
LISTED = 200


class Copy(NamedTuple):
    """A copy outside the store."""

    at: int
    what: str
    """The act, one of `MADE`."""
    path: str
    """Where it was written, of an attachment the folder; "" where an earlier version did not say."""
    there: bool
    """Whether it lies there now."""


def to_mask(config: Config, reveal: str | None) -> tuple[str, ...]:
    """The kinds of personal data to be masked in what is made for others: none where a reason was given.

    Refused: reason_missing, for a reason without a word.
    """
    if reveal is None:
        return config.privacy.mask
    reason_of(reveal)
    return ()


def on_record(
    desk: Desk,
    what: str,
    path: Path,
    *,
    masked: Collection[str] = (),
    reason: str = "",
    ticket: int | None = None,
    **more: object,
) -> None:
    """Put on record that a copy is about to be written at `path` (a file or a folder). Blocks until it is.

    what   one of `MADE`
    """
    detail: dict[str, Any] = {"path": mask(str(path.expanduser().absolute())), **more}
    if masked:
        detail["masked"] = sorted(masked)
    if reason.strip():
        detail["reason"] = reason_of(reason)
    if desk.store.read_only:
        looked_at.note(desk.store, desk.clock.now(), desk.agent.login, what, ticket, detail)
        return

    def job(tx: Tx) -> None:
        audit.record(tx, desk.agent.login, what, ticket, **detail)

    desk.do(job).result()


def given_in_full(
    desk: Desk,
    config: Config,
    texts: Iterable[str | None],
    *,
    customer: int | None,
    ticket: int | None = None,
) -> bool:
    """Put on record that a program was given personal data that a person would have seen masked. False: there was none.

    Whoever only reads the store need not be able to write it: who does takes the record in.
    """
    kinds = config.privacy.mask
    if not any(one and masked(one, kinds) != one for one in texts):
        return False
    detail = {"reason": "--json"} if customer is None else {"customer": customer, "reason": "--json"}
    looked_at.note(desk.store, desk.clock.now(), desk.agent.login, "reveal", ticket, detail)
    return True


def copies(db: Connection, found: Subject) -> list[Copy]:
    """What is on record of copies in which the person may be, newest first."""
    rows = db.execute(
        "SELECT at, action, detail FROM audit WHERE action IN (SELECT value FROM json_each(?)) OR (action IN ('attachment', 'privacy_export')"
        " AND (ticket_id IN (SELECT value FROM json_each(?)) OR detail ->> 'customer' IN"
        " (SELECT value FROM json_each(?)))) ORDER BY n DESC LIMIT ?",
        (json.dumps(_WHOLE), json.dumps(found.tickets), json.dumps(found.customers), LISTED),
    )
    return [_copy(at, what, json.loads(detail)) for at, what, detail in rows]


_WHOLE = tuple(one for one in MADE if one not in ("attachment", "privacy_export"))
"""Those that may hold anybody."""


def _copy(at: int, what: str, detail: dict[str, Any]) -> Copy:
    if "digest" in detail:
        return Copy(at, what, str(detail.get("folder") or ""), bool(_saved(detail)))
    path = str(detail.get("path") or "")
    return Copy(at, what, path, bool(path) and Path(path).exists())


def saved_as(path: Path, content: bytes) -> dict[str, Any]:
    """What is kept of an attachment that was saved: enough to find it again, and not its name, which may be personal.

    The record is for good (nothing in it is ever changed), so no document's number stands in it either.
    """
    return {"folder": mask(str(path.parent.absolute())), "bytes": len(content), "digest": _digest(content)}


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _saved(detail: dict[str, Any]) -> list[Path]:
    """The files in the folder it was saved in that are what was saved, whatever they are called by now."""
    try:
        return [
            path
            for path in sorted(Path(detail["folder"]).iterdir())
            if path.is_file()
            and not path.is_symlink()
            and path.stat().st_size == detail["bytes"]
            and _digest(path.read_bytes()) == detail["digest"]
        ]
    except (OSError, KeyError):
        return []


def remove_saved(
    db: Connection, found: Subject, ours: Path, *, everywhere: bool
) -> tuple[list[str], list[str]]:
    """Remove attachments of the person that were saved and are as they were; paths of what was removed, and of what is left.

    ours         the data directory: what lies below it goes
    everywhere   what lies elsewhere goes, too
    """
    removed: list[str] = []
    left: list[str] = []
    rows = db.execute(
        "SELECT detail FROM audit WHERE action = 'attachment' AND detail ->> 'digest' IS NOT NULL"
        " AND ticket_id IN (SELECT value FROM json_each(?)) ORDER BY n",
        (json.dumps(found.tickets),),
    ).fetchall()
    for path in dict.fromkeys(path for row in rows for path in _saved(json.loads(row[0]))):
        if not everywhere and not path.resolve().is_relative_to(ours.resolve()):
            left.append(str(path))
            continue
        try:
            path.unlink()
            removed.append(str(path))
        except OSError:
            left.append(str(path))
    return removed, left
