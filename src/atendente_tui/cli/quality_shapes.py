"""How reviews are told: as JSON, and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from atendente_tui import formats, labels
from atendente_tui.cli import shapes
from atendente_tui.i18n import _
from atendente_tui.privacy.masking import masked
from atendente_tui.quality import words
from atendente_tui.quality.notes import given_text, percent_text
from atendente_tui.quality.scoring import Answer, score
from atendente_tui.store import quality_reading as reading

if TYPE_CHECKING:
    from atendente_tui.cli.opening import Session
    from atendente_tui.desk.calibrating import Calibration
    from atendente_tui.store.quality_reading import ReviewRow

SHORT = 8
"""Letters of a review's id that are shown."""


def percent(share: Fraction | None) -> float | None:
    return None if share is None else round(float(share) * 100, 4)


def review_json(at: Session, row: ReviewRow, revision: int | None = None) -> dict[str, Any]:
    answers = reading.answers(at.read, row.id, revision or row.revision)
    found = score(answers)
    return {
        "id": row.id,
        "ticket": row.ticket_id,
        "protocol": row.protocol,
        "card": row.card,
        "title": row.title,
        "agent": row.agent,
        "reviewer": row.reviewer,
        "calibration": row.calibration,
        "state": row.state,
        "begun": shapes.iso(row.begun, at.zone),
        "finished": None if row.finished is None else shapes.iso(row.finished, at.zone),
        "score": percent(found.whole),
        "critical": percent(found.critical),
        "failed_by": list(found.failed),
        "skills": {name: percent(one) for name, one in found.skills.items()},
        "items": [_item_json(at, one) for one in answers],
        "steps": [
            {
                "kind": one.kind,
                "at": shapes.iso(one.at, at.zone),
                "author": one.author,
                "text": one.text,
                "outbox": one.outbox,
            }
            for one in row.steps
        ],
    }


def _item_json(at: Session, one: Answer) -> dict[str, Any]:
    return {
        "id": one.item.id,
        "title": one.item.title,
        "skill": one.item.skill or None,
        "weight": one.item.weight,
        "points": one.item.points,
        "answered": one.answered,
        "given": one.given,
        "critical": one.item.critical,
        "fatal": one.item.fatal,
        "comment": one.comment,
        "evidence": [key for name in one.evidence if (key := reading.event_key(at.read, name)) is not None],
    }


def review_lines(at: Session, row: ReviewRow) -> Iterator[str]:
    """The whole review, for people; personal data masked."""
    hidden = at.config.privacy.mask
    answers = reading.answers(at.read, row.id, row.revision)
    found = score(answers)
    yield f"{row.title} · {percent_text(found.whole)} · {words.state(row.state)}"
    yield _("{protocol} · about {agent}, by {reviewer}").format(
        protocol=row.protocol, agent=row.agent, reviewer=row.reviewer
    )
    if found.critical is not None:
        yield _("Critical items: {percent}").format(percent=percent_text(found.critical))
    yield ""
    for one in answers:
        yield f"{given_text(one):>14}  {one.item.title} [{one.item.id}]"
        for line in one.comment.split("\n") if one.comment else ():
            yield f"{'':>16}{masked(line, hidden)}"
        for told in evidence_lines(at.read, one.evidence, at):
            yield f"{'':>16}↳ {masked(told, hidden)}"
    for each in row.steps:
        state = f" ({labels.outbox(each.outbox)})" if each.outbox else ""
        yield f"\n{formats.full(each.at, at.zone)} · {words.step(each.kind, each.author)}{state}"
        if each.text:
            yield masked(each.text, hidden)


def evidence_lines(db: Any, evidence: Sequence[str], at: Session) -> Iterator[str]:
    from atendente_tui.store.reading import event

    for name in evidence:
        key = reading.event_key(db, name)
        row = event(db, key) if key is not None else None
        if row is None:
            yield _("an event that is not here")
        else:
            yield f"{formats.full(row.at, at.zone)} · {labels.event(row.kind)} · {row.author}: {row.text[:80]}"


def calibration_json(found: Calibration) -> dict[str, Any]:
    return {
        "card": found.card,
        "reviewers": [one.reviewer for one in found.reviews],
        "items": [
            {
                "id": one.item.id,
                "title": one.item.title,
                "given": {
                    review.reviewer: next(
                        (each.given for each in answers if each.item.id == one.item.id), None
                    )
                    for review, answers in zip(found.reviews, found.answers, strict=True)
                },
            }
            for one in found.answers[0]
        ],
        "pairs": [
            {
                "one": pair.one.reviewer,
                "other": pair.other.reviewer,
                "items": len(pair.agreement.items),
                "agreement": percent(pair.agreement.share),
                "kappa": None if pair.agreement.kappa is None else round(float(pair.agreement.kappa), 4),
                "apart": [each.item for each in pair.agreement.items if not each.same],
            }
            for pair in found.pairs
        ],
    }
