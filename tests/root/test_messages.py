"""Every sentence of the code has its translation, and the compiled catalog is the one of the sources."""

from __future__ import annotations

import gettext
import subprocess
import sys
from pathlib import Path

from tools.messages import merged

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


def test_the_catalog_says_what_gettext_would_say() -> None:
    theirs = gettext.translation("atendente", i18n.CATALOGS, ["pt_BR"])
    assert i18n.choose("pt-BR") == "pt-BR"
    for one in merged("pt_BR")[0]:
        if isinstance(one.id, tuple):
            for count in (0, 1, 2, 1_000_000):
                assert i18n.n_(*one.id, count) == theirs.ngettext(*one.id, count)
        elif one.context:
            assert i18n.p_(one.context, one.id) == theirs.pgettext(one.context, one.id)
        elif one.id:
            assert i18n._(one.id) == theirs.gettext(one.id)
    assert i18n._("nobody translated this") == "nobody translated this"
    assert i18n.n_("one", "many", 0) == "many"
    assert i18n._("") == ""
