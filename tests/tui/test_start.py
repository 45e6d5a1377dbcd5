"""The way to the first frame is light: nothing on it but Textual, the database and our own small modules."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "pydantic",
    "sqlmodel",
    "sqlalchemy",
    "httpx",
    "keyring",
    "cryptography",
    "typer",
    "yaml",
    "holidays",
    "babel",
    "pathvalidate",
)
FIRST_FRAME = (
    "atendente_tui.i18n",
    "atendente_tui.config",
    "atendente_tui.policies",
    "atendente_tui.store.store",
    "atendente_tui.desk.opening",
    "atendente_tui.tui.boot",
    "atendente_tui.tui.app",
    "atendente_tui.tui.screens.workstation",
)


def test_the_first_frame_imports_nothing_heavy() -> None:
    code = f"""
import importlib, sys
for name in {FIRST_FRAME!r}:
    importlib.import_module(name)
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.split() == []


def test_saying_why_there_is_no_screen_needs_no_textual() -> None:
    code = "import sys, atendente_tui.tui.terminal, atendente_tui.tui.boot; print('textual' in sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.strip() == "False"
