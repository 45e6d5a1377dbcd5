from __future__ import annotations

from pathlib import Path

import pytest

from tests.metrics.floor import Floor


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    return Floor(tmp_path)
