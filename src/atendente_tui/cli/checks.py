"""What `doctor` looks at around the store: the program, its settings, its folders, the terminal, the helpdesk."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from atendente_tui import labels, paths
from atendente_tui.cli.check import NAMES, Check
from atendente_tui.cli.opening import configuration
from atendente_tui.cli.store_checks import store_checks
from atendente_tui.config import Config
from atendente_tui.config_tables import ConfigError
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.secrets import SecretsError
from atendente_tui.store import room

__all__ = ["NAMES", "checks"]

AHEAD = 30.0
"""Seconds by which the clock here may differ from the helpdesk's."""


def checks(offline: bool) -> Iterator[Check]:
    yield Check("python", sys.version_info >= (3, 11), sys.version.split()[0], "")
    yield _sqlite()
    try:
        config = configuration()
        yield Check("configuration", True, str(config.source or _("none; the defaults hold")))
    except ConfigError as error:
        yield Check("configuration", False, "; ".join(map(str, error.faults)), _("Correct the lines named."))
        return
    yield from _settings(config)
    yield from _keymap(config)
    yield from _directories()
    yield _log()
    yield _keyring()
    yield from store_checks(config)
    yield _terminal()
    yield from _spelling(config)
    if config.backend is None:
        yield Check("backend", True, _("none in use"), _("atendente backend use NAME --url URL"))
    elif not offline:
        yield from _adapter(config)
        yield from _backend(config)
        yield from _clock(config)


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
    free = room.free(data)
    enough = free >= room.LOW
    yield Check(
        "disk",
        enough,
        f"{free >> 20} MiB",
        ""
        if enough
        else _("Make room on the disk: nothing is fetched below {n} MiB.").format(n=room.LOW >> 20),
    )


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
    yield Check(
        "rights",
        found.may_write,
        _("reading and writing") if found.may_write else _("reading only"),
        "" if found.may_write else _("Ask the helpdesk's administrator for the right to answer."),
    )
    for warning in found.warnings:
        yield Check("backend", False, warning, _("See docs/backends.md."))


def _clock(config: Config) -> Iterator[Check]:
    """This machine's clock against the helpdesk's own word for the time."""
    from atendente_tui.desk.connecting import BackendError, clock_ahead

    try:
        ahead = clock_ahead(config)
    except (Refused, BackendError):
        return  # that it does not answer is said already
    if ahead is None:
        return
    good = abs(ahead) <= AHEAD
    yield Check(
        "clock",
        good,
        _("{n} s ahead of the helpdesk's").format(n=round(ahead)),
        "" if good else _("Set this machine's clock: deadlines and promises are counted by it."),
    )


def _adapter(config: Config) -> Iterator[Check]:
    """What speaks to the helpdesk, and where it comes from: a package of somebody else's is worth knowing of."""
    from atendente_tui.sync.backends_by_name import origin

    if config.backend is not None and (found := origin(config.backend.name)) is not None:
        yield Check("adapter", True, f"{config.backend.name} · {found}")


def _settings(config: Config) -> Iterator[Check]:
    """Who may change what the program is told to do, and so where the secret is sent."""
    if config.source is None or os.name != "posix":
        return
    status = config.source.stat()
    good = status.st_uid in (os.getuid(), 0) and not status.st_mode & 0o022
    advice = _("Others may write it: chmod go-w {file}").format(file=config.source)
    yield Check("settings", good, f"{status.st_mode & 0o777:04o}", "" if good else advice)


def _spelling(config: Config) -> Iterator[Check]:
    """What is not there is no fault, but somebody may wonder why no word is ever wrong."""
    from atendente_tui.desk.spelling import installed, missing

    if config.review.levels.get("spelling") == "off":
        return
    dictionary = config.review.dictionary or installed()
    lacks = missing(dictionary)
    if lacks is None:
        yield Check("spelling", True, str(dictionary))
    elif lacks == "hunspell":
        yield Check("spelling", True, _("not looked at"), "pip install 'atendente-tui[spelling]'")
    elif config.review.dictionary is not None:
        yield Check(
            "spelling",
            False,
            str(dictionary),
            _("review.dictionary names a .dic file with its .aff beside it"),
        )
    else:
        yield Check(
            "spelling", True, _("not looked at"), _("Install a Brazilian dictionary (Debian: hunspell-pt-br)")
        )


def _log() -> Check:
    from atendente_tui import log

    found = log.files()
    size = sum(one.stat().st_size for one in found)
    return Check("log", True, f"{paths.log_file()} ({size >> 10} KiB)", "atendente log" if found else "")


def _keyring() -> Check:
    from atendente_tui import secrets

    name = secrets.keyring_name()
    return Check("keyring", True, name or _("none that encrypts for this user"))
