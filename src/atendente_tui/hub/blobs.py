"""Files by the hash of their content: what is the same lies there once, and no name from outside is part of a path.

    FOLDER/ab/cd/abcd…     a file by its SHA-256; 0600, folders 0700
    FOLDER/incoming/…      what is still coming in
    FOLDER/leaving/…       what is being removed, for a moment

A file is written aside, flushed, and only then put in its place; several processes may share the folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from atendente_tui.paths import private_dir

PART = 1 << 20
"""Bytes read or hashed at a time."""
INCOMING, LEAVING = "incoming", "leaving"
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class TooLarge(Exception):
    """More bytes came than may be kept; nothing of them was."""


class Kept(NamedTuple):
    sha256: str
    size: int
    """Bytes."""


class Blobs:
    """The folder of files. Every method blocks: not for the loop that serves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def receive(self, limit: int) -> Receiving:
        """A file to be written part by part, of `limit` bytes at most."""
        private_dir(self.folder)
        return Receiving(self, private_dir(self.folder / INCOMING) / secrets.token_hex(16), limit)

    def path(self, sha256: str) -> Path:
        """Where the file of that hash lies. Raises ValueError for what is no hash."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError("not a SHA-256 in lower-case hex")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def holds(self, sha256: str) -> bool:
        path = self.path(sha256)
        return path.is_file() and not path.is_symlink()

    def parts(self, sha256: str) -> Iterator[bytes]:
        """Its content. Raises OSError at once, not when the first part is asked for; a symbolic link is no file of ours."""
        return _parts(os.fdopen(os.open(self.path(sha256), os.O_RDONLY | _NO_LINK), "rb"))

    def sound(self, sha256: str) -> bool:
        """Whether the file is there and still has the content that its name says."""
        digest = hashlib.sha256()
        try:
            for part in self.parts(sha256):
                digest.update(part)
        except OSError:
            return False
        return digest.hexdigest() == sha256

    def every(self) -> Iterator[str]:
        """The hash of every file there is, in order."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            if _SHA256.fullmatch(path.name) and path == self.path(path.name):
                yield path.name

    def strange(self) -> Iterator[Path]:
        """What lies in the folder and is no file of ours; unfinished ones are in `unfinished`."""
        for path in sorted(self.folder.rglob("*")):
            inside = path.relative_to(self.folder).parts
            named = _SHA256.fullmatch(path.name) and len(inside) == 3 and path == self.path(path.name)
            if path.is_symlink() or (
                not path.is_dir() and not named and inside[0] not in (INCOMING, LEAVING)
            ):
                yield path

    def unfinished(self, before: float) -> list[Path]:
        """Files that began to come in before a moment (seconds since 1970) and never got whole."""
        found = [*self.folder.glob(f"{INCOMING}/*"), *self.folder.glob(f"{LEAVING}/*")]
        return sorted(one for one in found if _older(one, before))

    def age(self, sha256: str) -> float | None:
        """When it was last put there, in seconds since 1970; None where it is not."""
        try:
            return self.path(sha256).stat().st_mtime
        except FileNotFoundError:
            return None

    def remove(self, sha256: str, before: float) -> bool:
        """Remove a file nobody needs, unless it was put there (again) since `before`, in seconds since 1970.

        It is taken aside first and looked at there: one that comes in at that very moment is not lost.
        """
        path = self.path(sha256)
        if not _older(path, before):
            return False
        aside = private_dir(self.folder / LEAVING) / f"{sha256}-{secrets.token_hex(4)}"
        try:
            os.rename(path, aside)
        except FileNotFoundError:
            return False
        if _older(aside, before):
            aside.unlink()
            return True
        os.replace(aside, path)
        return False


class Receiving:
    """One file coming in. `keep` or `discard` ends it; leaving a `with` without `keep` discards."""

    def __init__(self, blobs: Blobs, path: Path, limit: int) -> None:
        self._blobs, self._path, self._limit = blobs, path, limit
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: BinaryIO = os.fdopen(handle, "wb")
        self._digest = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Receiving:
        return self

    def __exit__(self, *_wrong: object) -> None:
        self.discard()

    def write(self, part: bytes) -> None:
        """Raises TooLarge for the first byte over the limit; nothing is kept then."""
        self.size += len(part)
        if self.size > self._limit:
            self.discard()
            raise TooLarge
        self._digest.update(part)
        self._file.write(part)

    def keep(self) -> Kept:
        """Put it in its place. The same content already there is put there anew: it counts as young again."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        sha256 = self._digest.hexdigest()
        target = self._blobs.path(sha256)
        private_dir(target.parent.parent)
        private_dir(target.parent)
        os.replace(self._path, target)
        for folder in (target.parent, target.parent.parent, self._blobs.folder):
            sync_folder(folder)
        return Kept(sha256, self.size)

    def discard(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """What was put into a folder stays there even if the power fails now."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _parts(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while part := file.read(PART):
            yield part


def _older(path: Path, before: float) -> bool:
    try:
        return path.stat().st_mtime < before
    except FileNotFoundError:
        return False
