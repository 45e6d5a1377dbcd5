"""Draw the pictures of the quality review: the shipped scenario and the shipped card, on the real screens.

python -m tools.quality_screens
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

from atendente_tui import i18n
from atendente_tui.backends.demo import DemoBackend
from atendente_tui.backends.port import BackendSettings
from atendente_tui.clock import VirtualClock
from atendente_tui.config import Config
from atendente_tui.desk import quality
from atendente_tui.desk.desk import Agent, Can, Desk
from atendente_tui.desk.scorecards import card_named
from atendente_tui.desk.scratch import start_of
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.quality.evidence import reference
from atendente_tui.store import reading
from atendente_tui.store.store import Store
from atendente_tui.sync.only_reading import ReadingOnly
from atendente_tui.sync.pulling import pull
from atendente_tui.tui.app import AtendenteApp
from atendente_tui.tui.screens.quality_inbox import QualityBoard
from atendente_tui.tui.screens.quality_review import ReviewScreen
from atendente_tui.tui.workplace import Workplace

TARGET = Path(__file__).parent.parent / "docs" / "screens"
SIZES = ((160, 45), (80, 24))
MOMENT = 0.2
TICKET = "2026-004821"
CHEFE = Agent("chefe", "Chefe", ("Varejo",), supervisor=True)
SAID: tuple[tuple[str, int | None, str], ...] = (
    ("acolhimento", 1, ""),
    ("escuta", 2, "Retomou o pedido certo, mas não reconheceu a espera."),
    ("nao-repete", 0, "Pediu de novo o número do pedido, que estava na primeira mensagem."),
    ("identidade", None, ""),
    ("informacao", 2, ""),
)
REST = (
    ("solucao", 1),
    ("prazo", 1),
    ("alternativa", None),
    ("registro", 1),
    ("linguagem", 1),
    ("respeito", 1),
)


def main() -> int:
    i18n.choose("pt-BR")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(drawn(Path(folder)))
    return 0


async def drawn(folder: Path) -> None:
    clock = VirtualClock(start_of(None))
    store = Store.open(folder, key=None, rules=DEFAULT_RULES, clock=clock)
    try:
        await pull(store, ReadingOnly(DemoBackend(BackendSettings("demo", ""), clock=clock)), "demo")
        config = Config()
        desk = Desk(store, CHEFE, DEFAULT_RULES, clock, {}, Can.everything())
        place = Workplace(store, desk, config, clock, ZoneInfo(config.ui.zone))
        review = begun(desk, folder)
        for size in SIZES:
            await _drawn(place, ReviewScreen(review), "avaliacao", size)
        settled(desk, review)
        for size in SIZES:
            await _drawn(place, QualityBoard(), "avaliacoes", size)
    finally:
        store.close()


def begun(desk: Desk, folder: Path) -> str:
    """A review half way through."""
    with desk.store.reader() as db:
        ticket = reading.find_ticket(db, TICKET) or 1
        event = next(one for one in reading.timeline(db, ticket) if one.kind == "message")
    review = quality.begin(desk, ticket, card_named(folder, None), agent="ana").result()
    for item, given, comment in SAID:
        quality.answer(desk, review, item, given=given, comment=comment).result()
    shown = (reference(event.remote_id, event.command_id, event.key),)
    quality.answer(desk, review, "nao-repete", evidence=shown).result()
    return review


def settled(desk: Desk, review: str) -> None:
    """The same one delivered and disputed."""
    for item, given in REST:
        quality.answer(desk, review, item, given=given).result()
    quality.finish(desk, review).result()
    quality.release(desk, review).result()
    ana = desk._replace(agent=Agent("ana", "Ana"))
    quality.dispute(ana, review, "O número que veio primeiro era de outro pedido.").result()


async def _drawn(
    place: Workplace, screen: ReviewScreen | QualityBoard, name: str, size: tuple[int, int]
) -> None:
    app = AtendenteApp(place)
    async with app.run_test(size=size) as pilot:
        await app.push_screen(screen)
        await pilot.pause(MOMENT * 3)
        if isinstance(screen, ReviewScreen):
            await pilot.press("down", "down")
            await pilot.pause(MOMENT)
        app.clear_notifications()
        await pilot.pause(MOMENT)
        picture = app.export_screenshot(title="Atendente")
        (TARGET / f"{name}-{size[0]}x{size[1]}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
