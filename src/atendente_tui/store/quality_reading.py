"""What is asked of quality reviews: lists with where each stands, one with its answers, and the tickets a sample is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlcipher3.dbapi2 import Connection

from atendente_tui.quality.card import Item, Needs
from atendente_tui.quality.evidence import COMMAND, LOCAL, REMOTE, named
from atendente_tui.quality.sampling import Candidate
from atendente_tui.quality.scoring import Answer
from atendente_tui.quality.states import WAITS_FOR_AGENT, State, state_of


class StepRow(NamedTuple):
    kind: str
    at: int
    author: str
    text: str
    revision: int | None
    outbox: str | None
    """Where its note stands while it is not settled, None once it is, or where it is somebody else's."""


class ReviewRow(NamedTuple):
    id: str
    ticket_id: int
    protocol: str
    subject: str
    card: str
    title: str
    agent: str
    reviewer: str
    calibration: bool
    begun: int
    finished: int | None
    steps: tuple[StepRow, ...]
    changing: bool
    """Whether there is a draft of other answers."""

    @property
    def state(self) -> State:
        return state_of(self.finished is not None, (one.kind for one in self.steps))

    @property
    def revision(self) -> int:
        """Of the answers that stand."""
        return max([1, *(one.revision for one in self.steps if one.revision is not None)])

    @property
    def at(self) -> int:
        """When something last happened to it."""
        return self.steps[-1].at if self.steps else self.finished or self.begun

    def waits_for(self, login: str) -> bool:
        """Whether it is this person who has to say something now."""
        if self.calibration:
            return False
        if self.state in WAITS_FOR_AGENT:
            return login == self.agent
        return self.state in (State.DRAFT, State.FINISHED, State.DISPUTED) and login == self.reviewer


_REVIEW = (
    "SELECT r.id, r.ticket_id, coalesce(t.protocol, '#' || t.id), t.subject, r.card, r.title, r.agent, r.reviewer,"
    " r.calibration, r.begun, r.finished FROM qa_review r JOIN ticket t ON t.id = r.ticket_id"
)


def review(db: Connection, review_id: str) -> ReviewRow | None:
    row = db.execute(f"{_REVIEW} WHERE r.id = ?", (review_id,)).fetchone()
    return None if row is None else _row(db, row)


def find(db: Connection, text: str) -> list[str]:
    """Ids that begin so."""
    rows = db.execute(
        "SELECT id FROM qa_review WHERE substr(id, 1, ?) = ? ORDER BY id LIMIT 10", (len(text), text)
    )
    return [str(row[0]) for row in rows]


def reviews_with(db: Connection, login: str, *, limit: int = 500) -> list[ReviewRow]:
    """Those this person made, and those about their work that they have been told of; the newest first.

    What somebody compares with others' (calibration) is not among them.
    """
    rows = db.execute(
        f"{_REVIEW} WHERE NOT r.calibration AND (r.reviewer = :login OR (r.agent = :login AND EXISTS (SELECT 1 FROM qa_step s"
        " WHERE s.review = r.id AND s.kind = 'release')))"
        " ORDER BY coalesce((SELECT max(at) FROM qa_step s WHERE s.review = r.id), r.finished, r.begun) DESC, r.id LIMIT :limit",
        {"login": login, "limit": limit},
    ).fetchall()
    return [_row(db, row) for row in rows]


def waiting(db: Connection, login: str) -> int:
    """How many reviews of their work a person has not answered yet."""
    return sum(1 for one in reviews_with(db, login) if one.agent == login and one.waits_for(login))


def reviews_of(db: Connection, ticket_id: int) -> list[ReviewRow]:
    rows = db.execute(f"{_REVIEW} WHERE r.ticket_id = ? ORDER BY r.begun, r.id", (ticket_id,)).fetchall()
    return [_row(db, row) for row in rows]


def draft_of(
    db: Connection, ticket_id: int, card: str, reviewer: str, *, calibration: bool
) -> ReviewRow | None:
    """The review of this ticket by this card that its reviewer has begun and not finished."""
    row = db.execute(
        f"{_REVIEW} WHERE r.ticket_id = ? AND r.card = ? AND r.reviewer = ? AND r.calibration = ? AND r.finished IS NULL",
        (ticket_id, card, reviewer, int(calibration)),
    ).fetchone()
    return None if row is None else _row(db, row)


