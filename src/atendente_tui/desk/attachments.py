"""Attachments, fetched when a person asks and saved as files of theirs: each on record before it is there."""

from __future__ import annotations

import os
import threading
from concurrent.futures import CancelledError, Future
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from atendente_tui import formats
from atendente_tui.desk import connecting
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.privacy.file_names import file_name, numbered
from atendente_tui.store import audit

if TYPE_CHECKING:
    from atendente_tui.config import Config
    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.rows import AttachmentRow
    from atendente_tui.store.writing import Tx
    from atendente_tui.sync.at_work import AtWork

LARGEST = connecting.LARGEST_ATTACHMENT


class Place(NamedTuple):
    """Where a file goes; where one of that name is already, its name gets a number."""

    folder: Path
    name: str

    @property
    def path(self) -> Path:
        return self.folder / self.name


def downloads(config: Config) -> Path:
    """Where attachments go unless told otherwise; made when the first is saved."""
    from atendente_tui.paths import downloads_dir

    return config.downloads or downloads_dir()


def place(config: Config, file: AttachmentRow, told: str = "") -> Place:
    """The place a person named: a file, or a folder in which it has its own name; nothing means the usual folder.

    Raises Refused("no_such_folder", found).
    """
    usual = downloads(config)
    path = Path(told).expanduser().absolute() if told else usual
    if not told or told.endswith(("/", os.sep)) or path.is_dir():
        found = Place(path, file_name(file.name, _("attachment")))
    else:
        found = Place(path.parent, path.name)
    if found.folder != usual and not found.folder.is_dir():
        raise Refused("no_such_folder", found=str(found.folder))
    return found


def save(
    desk: Desk,
    config: Config,
    sync: AtWork | None,
    ticket_id: int | None,
    file: AttachmentRow,
    where: Place,
) -> Future[Path]:
    """Fetch it and write it, in a thread of its own; gives the path it got. Raises what `fetched` and `written` do."""
    done: Future[Path] = Future()

    def work() -> None:
        try:
            done.set_result(written(desk, ticket_id, file, fetched(config, sync, file), where))
        except BaseException as wrong:
            done.set_exception(wrong)

    threading.Thread(target=work, name="attachment", daemon=True).start()
    return done


def fetched(config: Config, sync: AtWork | None, file: AttachmentRow) -> bytes:
    """Its bytes, by way of a running sync where there is one. Blocks.

    Refused: attachment_too_large (name, limit), attachment_unreachable (name), attachment_login, attachment_forbidden
    (name), attachment_refused (name, why), no_backend.
    """
    too_large = Refused("attachment_too_large", name=file.name, limit=formats.size(LARGEST))
    if (file.size or 0) > LARGEST:
        raise too_large
    try:
        if sync is not None:
            return sync.fetch_attachment(file.remote_id, LARGEST).result()
        return connecting.fetch_attachment(config, file.remote_id)
    except (connecting.Unreachable, CancelledError) as wrong:
        raise Refused("attachment_unreachable", name=file.name) from wrong
    except connecting.Unauthorized as wrong:
        raise Refused("attachment_login") from wrong
    except connecting.Forbidden as wrong:
        raise Refused("attachment_forbidden", name=file.name) from wrong
    except connecting.BackendError as wrong:
        if getattr(wrong, "reason", "") == "too_large":
            raise too_large from wrong
        raise Refused("attachment_refused", name=file.name, why=str(wrong)) from wrong


def written(desk: Desk, ticket_id: int | None, file: AttachmentRow, content: bytes, where: Place) -> Path:
    """Write it for its owner alone, over nothing that is there; gives the path. Blocks.

    Raises Refused("file_unwritable", path).
    """
    try:
        where.folder.mkdir(parents=True, exist_ok=True)
        path = _reserved(where)
        part = where.folder / f".{uuid4().hex}.part"
        try:
            _write(part, content)
            record(desk, ticket_id, file, content, path).result()
            os.replace(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as wrong:
        raise Refused("file_unwritable", path=str(where.path)) from wrong
    return path


def record(
    desk: Desk, ticket_id: int | None, file: AttachmentRow, content: bytes, path: Path | None = None
) -> Future[None]:
    """Put on record that this agent takes the file out of the program, and where to: an erasure goes by it.

    path   None where it went to another program
    """
    detail: dict[str, Any] = {"event": file.event_key, "number": file.n + 1, "bytes": len(content)}
    if path is not None:
        from atendente_tui.desk import handing_out

        detail |= handing_out.saved_as(path, content)

    def job(tx: Tx) -> None:
        audit.record(tx, desk.agent.login, "attachment", ticket_id, **detail)

    return desk.do(job)


def _reserved(where: Place) -> Path:
    """An empty file of a name that nobody had: whatever comes after cannot hit a file that is not ours."""
    for n in count(1):
        path = where.folder / (where.name if n == 1 else numbered(where.name, n))
        try:
            _write(path, b"")
        except FileExistsError:
            continue
        return path
    raise AssertionError


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
