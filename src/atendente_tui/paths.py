"""Where things lie: one data directory, one configuration file, both movable by environment."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

APP = "atendente"


def data_dir() -> Path:
    """`ATENDENTE_DATA`, else the platform's place for a program's data."""
    if named := os.environ.get("ATENDENTE_DATA"):
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path(APP, appauthor=False)


def config_file() -> Path:
    """`ATENDENTE_CONFIG`, else `config.toml` in the platform's place for configuration."""
    if named := os.environ.get("ATENDENTE_CONFIG"):
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path(APP, appauthor=False) / "config.toml"


def store_dir(data: Path | None = None) -> Path:
    return (data or data_dir()) / "store"


def log_file(data: Path | None = None) -> Path:
    return (data or data_dir()) / "atendente.log"


def scripts_dir(data: Path | None = None) -> Path:
    return (data or data_dir()) / "scripts"


def downloads_dir() -> Path:
    """The platform's place for what a person downloads (XDG's, on Linux)."""
    from platformdirs import user_downloads_path

    return user_downloads_path()


def private_dir(path: Path) -> Path:
    """Make the directory for its owner alone. Raises OSError where that is impossible."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:  # something else has the name
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from error
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o700)
    return path


def tighten(folder: Path) -> list[Path]:
    """Take from everybody else what they may do with the files of a directory of ours and the one below it; which those were."""
    if os.name != "posix":
        return []
    loose = []
    for path in (folder, *folder.glob("*"), *folder.glob("backup/*")):
        with suppress(OSError):
            if not path.is_symlink() and path.stat().st_mode & 0o077:
                path.chmod(path.stat().st_mode & 0o700)
                loose.append(path)
    return loose
