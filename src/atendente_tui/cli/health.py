"""`doctor`: whether everything the workstation stands on holds, and what to do where it does not."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from atendente_tui import labels, paths
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import configuration, store_key
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.clock import SystemClock
from atendente_tui.config import Config, ConfigError
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _, later_in, p_
from atendente_tui.secrets import SecretsError
from atendente_tui.store.errors import StoreError

FREE_BYTES = 200 << 20


_NAMES: Mapping[str, str] = {
    "configuration": later_in("check", "configuration"),
    "keys": later_in("check", "keys"),
    "data": later_in("check", "data folder"),
    "disk": later_in("check", "disk"),
    "key": later_in("check", "key of the store"),
    "store": later_in("check", "store"),
    "schema": later_in("check", "schema"),
    "counts": later_in("check", "counts"),
    "poison": later_in("check", "set aside"),
    "outbox": later_in("check", "outbox"),
    "backend": later_in("check", "helpdesk"),
}
"""What people read for the names of the checks; those that are names everywhere are not in it."""


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail: str
    advice: str = ""


def register(app: typer.Typer) -> None:
    app.command("doctor", help=_("Check everything the workstation stands on."))(doctor)


def doctor(
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help=_(
                "Set a damaged store aside, bring back the newest good copy and save what was still to be sent."
            ),
        ),
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help=_("Leave the backend out."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))] = False,
) -> int:
    mended = _repair() if repair else None
    checks = list(_checks(offline))
    if as_json:
        print_json({"checks": [asdict(one) for one in checks]} | ({"repair": mended} if repair else {}))
    else:
        print_table(
            ["", _("check"), _("found"), _("what to do")],
            (
                [
                    "ok" if one.ok else "!!",
                    p_("check", _NAMES.get(one.name, one.name)),
                    one.detail,
                    one.advice,
                ]
                for one in checks
            ),
            whole=True,
        )
    return Exit.DONE if all(one.ok for one in checks) else Exit.REFUSED


def _repair() -> dict[str, Any] | None:
    """Mend the store if it is damaged, and say what became of it. A sound one is left alone."""
    from atendente_tui.store import damage

    place = paths.store_dir()
    key = store_key(configuration())
    if not _damaged(place, key):
        say(_("The store is sound; there is nothing to repair."))
        return None
    done = damage.repair(place, key, SystemClock().now())
    say(_("The damaged store is kept as {file}.").format(file=done.aside))
    if done.restored is not None:
        say(_("Its place was taken by the copy {file}.").format(file=done.restored.name))
    else:
        say(_("There was no good copy: the store begins anew and is filled by the next sync."))
    say(
        _(
            "Saved from the damaged one: {outbox} to be sent, {draft} drafts, {event} messages of ours."
        ).format(**{name: done.saved.get(name, 0) for name in ("outbox", "draft", "event")})
    )
    return {
        "aside": str(done.aside) if done.aside else None,
        "restored": str(done.restored) if done.restored else None,
        "saved": done.saved,
        "faults": done.faults,
    }


def _damaged(place: Path, key: bytes | None) -> bool:
    """Raises StoreError where what is wrong with it is not damage: another key, a newer version."""
    from atendente_tui.store import backup, health
    from atendente_tui.store.engine import connect
    from atendente_tui.store.errors import StoreDamaged, WrongKey

    if not (place / "store.db").exists():
        return False
    if not (place / "store.db").stat().st_size:
        return True
    try:
        with closing(connect(place / "store.db", key, read_only=True)) as db:
            found = health.faults(db) or (health.cipher_faults(db) if key else [])
            return bool(found or health.verify_tallies(db))
    except StoreDamaged:
        return True
    except WrongKey:
        # A broken first page looks like another key. A copy that this key does open tells them apart.
        for copy in backup.backups(place):
            with suppress(StoreError), closing(connect(copy.path, key, read_only=True)):
                return True
        raise


def _repairable(place: Path, key: bytes | None) -> bool:
    try:
        return _damaged(place, key)
    except StoreError:
        return False


def _checks(offline: bool) -> Iterator[Check]:
    yield Check("python", sys.version_info >= (3, 11), sys.version.split()[0], "")
    yield _sqlite()
    try:
        config = configuration()
        yield Check("configuration", True, str(config.source or _("none; the defaults hold")))
    except ConfigError as error:
        yield Check("configuration", False, "; ".join(map(str, error.faults)), _("Correct the lines named."))
        return
    yield from _keymap(config)
    yield from _directories()
    yield from _store(config)
    yield _terminal()
    if config.backend is None:
        yield Check("backend", True, _("none in use"), _("atendente backend use NAME --url URL"))
    elif not offline:
        yield from _backend(config)


def _sqlite() -> Check:
    from sqlcipher3 import dbapi2

    from atendente_tui.store.health import SOUND_SQLITE

    sound = tuple(int(part) for part in dbapi2.sqlite_version.split(".")) >= SOUND_SQLITE
    return Check("sqlite", sound, dbapi2.sqlite_version, "" if sound else "sqlcipher3>=0.6.4")


def _keymap(config: Config) -> Iterator[Check]:
    from atendente_tui.tui.keymap import make

    _keys, faults = make(config.keys, source=config.source, lines=config.key_lines)
    if faults:
        yield Check("keys", False, "; ".join(map(str, faults)), _("Correct the lines named."))
    else:
        yield Check("keys", True, _("{n} of your own").format(n=len(config.keys)))


def _directories() -> Iterator[Check]:
    data = paths.data_dir()
    if data.exists() and not data.is_dir():
        yield Check("data", False, str(data), _("It is no folder: name another one, or move it away."))
        return
    if not data.exists():
        yield Check("data", True, f"{data}: {_('made when first needed')}")
        return
    loose = [
        path
        for path in [data, *data.rglob("*")]
        if os.name == "posix" and not path.is_symlink() and path.stat().st_mode & 0o077
    ]
    yield Check(
        "data",
        not loose,
        str(data) if not loose else ", ".join(str(one) for one in loose[:5]),
        "" if not loose else _("Others may read these: chmod -R go-rwx {folder}").format(folder=data),
    )
    free = shutil.disk_usage(data).free
    yield Check(
        "disk",
        free >= FREE_BYTES,
        f"{free >> 20} MiB",
        "" if free >= FREE_BYTES else _("Make room on the disk."),
    )


def _store(config: Config) -> Iterator[Check]:
    from sqlcipher3 import dbapi2 as sqlite

    from atendente_tui.store import health
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
    yield Check(
        "key", True, _("encrypted") if key else _("not encrypted"), "" if key else _('Set encryption = "on".')
    )
    advice = "atendente doctor --repair"
    try:
        with closing(connect(place / "store.db", key, read_only=True)) as db:
            found = health.figures(db, place, encrypted=key is not None)
            damaged = health.faults(db) + (health.cipher_faults(db) if key else [])
            miscounted = health.verify_tallies(db)
    except (StoreError, sqlite.Error) as error:
        yield Check("store", False, str(error), advice if _repairable(place, key) else "")
        return
    yield Check("store", not damaged, "; ".join(damaged[:3]) or _("sound"), advice if damaged else "")
    known = found.schema <= found.known_schema
    yield Check("schema", known, str(found.schema), "" if known else _("Use the newer version of Atendente."))
    yield Check(
        "counts", not miscounted, _("{n} tickets").format(n=found.tickets), advice if miscounted else ""
    )
    yield Check(
        "poison",
        not found.poison,
        str(found.poison),
        "atendente problems list" if found.poison else "",
    )
    yield Check("outbox", True, _("{n} waiting").format(n=found.pending))


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


def _terminal() -> Check:
    from atendente_tui.tui.terminal import unfit

    sentence = unfit() if sys.stdin.isatty() else None
    encoding = sys.stdout.encoding or ""
    good = sentence is None and encoding.lower().replace("-", "") == "utf8"
    return Check(
        "terminal",
        good,
        sentence or encoding,
        "" if good else _("Use a UTF-8 locale, for example LANG=C.UTF-8."),
    )


def _backend(config: Config) -> Iterator[Check]:
    from atendente_tui.cli.syncing import told_backend_error
    from atendente_tui.desk.connecting import BackendError, identify

    try:
        found = identify(config)
    except Refused as refused:
        yield Check("backend", False, labels.refusal(refused), _("atendente backend use NAME --url URL"))
        return
    except (SecretsError, BackendError) as error:
        yield Check(
            "backend",
            False,
            told_backend_error(error) if isinstance(error, BackendError) else str(error),
            "atendente login",
        )
        return
    yield Check("backend", True, f"{found.login} · {', '.join(found.teams)}")
    for warning in found.warnings:
        yield Check("backend", False, warning, _("See docs/backends.md."))
