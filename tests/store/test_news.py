"""What of a ticket somebody has not seen: judged by what came in, not by when it was written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from tests.builders import NOW, event_change, make_store, sample_page

from atendente_tui.domain.words import AuthorKind, Direction, EventKind
from atendente_tui.store import news
from atendente_tui.store.ingest import apply_page
from atendente_tui.store.keys import SHIFT
from atendente_tui.store.news import BY_KEY, News, Seen
from atendente_tui.store.store import Store

TICKET = "t5"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = make_store(tmp_path, tickets=20)
    yield store
    store.close()


def number(store: Store) -> int:
    with closing(store.reader()) as db:
        return int(db.execute("SELECT id FROM ticket WHERE remote_id = ?", (TICKET,)).fetchone()[0])


def comes(store: Store, *names: str, days: float = 0, **changed: object) -> None:
    """Messages of the customer, some days old."""
    changes = tuple(
        event_change(5, 2, remote_id=name, at=NOW - timedelta(days=days, seconds=n), **changed)
        for n, name in enumerate(names)
    )
    page = sample_page(0).model_copy(update={"changes": changes})
    store.write(lambda tx: apply_page(tx, page, "example"))


def looked(store: Store, until: int | None = None) -> Seen:
    with closing(store.reader()) as db:
        return news.seen(db, number(store), "ana", until=until)


def found(store: Store, known: Seen) -> News:
    with closing(store.reader()) as db:
        return news.news(db, number(store), "ana", known)


@pytest.mark.parametrize("there", [0, BY_KEY - 3, BY_KEY, 3 * BY_KEY])
@pytest.mark.parametrize("days", [0, 0.5, 400])
def test_whatever_comes_in_is_new_wherever_it_stands(store: Store, there: int, days: float) -> None:
    comes(store, *(f"old{n}" for n in range(there)), days=1)
    known = looked(store)
    assert found(store, known) == (0, None)
    comes(store, "a", "b", days=days)
    new = found(store, known)
    assert new.number == 2
    if days < 400 or len(known.keys) < BY_KEY:
        assert new.newest is not None
        with closing(store.reader()) as db:
            row = db.execute("SELECT remote_id FROM event WHERE key = ?", (new.newest,)).fetchone()
        assert row == ("a",)
    assert found(store, looked(store)) == (0, None)


def test_what_came_in_late_is_announced(store: Store) -> None:
    comes(store, "newest", days=0)
    heard: list[str] = []
    store.subscribe(lambda topics: heard.extend(topics))
    comes(store, "late", days=3)
    assert f"ticket:{number(store)}" in heard


def test_what_is_one_s_own_or_says_nothing_is_no_news(store: Store) -> None:
    known = looked(store)
    comes(store, "mine", author_kind=AuthorKind.AGENT, author="ana", direction=Direction.OUTBOUND)
    comes(store, "status", kind=EventKind.FIELD_CHANGE, author_kind=AuthorKind.AGENT, author="bruno")
    assert found(store, known) == (0, None)
    comes(store, "theirs", author_kind=AuthorKind.AGENT, author="bruno", direction=Direction.OUTBOUND)
    assert found(store, known).number == 1


def test_what_an_older_draft_knows_is_everything_up_to_a_key(store: Store) -> None:
    comes(store, "before", days=0.2)
    known = looked(store)
    comes(store, "after", days=0)
    assert looked(store, until=known.newest) == known
    assert found(store, looked(store, until=known.newest)).number == 1
    assert looked(store, until=1 << SHIFT) == (0, (), 0)
