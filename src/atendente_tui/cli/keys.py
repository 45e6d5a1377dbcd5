"""`key`: where the store's key lies, how it is written down and found again, and changing it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from atendente_tui import paths
from atendente_tui.cli.config_file import changed
from atendente_tui.cli.exits import Ended, Exit, confirmed, say
from atendente_tui.cli.opening import configuration
from atendente_tui.cli.printing import print_json
from atendente_tui.i18n import _
from atendente_tui.keys import asking, chain, recovery
from atendente_tui.keys.places import InFile, InKeyring, Place
from atendente_tui.secrets import SecretsError
from atendente_tui.store import recoding
from atendente_tui.store.engine import PLAIN_HEADER
from atendente_tui.store.lock import InstanceLock

_log = logging.getLogger(__name__)
AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]
NewFrom = Annotated[
    str | None,
    typer.Option(
        "--new-from",
        metavar="FILE",
        help=_("Read the new passphrase from a file of yours (mode 0600), or with - from standard input."),
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help=_("Do not ask."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help=_("The key of the store."), no_args_is_help=True, rich_markup_mode=None)
    group.command("status", help=_("Say where the key lies."))(status)
    group.command("show-recovery", help=_("Show the recovery code, to be written down."))(show_recovery)
    group.command("recover", help=_("Type the recovery code of a key that is lost."))(recover)
    group.command("passphrase", help=_("Put the key under a passphrase, or change it."))(passphrase)
    group.command("rekey", help=_("Give the store a new key."))(rekey)
    group.command("encrypt", help=_("Encrypt a store that lies in the clear."))(encrypt)
    group.command("decrypt", help=_("Put the store in the clear."))(decrypt)
    app.add_typer(group, name="key")


def status(as_json: AsJson = False) -> int:
    place = paths.store_dir()
    encrypted = _is_encrypted(place, otherwise=configuration().store.encryption)
    lies = chain.place_of(place) if encrypted else None
    shown = (place / chain.SHOWN).exists()
    if as_json:
        print_json(
            {
                "encrypted": encrypted,
                "kind": lies.kind if lies else None,
                "place": lies.said() if lies else None,
                "recovery_shown": shown if lies else None,
            }
        )
        return Exit.DONE
    if not encrypted:
        say(_("The store is not encrypted."))
    elif lies is None:
        raise chain.no_place_for_a_key()
    else:
        say(told(lies))
        if not shown:
            say(_("Its recovery code was never shown: atendente key show-recovery."))
    return Exit.DONE


def told(place: Place) -> str:
    """Where a key lies, as a sentence."""
    return {
        "keyring": _("The key is in the keyring {place}."),
        "file": _("The key is in the file {place}."),
        "passphrase": _("The key is under a passphrase in {place}."),
        "credential": _("The key comes from the system, as the credential {place}."),
    }[place.kind].format(place=place.said())


def show_recovery(
    again: Annotated[bool, typer.Option("--again", help=_("Though it was shown before."))] = False,
) -> int:
    if not sys.stdout.isatty():
        say(_("The recovery code is the key itself: it is shown on a terminal only."))
        return Exit.USAGE
    place = paths.store_dir()
    if (place / chain.SHOWN).exists() and not again:
        say(
            _("It was shown before. If the paper is lost: --again, or better a new key, atendente key rekey.")
        )
        return Exit.REFUSED
    found = chain.store_key(_existing(place))
    print(f"\n  {recovery.code_of(found.key)}\n")
    say(
        _(
            "Write it on paper and keep it where nobody else looks. Whoever has it and this machine's files can read "
            "everything; without it and without the key nobody can. It will not be shown again by itself."
        )
    )
    chain.mark(place, chain.SHOWN)
    return Exit.DONE


def recover(
    code_stdin: Annotated[
        bool, typer.Option("--code-stdin", help=_("Read the code from standard input."))
    ] = False,
    closed: Annotated[
        bool,
        typer.Option("--passphrase", help=_("Put the key under a new passphrase, not into the keyring.")),
    ] = False,
    new_from: NewFrom = None,
) -> int:
    place = _existing(paths.store_dir())
    typed = (
        sys.stdin.readline()
        if code_stdin
        else asking.asked(
            _("Recovery code: "), _("There is no terminal to ask for the code on: give it with --code-stdin.")
        )
    )
    try:
        key = recovery.key_of(typed)
    except recovery.NotACode:
        say(_("That is no recovery code, or a letter of it is wrong. Nothing was changed."))
        return Exit.REFUSED
    if not chain.opens(place / "store.db", key):
        say(_("The code is sound, but it is not of this store, or of an earlier key. Nothing was changed."))
        return Exit.REFUSED
    lies = None if closed or new_from else chain.place_of(place)
    if lies is None:
        chosen = chain.under_passphrase(place)
        chosen.close_with(key, asking.new(new_from))
        lies = chosen
    else:
        lies.put(key)
    say(told(lies))
    return Exit.DONE


def passphrase(
    remove: Annotated[
        bool,
        typer.Option(
            "--remove", help=_("Take the key out from under it, into the keyring or the open file.")
        ),
    ] = False,
    new_from: NewFrom = None,
) -> int:
    """The key is put where it shall be, read back, and only then taken from where it was."""
    place = paths.store_dir()
    _only_encrypted(place)
    target = chain.under_passphrase(place)
    exists = (place / "store.db").exists()
    before = chain.place_of(place)
    key = chain.store_key(place).key if before is not None and (exists or before.get()) else os.urandom(32)
    if remove:
        return _opened_up(place, before, key)
    target.close_with(key, asking.new(new_from))
    if target.get() != key:
        raise SecretsError(_("{place} did not keep the key it was given.").format(place=target.said()))
    if isinstance(before, InKeyring):
        before.drop()
    say(told(target))
    return Exit.DONE


def _opened_up(place: Path, before: Place | None, key: bytes) -> int:
    if not isinstance(before, InFile) or not before.closed():
        say(_("The key is under no passphrase."))
        return Exit.REFUSED
    if os.environ.get("ATENDENTE_STORE_KEY_FILE"):
        before.open_up(key)
        after: Place = before
    else:
        after = _keyring_of(place)
        after.put(key)
        if after.get() != key:
            raise SecretsError(_("{place} did not keep the key it was given.").format(place=after.said()))
        before.drop()
    say(told(after))
    return Exit.DONE


def _keyring_of(place: Path) -> Place:
    from atendente_tui import secrets

    ring = secrets.ring()
    if ring is None:
        raise chain.no_place_for_a_key()
    return InKeyring(ring, chain.name_in_keyring(place))


def rekey() -> int:
    """New key beside the old, store under the new one, new key in place: whichever moment it is cut off, one opens."""
    place = _existing(paths.store_dir())
    _only_encrypted(place)
    found = chain.store_key(place)
    new = os.urandom(32)
    with _alone(place) as lock:
        chain.mark(place, chain.REKEYING)
        found.place.put_next(new)
        if found.place.get_next() != new:
            raise SecretsError(
                _("{place} did not keep the key it was given.").format(place=found.place.said())
            )
        recoding.recode(place, found.key, new, lock)
        found.place.put(new)
        found.place.drop_next()
        chain.unmark(place, chain.SHOWN)
        chain.unmark(place, chain.REKEYING)
        _renew_copies(place, new)
    _log.info("the store has a new key")
    say(
        _(
            "The store has a new key. The old recovery code opens nothing any more: atendente key show-recovery."
        )
    )
    return Exit.DONE


def encrypt() -> int:
    place = paths.store_dir()
    if _is_encrypted(place, otherwise=False):
        _configured(on=True)  # one that was cut off just before this ends here
        say(_("The store is encrypted."))
        return Exit.DONE
    lies = chain.place_of(place)
    if lies is None:
        raise chain.no_place_for_a_key()
    key = lies.get()
    if key is None:
        key = os.urandom(32)
        lies.put(key)
        if lies.get() != key:
            raise SecretsError(_("{place} did not keep the key it was given.").format(place=lies.said()))
    if (place / "store.db").exists():
        with _alone(place) as lock:
            recoding.recode(place, None, key, lock)
            _renew_copies(place, key)
    _configured(on=True)
    say(_("The store is encrypted."))
    say(told(lies))
    say(_("Write its recovery code down: atendente key show-recovery."))
    return Exit.DONE


def decrypt(yes: Yes = False) -> int:
    place = paths.store_dir()
    if not _is_encrypted(place, otherwise=True):
        _configured(on=False)
        say(_("The store is not encrypted."))
        return Exit.DONE
    if not yes:
        if not sys.stdin.isatty():
            say(_("Nothing was changed: confirm with --yes."))
            return Exit.USAGE
        if not confirmed(
            _("Whoever gets at this machine's files can then read every customer's words. Go on?")
        ):
            return Exit.REFUSED
    if (place / "store.db").exists():
        found = chain.store_key(place)
        with _alone(place) as lock:
            recoding.recode(place, found.key, None, lock)
            _renew_copies(place, None)
    _configured(on=False)
    say(_("The store is not encrypted."))
    return Exit.DONE


def _renew_copies(place: Path, key: bytes | None) -> None:
    """A copy under the new key first, then those under the old one go."""
    from atendente_tui.clock import SystemClock
    from atendente_tui.store import backup

    backup.copy_now(place, key, SystemClock().now())
    recoding.clear_old(place, key)


@contextmanager
def _alone(place: Path) -> Iterator[InstanceLock]:
    lock = InstanceLock(place / "store.lock")
    try:
        yield lock
    finally:
        lock.release(clean=lock.was_clean)


def _existing(place: Path) -> Path:
    if not (place / "store.db").exists():
        say(_("There is no store yet; its key is made when it is first needed."))
        raise Ended(Exit.REFUSED)
    return place


def _only_encrypted(place: Path) -> None:
    if not _is_encrypted(place, otherwise=configuration().store.encryption):
        say(_("The store is not encrypted: atendente key encrypt."))
        raise Ended(Exit.REFUSED)


def _is_encrypted(place: Path, *, otherwise: bool) -> bool:
    """What the file itself says; `otherwise` where there is none yet."""
    try:
        with (place / "store.db").open("rb") as file:
            head = file.read(len(PLAIN_HEADER))
    except FileNotFoundError:
        return otherwise
    return bool(head) and head != PLAIN_HEADER


def _configured(*, on: bool) -> None:
    wanted = "on" if on else "off"

    def change(tree: Any) -> None:
        import tomlkit

        if tree.get("store") is None:
            tree["store"] = tomlkit.table()
        tree["store"]["encryption"] = wanted

    if configuration().store.encryption is not on:
        changed(change)
