"""Personal data in texts is masked wherever it is drawn, until a reason is on record."""

from __future__ import annotations

from pathlib import Path

from tests.tui.pane_world import history, lines_of, message, world

from atendente_tui.config import Config, PrivacyConfig
from atendente_tui.privacy.masking import LONG, masked
from atendente_tui.tui.asking import LineScreen

SAID = "Meu CPF é 529.982.247-25, ligue (11) 98765-4321 ou maria.o@exemplo.com.br, pedido 88213"
KINDS = PrivacyConfig().mask


async def test_the_history_masks_and_shows_in_full_for_a_reason(tmp_path: Path) -> None:
    async with world(tmp_path, *history(), message(900, "late", 1, SAID)) as one:
        await one.open()
        pane = one.screen.ticket_pane
        text = "\n".join(lines_of(pane.timeline))
        assert "***.982.247-**" in text
        assert "+55 11 9****-4321" in text
        assert "m***@exemplo.com.br" in text
        assert "88213" in text
        assert "529.982" not in text
        copied, _row = next(pane.timeline.copied() for _ in (0,))
        assert "529.982" not in copied
        pane.timeline.focus()
        await one.pilot.press("v")
        await one.until(lambda: isinstance(one.app.screen, LineScreen))
        await one.pilot.press(*"conferir", "enter")
        await one.until(lambda: "529.982.247-25" in "\n".join(lines_of(pane.timeline)))
        await one.pilot.press("v")
        await one.until(lambda: "529.982.247-25" not in "\n".join(lines_of(pane.timeline)))


def test_a_long_text_is_masked_line_by_line() -> None:
    line = "linha sem nada\n"
    text = line * (2 * LONG // len(line)) + SAID + "\n" + "9" * (LONG + 7)
    hidden = masked(text, KINDS)
    assert "529.982" not in hidden
    assert hidden.startswith(line)
    assert hidden.count("\n") == text.count("\n")


def test_nothing_is_masked_where_the_configuration_says_so() -> None:
    assert masked(SAID, ()) == SAID
    assert "529.982" in masked(SAID, ("email",))
    assert Config().privacy.mask == ("cpf", "cnpj", "card", "cvv", "phone", "email", "pix")
