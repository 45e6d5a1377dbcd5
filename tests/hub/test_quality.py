# ruff: noqa: F811 - what a test asks for is called as the fixture that was imported
"""A quality review between two workstations at one hub: delivered, disputed, changed, acknowledged; figures alike on both."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from atendente_tui.backends.hub import Hub
from atendente_tui.backends.port import BackendSettings
from atendente_tui.clock import VirtualClock
from atendente_tui.config import BackendConfig, Config
from atendente_tui.desk import owning, quality
from atendente_tui.desk.calibrating import calibrated
from atendente_tui.desk.desk import Desk
from atendente_tui.desk.opening import agent_of, desk_of
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.quality.states import State
from atendente_tui.store import quality_reading as reading
from atendente_tui.store.store import Store
from atendente_tui.sync.once import sync_once
from tests.hub.serving_fixture import Served, served  # noqa: F401 - a fixture
from tests.quality.reviews import VECTOR

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Workstation:
    """Somebody's store, and their desk as the hub's own word about them makes it."""

    def __init__(self, folder: Path, hub: Served, login: str, clock: VirtualClock) -> None:
        self.login, self.hub, self.clock = login, hub, clock
        self.store = Store.open(folder / login, key=None, rules=DEFAULT_RULES, clock=clock)
        self.config = Config(backend=BackendConfig("hub", hub.url), holds={})

    async def sync(self) -> None:
        hub = Hub(BackendSettings("hub", self.hub.url, secret=self.hub.tokens[self.login]))
        try:
            told = await sync_once(
                self.store, hub, backend_name="hub", clock=self.clock, rng=random.Random(1)
            )
        finally:
            await hub.aclose()
        assert (told.error, told.pending, told.refused) == (None, 0, 0)

    @property
    def desk(self) -> Desk:
        with closing(self.store.reader()) as db:
            return desk_of(self.store, agent_of(self.config, db), self.config, self.clock, db)

    def ticket(self, remote: str) -> int:
        with closing(self.store.reader()) as db:
            return int(db.execute("SELECT id FROM ticket WHERE remote_id = ?", (remote,)).fetchone()[0])

    def review(self, review: str) -> reading.ReviewRow | None:
        with closing(self.store.reader()) as db:
            return reading.review(db, review)

    def state(self, review: str) -> State | None:
        found = self.review(review)
        return None if found is None else found.state

    def scores(self) -> list[tuple[str, float, float | None]]:
        with closing(self.store.reader()) as db:
            return [
                tuple(row) for row in db.execute("SELECT item, weight, value FROM qa_scores ORDER BY item")
            ]


@pytest.fixture
def people(served: Served, clock: VirtualClock, tmp_path: Path) -> Iterator[dict[str, Workstation]]:
    served.agent("ana", "loja")
    served.agent("tania", "loja", role="trainer")
    served.agent("tulio", "loja", role="trainer")
    served.agent("saulo", "loja", role="supervisor")
    found = {
        login: Workstation(tmp_path, served, login, clock) for login in ("ana", "tania", "tulio", "saulo")
    }
    yield found
    for one in found.values():
        one.store.close()


def reviewed(at: Workstation, ticket: int, *given: int | None, calibration: bool = False) -> str:
    with closing(at.store.reader()) as db:
        event = db.execute("SELECT remote_id FROM event WHERE kind = 'message' LIMIT 1").fetchone()
    from atendente_tui.quality.evidence import reference

    review = quality.begin(at.desk, ticket, VECTOR, calibration=calibration).result()
    for item, points in zip(VECTOR.items, given, strict=True):
        quality.answer(at.desk, review, item.id, given=points, comment=f"sobre {item.id}").result()
    if event is not None:
        quality.answer(at.desk, review, "dois", evidence=(reference(event[0], None, 0),)).result()
    return quality.finish(at.desk, review).result().id


@SQLITE
async def test_a_review_goes_to_its_agent_and_comes_back(
    served: Served, clock: VirtualClock, people: dict[str, Workstation]
) -> None:
    ana, tania, saulo = people["ana"], people["tania"], people["saulo"]
    remote = served.ticket("loja").remote_id
    for one in (ana, tania, saulo):
        await one.sync()
    owning.claim(ana.desk, ana.ticket(remote)).result()
    await ana.sync()
    await tania.sync()

    for one, code in ((ana, "qa_role"), (saulo, "qa_only_reads")):
        with pytest.raises(Refused, match=code):
            quality.begin(one.desk, one.ticket(remote), VECTOR).result()

    review = reviewed(tania, tania.ticket(remote), 1, 0, 1, None)
    await tania.sync()
    await ana.sync()
    assert ana.review(review) is None, "finished, and nobody was told"

    quality.release(tania.desk, review).result()
    await tania.sync()
    await ana.sync()
    assert ana.state(review) is State.RELEASED
    assert ana.scores() == tania.scores() != []
    with closing(ana.store.reader()) as db:
        assert reading.waiting(db, "ana") == 1
        answers = {one.item.id: one for one in reading.answers(db, review, 1)}
        assert answers["dois"].comment == "sobre dois"
        assert [reading.event_key(db, name) for name in answers["dois"].evidence] != [None]

    quality.dispute(ana.desk, review, "Eu disse: até sexta.").result()
    await ana.sync()
    await tania.sync()
    found = tania.review(review)
    assert found is not None
    assert found.waits_for("tania")
    assert found.steps[-1].text == "Eu disse: até sexta."

    quality.begin_change(tania.desk, review).result()
    quality.answer(tania.desk, review, "dois", given=1).result()
    quality.change(tania.desk, review, "Verdade.").result()
    await tania.sync()
    await ana.sync()
    assert ana.state(review) is State.CHANGED
    assert ana.scores() == tania.scores()
    assert ("dois", 1.0, 1.0) in ana.scores()

    quality.acknowledge(ana.desk, review).result()
    await ana.sync()
    await tania.sync()
    for one in (ana, tania):
        assert one.state(review) is State.ACKNOWLEDGED
        settled = one.review(review)
        assert settled is not None
        assert [step.kind for step in settled.steps] == ["release", "dispute", "change", "acknowledge"]
        assert all(step.outbox is None for step in settled.steps)


@SQLITE
async def test_two_reviewers_are_compared_on_both_workstations(
    served: Served, people: dict[str, Workstation]
) -> None:
    ana, tania, tulio = people["ana"], people["tania"], people["tulio"]
    remote = served.ticket("loja").remote_id
    for one in (ana, tania, tulio):
        await one.sync()
    owning.claim(ana.desk, ana.ticket(remote)).result()
    for one in (ana, tania, tulio):
        await one.sync()
    reviewed(tania, tania.ticket(remote), 1, 0, 1, None, calibration=True)
    await tania.sync()
    await tulio.sync()
    with closing(tulio.store.reader()) as db, pytest.raises(Refused, match="qa_blind"):
        calibrated(db, tulio.desk, tulio.ticket(remote))
    reviewed(tulio, tulio.ticket(remote), 1, 1, 1, None, calibration=True)
    await tulio.sync()
    await tania.sync()
    await ana.sync()
    for one in (tania, tulio):
        with closing(one.store.reader()) as db:
            (pair,) = calibrated(db, one.desk, one.ticket(remote), expert="tania").pairs
        assert (pair.one.reviewer, pair.agreement.share) == ("tania", 0.75)
    with closing(ana.store.reader()) as db:
        assert reading.reviews_with(db, "ana") == []
    assert ana.scores() == tania.scores() == []
