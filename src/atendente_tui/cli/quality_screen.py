"""`qa review` on the screen: the store is opened to be written, and what is given goes out with the next sync."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import configuration
from atendente_tui.domain.refusal import Refused

if TYPE_CHECKING:
    from atendente_tui.quality.card import Card


def on_screen(ticket: str, card: Card, *, agent: str | None, calibration: bool) -> int:
    from atendente_tui.desk import quality
    from atendente_tui.store.reading import find_ticket
    from atendente_tui.tui import boot
    from atendente_tui.tui.quality_app import QualityApp
    from atendente_tui.tui.terminal import unfit

    if sentence := unfit():
        say(sentence)
        return Exit.USAGE
    config = configuration()
    boot.calm(low_bandwidth=config.ui.low_bandwidth)
    workplace = boot.open_workplace(config)
    try:
        with closing(workplace.store.reader()) as read:
            ticket_id = find_ticket(read, ticket)
        if ticket_id is None:
            raise Refused("no_such_ticket", found=ticket)
        begun = quality.begin(workplace.desk, ticket_id, card, agent=agent, calibration=calibration).result()
        app = QualityApp(workplace, begun)
        app.run(mouse=config.ui.mouse)
        return app.return_code or Exit.DONE
    finally:
        boot.close(workplace)
