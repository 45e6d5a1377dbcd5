"""A passphrase from whoever starts the program: at the terminal, or from a descriptor or file that a script names.

Never from an argument or the environment itself: both can be read by others.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from atendente_tui.i18n import _
from atendente_tui.keys.private_files import read_private
from atendente_tui.secrets import SecretsError

FROM_DESCRIPTOR, FROM_FILE = "ATENDENTE_PASSPHRASE_FD", "ATENDENTE_PASSPHRASE_FILE"
LONGEST = 4_096
SHORTEST = 12
"""Characters of a new one: Argon2id makes guessing dear, not impossible."""

_read_once: dict[int, str] = {}  # a descriptor can be read once, and a command may need it twice


def given() -> str | None:
    """The passphrase that a script hands over, None where a person has to be asked. Raises SecretsError."""
    if number := os.environ.get(FROM_DESCRIPTOR):
        try:
            descriptor = int(number)
            if descriptor not in _read_once:
                _read_once[descriptor] = _line(os.read(descriptor, LONGEST))
            return _read_once[descriptor]
        except (ValueError, OSError) as error:
            raise SecretsError(
                _("{variable}: nothing can be read from descriptor {number}.").format(
                    variable=FROM_DESCRIPTOR, number=number[:20]
                )
            ) from error
    if named := os.environ.get(FROM_FILE):
        return _line(read_private(Path(named).expanduser(), _("passphrase file")).encode())
    return None


def asked(prompt: str, instead: str = "") -> str:
    """What a person types, unseen. Raises SecretsError where there is no terminal, with what to do `instead`."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise SecretsError(
            instead
            or _(
                "The store's key is under a passphrase and there is no terminal to ask on. "
                "Name a file of yours (mode 0600) with {file}, or a descriptor with {descriptor}."
            ).format(file=FROM_FILE, descriptor=FROM_DESCRIPTOR)
        )
    import getpass

    return getpass.getpass(prompt, stream=sys.stderr)


def new(source: str | None = None) -> str:
    """A new passphrase: the first line of `source` (a private file, - for standard input), else asked for twice.

    Raises SecretsError for one that is too short, or typed differently the second time.
    """
    if source == "-":
        said = _line(sys.stdin.buffer.readline(LONGEST))
    elif source is not None:
        said = _line(read_private(Path(source).expanduser(), _("passphrase file")).encode())
    else:
        said = asked(
            _("New passphrase: "),
            _("There is no terminal to ask for the new passphrase on: give it with --new-from FILE."),
        )
        if said != asked(_("Once more: ")):
            raise SecretsError(_("The two are not the same; nothing was changed."))
    if len(said) < SHORTEST:
        raise SecretsError(
            _("A passphrase needs at least {n} characters; a few words will do.").format(n=SHORTEST)
        )
    return said


def _line(data: bytes) -> str:
    return data.partition(b"\n")[0].rstrip(b"\r").decode("utf-8", "surrogateescape")
