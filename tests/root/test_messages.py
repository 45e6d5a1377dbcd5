"""Every sentence of the code has its translation, and the compiled catalog is the one of the sources."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from atendente_tui import i18n
from atendente_tui.i18n import _

ROOT = Path(__file__).parents[2]


def test_nothing_is_left_untranslated_and_the_catalog_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.messages", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_language_is_the_person_s(monkeypatch: object) -> None:
    assert i18n.choose("pt-BR") == "pt-BR"
    assert _("today") == "hoje"
    assert i18n.choose("en") == "en"
    assert _("today") == "today"
    assert i18n.choose("pt_BR.UTF-8") == "pt-BR"
