"""`kill -9` in the middle of typing: the draft is back, at most the last second of it missing."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.tui.pane_world import world

ROOT = Path(__file__).parents[2]


async def test_killed_while_typing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.tui.typing_until_killed", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        typed: list[tuple[float, int]] = []
        for line in child.stdout:
            typed.append((time.monotonic(), int(line)))
            if len(typed) > 70:
                break
        child.kill()
    long_ago = [n for at, n in typed if at < typed[-1][0] - 1.2]
    async with world(tmp_path) as one:
        await one.open()
        composer = one.screen.composer
        words = composer.text.split()
        assert words == [str(n) for n in range(len(words))]
        assert long_ago, "the child typed for too short a time"
        assert len(words) > max(long_ago)
        line, column = composer.area.cursor_location
        assert (line, column) == composer.area.document.end
