"""What was said between the writing of an answer and its arrival, beside the answer, as lines of a diff.

Two spaces begin what its author had seen, "+ " what is new, "= " their own words, which are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from atendente_tui import formats, labels
from atendente_tui.domain.instants import to_ms
from atendente_tui.event_words import details, values
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line, safe_text
from atendente_tui.quality.mark import readable
from atendente_tui.tui.glyphs import Glyphs
from atendente_tui.tui.lines import BLANK, Line, Span, block, fitted
from atendente_tui.tui.widgets.timeline_lines import labels_author

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.rows import EventRow

CHARACTERS, LINES = 4_000, 60
"""Of one thing that was said; the ticket has all of it."""


class Said(NamedTuple):
    """One thing that was said, as the diff shows it. `at` in ms, 0 where nobody told."""

    at: int
    kind: str
    channel: str | None
    author: str
    author_kind: str
    text: str
    files: tuple[str, ...] = ()


def of_row(row: EventRow) -> Said:
    told = "\n".join([*details(row.kind, values(row)), readable(row.text)]).strip("\n")
    return Said(row.at, row.kind, row.channel, row.author, row.author_kind, told)


def of_change(event: Mapping[str, Any]) -> Said:
    """Of the JSON of an `EventAppend`, whatever of it is there."""
    kind, data = str(event.get("kind") or "message"), event.get("data")
    told = [*details(kind, data if isinstance(data, dict) else {}), str(event.get("text") or "")]
    files = event.get("attachments")
    return Said(
        _ms(event.get("at")),
        kind,
        str(event["channel"]) if event.get("channel") else None,
        str(event.get("author") or ""),
        str(event.get("author_kind") or ""),
        "\n".join(told).strip("\n"),
        tuple(str(one.get("name") or "") for one in files or () if isinstance(one, dict)),
    )


def last_seen(db: Connection, ticket_id: int | None, seen: object, key: object) -> Said | None:
    """What the author of an answer had seen last: by its remote id, else by its key."""
    from atendente_tui.store import reading

    found = db.execute(
        "SELECT key FROM event WHERE ticket_id = ? AND remote_id = ?", (ticket_id, str(seen))
    ).fetchone()
    number = found[0] if found is not None else key
    row = reading.event(db, number) if isinstance(number, int) else None
    return of_row(row) if row is not None and row.ticket_id == ticket_id else None


class Sight(NamedTuple):
    """What drawing depends on besides what was said."""

    glyphs: Glyphs
    zone: tzinfo
    now: int
    names: Mapping[str, str]
    """What agents are called, by login."""


def diff(
    context: Said | None,
    since: Sequence[Said],
    own: str,
    channel: str | None,
    sight: Sight,
    width: int,
) -> list[Line]:
    """The lines, at most `width` columns each."""
    lines: list[Line] = []
    if context is not None:
        lines += _one(context, "  ", "quiet", sight, width)
    for said in since:
        lines += [BLANK] if lines else []
        lines += _one(said, "+ ", "good", sight, width)
    lines += [BLANK] if lines else []
    head = _("your answer, kept") + (f" {sight.glyphs.dot} {labels.channel(channel)}" if channel else "")
    lines.append(fitted(Line((Span("= ", "pending"), Span(head, "strong")), 2), width, sight.glyphs.more))
    lines += _text(own, "= ", "", "pending", width, sight)
    return lines


def _one(said: Said, mark: str, mark_role: str, sight: Sight, width: int) -> list[Line]:
    quiet = mark_role == "quiet"
    spans = [Span(mark, mark_role), *_head(said, sight, quiet=quiet)]
    lines = [fitted(Line(tuple(spans), 2), width, sight.glyphs.more)]
    lines += _text(said.text, mark, "quiet" if quiet else "", mark_role, width, sight)
    for name in said.files:
        told = _("attached: {name}").format(name=safe_line(name))
        lines.append(fitted(Line((Span(f"{mark}  ", mark_role), Span(told, "link")), 4), width))
    return lines


def _head(said: Said, sight: Sight, *, quiet: bool) -> Iterator[Span]:
    dot = f" {sight.glyphs.dot} "
    name = sight.names.get(said.author, said.author) or labels_author(said.author_kind)
    role = "quiet" if quiet else "customer" if said.author_kind == "customer" else "agent"
    yield Span(safe_line(name, characters=60), role)
    if said.at:
        yield Span(dot + formats.moment(said.at, sight.zone, sight.now), "quiet" if quiet else "time")
    what = (
        labels.channel(said.channel) if said.kind == "message" and said.channel else labels.event(said.kind)
    )
    yield Span(dot + safe_line(what), "quiet" if quiet else "time")


def _text(text: str, mark: str, role: str, mark_role: str, width: int, sight: Sight) -> list[Line]:
    if not text:
        return []
    safe = safe_text(text, characters=CHARACTERS, lines=LINES)
    lines = block(safe, width, prefix=f"{mark}  ", role=role, prefix_role=mark_role)
    if len(lines) > LINES:
        more = Line((Span(f"{mark}  ", mark_role), Span(sight.glyphs.more, "quiet")), 4)
        return [*lines[:LINES], more]
    return lines


def _ms(value: object) -> int:
    try:
        return to_ms(datetime.fromisoformat(str(value)))
    except (ValueError, OverflowError):
        return 0
