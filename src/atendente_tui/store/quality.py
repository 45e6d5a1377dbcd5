"""Quality reviews as they are written: drafts answer by answer, and what notes on a ticket say of finished ones.

A note counts as its author's word only: a review as its reviewer's, a dispute as that of whom it is about. Whatever arrives
twice says nothing new, and what is undone here leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from atendente_tui.quality import notes
from atendente_tui.quality.scoring import Answer
from atendente_tui.quality.states import BY_AGENT, Step
from atendente_tui.store.kept import kept_text

if TYPE_CHECKING:
    from atendente_tui.quality.card import Card
    from atendente_tui.store.writing import Tx

TOPIC = "quality"
_BRINGS = (Step.RELEASE, Step.CHANGE, Step.CALIBRATION)
_ANSWER = (
    "review, revision, item, n, title, help, skill, weight, points, may_not_apply, critical, fatal, needs, answered, given,"
    " comment, evidence"
)


def begin(
    tx: Tx, review: str, ticket_id: int, card: Card, agent: str, reviewer: str, *, calibration: bool
) -> None:
    tx.db.execute(
        "INSERT INTO qa_review (id, ticket_id, card, title, agent, reviewer, calibration, begun) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (review, ticket_id, card.id, card.title, agent, reviewer, int(calibration), tx.now),
    )
    _insert(tx, review, 1, [Answer(item) for item in card.items])
    tx.touch(TOPIC)


def begin_change(tx: Tx, review: str, revision: int) -> None:
    """A draft of other answers, beginning with those there are."""
    names = _ANSWER.replace("revision", "revision + 1")
    tx.db.execute(
        f"INSERT INTO qa_answer ({_ANSWER}) SELECT {names} FROM qa_answer WHERE review = ? AND revision = ?",
        (review, revision),
    )
    tx.touch(TOPIC)


def put(tx: Tx, review: str, revision: int, answer: Answer) -> None:
    """Keep what is said of one item. A card's number in it is kept masked."""
    tx.db.execute(
        "UPDATE qa_answer SET answered = ?, given = ?, comment = ?, evidence = ?"
        " WHERE review = ? AND revision = ? AND item = ?",
        (
            *(int(answer.answered), answer.given, kept_text(answer.comment), " ".join(answer.evidence)),
            *(review, revision, answer.item.id),
        ),
    )
    tx.touch(TOPIC)


def finish(tx: Tx, review: str) -> None:
    tx.db.execute("UPDATE qa_review SET finished = ? WHERE id = ?", (tx.now, review))
    tx.touch(TOPIC)


def drop(tx: Tx, review: str, revision: int) -> None:
    """Throw a draft away: of a change its answers, of a review all of it."""
    if revision > 1:
        tx.db.execute("DELETE FROM qa_answer WHERE review = ? AND revision = ?", (review, revision))
    else:
        tx.db.execute("DELETE FROM qa_review WHERE id = ?", (review,))
    tx.touch(TOPIC)


def lay(tx: Tx, ticket_id: int, at: int, author: str, text: str, command_id: str | None = None) -> str | None:
    """Take in what a note says of a review; the step's id, None where it says nothing or not by whom it should be."""
    said = notes.read(text)
    if said is None:
        return None
    found = tx.db.execute("SELECT agent, reviewer FROM qa_review WHERE id = ?", (said.review,)).fetchone()
    if found is None:
        if said.step not in (Step.RELEASE, Step.CALIBRATION) or author == said.agent:
            return None
        _arrived(tx, said, ticket_id, at, author)
        found = (said.agent, author)
    agent, reviewer = found
    if author != (agent if said.step in BY_AGENT else reviewer):
        return None
    known = tx.db.execute("SELECT 1 FROM qa_step WHERE id = ?", (said.id,)).fetchone()
    if known is None:
        revision = _revision(tx, said) if said.step in _BRINGS else None
        tx.db.execute(
            "INSERT INTO qa_step (n, id, review, at, kind, author, text, revision, command_id)"
            " SELECT 1 + coalesce(max(n), 0), ?, ?, ?, ?, ?, ?, ?, ? FROM qa_step WHERE review = ?2",
            (said.id, said.review, at, said.step, author, kept_text(said.text), revision, command_id),
        )
        _count(tx, said.review)
        tx.touch(TOPIC)
    return said.id


def unlay(tx: Tx, text: str) -> None:
    """Take back what a note of ours had said: it was undone before it left, or thrown away."""
    said = notes.read(text)
    if said is not None and tx.db.execute("DELETE FROM qa_step WHERE id = ?", (said.id,)).rowcount:
        _count(tx, said.review)
        tx.touch(TOPIC)


def _arrived(tx: Tx, said: notes.Said, ticket_id: int, at: int, reviewer: str) -> None:
    tx.db.execute(
        "INSERT INTO qa_review (id, ticket_id, card, title, agent, reviewer, calibration, begun, finished)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(said.review, ticket_id, said.card, said.title, said.agent, reviewer),
            *(int(said.step is Step.CALIBRATION), at, at),
        ),
    )
    _insert(tx, said.review, 1, said.answers)


def _revision(tx: Tx, said: notes.Said) -> int:
    """Of the answers that this note brings: our own draft of them where there is one."""
    if said.step is not Step.CHANGE:
        return 1
    held = tx.db.execute(
        "SELECT 1 + coalesce(max(revision), 0) FROM qa_step WHERE review = ?", (said.review,)
    )
    revision = int(held.fetchone()[0])
    tx.db.execute("DELETE FROM qa_answer WHERE review = ? AND revision = ?", (said.review, revision))
    _insert(tx, said.review, revision, said.answers)
    return revision


def _insert(tx: Tx, review: str, revision: int, answers: Iterable[Answer]) -> None:
    tx.db.executemany(
        f"INSERT INTO qa_answer ({_ANSWER}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [
            (
                *(review, revision, one.item.id, n, one.item.title, one.item.help, one.item.skill),
                *(one.item.weight, one.item.points, int(one.item.may_not_apply), int(one.item.critical)),
                *(int(one.item.fatal), str(one.item.needs), int(one.answered), one.given),
                *(kept_text(one.comment), " ".join(one.evidence)),
            )
            for n, one in enumerate(answers)
        ],
    )


def _count(tx: Tx, review: str) -> None:
    """A review counts in the figures once its agent has been told, by the answers that stand, as of then."""
    tx.db.execute("DELETE FROM qa_scores WHERE review = ?", (review,))
    tx.db.execute(
        "INSERT INTO qa_scores (review, item, ticket_id, agent, at, weight, value, critical, fatal)"
        " SELECT r.id, a.item, r.ticket_id, r.agent,"
        " (SELECT min(at) FROM qa_step WHERE review = r.id AND kind = 'release'),"
        " a.weight, a.given * 1.0 / a.points, a.critical, a.fatal"
        " FROM qa_review r JOIN qa_answer a ON a.review = r.id"
        " WHERE r.id = ? AND NOT r.calibration AND EXISTS (SELECT 1 FROM qa_step WHERE review = r.id AND kind = 'release')"
        " AND a.revision = (SELECT max(revision) FROM qa_step WHERE review = r.id)",
        (review,),
    )
