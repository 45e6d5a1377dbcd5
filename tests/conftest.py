"""What every test gets: Portuguese on screen, no configuration, no keyring and no data of the person who runs it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from atendente_tui import i18n

KNOWN: set[threading.Thread] = set()
"""Threads of the test run itself, and those a failure has named already."""
ENDING = 10.0
"""Seconds that those which were told to stop may take."""
SHARED = Path(__file__).parents[2] / "shared"


IN_REAL_TERMINALS = (
    "test_hostile",
    "test_kill",
    "test_start",
    "test_terminal",
    "test_rt_whole_way",
    "test_two_workstations",
    "_tmux",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What drives a whole process through a pseudo-terminal may be run again on a machine that was too busy.

    A leak, a lost text or a doubled answer is no matter of time: it fails every run alike.
    """
    for item in items:
        if any(part in item.nodeid for part in IN_REAL_TERMINALS) and not item.get_closest_marker("flaky"):
            item.add_marker(pytest.mark.flaky(reruns=2))


def pytest_collection_finish() -> None:
    KNOWN.update(threading.enumerate())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """No file leaves a thread at work: five that turned in circles once made everything after them many times slower.

    Idle ones of a pool may stay.
    """
    yield
    if nextitem is None or nextitem.path != item.path:
        idle = ("asyncio_", "ThreadPool", "AnyIO", "Dummy")
        left = {one for one in threading.enumerate() if not one.name.startswith(idle)} - KNOWN
        until = monotonic() + ENDING
        for one in left:
            one.join(max(0.0, until - monotonic()))
        left = {one for one in left if one.is_alive()}
        if left:
            KNOWN.update(left)
            pytest.fail(f"{item.path.name} left running: {', '.join(sorted(one.name for one in left))}")


@pytest.fixture(autouse=True)
def a_world_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (
        "ATENDENTE_TOKEN",
        "ATENDENTE_OTHER_TOKEN",
        "ATENDENTE_STORE_KEY_FILE",
        "ATENDENTE_LANG",
        "NO_COLOR",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ATENDENTE_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("ATENDENTE_DATA", str(tmp_path / "data"))
    i18n.choose("pt-BR")
    yield
    i18n.choose("pt-BR")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real tickets, articles and hostile strings, kept beside the project; in CI they must be there."""
    data = SHARED / "data"
    if not data.is_dir():
        reason = "the test data beside the project (../shared/data) is not here"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return data
