"""What is kept of a failure nobody foresaw: where it happened, never what it happened to."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from atendente_tui import paths
from atendente_tui.privacy.safe import safe_line


def record(error: BaseException) -> Path:
    """Write a report without variables or messages of foreign origin to the log. Returns the log's path.

    The message of an exception often quotes data, so only its type, and the places in the code, are kept.
    """
    file = paths.log_file()
    lines = [
        f"{datetime.now(UTC).isoformat(timespec='seconds')} {type(error).__module__}.{type(error).__name__}"
    ]
    for frame in traceback.extract_tb(error.__traceback__):
        lines.append(f"  {Path(frame.filename).name}:{frame.lineno} in {safe_line(frame.name)}")
    cause = error.__cause__ or error.__context__
    if cause is not None:
        lines.append(f"  from {type(cause).__module__}.{type(cause).__name__}")
    try:
        paths.private_dir(file.parent)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a") as log:
            log.write("\n".join(lines) + "\n")
    except OSError:
        return Path(os.devnull)
    return file
