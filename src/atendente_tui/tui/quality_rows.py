"""The rows and texts of reviews as they are drawn: the items of a card, and where each review of a list stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from atendente_tui import formats, labels
from atendente_tui.i18n import _
from atendente_tui.privacy.masking import masked
from atendente_tui.privacy.safe import SafeText, safe_line, safe_text
from atendente_tui.quality import words
from atendente_tui.quality.notes import given_text, percent_text
from atendente_tui.quality.scoring import Answer, lacking, needs_comment, score
from atendente_tui.store import quality_reading, reading
from atendente_tui.tui.lines import Span
from atendente_tui.tui.show import cell
from atendente_tui.tui.widgets.rows_pane import Row

if TYPE_CHECKING:
    from datetime import tzinfo

    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.quality_reading import ReviewRow
    from atendente_tui.tui.glyphs import Glyphs


def item_rows(answers: Sequence[Answer], glyphs: Glyphs) -> list[Row]:
    """One row an item: whether it is done, what it is, and what was said of it."""
    missing = {item.id: what for item, what in lacking(answers)}
    return [_item_row(one, missing.get(one.item.id), glyphs) for one in answers]


def _item_row(one: Answer, missing: str | None, glyphs: Glyphs) -> Row:
    sign = glyphs.warning if missing == "comment" else " " if missing else glyphs.done
    role = "warning" if missing == "comment" else "" if missing else "good"
    beside = glyphs.note if one.comment.strip() else ""
    beside += glyphs.arrow if one.evidence else ""
    said = given_text(one) if one.answered else f"0-{one.item.points}" if one.item.points > 1 else "?"
    met = one.value == 1 if one.value is not None else None
    return Row(
        one.item.id,
        (
            Span(f"{sign} ", role),
            Span(safe_line(one.item.title), "strong" if one.item.critical or one.item.fatal else ""),
        ),
        Span(
            safe_line(f"{beside} {said}".strip()),
            "quiet" if not one.answered or met is None else "good" if met else "bad",
        ),
    )


def item_told(
    one: Answer, db: Connection, zone: tzinfo, hidden: Collection[str], glyphs: Glyphs, *, title: bool
) -> Content:
    """What stands below the list about an item, with its `title` where there is room."""
    item = one.item
    marks = [words.skill(item.skill)] if item.skill else []
    marks.append(_("weight {n}").format(n=item.weight))
    if item.critical:
        marks.append(_("critical"))
    if item.fatal:
        marks.append(_("fatal: failed, the whole review is 0"))
    if not one.answered and item.needs == "always":
        marks.append(_("a comment is required"))
    elif not one.answered and item.needs == "failed":
        marks.append(_("a comment is required unless it is met"))
    parts = [Content.styled(safe_line(item.title), "bold")] if title else []
    parts.append(Content(safe_line(f" {glyphs.dot} ".join(marks))))
    if one.answered and needs_comment(one) and not one.comment.strip():
        parts.append(Content.styled(safe_line(_("A comment is required.")), "bold"))
    if one.comment.strip():
        parts.append(Content(safe_text(f"{glyphs.note} {masked(one.comment, hidden)}")))
    parts += [
        Content(safe_line(f"{glyphs.arrow} {said}"))
        for said in evidence_texts(one.evidence, db, zone, hidden)
    ]
    if item.help:
        parts.append(Content(safe_text(item.help)))
    return Content("\n").join(parts)


def evidence_texts(
    evidence: Sequence[str], db: Connection, zone: tzinfo, hidden: Collection[str]
) -> list[SafeText]:
    """A line for each event that shows something."""
    names = dict(reading.directory(db, "agent"))
    told = []
    for name in evidence:
        key = quality_reading.event_key(db, name)
        row = reading.event(db, key) if key is not None else None
        if row is None:
            told.append(safe_line(_("an event that is not here")))
            continue
        who = names.get(row.author, row.author)
        said = masked(f"{who}: {row.text}" if row.text else who, hidden)
        told.append(safe_line(f"{formats.full(row.at, zone)[:-3]} {labels.event(row.kind)} {said}"))
    return told


def review_row(
    row: ReviewRow, login: str, db: Connection, glyphs: Glyphs, when: str, names: dict[str, str]
) -> Row:
    """A review in a list."""
    waits = row.waits_for(login)
    found = score(quality_reading.answers(db, row.id, row.revision))
    other = row.reviewer if login == row.agent else row.agent
    percent = "" if row.finished is None else percent_text(found.whole)
    held = next((one.outbox for one in reversed(row.steps) if one.outbox), None)
    state = words.state(row.state) + (f" {glyphs.dot} {labels.outbox(held)}" if held else "")
    return Row(
        row.id,
        (
            Span(f"{glyphs.unread if waits else ' '} ", "warning" if waits else ""),
            Span(f"{cell(safe_line(when), 13)} "),
            Span(f"{cell(safe_line(percent), 5)} ", "bad" if found.failed else "strong"),
            Span(f"{cell(safe_line(names.get(other, other)), 14)} ", "agent"),
            Span(safe_line(f"{row.protocol} {row.title}")),
        ),
        Span(safe_line(state), "quiet"),
        soft=True,
    )


def review_texts(
    row: ReviewRow, db: Connection, zone: tzinfo, hidden: Collection[str], names: dict[str, str]
) -> list[str]:
    """A whole review, a line each, for reading."""
    answers = quality_reading.answers(db, row.id, row.revision)
    found = score(answers)
    lines = [f"{row.title} · {percent_text(found.whole)} · {words.state(row.state)}"]
    lines.append(
        _("{protocol} · about {agent}, by {reviewer}").format(
            protocol=row.protocol,
            agent=names.get(row.agent, row.agent),
            reviewer=names.get(row.reviewer, row.reviewer),
        )
    )
    if found.critical is not None:
        lines.append(_("Critical items: {percent}").format(percent=percent_text(found.critical)))
    if found.failed:
        titles = ", ".join(one.item.title for one in answers if one.item.id in found.failed)
        lines.append(_("Failed by: {items}").format(items=titles))
    for each in row.steps:
        if each.kind != "release":
            lines += [
                "",
                f"{formats.full(each.at, zone)} · {words.step(each.kind, names.get(each.author, each.author))}",
            ]
            lines += masked(each.text, hidden).split("\n") if each.text else []
    for one in answers:
        lines += ["", f"{given_text(one)} · {one.item.title}"]
        lines += [f"  {line}" for line in masked(one.comment, hidden).split("\n") if line]
        lines += [f"  ↳ {line}" for line in evidence_texts(one.evidence, db, zone, hidden)]
    return lines
