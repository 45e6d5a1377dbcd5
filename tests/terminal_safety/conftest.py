"""The hostile store, built once for each process and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.terminal_safety.strings import MARKUP, corpus
from tests.terminal_safety.world import build


@pytest.fixture(scope="session")
def strings(shared_data: Path) -> list[str]:
    return corpus(shared_data)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, strings: list[str]) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    build(folder, strings)
    return folder


@pytest.fixture(scope="session")
def built_of_markup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where nearly every cell of the screen would be something to click on, were markup read."""
    folder = tmp_path_factory.mktemp("markup")
    marked = [text.replace("{pwn}", str(folder / "pwn")) for text in MARKUP if "@click" in text]
    build(folder, [f"{first} {second}" for first in marked for second in marked * 2])
    return folder


def _copy(source: Path, target: Path) -> Path:
    folder = target / "profile"
    shutil.copytree(source, folder)
    (folder / "config.toml").write_text(
        (source / "config.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    return folder


@pytest.fixture
def profile(built: Path, tmp_path: Path) -> Path:
    return _copy(built, tmp_path)


@pytest.fixture
def profile_of_markup(built_of_markup: Path, tmp_path: Path) -> Path:
    return _copy(built_of_markup, tmp_path)
