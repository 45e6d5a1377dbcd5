"""A review from its first answer to the last word: by whom, what it comes to in the figures, and what undoing leaves."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from atendente_tui.clock import VirtualClock
from atendente_tui.desk import quality, subjects, undoing
from atendente_tui.desk.calibrating import calibrated
from atendente_tui.desk.desk import Agent, Can, Desk
from atendente_tui.desk.quality_sampling import drawn
from atendente_tui.desk.quality_trend import trend
from atendente_tui.domain.change import ChangePage
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import AuthorKind, Direction, EventKind
from atendente_tui.metrics.measuring import measure
from atendente_tui.metrics.scope import Scope, Window
from atendente_tui.quality.notes import Said, written
from atendente_tui.quality.sampling import Rule
from atendente_tui.quality.states import State, Step
from atendente_tui.store import quality_reading as reading
from atendente_tui.store.counting import count_all
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.retaining import Retention
from atendente_tui.store.store import Store
from tests.builders import BACKEND, NOW, event_change
from tests.desk.conftest import desk_at
from tests.quality.reviews import VECTOR

CHEFE = Agent("chefe", "Chefe", ("loja",), supervisor=True)
TICKET = 3
"""One of bruno's."""


@pytest.fixture
def chefe(store: Store) -> Desk:
    return desk_at(store, agent=CHEFE, holds={"default": 10.0})


@pytest.fixture
def bruno(store: Store) -> Desk:
    return desk_at(store, agent=Agent("bruno", "Bruno", ("loja",)), holds={"default": 10.0})


def ticket_of(store: Store, login: str) -> int:
    with closing(store.reader()) as db:
        return int(db.execute("SELECT min(id) FROM ticket WHERE assignee = ?", (login,)).fetchone()[0])


def reviewed(desk: Desk, ticket: int, *points: int | None, calibration: bool = False) -> str:
    review = quality.begin(desk, ticket, VECTOR, calibration=calibration).result()
    for item, given in zip(VECTOR.items, points or (1, 0, 1, None), strict=True):
        quality.answer(desk, review, item.id, given=given, comment="Faltou o prazo.").result()
    return quality.finish(desk, review).result().id


def row(store: Store, review: str) -> reading.ReviewRow:
    with closing(store.reader()) as db:
        found = reading.review(db, review)
    assert found is not None
    return found


def figure(store: Store, clock: VirtualClock) -> float | None:
    now = to_ms(clock.now())
    with closing(store.reader()) as db:
        scope = Scope(Window(now - 86_400_000, now + 1), now=now + 1)
        return measure(db, "qa_score", scope).value


def refusal(call: Any) -> str:
    with pytest.raises(Refused) as refused:
        call.result()
    return refused.value.code


def test_a_review_counts_when_it_is_delivered_and_is_settled_by_both(
    store: Store, clock: VirtualClock, chefe: Desk, bruno: Desk
) -> None:
    ticket = ticket_of(store, "bruno")
    review = reviewed(chefe, ticket)
    assert row(store, review).agent == "bruno"
    assert figure(store, clock) is None, "nobody was told yet"
    assert refusal(quality.acknowledge(bruno, review)) == "qa_state"

    quality.release(chefe, review).result()
    assert figure(store, clock) == 75.0
    with closing(store.reader()) as db:
        assert reading.waiting(db, "bruno") == 1
    assert refusal(quality.release(chefe, review)) == "qa_state"
    assert refusal(quality.acknowledge(chefe, review)) == "qa_not_about_you"
    assert refusal(quality.dispute(bruno, review, " ")) == "reason_missing"

    clock.advance(timedelta(minutes=1))
    quality.dispute(bruno, review, "Eu disse até sexta.").result()
    assert row(store, review).waits_for("chefe")
    assert refusal(quality.uphold(bruno, review, "não")) == "qa_not_supervisor"
    assert refusal(quality.change(chefe, review, "Verdade.")) == "qa_no_change"

    clock.advance(timedelta(minutes=1))
    quality.begin_change(chefe, review).result()
    quality.answer(chefe, review, "dois", given=1).result()
    assert figure(store, clock) == 75.0, "a draft changes nothing"
    change = quality.change(chefe, review, "Verdade.").result()
    assert figure(store, clock) == 100.0
    assert row(store, review).state is State.CHANGED
    undoing.undo(chefe, change.command_id).result()
    assert (row(store, review).state, figure(store, clock)) == (State.DISPUTED, 75.0)
    quality.begin_change(chefe, review).result()
    quality.answer(chefe, review, "dois", given=1).result()
    quality.change(chefe, review, "Verdade.").result()

    clock.advance(timedelta(minutes=1))
    quality.acknowledge(bruno, review).result()
    assert row(store, review).state is State.ACKNOWLEDGED
    assert refusal(quality.dispute(bruno, review, "De novo.")) == "qa_disputed_once"
    with closing(store.reader()) as db:
        assert reading.waiting(db, "bruno") == 0
        assert [one.kind for one in row(store, review).steps] == [
            "release",
            "dispute",
            "change",
            "acknowledge",
        ]


