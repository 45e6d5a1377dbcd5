"""What is kept of a failure nobody foresaw: where it happened, never what it happened to."""

from __future__ import annotations

from pathlib import Path

from atendente_tui import log


def record(error: BaseException) -> Path:
    """Write a report without variables or messages of foreign origin to the log. Returns the log's path."""
    return log.write({"level": "critical", "what": "a fault of ours", **log.told_of(error)})


def leave_no_core() -> None:
    """Have the system write no image of our memory, in which keys and texts are, when the program is killed by a fault."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
