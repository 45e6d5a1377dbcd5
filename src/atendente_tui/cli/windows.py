"""The period that `--from` and `--to` name."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.cli.opening import Session
    from atendente_tui.metrics.scope import Window


Since = Annotated[str | None, typer.Option("--from", help=_("ISO 8601: a day or a moment. Default: today."))]
Until = Annotated[
    str | None,
    typer.Option("--to", help=_("ISO 8601: a day, which is included, or a moment. Default: now.")),
]


def given_window(since: str | None, until: str | None, at: Session) -> Window:
    """From today's midnight until now where nothing is said; a day given as the end belongs to it."""
    from atendente_tui.domain.instants import from_ms, to_ms
    from atendente_tui.metrics.periods import midnight
    from atendente_tui.metrics.scope import Window

    now = from_ms(at.now()).astimezone(at.zone)
    start = _moment(since, at, midnight(now), whole_day=False)
    end = _moment(until, at, now, whole_day=True)
    if end <= start:
        raise Refused("window_backwards", start=start.isoformat(), end=end.isoformat())
    return Window(to_ms(start), to_ms(end))


def _moment(text: str | None, at: Session, otherwise: datetime, *, whole_day: bool) -> datetime:
    if text is None:
        return otherwise
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("moment_unreadable", found=text) from error
    if len(text.strip()) <= 10 and found.time() == time(0) and whole_day:
        found += timedelta(days=1)
    return found if found.tzinfo else found.replace(tzinfo=at.zone)
