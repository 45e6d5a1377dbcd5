from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.builders import NOW, make_store

from atendente_tui.clock import VirtualClock
from atendente_tui.store.store import Store


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def store(tmp_path: Path, clock: VirtualClock) -> Iterator[Store]:
    """An empty store."""
    made = make_store(tmp_path, clock=clock)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with 300 tickets, for tests that only read."""
    made = make_store(tmp_path_factory.mktemp("shop"), tickets=300)
    assert made.wait_indexed()
    yield made
    made.close()
