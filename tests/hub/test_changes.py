"""Whatever happens, in whatever pages it is read: in the end a reader has what they may see, and nothing else."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select, update

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.change import ArticleUpsert, EventAppend, Identity, TicketUpsert
from atendente_tui.domain.words import IdentityKind, Status
from atendente_tui.hub import changes, tables
from atendente_tui.hub.cursor import Cursor, CursorGone, CursorInvalid, read_cursor
from atendente_tui.hub.database import Database
from atendente_tui.hub.recording import Recording
from atendente_tui.hub.scope import Actor
from atendente_tui.hub.writer import Writer
from tests.hub.conftest import BEGAN, new_file
from tests.hub.world import Reader, agent, do, opened, person, said
from tests.sizes import sized

TEAMS = ("loja", "entrega", "cobranca")
EVERYTHING = Actor("chefe", "Chefe", "administrator", (), True, 1)
team = st.sampled_from((None, *TEAMS))


def all_of(database: Database) -> tuple[dict[str, TicketUpsert], dict[str, EventAppend]]:
    with database.read() as db:
        tickets = [
            TicketUpsert.model_validate_json(one)
            for one in db.execute(select(tables.ticket.c.body)).scalars()
        ]
        events = [
            EventAppend.model_validate_json(one) for one in db.execute(select(tables.event.c.body)).scalars()
        ]
    return {one.remote_id: one for one in tickets}, {one.remote_id: one for one in events}


class Hub(RuleBasedStateMachine):
    """A hub on SQLite, three readers, one of whom sees other teams every now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        file = new_file(Path(self.folder.name))
        self.database = Database.open(f"sqlite:///{file}", migrate=False)
        self.writer = Writer(self.database, VirtualClock(BEGAN))
        self.writer.start()
        self.tickets: list[str] = []
        self.readers = [
            Reader(self.database, agent(self.database, "ana", "loja"), limit=3),
            Reader(self.database, agent(self.database, "bruno", "loja", "entrega"), limit=2),
            Reader(self.database, agent(self.database, "chefe", all_teams=True), limit=5),
        ]

    def teardown(self) -> None:
        self.writer.stop()
        self.database.close()
        self.folder.cleanup()

    def _known(self, recording: Recording, n: int) -> TicketUpsert:
        found = recording.ticket(int(self.tickets[n % len(self.tickets)]))
        assert found is not None
        return found

    @rule(team=team, status=st.sampled_from((Status.NEW, Status.SOLVED)))
    def open_one(self, team: str | None, status: Status) -> None:
        made = do(self.writer, lambda recording: opened(recording, team=team, status=status))
        self.tickets.append(made.remote_id)

    @rule(n=st.integers(0, 50), team=team)
    def another_of_the_same_customer(self, n: int, team: str | None) -> None:
        def job(recording: Recording) -> str:
            customer = recording.customer(int(self._known(recording, n).customer or 0))
            return opened(recording, team=team, customer=customer).remote_id

        if self.tickets:
            self.tickets.append(do(self.writer, job))

    @rule(n=st.integers(0, 50), times=st.integers(1, 7))
    def write(self, n: int, times: int) -> None:
        def job(recording: Recording) -> None:
            for one in range(times):
                said(recording, self._known(recording, n), f"e {one}")

        if self.tickets:
            do(self.writer, job)

    @rule(n=st.integers(0, 50), team=team)
    def move(self, n: int, team: str | None) -> None:
        if self.tickets:
            do(
                self.writer,
                lambda recording: recording.put_ticket(
                    self._known(recording, n).model_copy(update={"team": team})
                ),
            )

    @rule(n=st.integers(0, 50), there=team, back=team)
    def move_twice_in_one_commit(self, n: int, there: str | None, back: str | None) -> None:
        def job(recording: Recording) -> None:
            for one in (there, back):
                recording.put_ticket(self._known(recording, n).model_copy(update={"team": one}))

        if self.tickets:
            do(self.writer, job)

    @rule(n=st.integers(0, 50), name=st.sampled_from(("Maria", "João", "Zoë")))
    def rename(self, n: int, name: str) -> None:
        def job(recording: Recording) -> None:
            customer = recording.customer(int(self._known(recording, n).customer or 0))
            assert customer is not None
            recording.put_customer(customer.model_copy(update={"name": name}))

        if self.tickets:
            do(self.writer, job)

    @rule(n=st.integers(0, 50))
    def survey(self, n: int) -> None:
        """Something that belongs to a customer and to no ticket."""

        def job(recording: Recording) -> None:
            ticket = self._known(recording, n)
            recording.add_event(
                EventAppend(
                    remote_id="",
                    ticket=None,
                    customer=ticket.customer,
                    at=recording.now,
                    kind="survey_answer",
                    data={"survey": "csat", "score": 5, "of": 5},
                )
            )

        if self.tickets:
            do(self.writer, job)

    @rule(who=st.integers(0, 1), teams=st.sets(st.sampled_from(TEAMS)))
    def see_other_teams(self, who: int, teams: set[str]) -> None:
        reader = self.readers[who]
        reader.actor = agent(self.database, reader.actor.login, *sorted(teams))

    @rule(who=st.integers(0, 2), pages=st.integers(1, 3))
    def read(self, who: int, pages: int) -> None:
        for _n in range(pages):
            self.readers[who].page()

    @rule(who=st.integers(0, 2))
    def read_everything_anew(self, who: int) -> None:
        self.readers[who].page(full=True)

    @rule()
    def all_have_what_they_may_see(self) -> None:
        tickets, events = all_of(self.database)
        for reader in self.readers:
            reader.catch_up()
            mine = {key: one for key, one in tickets.items() if reader.actor.sees(one.team)}
            people = {one.customer for one in mine.values()}
            assert reader.tickets == mine
            assert {key: one for key, one in reader.events.items() if one.ticket is not None} == {
                key: one for key, one in events.items() if one.ticket in mine
            }
            assert {key for key, one in reader.events.items() if one.ticket is None} >= {
                key for key, one in events.items() if one.ticket is None and one.customer in people
            }
            for key in people:
                assert key is not None
                with self.database.read() as db:
                    body = db.execute(
                        select(tables.customer.c.body).where(tables.customer.c.id == int(key))
                    ).scalar_one()
                assert reader.customers[key] == type(reader.customers[key]).model_validate_json(body)

    @invariant()
    def nobody_was_told_what_they_must_not_see(self) -> None:
        seen = set(self.readers[2].tickets)
        assert seen <= set(self.tickets)


