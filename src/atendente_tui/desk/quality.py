"""Reviewing the quality of a colleague's work: the reviewer's draft, its end, and what goes to and fro about it afterwards.

What is said of a finished review is an internal note on its ticket like any other: one command, sent by the outbox, carried
by every helpdesk, and undone in its hold. `quality.notes` writes and reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from atendente_tui.desk.desk import Agent, Desk, Given, Submitted, give, ticket_of, written
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _, later
from atendente_tui.quality import states
from atendente_tui.quality.evidence import letters
from atendente_tui.quality.scoring import Answer, lacking
from atendente_tui.quality.states import State, Step
from atendente_tui.store import quality
from atendente_tui.store import quality_reading as reading

if TYPE_CHECKING:
    from atendente_tui.quality.card import Card
    from atendente_tui.store.quality_reading import ReviewRow
    from atendente_tui.store.writing import Tx

_MAY = frozenset({"trainer", "administrator"})
"""Roles of a hub that write and are over others. Its supervisors only read."""


def may_review(desk: Desk) -> Refused | None:
    """Why this person may review nobody; None where they may."""
    who: Agent = desk.agent
    if who.role == "supervisor" or "note" not in desk.can.commands | desk.can.local_only:
        return Refused("qa_only_reads", login=who.login)
    if who.role and who.role not in _MAY:
        return Refused("qa_role", login=who.login, role=who.role)
    if not who.role and not who.supervisor:
        return Refused("qa_not_supervisor", login=who.login)
    return None


def begin(
    desk: Desk, ticket_id: int, card: Card, *, agent: str | None = None, calibration: bool = False
) -> Future[str]:
    """The review's id: of the draft there is, else of a new one. `agent`: whose work, None for who worked on the ticket.

    Refused: see `may_review`; qa_nobody, qa_own, ticket_unknown, ticket_merged.
    """
    given = desk.given()

    def job(tx: Tx) -> str:
        _reviewer(desk)
        ticket = ticket_of(tx, ticket_id)
        found = reading.draft_of(tx.db, ticket_id, card.id, desk.agent.login, calibration=calibration)
        if found is not None:
            return found.id
        whose = agent or reading.worker_of(tx.db, ticket_id)
        if not whose:
            raise Refused("qa_nobody", found=ticket.protocol)
        if desk.agent.login in (whose, ticket.assignee):
            raise Refused("qa_own", found=ticket.protocol)
        if calibration and (done := _calibrated(tx, desk, ticket_id, card.id)):
            raise Refused("qa_calibrated", found=done.protocol)
        review = letters(given.id.bytes[::-1])  # what differs comes first: people give the beginning
        if not desk.dry:
            quality.begin(tx, review, ticket_id, card, whose, desk.agent.login, calibration=calibration)
        return review

    return desk.do(job)


def answer(desk: Desk, review_id: str, item: str, **said: Any) -> Future[None]:
    """Keep what is said of an item of one's own draft: any of `given` (points, None where it does not apply), `comment`,
    `evidence` (references), or `answered=False` to take the answer back.

    Refused: no_such_review, qa_state, no_such_item, qa_points, qa_must_apply.
    """

    def job(tx: Tx) -> None:
        row, revision = _drafted(tx, desk, review_id)
        answers = reading.answers(tx.db, row.id, revision)
        one = next((each for each in answers if each.item.id == item), None)
        if one is None:
            raise Refused("no_such_item", found=item, allowed=", ".join(each.item.id for each in answers))
        new = replace(one, **said)
        if "given" in said:
            new = replace(new, answered=True)
        if not new.answered:
            new = replace(new, given=None)
        elif new.given is None and not one.item.may_not_apply:
            raise Refused("qa_must_apply", found=item)
        elif new.given is not None and not 0 <= new.given <= one.item.points:
            raise Refused("qa_points", item=item, found=new.given, points=one.item.points)
        if not desk.dry:
            quality.put(tx, row.id, revision, new)

    return desk.do(job)


def finish(desk: Desk, review_id: str) -> Future[ReviewRow]:
    """End a draft. A calibration is told to the others by a note that says no more than that, to people.

    Refused: no_such_review, qa_state, qa_lacking (answers, comments).
    """
    given = desk.given()

    def job(tx: Tx) -> ReviewRow:
        row, revision = _drafted(tx, desk, review_id)
        if revision > 1:
            raise Refused("qa_state", review_state=row.state)
        answers = reading.answers(tx.db, row.id, revision)
        _whole(answers)
        if not desk.dry:
            quality.finish(tx, row.id)
            if row.calibration:
                _say(tx, desk, given, row, Step.CALIBRATION, answers=answers)
        return _review(tx, row.id)

    return desk.do(job)


def discard(desk: Desk, review_id: str) -> Future[None]:
    """Throw one's own draft away. Refused: no_such_review, qa_state."""

    def job(tx: Tx) -> None:
        row, revision = _drafted(tx, desk, review_id)
        if not desk.dry:
            quality.drop(tx, row.id, revision)

    return desk.do(job)


def release(desk: Desk, review_id: str) -> Future[Submitted]:
    """Tell the agent. Refused: no_such_review, qa_state, qa_not_yours."""
    return _saying(desk, review_id, Step.RELEASE)


def acknowledge(desk: Desk, review_id: str, text: str = "") -> Future[Submitted]:
    """The agent has read it. Refused: no_such_review, qa_state, qa_not_about_you."""
    return _saying(desk, review_id, Step.ACKNOWLEDGE, text)


