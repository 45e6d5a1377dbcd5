"""What `doctor` looks at in the store: its key, every page, its counts, what waits and what was set aside."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlcipher3.dbapi2 import Connection

from atendente_tui import paths
from atendente_tui.cli.check import Check
from atendente_tui.cli.opening import store_key
from atendente_tui.config import Config
from atendente_tui.domain.words import OutboxState
from atendente_tui.i18n import _
from atendente_tui.secrets import SecretsError
from atendente_tui.store.errors import StoreError


def store_checks(config: Config) -> Iterator[Check]:
    from sqlcipher3 import dbapi2 as sqlite

    from atendente_tui.store import health, keeping, outbox
    from atendente_tui.store.engine import connect

    place = paths.store_dir()
    if not (place / "store.db").exists():
        yield from _first_key(config)
        yield Check("store", True, _("made when first needed"))
        return
    try:
        key = store_key(config)
    except SecretsError as error:
        yield Check("key", False, str(error), "")
        return
    yield from _key(place, key)
    yield _window(place)
    advice = "atendente doctor --repair"
    try:
        with closing(connect(place / "store.db", key, read_only=True)) as db:
            found = health.figures(db, place, encrypted=key is not None)
            damaged = health.faults(db) + (health.cipher_faults(db) if key else [])
            miscounted = health.verify_tallies(db)
            figures = _figures(db, config)
            counts = outbox.counts(db)
            looked_at = keeping.checked_at(db)
    except (StoreError, sqlite.Error) as error:
        yield Check("store", False, str(error), advice if _repairable(place, key) else "")
        return
    yield Check("store", not damaged, "; ".join(damaged[:3]) or _("sound"), advice if damaged else "")
    known = found.schema <= found.known_schema
    yield Check("schema", known, str(found.schema), "" if known else _("Use the newer version of Atendente."))
    yield Check(
        "counts", not miscounted, _("{n} tickets").format(n=found.tickets), advice if miscounted else ""
    )
    yield figures
    yield Check(
        "poison",
        not found.poison,
        str(found.poison),
        "atendente problems list" if found.poison else "",
    )
    yield _outbox(counts)
    yield _copies(place)
    yield _pages(looked_at)


def _figures(db: Connection, config: Config) -> Check:
    """The newest tickets counted again, and compared with what the figures are made of."""
    from atendente_tui.desk.governing import in_force
    from atendente_tui.store import counting, migrate

    if migrate.version(db) < migrate.latest():
        return Check("figures", True, _("counted when the store is opened next"))
    db.execute("BEGIN")  # one moment of the store
    try:
        rules, judged = in_force(db, config)
        waiting = counting.uncounted(db)
        wrong = counting.miscounted(db, rules) if judged else []
    finally:
        db.execute("ROLLBACK")
    if wrong:
        told = _("{n} numbers are not what the events say").format(n=len(wrong))
        return Check("figures", False, told, "atendente report --recount")
    told = _("{n} tickets are still to be counted.").format(n=waiting) if waiting else _("all counted")
    return Check("figures", True, told)


def _first_key(config: Config) -> Iterator[Check]:
    """Whether there will be a place for a key; looking makes none."""
    from atendente_tui import secrets
    from atendente_tui.keys.chain import no_place_for_a_key

    named = os.environ.get("ATENDENTE_STORE_KEY_FILE")
    if not config.store.encryption:
        yield Check("key", True, _("not encrypted"), _('Set encryption = "on".'))
    elif named or secrets.keyring_name():
        yield Check("key", True, _("made when first needed"))
    else:
        yield Check("key", False, str(no_place_for_a_key()))


def _key(place: Path, key: bytes | None) -> Iterator[Check]:
    from atendente_tui.cli.keys import told
    from atendente_tui.keys import chain

    if key is None:
        yield Check("key", True, _("not encrypted"), "atendente key encrypt")
        return
    lies = chain.place_of(place)
    yield Check("key", True, told(lies) if lies is not None else _("encrypted"))
    shown = (place / chain.SHOWN).exists()
    yield Check(
        "recovery",
        True,
        _("written down") if shown else _("never shown"),
        "" if shown else "atendente key show-recovery",
    )


def _window(place: Path) -> Check:
    """Who writes the store just now; for that the lock is tried, and left as it was."""
    from atendente_tui.store.errors import StoreLocked
    from atendente_tui.store.lock import InstanceLock

    try:
        lock = InstanceLock(place / "store.lock")
    except StoreLocked as locked:
        return Check(
            "window",
            True,
            _("process {pid} on {host}").format(pid=locked.pid or "?", host=locked.host or "?"),
        )
    except StoreError as wrong:
        return Check("window", False, str(wrong))
    lock.release(clean=lock.was_clean)
    return Check("window", True, _("nobody just now"))


def _outbox(counts: Mapping[OutboxState, int]) -> Check:
    """What waits is well; what was refused, or nobody knows the end of, wants a person."""
    stopped = sum(
        counts.get(one, 0) for one in (OutboxState.REFUSED, OutboxState.CONFLICT, OutboxState.UNKNOWN)
    )
    waiting = sum(counts.values()) - stopped
    detail = _("{n} waiting").format(n=waiting)
    if stopped:
        detail += " · " + _("{n} to look at").format(n=stopped)
    return Check("outbox", not stopped, detail, "atendente outbox list" if stopped else "")


def _copies(place: Path) -> Check:
    from atendente_tui.store import backup

    found = backup.backups(place)
    if not found:
        return Check("copies", True, _("none yet: one is made while the workstation is open"))
    return Check(
        "copies",
        True,
        _("{n}, the newest of {when}").format(n=len(found), when=f"{found[0].at.astimezone():%d/%m %H:%M}"),
    )


def _pages(at: datetime | None) -> Check:
    if at is None:
        return Check("pages", True, _("looked at just now"))
    return Check(
        "pages",
        True,
        _("looked at just now, before that {when}").format(when=f"{at.astimezone():%d/%m %H:%M}"),
    )


def _repairable(place: Path, key: bytes | None) -> bool:
    from atendente_tui.store.damage import is_damaged

    try:
        return is_damaged(place, key)
    except StoreError:
        return False