def test_what_is_undone_before_it_leaves_was_never_said(
    store: Store, clock: VirtualClock, chefe: Desk
) -> None:
    review = reviewed(chefe, ticket_of(store, "bruno"))
    sent = quality.release(chefe, review).result()
    undoing.undo(chefe, sent.command_id).result()
    assert row(store, review).state is State.FINISHED
    assert figure(store, clock) is None
    with closing(store.reader()) as db:
        assert db.execute("SELECT count(*) FROM draft").fetchone()[0] == 0, (
            "no note with a machine's line in it"
        )


def test_what_must_be_said_is_named_and_a_draft_goes_on(store: Store, chefe: Desk) -> None:
    ticket = ticket_of(store, "bruno")
    review = quality.begin(chefe, ticket, VECTOR).result()
    quality.answer(chefe, review, "dois", given=0).result()
    with pytest.raises(Refused) as refused:
        quality.finish(chefe, review).result()
    assert refused.value.values == {"answers": "um, tres, quatro", "comments": "dois"}
    assert refusal(quality.answer(chefe, review, "dois", given=None)) == "qa_must_apply"
    assert refusal(quality.answer(chefe, review, "dois", given=2)) == "qa_points"
    assert refusal(quality.answer(chefe, review, "cinco", given=1)) == "no_such_item"
    assert quality.begin(chefe, ticket, VECTOR).result() == review, "the draft there is"
    quality.answer(chefe, review, "um", comment="Cartão 4111 1111 1111 1111").result()
    with closing(store.reader()) as db:
        kept = {one.item.id: one for one in reading.answers(db, review, 1)}
    assert kept["dois"].given == 0
    assert "1111 1111" not in kept["um"].comment
    assert not kept["um"].answered
    quality.discard(chefe, review).result()
    with closing(store.reader()) as db:
        assert reading.review(db, review) is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"agent": Agent("chefe", "Chefe")}, "qa_not_supervisor"),
        ({"agent": Agent("chefe", "Chefe", role="agent", supervisor=True)}, "qa_role"),
        ({"agent": Agent("chefe", "Chefe", role="supervisor")}, "qa_only_reads"),
        ({"agent": CHEFE, "can": Can(frozenset())}, "qa_only_reads"),
    ],
)
def test_who_may_not_is_told_why(store: Store, changed: dict[str, Any], code: str) -> None:
    assert refusal(quality.begin(desk_at(store, **changed), ticket_of(store, "bruno"), VECTOR)) == code


def test_nobody_reviews_their_own(store: Store) -> None:
    ana = desk_at(store, agent=Agent("ana", "Ana", role="trainer"))
    own = ticket_of(store, "ana")
    assert refusal(quality.begin(ana, own, VECTOR)) == "qa_own"
    assert refusal(quality.begin(ana, own, VECTOR, agent="bruno")) == "qa_own"
    with closing(store.reader()) as db:
        free = db.execute("SELECT id FROM ticket WHERE assignee IS NULL").fetchone()[0]
        db.execute("SELECT 1")
    assert quality.begin(ana, free, VECTOR, agent="bruno").result()
    count_all(store)
    bruno = desk_at(store, agent=Agent("bruno", "Bruno", role="trainer"))
    with closing(store.reader()) as db:
        found = drawn(db, bruno, Window(0, to_ms(NOW) + 1), [Rule("random", 1_000)], "1")
        his = {row[0] for row in db.execute("SELECT id FROM ticket WHERE assignee = 'bruno'")}
        solved = db.execute("SELECT count(*) FROM counted_ticket WHERE solved IS NOT NULL").fetchone()[0]
    assert 0 < len(found.chosen) == found.of < solved
    assert not his & {one.candidate.ticket_id for one in found.chosen}