def _row(db: Connection, row: Sequence[object]) -> ReviewRow:
    steps = tuple(
        StepRow(*one)
        for one in db.execute(
            "SELECT s.kind, s.at, s.author, s.text, s.revision, (SELECT o.state FROM outbox o"
            " WHERE o.command_id = s.command_id AND o.state NOT IN ('confirmed','undone','discarded'))"
            " FROM qa_step s WHERE s.review = ? ORDER BY s.n",
            (row[0],),
        )
    )
    standing = max([1, *(one.revision for one in steps if one.revision is not None)])
    changing = db.execute(
        "SELECT 1 FROM qa_answer WHERE review = ? AND revision > ?", (row[0], standing)
    ).fetchone()
    return ReviewRow._make((*row[:8], bool(row[8]), *row[9:], steps, changing is not None))


def answers(db: Connection, review_id: str, revision: int) -> list[Answer]:
    rows = db.execute(
        "SELECT item, title, weight, skill, points, may_not_apply, critical, fatal, needs, help, answered, given, comment,"
        " evidence FROM qa_answer WHERE review = ? AND revision = ? ORDER BY n",
        (review_id, revision),
    )
    return [
        Answer(
            Item(
                *(row[0], row[1], row[2], row[3], row[4]),
                *(bool(row[5]), bool(row[6]), bool(row[7]), Needs(row[8]), row[9]),
            ),
            bool(row[10]),
            row[11],
            row[12],
            tuple(row[13].split()),
        )
        for row in rows
    ]


def event_key(db: Connection, reference: str) -> int | None:
    """Our key of the event that a review names; None where it is not here."""
    found = named(reference)
    if found is None:
        return None
    kind, name = found
    column = {REMOTE: "remote_id", COMMAND: "command_id", LOCAL: "key"}[kind]
    row = db.execute(f"SELECT key FROM event WHERE {column} = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def candidates(
    db: Connection, since: int, until: int, *, reviewer: str, again: bool = False
) -> list[Candidate]:
    """Tickets solved in that time (ms), but for those the reviewer worked on. `again`: those that were reviewed before, too."""
    rows = db.execute(
        "SELECT t.id, coalesce(t.remote_id, t.protocol, '#' || t.id), coalesce(t.protocol, '#' || t.id),"
        " coalesce(c.agent, t.assignee), c.channel, c.reason, c.solved, coalesce(c.took, 0) / 1000.0, c.reopened,"
        " (SELECT min(5.0 * s.score / s.scale) FROM survey_answers s WHERE s.ticket_id = t.id AND s.kind = 'csat' AND s.scale > 0)"
        " FROM counted_ticket c JOIN ticket t ON t.id = c.ticket_id WHERE c.solved >= :since AND c.solved < :until"
        " AND coalesce(c.agent, t.assignee) IS NOT NULL AND coalesce(c.agent, t.assignee) <> :reviewer"
        " AND t.assignee IS NOT :reviewer AND t.merged_into IS NULL AND (:again OR NOT EXISTS"
        " (SELECT 1 FROM qa_review q WHERE q.ticket_id = t.id AND NOT q.calibration)) ORDER BY t.id",
        {"since": since, "until": until, "reviewer": reviewer, "again": again},
    )
    return [Candidate._make((*row[:8], bool(row[8]), row[9])) for row in rows]


def worker_of(db: Connection, ticket_id: int) -> str | None:
    """Whose work a ticket is: who solved it, else who has it, else who answered last."""
    row = db.execute(
        "SELECT coalesce(c.agent, t.assignee, (SELECT e.author FROM event e WHERE e.ticket_id = t.id AND e.author_kind = 'agent'"
        " AND e.kind IN ('message', 'call') ORDER BY e.key DESC LIMIT 1))"
        " FROM ticket t LEFT JOIN counted_ticket c ON c.ticket_id = t.id WHERE t.id = ?",
        (ticket_id,),
    ).fetchone()
    return None if row is None else row[0]
