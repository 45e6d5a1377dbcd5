"""What the doctor of a hub looks at: its database, what stands in it, its files, and who may come in.

Nothing is changed by looking. Details name numbers, logins and sources, nothing of any customer.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Select, Table, and_, exists, func, or_, select, text
from sqlalchemy.exc import SQLAlchemyError

from atendente_tui.domain.identities import normal
from atendente_tui.domain.words import LIVE, IdentityKind
from atendente_tui.hub import attachments, tables
from atendente_tui.hub.blobs import Blobs
from atendente_tui.hub.database import Database
from atendente_tui.hub.migrations.running import newest, revision
from atendente_tui.i18n import _

SOUND_SQLITE = (3, 51, 3)
"""Older ones can damage a file when two connections write and checkpoint at once (sqlite.org/wal.html#walresetbug)."""
OLD_POSTGRESQL = 130_000
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
"""Settings of PostgreSQL without which what was acknowledged may be lost."""
FREE = 200 << 20
"""Bytes below which a disk is too full."""
SOON = 7 * 86_400_000
"""Milliseconds in which a token's end is near."""
UNUSED = 30 * 86_400_000
"""Milliseconds after which a source that never sent is a door left open."""
SAMPLE = 200
"""Files whose content is read again, unless all are."""
NAMED = 5
"""Things named in one detail."""


class Check(NamedTuple):
    name: str
    ok: bool
    detail: str
    advice: str = ""
    """What to do about it."""


class Looking(NamedTuple):
    """What a check is given."""

    database: Database
    db: Connection
    blobs: Blobs
    now: int
    """Milliseconds since 1970."""
    full: bool


def examine(database: Database, blobs: Blobs, now: int, *, full: bool = False) -> Iterator[Check]:
    """Every check in turn; one that cannot be made is a fault of its own. After a wrong schema nothing else is looked at.

    full   read every file and every row again, not a sample
    """
    try:
        with database.read() as db:
            looking = Looking(database, db, blobs, now, full)
            yield _version(looking)
            schema = _schema(looking)
            yield schema
            if not schema.ok:
                return
            for name, look in _CHECKS.items():
                try:
                    found = look(looking)
                except (OSError, ValueError, TypeError, KeyError) as error:
                    found = Check("", False, type(error).__name__, _("Restore the latest backup."))
                yield found._replace(name=name)
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()[0][:200]
        yield Check("database", False, why, _("Start the database, or correct its address."))


# -- the database ----------------------------------------------------------------------------------------------------


def _version(at: Looking) -> Check:
    if at.database.kind == "sqlite":
        found = str(at.db.execute(text("SELECT sqlite_version()")).scalar_one())
        sound = tuple(int(part) for part in found.split(".")) >= SOUND_SQLITE
        return Check("database", sound, f"SQLite {found}", "" if sound else "pip install 'sqlcipher3>=0.6.4'")
    number = int(at.db.execute(text("SHOW server_version_num")).scalar_one())
    found = str(at.db.execute(text("SHOW server_version")).scalar_one())
    advice = "" if number >= OLD_POSTGRESQL else _("Use PostgreSQL 13 or newer.")
    return Check("database", not advice, f"PostgreSQL {found}", advice)


def _schema(at: Looking) -> Check:
    found, known = revision(at.db), newest()
    advice = "" if found == known else _("Start the hub once with this version, or use the newer one.")
    return Check("schema", found == known, str(found), advice)


def _integrity(at: Looking) -> Check:
    if at.database.kind == "sqlite":
        told = [str(row[0]) for row in at.db.execute(text("PRAGMA quick_check(5)"))]
        told = [] if told == ["ok"] else told
        told += [
            f"{row[0]} → {row[2]}" for row in at.db.execute(text("PRAGMA foreign_key_check")).fetchmany(NAMED)
        ]
        return Check(
            "", not told, "; ".join(told) or _("sound"), _("Restore the latest backup.") if told else ""
        )
    off = [name for name in DURABLE if at.db.execute(text(f"SHOW {name}")).scalar_one() == "off"]
    advice = _("Switch them on: what was acknowledged must survive a power cut.") if off else ""
    return Check("", not off, f"off: {', '.join(off)}" if off else _("sound"), advice)


# -- what stands in it -----------------------------------------------------------------------------------------------


def _numbers(at: Looking) -> Check:
    """No number was given that the clock does not know of: else it would be given twice."""
    row = at.db.execute(select(tables.clock)).one_or_none()
    if row is None:
        return Check("", False, _("no clock"), _("Restore the latest backup."))
    highest = {
        "seq": max(_highest(at.db, tables.log, "seq"), _highest(at.db, tables.event, "id")),
        "ticket": _highest(at.db, tables.ticket, "id"),
        "customer": _highest(at.db, tables.customer, "id"),
    }
    behind = [
        f"{name} {getattr(row, name)} < {most}" for name, most in highest.items() if getattr(row, name) < most
    ]
    return _verdict(behind, str(row.seq), _("Stop the hub and restore the latest backup."))


def _highest(db: Connection, table: Table, column: str) -> int:
    return int(db.execute(select(func.coalesce(func.max(table.c[column]), 0))).scalar_one())


def _log(at: Looking) -> Check:
    """Every event is in the log, so that every reader comes to hear of it; and nothing else is said to be one."""
    e, g = tables.event, tables.log
    untold = select(e.c.id).where(~exists().where(g.c.seq == e.c.id, g.c.kind == "event"))
    empty = select(g.c.seq).where(g.c.kind == "event", ~exists().where(e.c.id == g.c.seq))
    return _counted(at.db, [untold, empty], _count(at.db, e))


def _identities(at: Looking) -> Check:
    """Each address leads to a person who is there, and each person is found by theirs."""
    i, c = tables.identity, tables.customer
    faults = _some(at.db, select(i.c.customer).where(~exists().where(c.c.id == i.c.customer)))
    if at.full:
        kept = {(row.kind, row.normal): row.customer for row in at.db.execute(select(i))}
        for row in at.db.execute(select(c)):
            said = {
                (str(one["kind"]), normal(IdentityKind(one["kind"]), one["value"]))
                for one in json.loads(row.body).get("identities", ())
            }
            if {key for key in said if kept.get(key) != row.id}:
                faults.append(str(row.id))
    return _verdict(faults, _n(_count(at.db, c)))


def _tickets(at: Looking) -> Check:
    """Each belongs to a person and, while it wants work, to a team that is there; its columns say what its body says."""
    t, c, m = tables.ticket, tables.customer, tables.team
    stray = select(t.c.id).where(
        or_(
            ~exists().where(c.c.id == t.c.customer),
            and_(t.c.status.in_(LIVE), t.c.team.is_not(None), ~exists().where(m.c.key == t.c.team)),
        )
    )
    faults = _some(at.db, stray)
    if at.full:
        names = {"protocol", "channel", "status", "assignee", "team"} & set(t.c.keys())
        for row in at.db.execute(select(t)):
            body = json.loads(row.body)
            if body.get("remote_id") != str(row.id) or any(
                body.get(name) != getattr(row, name) for name in names
            ):
                faults.append(str(row.id))
    return _verdict(faults, _n(_count(at.db, t)))


# -- files -----------------------------------------------------------------------------------------------------------


def _files(at: Looking) -> Check:
    """What attachments name is there, and as it was."""
    a = tables.attachment
    wanted = sorted(at.db.execute(select(a.c.sha256).where(a.c.event.is_not(None)).distinct()).scalars())
    read = set(wanted if at.full or len(wanted) <= SAMPLE else random.sample(wanted, SAMPLE))  # nosec B311 # which to read
    faults = [one for one in wanted if not (at.blobs.sound(one) if one in read else at.blobs.holds(one))]
    detail = _("{n} files, {read} of them read").format(n=len(wanted), read=len(read))
    return _verdict([one[:12] for one in faults], detail, _("Put them back from a backup."))


def _orphans(at: Looking) -> Check:
    """What was uploaded and put on nothing, and what no attachment names, for longer than a day."""
    before = at.now / 1000 - attachments.ABANDONED
    rows = attachments.abandoned(at.db, at.now)
    unnamed = [one for one in attachments.unnamed(at.db, at.blobs) if (at.blobs.age(one) or before) < before]
    unfinished = at.blobs.unfinished(before)
    count = len(rows) + len(unnamed) + len(unfinished)
    return Check("", not count, _n(count), "atendente hub doctor --repair" if count else "")


def _folder(at: Looking) -> Check:
    """Nobody else may read the files or the database, and nothing lies there that is none of them."""
    faults = [f"? {path}" for path in _first(at.blobs.strange())]
    if os.name == "posix":
        places = [at.blobs.folder, *at.blobs.folder.rglob("*")] if at.blobs.folder.exists() else []
        faults += [str(path) for path in [*places, *_database_places(at.database)] if _loose(path)]
    advice = _(
        "Others may read these, or put them there: chmod -R go-rwx, and move away what is not the hub's."
    )
    return _verdict(faults, str(at.blobs.folder), advice)


def _database_places(database: Database) -> list[Path]:
    file = database_file(database)
    return [] if file is None else [file.parent, *file.parent.glob(f"{file.name}*")]


def database_file(database: Database) -> Path | None:
    """Where a database on SQLite lies."""
    return Path(database.url.removeprefix("sqlite:///")) if database.kind == "sqlite" else None


def _loose(path: Path) -> bool:
    return not path.is_symlink() and bool(path.stat().st_mode & 0o077)


def _disk(at: Looking) -> Check:
    places = [at.blobs.folder, *(one.parent for one in [database_file(at.database)] if one is not None)]
    free = min(shutil.disk_usage(_there(place)).free for place in places)
    return Check("", free >= FREE, f"{free >> 20} MiB", "" if free >= FREE else _("Make room on the disk."))


def _there(path: Path) -> Path:
    """Itself, or the nearest folder above that is there."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


# -- who may come in -------------------------------------------------------------------------------------------------


def _administrator(at: Looking) -> Check:
    """Somebody must be able to let others in. (The command line always can.)"""
    a = tables.agent
    found = at.db.execute(select(a.c.login).where(a.c.role == "administrator", a.c.active)).scalars().all()
    advice = "" if found else "atendente hub user add LOGIN --role administrator"
    return Check("", bool(found), ", ".join(sorted(found)[:NAMED]) or _("none"), advice)


def _tokens(at: Looking) -> Check:
    """Nobody is locked out unawares: of whoever has a token that holds, the last one does not end within a week."""
    k, a = tables.token, tables.agent
    holding = (
        select(k.c.login, func.max(func.coalesce(k.c.expires, 1 << 62)).label("until"))
        .join(a, a.c.login == k.c.login)
        .where(a.c.active, k.c.revoked.is_(None), or_(k.c.expires.is_(None), k.c.expires > at.now))
        .group_by(k.c.login)
    )
    rows = at.db.execute(holding).all()
    ending = sorted(row.login for row in rows if row.until < at.now + SOON)
    return _verdict(ending, _n(len(rows)), "atendente hub token rotate ID")


def _sources(at: Looking) -> Check:
    """A source that sends nothing is a door left open; a change of secrets wants an end; its team must be there."""
    s, r, a = tables.source, tables.received, tables.attachment
    unused = select(s.c.name).where(
        s.c.active,
        s.c.created < at.now - UNUSED,
        ~exists().where(r.c.source == s.c.name),
        ~exists().where(a.c.owner == "source:" + s.c.name),
    )
    turning = select(s.c.name).where(s.c.active, s.c.older_secret.is_not(None))
    astray = select(s.c.name).where(
        s.c.active, s.c.team.is_not(None), ~exists().where(tables.team.c.key == s.c.team)
    )
    idle, older, lost = _some(at.db, unused), _some(at.db, turning), _some(at.db, astray)
    advice = ["atendente hub inbound revoke NAME"] if idle else []
    advice += ["atendente hub inbound rotate NAME --finish"] if older else []
    advice += ["atendente hub team add KEY"] if lost else []
    return _verdict([*idle, *older, *lost], _n(_count(at.db, s)), "; ".join(advice))


# -- in common -------------------------------------------------------------------------------------------------------


def _verdict(faults: list[str], otherwise: str, advice: str = "") -> Check:
    if not faults:
        return Check("", True, otherwise)
    more = f" (+{len(faults) - NAMED})" if len(faults) > NAMED else ""
    return Check("", False, ", ".join(faults[:NAMED]) + more, advice or _("Restore the latest backup."))


def _counted(db: Connection, faults: Iterable[Select[tuple[int]]], count: int) -> Check:
    return _verdict([one for query in faults for one in _some(db, query)], _n(count))


def _some(db: Connection, query: Select[tuple[int]]) -> list[str]:
    return [str(row[0]) for row in db.execute(query.limit(100))]


def _count(db: Connection, table: Table) -> int:
    return int(db.execute(select(func.count()).select_from(table)).scalar_one())


def _n(count: int) -> str:
    return str(count)


def _first(found: Iterator[Path]) -> list[Path]:
    return list(islice(found, NAMED))


_CHECKS: dict[str, Callable[[Looking], Check]] = {
    "integrity": _integrity,
    "numbers": _numbers,
    "log": _log,
    "identities": _identities,
    "tickets": _tickets,
    "files": _files,
    "orphans": _orphans,
    "folder": _folder,
    "disk": _disk,
    "administrator": _administrator,
    "tokens": _tokens,
    "sources": _sources,
}
