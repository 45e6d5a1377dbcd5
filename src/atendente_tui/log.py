"""The program's log: one JSON object a line, a few files that follow each other, and nothing of a customer in it.

Only our own constant sentences are written, with values that are numbers or plain words of ours; of an error its kind
and the places in the code. Whatever else somebody hands to a logger (a text, an address, a secret) leaves a "…".
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from atendente_tui import paths

OURS = "atendente_tui"
LARGEST = 1 << 20
"""Bytes of a file before the next one begins."""
KEPT = 5
"""Files, the one being written among them."""
LEFT_OUT = "…"
_WORD = re.compile(r"[a-z][a-z_]{0,31}(\.[a-z_]{1,31})*|[A-Z][A-Za-z]{0,47}")
_LARGEST_NUMBER = 10_000_000  # longer ones are documents, telephones, cards
_PLACES = 20
_turn = threading.Lock()


class Handler(logging.Handler):
    """Writes ours in full, and of other libraries only that there was something, and where."""

    def emit(self, record: logging.LogRecord) -> None:
        ours = record.name.split(".")[0] == OURS
        if not ours and record.levelno < logging.WARNING:
            return
        line: dict[str, Any] = {
            "level": record.levelname.lower(),
            "where": f"{record.name.removeprefix(OURS + '.')}:{record.lineno}",
            "what": str(record.msg) if ours else "a message of another library",
        }
        if ours and record.args:
            arguments = record.args.values() if isinstance(record.args, Mapping) else record.args
            line["values"] = [plain(one) for one in arguments]
        if record.exc_info and record.exc_info[1] is not None:
            line |= told_of(record.exc_info[1])
        write(line)


def begin() -> None:
    """Have everything that is logged from now on written to the file; nothing goes to the terminal. Once is enough."""
    root = logging.getLogger()
    if not any(isinstance(one, Handler) for one in root.handlers):
        root.addHandler(Handler())
        logging.getLogger(OURS).setLevel(logging.INFO)
    logging.lastResort = None
    threading.excepthook = _of_thread
    sys.unraisablehook = _unraisable


def plain(value: object) -> object:
    """The value where nobody's data can be in it, else a mark that something was there."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if abs(value) < _LARGEST_NUMBER else LEFT_OUT
    if isinstance(value, str) and _WORD.fullmatch(value):
        return str(value)
    return LEFT_OUT


def told_of(error: BaseException) -> dict[str, object]:
    """Kind and places of an error. Its message often quotes data, so it is left out."""
    told: dict[str, object] = {"error": _kind(error), "places": _places(error.__traceback__)}
    cause = error.__cause__ or error.__context__
    if cause is not None:
        told["from"] = _kind(cause)
    return told


def write(line: Mapping[str, object]) -> Path:
    """Put a line at the end of the log. Returns its path; the null device's where nothing can be written."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    text = json.dumps({"at": at, "pid": os.getpid(), **line}, ensure_ascii=False) + "\n"
    file = paths.log_file()
    try:
        with _turn:
            paths.private_dir(file.parent)
            _turn_over(file)
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "wb", buffering=0) as log:
                log.write(text.encode("utf-8", "replace"))
    except OSError:
        return Path(os.devnull)
    return file


def files() -> list[Path]:
    """What there is of the log, oldest first."""
    file = paths.log_file()
    return [one for one in (*(_older(file, n) for n in range(KEPT - 1, 0, -1)), file) if one.exists()]


def lines() -> Iterator[dict[str, Any]]:
    """What is in it, oldest first; a line that is not whole is passed over."""
    for file in files():
        with suppress(OSError), file.open(encoding="utf-8", errors="replace") as log:
            for text in log:
                with suppress(ValueError):
                    line = json.loads(text)
                    if isinstance(line, dict):
                        yield line


def _turn_over(file: Path) -> None:
    if not file.exists() or file.stat().st_size < LARGEST:
        return
    for n in range(KEPT - 1, 0, -1):
        newer = _older(file, n - 1) if n > 1 else file
        if newer.exists():
            os.replace(newer, _older(file, n))


def _older(file: Path, n: int) -> Path:
    return file.with_name(f"{file.name}.{n}")


def _kind(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__name__}"


def _places(trace: TracebackType | None) -> Sequence[str]:
    frames = traceback.extract_tb(trace)[-_PLACES:]
    return [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames]


def _of_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and told.exc_type is not SystemExit:
        write({"level": "error", "what": "a thread ended on an unexpected error", **told_of(told.exc_value)})


def _unraisable(told: sys.UnraisableHookArgs) -> None:
    if told.exc_value is not None:
        write({"level": "error", "what": "an error where none can be raised", **told_of(told.exc_value)})
