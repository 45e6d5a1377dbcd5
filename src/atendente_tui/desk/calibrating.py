"""Two reviewers, one ticket, one card: how far they agree. Blind: nobody is shown another's answers before their own are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.domain.refusal import Refused
from atendente_tui.quality.agreement import Agreement, compare
from atendente_tui.quality.scoring import Answer
from atendente_tui.quality.states import State
from atendente_tui.store import quality_reading as reading

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.quality_reading import ReviewRow


class Pair(NamedTuple):
    one: ReviewRow
    other: ReviewRow
    agreement: Agreement


class Calibration(NamedTuple):
    card: str
    reviews: tuple[ReviewRow, ...]
    answers: tuple[tuple[Answer, ...], ...]
    """Of each review, as it was first finished: what was settled in a dispute is no judgement of one's own."""
    pairs: tuple[Pair, ...]
    """Everybody with everybody; with an expert, the expert with each of the others."""


def calibrated(
    db: Connection, desk: Desk, ticket_id: int, card: str | None = None, expert: str | None = None
) -> Calibration:
    """Refused: qa_blind (one's own is not finished), qa_alone (nobody else's is), qa_no_expert, qa_which_card."""
    done = [one for one in reading.reviews_of(db, ticket_id) if _is_done(one)]
    mine = [one for one in done if one.reviewer == desk.agent.login and card in (None, one.card)]
    if not mine:
        raise Refused("qa_blind", who=desk.agent.login)
    cards = {one.card for one in mine}
    shared = {one.card for one in done if one.reviewer != desk.agent.login} & cards
    if not shared:
        raise Refused("qa_alone")
    if len(shared) > 1:
        raise Refused("qa_which_card", allowed=", ".join(sorted(shared)))
    chosen = shared.pop()
    newest: dict[str, ReviewRow] = {}
    for one in done:
        if one.card == chosen:
            newest[one.reviewer] = one
    reviews = tuple(sorted(newest.values(), key=lambda one: (one.reviewer != expert, one.begun, one.id)))
    if expert is not None and expert not in newest:
        raise Refused("qa_no_expert", found=expert, allowed=", ".join(newest))
    answers = tuple(tuple(reading.answers(db, one.id, 1)) for one in reviews)
    pairs = tuple(
        Pair(reviews[a], reviews[b], compare(answers[a], answers[b]))
        for a in range(len(reviews) if expert is None else 1)
        for b in range(a + 1, len(reviews))
    )
    return Calibration(chosen, reviews, answers, pairs)


def _is_done(one: ReviewRow) -> bool:
    return one.state is not State.DRAFT