def dispute(desk: Desk, review_id: str, why: str) -> Future[Submitted]:
    """The agent sees it differently, once. Refused: as above; reason_missing, qa_disputed_once."""
    return _saying(desk, review_id, Step.DISPUTE, why)


def uphold(desk: Desk, review_id: str, why: str) -> Future[Submitted]:
    """The reviewer stays with it. Refused: as above; reason_missing."""
    return _saying(desk, review_id, Step.UPHOLD, why)


def begin_change(desk: Desk, review_id: str) -> Future[str]:
    """A draft of other answers to a disputed review; the one there is, where there is one."""

    def job(tx: Tx) -> str:
        _reviewer(desk)
        row = _review(tx, review_id)
        _allowed(desk, row, Step.CHANGE)
        if not row.changing and not desk.dry:
            quality.begin_change(tx, row.id, row.revision)
        return row.id

    return desk.do(job)


def change(desk: Desk, review_id: str, why: str) -> Future[Submitted]:
    """Tell the agent the other answers. Refused: as above; qa_no_change, qa_lacking."""
    return _saying(desk, review_id, Step.CHANGE, why)


def draft_revision(row: ReviewRow) -> int:
    """Of the answers that are being written, else of those that stand."""
    return row.revision + 1 if row.changing else row.revision


# -- what they share ---------------------------------------------------------------------------------------------


def _saying(desk: Desk, review_id: str, step: Step, text: str = "") -> Future[Submitted]:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        row = _review(tx, review_id)
        if step not in states.BY_AGENT:
            _reviewer(desk)
        _allowed(desk, row, step)
        words = written(text, "reason_missing") if step in _WITH_WORDS else text.strip()
        answers: Sequence[Answer] = ()
        if step is Step.CHANGE:
            if not row.changing:
                raise Refused("qa_no_change")
            answers = reading.answers(tx.db, row.id, row.revision + 1)
            _whole(answers)
        elif step is Step.RELEASE:
            answers = reading.answers(tx.db, row.id, row.revision)
        return _say(tx, desk, given, row, step, words, answers)

    return desk.do(job)


_WITH_WORDS = frozenset({Step.DISPUTE, Step.UPHOLD, Step.CHANGE})


def _say(
    tx: Tx,
    desk: Desk,
    given: Given,
    row: ReviewRow,
    step: Step,
    text: str = "",
    answers: Sequence[Answer] = (),
) -> Submitted:
    """The note, as a command of its own."""
    from atendente_tui.domain import command
    from atendente_tui.quality import notes
    from atendente_tui.store.kept import kept_text

    said = notes.Said(
        step, letters(given.id.bytes), row.id, row.agent, row.card, row.title, tuple(answers), kept_text(text)
    )
    words = notes.written(said, _events(tx, desk, answers))
    return give(tx, desk, command.Note(**given.on(row.ticket_id), text=words))


def _events(tx: Tx, desk: Desk, answers: Sequence[Answer]) -> Mapping[str, str]:
    """Words for each event that is named: when it was and whose, enough to find it on the timeline."""
    from zoneinfo import ZoneInfo

    from atendente_tui import formats, labels
    from atendente_tui.store.reading import event

    zone = ZoneInfo(desk.zone)
    found: dict[str, str] = {}
    for name in {name for one in answers for name in one.evidence}:
        key = reading.event_key(tx.db, name)
        row = event(tx.db, key) if key is not None else None
        if row is not None:
            who = row.author if row.author_kind == "agent" else _(_SPEAKERS.get(row.author_kind, "system"))
            found[name] = f"{formats.full(row.at, zone)} · {labels.event(row.kind)} · {who}"
    return found


_SPEAKERS = {"customer": later("customer"), "bot": later("bot")}


def _reviewer(desk: Desk) -> None:
    if (refused := may_review(desk)) is not None:
        raise refused


def _review(tx: Tx, review_id: str) -> ReviewRow:
    row = reading.review(tx.db, review_id)
    if row is None:
        raise Refused("no_such_review", found=review_id)
    return row


def _drafted(tx: Tx, desk: Desk, review_id: str) -> tuple[ReviewRow, int]:
    """One's own review that is being written, and the revision that is."""
    _reviewer(desk)
    row = _review(tx, review_id)
    if row.reviewer != desk.agent.login:
        raise Refused("qa_not_yours", who=row.reviewer)
    if row.state is not State.DRAFT and not row.changing:
        raise Refused("qa_state", review_state=row.state)
    return row, draft_revision(row)


def _allowed(desk: Desk, row: ReviewRow, step: Step) -> None:
    if step in states.BY_AGENT:
        if row.agent != desk.agent.login:
            raise Refused("qa_not_about_you", who=row.agent)
    elif row.reviewer != desk.agent.login:
        raise Refused("qa_not_yours", who=row.reviewer)
    if row.calibration:
        raise Refused("qa_calibration")
    states.check(step, row.state, (one.kind for one in row.steps))


def _whole(answers: Sequence[Answer]) -> None:
    missing = lacking(answers)
    if missing:
        raise Refused(
            "qa_lacking",
            answers=", ".join(item.id for item, what in missing if what == "answer") or "—",
            comments=", ".join(item.id for item, what in missing if what == "comment") or "—",
        )


def _calibrated(tx: Tx, desk: Desk, ticket_id: int, card: str) -> ReviewRow | None:
    return next(
        (
            one
            for one in reading.reviews_of(tx.db, ticket_id)
            if one.calibration
            and one.finished is not None
            and (one.card, one.reviewer) == (card, desk.agent.login)
        ),
        None,
    )