def test_a_note_counts_as_its_author_s_word_only(store: Store, chefe: Desk, bruno: Desk) -> None:
    """Whoever writes such a note by hand speaks for themselves: not for the reviewer, not for the agent."""
    review = reviewed(chefe, ticket_of(store, "bruno"))
    quality.release(chefe, review).result()
    before = row(store, review)
    for n, (author, step) in enumerate(
        (("ana", Step.ACKNOWLEDGE), ("bruno", Step.UPHOLD), ("ana", Step.CHANGE))
    ):
        said = Said(step, f"x{n}", review, "bruno", "vetor", "Vetor", text="palavra")
        _note(store, n, author, written(said))
    _note(store, 9, "bruno", written(Said(Step.RELEASE, "y", "outra", "bruno", "v", "V", ())))
    assert row(store, review) == before
    _note(store, 10, "bruno", written(Said(Step.ACKNOWLEDGE, "z", review)))
    assert row(store, review).state is State.ACKNOWLEDGED
    _note(store, 11, "bruno", written(Said(Step.ACKNOWLEDGE, "z", review)))
    assert len(row(store, review).steps) == 2, "an echo says nothing new"


def _note(store: Store, n: int, author: str, text: str) -> None:
    change = event_change(
        1,
        100 + n,
        kind=EventKind.NOTE,
        author_kind=AuthorKind.AGENT,
        author=author,
        direction=Direction.INTERNAL,
        public=False,
        text=text,
    )
    apply_in_slices(store, ChangePage(changes=(change,), cursor=str(n), caught_up=True), BACKEND)


def test_two_reviewers_are_compared_once_both_are_done(
    store: Store, clock: VirtualClock, chefe: Desk
) -> None:
    ticket = ticket_of(store, "bruno")
    other = desk_at(store, agent=Agent("mestra", "Mestra", role="trainer"), holds={})
    reviewed(other, ticket, 1, 1, 1, None, calibration=True)
    with closing(store.reader()) as db, pytest.raises(Refused, match="qa_blind"):
        calibrated(db, chefe, ticket)
    reviewed(chefe, ticket, 1, 0, 1, None, calibration=True)
    with closing(store.reader()) as db:
        found = calibrated(db, chefe, ticket, expert="mestra")
        text = db.execute("SELECT text FROM event WHERE text LIKE '%atendente-qa%'").fetchone()[0]
    assert "dois" not in text, "what one said is not to be read by chance"
    (pair,) = found.pairs
    assert (pair.one.reviewer, pair.other.reviewer) == ("mestra", "chefe")
    assert pair.agreement.share == 0.75
    assert pair.agreement.kappa is not None
    assert [one.item for one in pair.agreement.items if not one.same] == ["dois"]
    assert figure(store, clock) is None, "a calibration counts nowhere"


def test_a_trend_has_the_time_before_beside_it(store: Store, clock: VirtualClock, chefe: Desk) -> None:
    first = reviewed(chefe, ticket_of(store, "bruno"))
    quality.release(chefe, first).result()
    clock.advance(timedelta(days=7))
    second = reviewed(chefe, ticket_of(store, "bruno"), 1, 1, 1, None)
    quality.release(chefe, second).result()
    now = to_ms(clock.now()) + 1
    window = Window(now - 7 * 86_400_000 + 2, now)
    with closing(store.reader()) as db:
        skills = {one.key: one for one in trend(db, window, "skill")}
        (agent,) = trend(db, window, "agent")
        items = {one.key: one for one in trend(db, window, "item")}
    assert (skills["solving"].value, skills["solving"].before) == (100.0, 0.0)
    assert (agent.key, agent.value, agent.before, agent.reviews) == ("bruno", 100.0, 75.0, 1)
    assert agent.steps[-1] == 100.0
    assert len(agent.steps) <= 7
    assert items["dois"].title == "Dois"
    assert items["quatro"].value is None


def test_erasing_a_person_takes_what_was_written_of_their_tickets(
    store: Store, tmp_path: Path, chefe: Desk
) -> None:
    ticket = ticket_of(store, "bruno")
    review = reviewed(chefe, ticket)
    with closing(store.reader()) as db:
        customer = db.execute("SELECT customer_id FROM ticket WHERE id = ?", (ticket,)).fetchone()[0]
        mail = db.execute(
            "SELECT value FROM identity WHERE customer_id = ? AND kind = 'email'", (customer,)
        ).fetchone()[0]
        elsewhere = db.execute(
            "SELECT id FROM ticket WHERE assignee = 'bruno' AND customer_id <> ?", (customer,)
        ).fetchone()[0]
    other = quality.begin(chefe, elsewhere, VECTOR).result()
    quality.answer(chefe, other, "um", given=1, comment=f"Confundiu com {mail}.").result()
    with closing(store.reader()) as db:
        found = subjects.who(db, "email", mail)
    done, _scrubbed, _files = subjects.erase(chefe, found, Retention(), "pediu")
    assert done["qa_review"] == 1
    assert done["qa_answer"] == 4
    with closing(store.reader()) as db:
        assert reading.review(db, review) is None
        (kept,) = [one for one in reading.answers(db, other, 1) if one.item.id == "um"]
        assert mail not in kept.comment
        assert "Confundiu com" in kept.comment