TestHub = Hub.TestCase
TestHub.settings = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_a_long_history_comes_in_pages_when_a_ticket_comes_into_sight(
    database: Database, writer: Writer
) -> None:
    reader = Reader(database, agent(database, "ana", "loja"), limit=4)
    reader.catch_up()
    ticket = do(writer, lambda recording: opened(recording, team="entrega"))
    for n in range(20):
        do(writer, lambda recording, n=n: said(recording, ticket, f"e{n}"))
    reader.catch_up()
    assert reader.tickets == {}
    do(writer, lambda recording: recording.put_ticket(ticket.model_copy(update={"team": "loja"})))
    do(writer, lambda recording: said(recording, ticket, "depois"))
    while not reader.page().caught_up:
        assert len(reader.events) <= 30
    assert len(reader.events) == 22
    do(writer, lambda recording: recording.put_ticket(ticket.model_copy(update={"team": "cobranca"})))
    reader.catch_up()
    assert reader.tickets == {}
    assert reader.events == {}


def test_a_walk_takes_live_tickets_first_and_can_be_cut_anywhere(database: Database, writer: Writer) -> None:
    for n in range(130):
        status = Status.SOLVED if n % 3 else Status.OPEN
        made = do(writer, lambda recording, status=status: opened(recording, status=status))
        if n % 10 == 0:
            do(writer, lambda recording, made=made: [said(recording, made, f"{n}") for n in range(9)])
    reader = Reader(database, EVERYTHING, limit=13)
    order: list[TicketUpsert] = []
    while True:
        told = reader.page()
        order += [one for one in told.changes if isinstance(one, TicketUpsert)]
        assert told.total in (None, 130)
        reader = Reader(
            database, EVERYTHING, 13, told.cursor, reader.customers, reader.tickets, reader.events
        )
        if told.caught_up:
            break
    ids = list(dict.fromkeys(int(one.remote_id) for one in order))
    live = [key for key in ids if (key - 1) % 3 == 0]
    assert ids == [*live, *(key for key in ids if key not in live)]
    assert live == sorted(live, reverse=True)
    assert (reader.tickets, reader.events) == all_of(database)


