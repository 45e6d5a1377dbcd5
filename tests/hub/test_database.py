"""The hub's two databases have the same tables, and two processes may begin on one at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from atendente_tui.domain.refusal import Refused
from atendente_tui.hub import tables
from atendente_tui.hub.database import Database
from atendente_tui.hub.migrations.running import newest, revision


def test_the_steps_lead_to_the_tables_as_they_are_described(empty_url: str) -> None:
    database = Database.open(empty_url)
    with database.write() as db:
        assert compare_metadata(MigrationContext.configure(db), tables.metadata) == []
        assert revision(db) == newest()
    database.close()


def test_two_that_begin_at_once_make_one_hub(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _n: Database.open(empty_url), range(4)))
    told = set()
    for one in opened:
        with one.read() as db:
            assert len(db.execute(select(tables.clock)).all()) == 1
            told.add(db.execute(select(tables.state.c.value).where(tables.state.c.key == "id")).scalar_one())
        one.close()
    assert len(told) == 1


def test_a_database_of_a_newer_version_is_refused_and_left_alone(empty_url: str) -> None:
    database = Database.open(empty_url)
    with database.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refused) as no:
        Database.open(empty_url)
    assert no.value.code == "hub_schema"
    assert no.value.values == {"found": "9999", "known": newest()}
    with database.read() as db:
        assert revision(db) == "9999"
    database.close()


def test_the_reading_door_does_not_write(database: Database) -> None:
    with database.read() as db, pytest.raises(DBAPIError):
        db.execute(update(tables.clock).values(seq=5))


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "nonsense", "sqlite://", "sqlite:///:memory:", "postgresql+psycopg2://x/y"]
)
def test_other_databases_are_refused_by_name(url: str) -> None:
    with pytest.raises(Refused) as no:
        Database.open(url)
    assert no.value.code == "hub_database"


def test_an_address_is_shown_without_its_password() -> None:
    opened = Database.open("postgresql+psycopg://ana:segredo@127.0.0.1:1/hub", migrate=False)
    assert opened.url == "postgresql+psycopg://ana:***@127.0.0.1:1/hub"
    opened.close()
