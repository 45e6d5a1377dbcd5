"""Too many requests are told to wait, each token for itself; who guesses tokens shuts out nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from secrets import token_urlsafe

import pytest

from atendente_tui.hub.database import Database
from atendente_tui.hub.limits import REMEMBERED, Limits
from tests.hub.serving_fixture import Served, serving

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def strict(database: Database, tmp_path: Path) -> Iterator[Served]:
    """Five requests a minute, and three log-ins that fail."""
    running = serving(database, tmp_path / "files", rate=5, failures=3)
    yield running
    running.stop()


def guess() -> str:
    return f"Bearer atd_{token_urlsafe(32)}"


def test_one_too_many_is_told_when_to_come_again(strict: Served) -> None:
    strict.agent("ana")
    strict.agent("rui")
    ana, rui = strict.client("ana"), strict.client("rui")
    assert [ana.get("me").status_code for _n in range(5)] == [200] * 5
    for answer in (ana.get("me"), ana.get("changes"), ana.post("commands", json={})):
        assert (answer.status_code, answer.json()["error"]) == (429, "rate_limited")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert answer.json()["values"] == {"seconds": int(answer.headers["retry-after"])}
    assert rui.get("me").status_code == 200
    assert ana.get("health").status_code == 200
    strict.token("ana")
    assert strict.client("ana").get("me").status_code == 200, "each token for itself"


def test_guessing_ends_and_who_is_known_goes_on(strict: Served) -> None:
    strict.agent("ana")
    ana, stranger = strict.client("ana"), strict.client()
    assert ana.get("me").status_code == 200
    tried = [stranger.get("me", headers={"Authorization": guess()}) for _n in range(6)]
    assert [one.status_code for one in tried] == [401] * 3 + [429] * 3
    assert 1 <= int(tried[-1].headers["retry-after"]) <= 60
    assert ana.get("me").status_code == 200
    strict.agent("rui")
    assert strict.client("rui").get("me").status_code == 429, "not known from before, so not looked up"


def test_what_was_good_and_is_no_more_counts_as_a_guess(strict: Served) -> None:
    from atendente_tui.hub import tokens

    strict.agent("ana")
    ana = strict.client("ana")
    assert ana.get("me").status_code == 200
    with strict.parts.database.write() as db:
        tokens.revoke(db, strict.token_id("ana"), strict.parts.now())
    assert [ana.get("me").status_code for _n in range(4)] == [401, 401, 401, 429]


def test_a_thousand_guesses_are_looked_up_a_few_times(database_url: str) -> None:
    limits = Limits(failures=30)
    looked_up = 0
    for number in range(1_000):
        if limits.barred("192.0.2.7", f"guess-{number}") is None:
            looked_up += 1
            limits.failed("192.0.2.7", f"guess-{number}")
    assert looked_up <= 60, "at most two windows' worth, if a minute ended meanwhile"
    assert limits.barred("192.0.2.8", "x") is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("", "no address", True),
    ],
)
def test_whose_guesses_are_counted_together(one: str, other: str, same: bool, database_url: str) -> None:
    limits = Limits(failures=1)
    limits.failed(one, "x")
    assert (limits.barred(other, "y") is not None) == same


def test_no_limit_is_no_limit_and_what_is_remembered_is_bounded(database_url: str) -> None:
    limits = Limits(rate=0, failures=0)
    for number in range(REMEMBERED + 10):
        assert limits.asked("a") is None
        limits.failed("192.0.2.7", str(number))
        limits.held(str(number))
    assert limits.barred("192.0.2.7", "x") is None
    assert len(limits._held) == REMEMBERED
