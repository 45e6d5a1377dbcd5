"""Files put on an answer: what they are, said before anything is read, and their way to the helpdesk."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui import formats, os_words
from atendente_tui.desk import connecting
from atendente_tui.domain.refusal import Refused

if TYPE_CHECKING:
    from atendente_tui.config import Config
    from atendente_tui.domain.change import Attachment

LARGEST = connecting.LARGEST_ATTACHMENT


class File(NamedTuple):
    """A file of this machine. `size` in bytes."""

    path: Path
    content_type: str
    size: int


def looked_at(text: str) -> File:
    """The file a person named. Refused: no_such_file, upload_unreadable (name, why), upload_too_large (name, limit)."""
    path = Path(text.strip()).expanduser()
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise FileNotFoundError
        with path.open("rb"):
            pass
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Refused("no_such_file", found=str(path)) from error
    except (OSError, ValueError) as error:
        why = os_words.why(error) if isinstance(error, OSError) else str(error)
        raise Refused("upload_unreadable", name=path.name, why=why) from error
    if size > LARGEST:
        raise Refused("upload_too_large", name=path.name, limit=formats.size(LARGEST))
    return File(path, mimetypes.guess_type(path.name)[0] or "application/octet-stream", size)


def upload(config: Config, file: File) -> Attachment:
    """Hand it to the helpdesk; blocks until it is there, so not on the screen's thread.

    Refused: upload_unreadable, upload_unreachable (name), attachment_login, upload_refused (name, why), no_backend.
    """
    from atendente_tui.backends.port import BackendError, Unauthorized, Unreachable

    name = file.path.name
    try:
        content = file.path.read_bytes()
    except OSError as error:
        raise Refused("upload_unreadable", name=name, why=os_words.why(error)) from error
    try:
        return connecting.upload(config, name, file.content_type, content)
    except Unreachable as wrong:
        raise Refused("upload_unreachable", name=name) from wrong
    except Unauthorized as wrong:
        raise Refused("attachment_login") from wrong
    except BackendError as wrong:
        raise Refused("upload_refused", name=name, why=str(wrong)) from wrong


def completions(text: str, limit: int = 50) -> list[str]:
    """Paths that begin as what was typed, folders with a slash at their end, hidden ones only where a dot was typed."""
    typed = text.strip()
    folder, slash, start = typed.rpartition("/")
    place = Path(folder + slash if slash else ".").expanduser()
    try:
        names = sorted(place.iterdir(), key=lambda one: (not one.is_dir(), one.name.casefold()))
    except (OSError, ValueError, RuntimeError):
        return []
    found: list[str] = []
    for one in names:
        hidden = one.name.startswith(".") and not start.startswith(".")
        if one.name.casefold().startswith(start.casefold()) and not hidden:
            found.append(f"{folder}{slash}{one.name}{'/' if one.is_dir() else ''}")
            if len(found) == limit:
                break
    return found
