"""Verbs on the real workstation: undo gives words back to the composer, marks are used and cleared."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.builders import customer_change, ticket_change
from tests.tui.verbs_host import HOSTILE, Host, add, host

from atendente_tui.desk import answering, owning
from atendente_tui.domain.change import DirectoryEntry
from atendente_tui.privacy.safe import is_clean
from atendente_tui.tui.app import AtendenteApp
from atendente_tui.tui.screens.bulk import BulkScreen
from atendente_tui.tui.screens.workstation import Workstation

MINE = 3


async def furnished(h: Host) -> Workstation:
    screen = h.app.screen_stack[0]
    assert isinstance(screen, Workstation)
    await h.until(lambda: screen.furnished.is_set() and h.app.warm.is_set())
    return screen


async def test_an_undone_answer_is_back_in_the_composer(tmp_path: Path) -> None:
    async with host(tmp_path, hold=30, make=AtendenteApp) as h:
        screen = await furnished(h)
        answering.reply(h.desk, MINE, "Seu pedido sai hoje.").result()
        h.app.perform("undo")
        await h.until(lambda: screen.composer is not None and screen.composer.text == "Seu pedido sai hoje.")
        assert screen.ticket_id == MINE
        assert "Desfeito" in h.said()


async def test_an_undone_answer_joins_what_is_being_written(tmp_path: Path) -> None:
    async with host(tmp_path, hold=30, make=AtendenteApp) as h:
        screen = await furnished(h)
        composer = screen.composer
        assert composer is not None
        answering.reply(h.desk, MINE, "Seu pedido sai hoje.").result()
        screen.open_ticket(MINE)
        composer.open(MINE, "reply")
        await h.pilot.pause()
        composer.insert("E o frete é por nossa conta.")
        await h.pilot.pause()
        h.app.perform("undo")
        await h.until(lambda: "Seu pedido sai hoje." in composer.text)
        assert "E o frete é por nossa conta." in composer.text


async def test_marks_are_used_by_a_verb_and_cleared_by_it(tmp_path: Path) -> None:
    async with host(tmp_path, make=AtendenteApp) as h:
        screen = await furnished(h)
        screen.queue.set_marks(frozenset({MINE, 4}))
        await h.press("c")
        await h.until(lambda: isinstance(h.app.screen, BulkScreen))
        await h.press("enter")
        await h.until(lambda: "feito" in h.text())
        await h.press("enter")
        await h.until(lambda: h.app.screen is screen)
        assert not screen.queue.marks
        assert h.ticket(4).assignee == "ana"


@pytest.mark.parametrize("verb", ["assign", "team", "tag", "wrap_up", "escalate", "merge", "link", "fact"])
async def test_foreign_words_in_a_form_stay_words(tmp_path: Path, verb: str) -> None:
    async with host(tmp_path) as h:
        kinds = ("agent", "team", "wrap_up", "reason", "tag")
        add(
            h.store,
            *(DirectoryEntry(kind=kind, key=f"{kind}{HOSTILE}", label=f"{kind} {HOSTILE}") for kind in kinds),
            customer_change(1),
            ticket_change(2, subject=f"assunto {HOSTILE}"),
            ticket_change(3, subject=f"outro {HOSTILE}"),
        )
        h.store.write(owning.claim_job(h.desk, 4))
        await h.perform(verb, MINE)
        await h.press("down", "down", "up")
        shown = h.text()
        assert "assunto [/b][@click=app.quit]x[/]" in shown
        assert is_clean(shown)
        assert h.app.is_running


def test_the_verbs_bring_no_heavy_import() -> None:
    """They are loaded while the person already works: frameworks come when a command is given."""
    heavy = ["pydantic", "sqlmodel", "sqlalchemy", "httpx", "keyring", "typer", "yaml", "holidays"]
    program = (
        "import sys\n"
        "from atendente_tui.tui.verbs import creating, knowing, merging, moving, owning, promising, triaging, undoing\n"
        "from atendente_tui.tui.screens import bulk, conflict, outbox, poison, promises, search\n"
        f"print([one for one in {heavy} if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
