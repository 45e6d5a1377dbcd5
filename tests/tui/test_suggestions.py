"""What may answer the open ticket stands first in the empty library, and the assistant is off unless it is set up."""

from __future__ import annotations

from pathlib import Path

from tests.tui.pane_world import lines_of, world

from atendente_tui.tui.screens.assistant import proposal_lines


async def test_the_empty_box_offers_what_suits_the_ticket_and_says_why(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        one.screen.library.open("")

        def rows() -> list[str]:
            return lines_of(one.screen.library.results)

        await one.until(lambda: any("R Atraso na entrega" in row and "prazo" in row for row in rows()))
        assert rows()[0].strip().startswith("R Atraso na entrega"), "the best one first"
        assert one.screen.composer.text == "", "nothing is inserted by itself"


async def test_without_an_assistant_its_key_says_so_and_does_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        await one.pilot.press("r")
        await one.pilot.press("f12")
        await one.until(lambda: len(one.app._notifications) > 0)
        said = [str(notice.message) for notice in one.app._notifications]
        assert said == ["Nenhum assistente configurado: [assistant], na configuração, diz onde há um."]
        assert one.screen.composer.text == ""


def test_a_proposal_is_told_line_by_line_and_is_safe() -> None:
    shown = [line.text for line in proposal_lines("Oi\nfica\n", "Olá\x1b[31m\nfica", 40)]
    assert "  fica" in shown
    assert "- Oi" in shown
    assert any(one.startswith("+ Olá") for one in shown)
    assert "\x1b" not in "".join(shown)