def test_an_event_written_during_a_walk_is_not_missed(database: Database, writer: Writer) -> None:
    tickets = [do(writer, opened) for _n in range(sized(50, 120))]
    reader = Reader(database, EVERYTHING, limit=20)
    reader.page()
    reader.page()
    for ticket in tickets:
        do(writer, lambda recording, ticket=ticket: said(recording, ticket, "no meio"))
    do(writer, opened)
    reader.catch_up()
    assert (reader.tickets, reader.events) == all_of(database)


def test_content_is_told_as_it_is_now(database: Database, writer: Writer) -> None:
    def put(recording: Recording, title: str) -> None:
        recording.put_content("article", "a1", ArticleUpsert(remote_id="a1", title=title, body="x"))

    reader = Reader(database, agent(database, "ana", "loja"))
    do(writer, lambda recording: put(recording, "um"))
    reader.catch_up()
    do(writer, lambda recording: put(recording, "dois"))
    do(writer, lambda recording: put(recording, "dois"))
    with database.read() as db:
        assert db.execute(select(tables.clock.c.seq)).scalar() == 2, "what stands already is no news"
    reader.catch_up()
    assert reader.content["article", "a1"].title == "dois"
    do(writer, lambda recording: recording.drop_content("article", "a1"))
    reader.catch_up()
    assert reader.content["article", "a1"].type == "article_gone"


def test_an_address_stays_with_whom_it_belongs_to(database: Database, writer: Writer) -> None:
    first = do(writer, lambda recording: person(recording, "Maria", "maria@exemplo.com.br"))
    second = do(writer, lambda recording: person(recording, "João", "MARIA@exemplo.com.br"))
    assert do(writer, lambda recording: recording.customer(int(second.remote_id))).identities == ()
    owner = Identity(kind=IdentityKind.EMAIL, value="Maria@Exemplo.com.br")
    assert do(writer, lambda recording: recording.customer_by([owner])) == first


@pytest.fixture
def a_page(database: Database, writer: Writer) -> tuple[Database, Cursor]:
    do(writer, opened)
    reader = Reader(database, EVERYTHING)
    reader.catch_up()
    assert reader.cursor is not None
    return database, read_cursor(reader.cursor)


def test_cursors_of_another_hub_or_of_a_future_end(a_page: tuple[Database, Cursor]) -> None:
    database, cursor = a_page
    for wrong in (cursor._replace(epoch="00000000"), cursor._replace(seq=cursor.seq + 1)):
        with database.read() as db, pytest.raises(CursorGone):
            changes.page(db, EVERYTHING, str(wrong))
    with database.write() as db:
        db.execute(update(tables.state).where(tables.state.c.key == "epoch").values(value="11111111"))
    with database.read() as db, pytest.raises(CursorGone):
        changes.page(db, EVERYTHING, str(cursor))


@pytest.mark.parametrize(
    "wrong", ["", "x", "1.2.3", "é", "A" * 5_000, "MS4y", "'; DROP TABLE log; --", "\ud800"]
)
def test_nonsense_is_no_cursor(wrong: str) -> None:
    with pytest.raises(CursorInvalid):
        read_cursor(wrong)


def test_a_cursor_is_read_as_it_was_written() -> None:
    cursor = Cursor("0a1b2c3d", 7, "out", 123, 1, 45, 67, 8, 9)
    assert read_cursor(str(cursor)) == cursor
    with pytest.raises(CursorInvalid):
        read_cursor(str(cursor) + "A")
