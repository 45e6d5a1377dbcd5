"""Calendars and policies that a team shares: below the file's own, in force at once, and tickets judged by them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from atendente_tui.clock import VirtualClock
from atendente_tui.config import Config
from atendente_tui.config_reading import load
from atendente_tui.desk.governing import Governing
from atendente_tui.domain.change import Change, ChangePage, SettingGone, SettingUpsert
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.policies import governed, rules_of
from atendente_tui.store.ingest import apply_changes, apply_in_slices
from atendente_tui.store.rows import SettingRow
from atendente_tui.store.store import Store
from atendente_tui.store.writing import Lane
from tests.builders import BACKEND, NOW, sample_page
from tests.sync.test_service import until

HOURS = 'monday = ["09:00-17:00"]\ntuesday = ["09:00-17:00"]\n'
FAST = 'first = "1min"\nnext = "1min"\nchannels = ["email", "chat", "whatsapp"]\n'
SLOW = 'first = "9d"\nnext = "9d"\nchannels = ["email", "chat", "whatsapp"]\n'


def policy(body: str, key: str = "rapida") -> SettingUpsert:
    return SettingUpsert(kind="sla_policy", key=key, body=body)


def config_of(tmp_path: Path, text: str) -> Config:
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    return load(tmp_path / "own.toml")


def rows(*given: tuple[str, str, str]) -> list[SettingRow]:
    return [SettingRow(*one) for one in given]


# -- merging -------------------------------------------------------------------------------------------------------


def test_nothing_shared_is_the_configuration_alone(tmp_path: Path) -> None:
    assert governed(Config(), ()).rules is DEFAULT_RULES
    own = config_of(tmp_path, '[sla.nossa]\nfirst = "2h"\n')
    assert governed(own, ()).rules == rules_of(own)


def test_the_file_comes_before_what_is_shared_and_that_before_ours(tmp_path: Path) -> None:
    own = config_of(
        tmp_path,
        '[calendars.loja]\nfriday = ["10:00-12:00"]\n[sla.nossa]\nfirst = "2h"\n[sla.rapida]\nfirst = "3h"\ncalendar = "loja"\n',
    )
    found = governed(
        own,
        rows(
            ("calendar", "loja", HOURS),
            ("calendar", "outra", HOURS),
            ("sla_policy", "rapida", FAST),
            ("sla_policy", "vip", FAST + 'calendar = "outra"\n'),
        ),
    )
    assert found.faults == ()
    names = [one.name for one in found.rules.policies]
    assert names[:3] == ["nossa", "rapida", "vip"]
    assert names[3:] == [one.name for one in DEFAULT_RULES.policies]
    assert found.rules.policies[1].first == timedelta(hours=3)
    assert 4 in found.rules.calendars["loja"].hours
    assert 4 not in found.rules.calendars["outra"].hours


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (("sla_policy", "a", 'first = "soon"'), "first"),
        (("sla_policy", "a", 'first = "1h"\ncalendar = "nenhum"'), "nenhum"),
        (("sla_policy", "a", "not toml"), "TOML"),
        (("sla_policy", "a", 'first = "1h"\n[store]\nencryption = "off"'), "store"),
        (("calendar", "a", 'monday = ["25:00-26:00"]'), "monday"),
        (("calendar", "a", 'monday = ["08:00-12:00", "11:00-13:00"]'), "calendar:a"),
        (("calendar", "a", ""), "calendar"),
    ],
)
def test_what_cannot_be_used_is_named_and_stops_nothing_else(row: tuple[str, str, str], named: str) -> None:
    found = governed(Config(), [*rows(row), *rows(("sla_policy", "boa", FAST))])
    assert found.faults
    assert any(named in str(one) for one in found.faults)
    assert f"{row[0]}:{row[1]}" in str(found.faults[0])
    assert found.rules.policies[0].name == "boa"


# -- in force ------------------------------------------------------------------------------------------------------


class Place:
    def __init__(self, path: Path) -> None:
        self.path, self.clock = path, VirtualClock(NOW)
        self.config = Config()
        self.open()

    def open(self) -> None:
        self.store = Store.open(self.path / "store", key=None, rules=rules_of(self.config), clock=self.clock)
        self.governing = Governing(self.store, self.config)

    def shares(self, *changes: Change) -> None:
        apply_in_slices(self.store, ChangePage(changes=changes, cursor="5", caught_up=True), BACKEND)
        assert self.governing.finish(20)

    def ask(self, sql: str) -> list[Any]:
        with closing(self.store.reader()) as db:
            return db.execute(sql).fetchall()

    def states(self) -> dict[str, int]:
        return dict(
            self.ask("SELECT sla_state, count(*) FROM ticket WHERE status IN ('new', 'open') GROUP BY 1")
        )

    def close(self) -> None:
        self.governing.finish(20)
        self.governing.close()
        self.store.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    apply_in_slices(made.store, sample_page(60, events=1), BACKEND)
    assert made.governing.finish(20)
    yield made
    made.close()


def test_a_shared_policy_is_in_force_at_once_and_every_open_ticket_judged_by_it(place: Place) -> None:
    before = place.states()
    place.shares(policy(FAST))
    assert set(place.states()) == {"broken"}
    place.shares(policy(SLOW))
    assert set(place.states()) == {"ok"}
    place.shares(SettingGone(kind="sla_policy", key="rapida"))
    assert place.states() == before


def test_tickets_that_come_with_it_are_judged_by_it(place: Place) -> None:
    place.shares(policy(FAST))
    apply_in_slices(place.store, sample_page(20, first=60, events=1), BACKEND)
    assert set(place.states()) == {"broken"}


def test_what_is_done_keeps_its_judgement(place: Place) -> None:
    done = "SELECT id, sla_state, sla_target FROM ticket WHERE status IN ('solved', 'closed') ORDER BY id"
    before = place.ask(done)
    assert before
    place.shares(policy(FAST))
    assert place.ask(done) == before


def test_faults_are_told_and_the_rest_holds(place: Place) -> None:
    heard: list[str] = []
    place.store.subscribe(heard.extend)
    place.shares(policy(FAST), policy("first = 5", key="quebrada"))
    assert [one.key for one in place.governing.faults] == ["sla.quebrada.first"]
    assert heard.count("rules") == 1
    assert set(place.states()) == {"broken"}
    place.shares(SettingGone(kind="sla_policy", key="quebrada"))
    assert place.governing.faults == ()
    place.shares(SettingUpsert(kind="script", key="oi", body="id: oi\ntitle: Oi\ntext: Oi"))
    assert heard.count("rules") == 2  # a script is no rule


def test_opened_again_the_shared_rules_hold_without_judging_anew(place: Place) -> None:
    place.shares(policy(FAST))
    place.close()
    place.open()
    assert place.governing.finish(20)
    assert place.governing._judging is None
    assert place.store.rules.policies[0].name == "rapida"
    apply_in_slices(place.store, sample_page(20, first=60, events=1), BACKEND)
    assert set(place.states()) == {"broken"}


def test_another_configuration_judges_anew_at_the_next_opening(place: Place, tmp_path: Path) -> None:
    before = place.states()
    place.close()
    place.config = config_of(tmp_path, f"[sla.nossa]\n{SLOW}")
    place.open()
    assert place.governing.finish(20)
    assert set(place.states()) == {"ok"}
    place.close()
    place.config = Config()
    place.open()
    assert place.governing.finish(20)
    assert place.states() == before


def test_cut_short_it_begins_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from atendente_tui.desk import governing

    monkeypatch.setattr(governing, "STEP", 7)
    judged: list[int] = []
    write = place.store.write

    def until_closed(job: Callable[..., Any], *lane: Any) -> Any:
        if judged:
            place.store.close()  # in the middle
        judged.append(1)
        return write(job, *lane)

    place.store.write = until_closed  # type: ignore[method-assign]
    place.store.submit(lambda tx: apply_changes(tx, [policy(FAST)], BACKEND), Lane.SYNC).result()
    until(lambda: place.governing._judging is not None and not place.governing._judging.is_alive())
    place.store.close()
    place.open()
    assert place.governing.finish(20)
    assert set(place.states()) == {"broken"}


def test_changed_again_while_judging_the_last_word_counts(place: Place) -> None:
    for body in (FAST, SLOW, FAST, SLOW):
        page = ChangePage(changes=(policy(body),), cursor="7", caught_up=True)
        apply_in_slices(place.store, page, BACKEND)
    assert place.governing.finish(20)
    until(lambda: set(place.states()) == {"ok"})
    assert place.ask("SELECT value FROM meta WHERE key = 'rules'") == [(place.governing._mark,)]
