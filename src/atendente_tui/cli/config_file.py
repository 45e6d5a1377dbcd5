"""Changing the configuration file for somebody: only what was meant, the file replaced whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from atendente_tui import os_words, paths
from atendente_tui.cli.exits import Ended, Exit, say
from atendente_tui.config import Config
from atendente_tui.config_reading import load
from atendente_tui.config_tables import ConfigError
from atendente_tui.i18n import _


def changed(change: Callable[[Any], None], check: Callable[[Config], None] = lambda _config: None) -> Path:
    """Let `change` work on the parsed file (tomlkit), check what came of it, and put it in place. Returns the file.

    A file with faults is not written over: raises ConfigError. Ends, and says why, when it cannot be written.
    """
    file = paths.config_file().resolve()
    try:
        _change(file, change, check)
    except OSError as error:
        said = _("The configuration {file} cannot be written: {error}")
        say(said.format(file=file, error=os_words.why(error)))
        raise Ended(Exit.USAGE) from error
    return file


def _change(file: Path, change: Callable[[Any], None], check: Callable[[Config], None]) -> None:
    import tomlkit

    load(file)
    try:
        tree = tomlkit.parse(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        tree = tomlkit.document()
    change(tree)
    if not file.parent.exists():
        paths.private_dir(file.parent)
    beside = file.with_name(file.name + ".new")
    beside.write_text(tomlkit.dumps(tree), encoding="utf-8")
    try:
        check(load(beside))
        if file.exists():
            shutil.copymode(file, beside)
        os.replace(beside, file)
    except ConfigError as error:
        raise ConfigError(tuple(fault._replace(file=file) for fault in error.faults)) from error
    finally:
        beside.unlink(missing_ok=True)
