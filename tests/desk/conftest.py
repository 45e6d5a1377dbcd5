"""A desk at a real store with twenty tickets, on a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from atendente_tui.clock import VirtualClock
from atendente_tui.desk.desk import Agent, Can, Desk
from atendente_tui.domain.words import Tier
from atendente_tui.store.store import Store
from tests.builders import NOW, make_store

ANA = Agent("ana", "Ana Souza", ("loja",), Tier.N1)


def desk_at(store: Store, **changed: object) -> Desk:
    values: dict[str, object] = {
        "store": store,
        "agent": ANA,
        "rules": store.rules,
        "clock": store.clock,
        "holds": {"default": 10.0, "whatsapp": 5.0},
        "can": Can.everything(),
    }
    return Desk(**(values | changed))  # type: ignore[arg-type]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def store(tmp_path: Path, clock: VirtualClock) -> Iterator[Store]:
    store = make_store(tmp_path, tickets=20, clock=clock)
    yield store
    store.close()


@pytest.fixture
def desk(store: Store) -> Desk:
    return desk_at(store)
