"""What a team shares: configuration that comes and goes with changes, and who has which ticket open."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.builders import BACKEND, NOW, make_store, sample_page

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.change import (
    Change,
    ChangePage,
    DirectoryEntry,
    DirectoryGone,
    SettingGone,
    SettingUpsert,
)
from atendente_tui.domain.instants import to_ms
from atendente_tui.store import presence, reading
from atendente_tui.store.archive import read_archive, write_archive
from atendente_tui.store.ingest import Applied, apply_in_slices
from atendente_tui.store.rows import PresentRow
from atendente_tui.store.store import Store

SCRIPT = SettingUpsert(kind="script", key="oi", body="id: oi\ntitle: Oi\ntext: Oi!", updated_at=NOW)
CALENDAR = SettingUpsert(kind="calendar", key="loja", body='monday = ["08:00-18:00"]')


def apply(store: Store, *changes: Change) -> Applied:
    return apply_in_slices(store, ChangePage(changes=changes, cursor="9", caught_up=True), BACKEND)


def settings(store: Store, *kinds: str) -> list[tuple[str, str, str]]:
    with closing(store.reader()) as db:
        return [tuple(one) for one in reading.settings(db, *kinds)]


def directory(store: Store, kind: str) -> list[tuple[str, str]]:
    with closing(store.reader()) as db:
        return reading.directory(db, kind)


def heard(store: Store) -> list[str]:
    topics: list[str] = []
    store.subscribe(topics.extend)
    return topics


def test_settings_come_change_and_go(store: Store) -> None:
    topics = heard(store)
    macro = SettingUpsert(kind="macro", key="oi", body="text: a\nactions: []")
    assert apply(store, SCRIPT, CALENDAR, macro).skipped == 0
    assert settings(store, "script", "macro") == [
        ("macro", "oi", "text: a\nactions: []"),
        ("script", "oi", SCRIPT.body),
    ]
    assert topics.count("settings") == 1
    again = apply(store, SCRIPT, CALENDAR, macro)
    assert (again.unchanged, topics.count("settings")) == (3, 1)
    apply(store, SCRIPT.model_copy(update={"body": "outro"}), SettingGone(kind="macro", key="oi"))
    assert settings(store, "script", "macro", "calendar") == [
        ("calendar", "loja", CALENDAR.body),
        ("script", "oi", "outro"),
    ]
    apply(store, SettingGone(kind="macro", key="nunca existiu"))
    assert topics.count("settings") == 2


@pytest.mark.parametrize("reverse", [False, True])
def test_in_one_page_the_later_word_counts(store: Store, reverse: bool) -> None:
    said: list[Change] = [
        SCRIPT,
        SettingGone(kind="script", key="oi"),
        DirectoryEntry(kind="wrap_up", key="troca", label="Troca"),
        DirectoryGone(kind="wrap_up", key="troca"),
    ]
    apply(store, *(reversed(said) if reverse else said))
    assert bool(settings(store, "script")) is reverse
    assert bool(directory(store, "wrap_up")) is reverse


def test_a_name_that_is_gone_is_offered_no_more(store: Store) -> None:
    apply_in_slices(store, sample_page(6), BACKEND)
    before = directory(store, "team")
    assert ("loja", "Loja") in before
    topics = heard(store)
    apply(store, DirectoryGone(kind="team", key="loja"), DirectoryGone(kind="agent", key="ninguém"))
    assert directory(store, "team") == [one for one in before if one[0] != "loja"]
    assert "directory" in topics
    with closing(store.reader()) as db:
        assert db.execute("SELECT count(*) FROM ticket WHERE team = 'loja'").fetchone()[0] > 0


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_an_archive_takes_the_settings_along_and_nobodys_presence(tmp_path: Path, kind: str) -> None:
    store = make_store(tmp_path / "a", tickets=3)
    apply(store, SCRIPT, CALENDAR)
    store.write(lambda tx: presence.keep(tx, "t1", [("bruno", "Bruno", True)], tx.now + 60_000))
    with closing(store.reader()) as db:
        files = write_archive(db, tmp_path / "out", kind)
    store.close()
    assert not [file for file in files if "presence" in file.name]
    assert "Bruno" not in (tmp_path / "out" / f"setting.{kind}").read_text()
    other = make_store(tmp_path / "b")
    done = other.write(lambda tx: read_archive(tx, tmp_path / "out"))
    assert done["setting"] == 2
    assert settings(other, "script", "calendar") == [
        ("calendar", "loja", CALENDAR.body),
        ("script", "oi", SCRIPT.body),
    ]
    other.close()


def people(store: Store, **only: Any) -> list[PresentRow]:
    with closing(store.reader()) as db:
        return presence.present(db, to_ms(store.clock.now()), **only)


def test_who_looks_at_what(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    store = make_store(tmp_path, tickets=3, clock=clock)
    topics = heard(store)
    until = to_ms(NOW) + 60_000

    def tell(ticket: str, *who: tuple[str, str, bool]) -> None:
        store.write(lambda tx: presence.keep(tx, ticket, who, until))

    tell("t1", ("bruno", "Bruno", False), ("carla", "Carla", True))
    tell("t7", ("bruno", "Bruno", True))  # a ticket that is not here yet
    assert people(store) == [PresentRow(2, "carla", "Carla", True), PresentRow(2, "bruno", "Bruno", False)]
    assert topics.count("presence") == 2
    tell("t1", ("carla", "Carla", True), ("bruno", "Bruno", False))  # nothing new
    assert topics.count("presence") == 2
    tell("t1", ("bruno", "Bruno", True))
    assert people(store, ticket_id=2) == [PresentRow(2, "bruno", "Bruno", True)]
    assert people(store, ticket_id=1) == []
    tell("t1")
    assert people(store) == []
    assert topics.count("presence") == 4
    apply_in_slices(store, sample_page(8), BACKEND)
    assert people(store) == [PresentRow(8, "bruno", "Bruno", True)]
    clock.set(NOW.replace(minute=1))
    assert people(store) == []  # nobody said for a minute that they are still there
    store.write(lambda tx: presence.renew(tx, tx.now + 1))
    assert len(people(store)) == 1
    store.write(presence.forget)
    store.write(presence.forget)
    assert people(store) == []
    assert topics.count("presence") == 5
    store.close()
