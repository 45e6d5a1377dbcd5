"""Attachments: a row each, by a random id; the bytes lie in `blobs`. Whoever uploaded one may put it on one event, once.

Who may read it: those who may read the event's ticket; before it is on one, its owner alone. Owners are logins, or
"source:NAME" for who sends from outside.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, select, update

from atendente_tui.domain.change import Attachment
from atendente_tui.domain.refusal import Refused
from atendente_tui.hub import file_types, tables
from atendente_tui.hub.blobs import Blobs, TooLarge
from atendente_tui.hub.database import Database
from atendente_tui.hub.recording import Recording
from atendente_tui.hub.scope import Actor
from atendente_tui.i18n import _
from atendente_tui.privacy.file_names import file_name

LARGEST = 10_000_000
"""Bytes of one file, unless the hub is told otherwise."""
WAITING = 200
"""Files that one owner may have uploaded and put on nothing yet."""
ABANDONED = 86_400
"""Seconds after which a file on nothing is removed."""
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
t = tables.attachment


class Stored(NamedTuple):
    sha256: str
    name: str
    content_type: str
    size: int
    """Bytes."""


class Upload:
    """One file coming in, for a thread that may block. `discard` at the end, kept or not.

    Refused: attachment_type (found), attachment_size (limit), attachments_waiting (count). A type that is told and
    not accepted, and a name with an active ending, are refused before the first byte.
    """

    def __init__(self, blobs: Blobs, name: str, content_type: str | None, limit: int = LARGEST) -> None:
        self.name = file_name(name, _("attachment"))
        self._type = file_types.declared(content_type)
        file_types.check(self.name, b"")
        self._limit = limit
        self._head = bytearray()
        self._file = blobs.receive(limit)

    def discard(self) -> None:
        self._file.discard()

    def write(self, part: bytes) -> None:
        self._head += part[: file_types.HEAD - len(self._head)]
        try:
            self._file.write(part)
        except TooLarge:
            raise Refused("attachment_size", limit=self._limit) from None

    def keep(self, database: Database, owner: str, now_ms: int) -> Attachment:
        """Check what it is, put it in its place and give it its row."""
        file_types.check(self.name, bytes(self._head))
        waiting = select(func.count()).where(t.c.owner == owner, t.c.event.is_(None))
        with database.read() as db:
            count = db.execute(waiting).scalar_one()
        if count >= WAITING:
            raise Refused("attachments_waiting", count=count)
        kept = self._file.keep()
        row = {
            "id": secrets.token_hex(16),
            "sha256": kept.sha256,
            "name": str(self.name),
            "content_type": self._type,
            "size": kept.size,
            "owner": owner,
            "created": now_ms,
        }
        with database.write() as db:
            db.execute(insert(t), row)
        return Attachment(remote_id=row["id"], name=row["name"], content_type=self._type, size=kept.size)


def from_source(name: str) -> str:
    """The owner of what a source outside uploaded. No login has a colon."""
    return f"source:{name}"


# -- putting them on an event ----------------------------------------------------------------------------------------


def unbound(recording: Recording, owner: str, ids: Sequence[str]) -> tuple[Attachment, ...]:
    """Files of theirs that are on nothing yet, in the order asked for.

    Raises Refused("attachment_unknown", found, count) for the first that is not one of them; `count` says how many there are.
    """
    wanted = dict.fromkeys(ids)
    rows = recording.db.execute(
        select(t.c.id, t.c.name, t.c.content_type, t.c.size)
        .where(
            t.c.id.in_([one for one in wanted if _ID.fullmatch(one)]), t.c.owner == owner, t.c.event.is_(None)
        )
        .with_for_update()  # PostgreSQL: nobody sweeps them away meanwhile
    ).all()
    found = {row.id: row for row in rows if row.id not in recording.bound}
    for one in wanted:
        if one not in found:
            raise Refused("attachment_unknown", found=one[:40], count=len(found))
    return tuple(
        Attachment(
            remote_id=one, name=found[one].name, content_type=found[one].content_type, size=found[one].size
        )
        for one in wanted
    )


def bind(recording: Recording, files: Iterable[Attachment], event: int) -> None:
    """Put what `unbound` gave on an event of this transaction."""
    ids = [one.remote_id for one in files]
    if ids:
        recording.bound.update(ids)
        recording.afterwards(lambda db: db.execute(update(t).where(t.c.id.in_(ids)).values(event=event)))


# -- reading ---------------------------------------------------------------------------------------------------------


def readable(db: Connection, actor: Actor, attachment: str) -> Stored | None:
    """The file, if it is there and they may read it."""
    if not _ID.fullmatch(attachment):
        return None
    e, k = tables.event, tables.ticket
    row = db.execute(
        select(t, e.c.ticket, e.c.customer, k.c.team)
        .select_from(t.outerjoin(e, e.c.id == t.c.event).outerjoin(k, k.c.id == e.c.ticket))
        .where(t.c.id == attachment)
    ).one_or_none()
    if row is None or not _may_read(db, actor, row.event, row.owner, row.ticket, row.customer, row.team):
        return None
    return Stored(row.sha256, row.name, row.content_type, row.size)


def _may_read(
    db: Connection,
    actor: Actor,
    event: int | None,
    owner: str,
    ticket: int | None,
    customer: int | None,
    team: str | None,
) -> bool:
    if event is None:
        return owner == actor.login
    if ticket is not None:
        return actor.sees(team)
    k = tables.ticket  # of the customer alone: for those who see a ticket of theirs
    theirs = exists().where(k.c.customer == customer, k.c.team.is_(None) | k.c.team.in_(actor.teams))
    return actor.all_teams or bool(db.execute(select(theirs)).scalar())


def headers(file: Stored) -> dict[str, str]:
    """With which a file is handed out: to be saved, never shown (RFC 6266). `nosniff` comes with every answer of the hub."""
    plain = unicodedata.normalize("NFKD", file.name).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%\x00-\x1f\x7f]', "_", plain) or "attachment"
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Length": str(file.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }


# -- what is on nothing ----------------------------------------------------------------------------------------------


class Swept(NamedTuple):
    rows: int
    files: int


def abandoned(db: Connection, now_ms: int) -> list[str]:
    """Ids of files that have been on nothing for too long."""
    return list(db.execute(select(t.c.id).where(_abandoned(now_ms)).order_by(t.c.id)).scalars())


def sweep(database: Database, blobs: Blobs, now_ms: int, *, whole: bool = False) -> Swept:
    """Remove rows that have been on nothing for too long, their files, and files that never got whole.

    whole   look through the folder too, for files that no row names
    """
    with database.write() as db:
        rows = db.execute(delete(t).where(_abandoned(now_ms)).returning(t.c.sha256)).scalars().all()
    before = now_ms / 1000 - ABANDONED
    suspects = set(rows)
    if whole:
        with database.read() as db:
            suspects |= set(unnamed(db, blobs))
    files = 0
    for sha256 in suspects:
        with database.read() as db:
            needed = db.execute(select(exists().where(t.c.sha256 == sha256))).scalar()
        files += not needed and blobs.remove(sha256, before)
    for path in blobs.unfinished(before):
        path.unlink(missing_ok=True)
        files += 1
    return Swept(len(rows), files)


def unnamed(db: Connection, blobs: Blobs) -> list[str]:
    """Files in the folder that no row names."""
    named = set(db.execute(select(t.c.sha256).distinct()).scalars())
    return [one for one in blobs.every() if one not in named]


def _abandoned(now_ms: int) -> ColumnElement[bool]:
    return and_(t.c.event.is_(None), t.c.created < now_ms - ABANDONED * 1000)
