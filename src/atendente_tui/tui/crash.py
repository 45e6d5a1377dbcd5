"""How the program ends when it is at fault: a sentence and a path, and nothing of a customer anywhere.

Rich's traceback prints local variables, and the message of an exception often quotes what it choked on. So the
log keeps the kind of the exception, the places in the code, and the message only for kinds whose messages speak of
code and not of data.
"""

from __future__ import annotations

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from rich.text import Text

from atendente_tui import __version__
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line

_ABOUT_CODE = (ImportError, AttributeError, NameError, AssertionError, NotImplementedError, RecursionError)


def report(error: BaseException) -> str:
    """What happened, for the people who mend the program. No value of a variable is in it."""
    lines = [
        f"atendente {__version__} · Python {sys.version.split()[0]} · {sys.platform}",
        datetime.now(UTC).isoformat(timespec="seconds"),
    ]
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        kind = f"{type(one).__module__}.{type(one).__qualname__}"
        said = safe_line(str(one)) if isinstance(one, _ABOUT_CODE) else ""
        lines += ["", f"{kind}: {said}" if said else kind]
        lines += [
            f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(one.__traceback__, limit=-40)
        ]
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\n".join(lines) + "\n"


def write(error: BaseException, log: Path) -> Path | None:
    """Append the report to the log, readable by its owner only; None when that fails, too."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as file:
            file.write(report(error) + "\n")
    except OSError:
        return None
    return log


def told(error: BaseException, log: Path | None) -> Text:
    """What the person reads on the terminal after the screen is gone."""
    lines = [
        _("Atendente had to stop because of a fault of its own ({kind}).").format(kind=type(error).__name__),
        _("What you were writing is kept: open it again and go on."),
    ]
    written = write(error, log) if log is not None else None
    if written is not None:
        lines.append(
            _("The details, without customer data, are in {path}").format(
                path=safe_line(str(written), characters=1_000)
            )
        )
    return Text("\n".join(lines))
