"""A guided script beside the ticket: gone through by keys, kept by ticket and over restarts; macros previewed and undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.desk.guides import TEXT
from tests.tui.shell_world import World, ticket_change, world

from atendente_tui.domain.words import Channel
from atendente_tui.store import outbox, reading
from atendente_tui.tui.asking import ChoiceScreen, LineScreen
from atendente_tui.tui.screens.together import TogetherScreen
from atendente_tui.tui.widgets.guide_pane import GuidePane

SIZES = [(80, 24), (160, 45)]

PROCESS = """reason: entrega/atraso
title: Pedido atrasado
required: [identity_confirmed]
checklist:
  - {id: rastreio, text: Conferir o rastreio}
  - {id: data, text: Dar uma data}
"""
MACRO = """title: Estorno aberto
text: Oi! O estorno foi aberto em {{?Quando}}.
actions:
  - tag: [estorno]
  - status: pending
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name, text in (
        ("scripts/ligacao.yaml", TEXT.strip("\n")),
        ("processes/atraso.yaml", PROCESS),
        ("macros/estorno.yaml", MACRO),
    ):
        file = tmp_path / "data" / name
        file.parent.mkdir(parents=True)
        file.write_text(text, "utf-8")
    return tmp_path


def pane(one: World) -> GuidePane:
    found = one.screen.guide_pane
    assert found is not None
    return found


def at(one: World, step: str) -> Callable[[], bool]:
    def there() -> bool:
        standing = pane(one).standing
        return standing is not None and standing.state.place == step

    return there


async def opened(one: World, n: int = 1) -> int:
    """Open ticket `n`; its id."""
    one.apply(
        *(ticket_change(k, channel=Channel.PHONE, assignee="ana", reason="entrega/atraso") for k in (1, 4))
    )
    ticket_id: int = one.app.read.execute("SELECT id FROM ticket WHERE remote_id = ?", (f"t{n}",)).fetchone()[
        0
    ]
    one.screen.open_ticket(ticket_id)
    await one.until(lambda: pane(one).ticket_id == ticket_id and pane(one).listed is not None)
    return ticket_id


async def begun(one: World) -> None:
    await one.press("G")
    await one.until(lambda: isinstance(one.app.screen, ChoiceScreen))
    await one.press("enter")
    await one.until(at(one, "oi"))
    await one.until(lambda: one.app.focused is pane(one))


@pytest.mark.parametrize("size", SIZES)
async def test_a_call_with_a_branch_is_gone_through_by_keys(data: Path, size: tuple[int, int]) -> None:
    async with world(data, tickets=6, size=size) as one:
        ticket_id = await opened(one)
        await begun(one)
        shown = await one.shows("[Como foi o dia?]")
        assert "Cumprimentar" in shown
        assert "deve ser feito" in shown
        assert "seguir" in shown.splitlines()[-1]
        await one.press("?")
        await one.shows("num roteiro guiado")
        await one.press("escape")
        await one.press("space")
        await one.until(at(one, "quem"))
        await one.press("space")  # a choice must be made
        await one.until(lambda: len(one.app._notifications) > 0)
        await one.press("a")
        await one.until(at(one, "fim"))
        facts = reading.facts(one.app.read, reading.ticket(one.app.read, ticket_id).customer_id)  # type: ignore[union-attr]
        assert "identity_confirmed" in {fact.name for fact in facts}
        shown = await one.shows("Tchau.")
        assert "Confirmou" in shown
        await one.pilot.press("backspace", "backspace", "space", "b")  # at once: taken in their order
        await one.until(at(one, "fora"))


async def test_the_place_is_kept_by_ticket(data: Path) -> None:
    async with world(data, tickets=6, size=(160, 45)) as one:
        first = await opened(one)
        await begun(one)
        await one.press("space")
        await one.until(at(one, "quem"))
        await opened(one, 4)
        await one.until(lambda: pane(one).standing is None)
        one.screen.open_ticket(first)
        await one.until(at(one, "quem"))


async def test_the_place_is_there_after_a_restart(data: Path) -> None:
    async with world(data, tickets=6) as one:
        await opened(one)
        await begun(one)
        await one.press("space")
        await one.until(at(one, "quem"))
    async with world(data) as one:
        await opened(one)
        await one.until(at(one, "quem"))
        await one.press("6")
        await one.shows("Quem fala?")


async def test_its_text_goes_to_the_cursor_with_what_was_asked(data: Path) -> None:
    async with world(data, tickets=6) as one:
        await opened(one)
        await begun(one)
        await one.press("i")
        await one.until(lambda: isinstance(one.app.screen, LineScreen))
        await one.shows("Como foi o dia")
        await one.press(*"bom", "enter")
        composer = one.screen.composer
        assert composer is not None
        await one.until(lambda: "bom" in composer.text)
        assert composer.text.startswith("Olá, ")
        assert one.app.focused is composer.area
        await one.press("ctrl+f")
        await one.until(lambda: one.app.focused is pane(one))
        await one.shows("bom")  # what was answered stays known
        await one.press("l")
        await one.pilot.pause()
        assert not isinstance(one.app.screen, LineScreen)


async def test_leaving_out_what_must_be_done_takes_a_reason(data: Path) -> None:
    async with world(data, tickets=6) as one:
        ticket_id = await opened(one)
        await begun(one)
        await one.press("p")
        await one.until(lambda: isinstance(one.app.screen, LineScreen))
        await one.press("enter")
        assert isinstance(one.app.screen, LineScreen)
        await one.press(*"pressa", "enter")
        await one.until(at(one, "quem"))
        await one.shows("pulado: pressa")
        await one.press("q")
        await one.until(lambda: isinstance(one.app.screen, LineScreen))
        await one.press(*"caiu", "enter")
        await one.until(lambda: pane(one).standing is None)
        (note,) = [
            row for row in outbox.listing(one.app.read, ("held", "queued"), limit=9) if row.type == "note"
        ]
        assert note.ticket_id == ticket_id
        assert "pressa" in note.body
        assert "caiu" in note.body


async def test_the_end_is_previewed_and_done_as_one(data: Path) -> None:
    async with world(data, tickets=6) as one:
        ticket_id = await opened(one)
        await begun(one)
        await one.press("space")
        await one.until(at(one, "quem"))
        await one.press("a")
        await one.until(at(one, "fim"))
        await one.press("enter")
        await one.until(lambda: isinstance(one.app.screen, TogetherScreen))
        shown = await one.shows("etiquetas +ligou")
        assert "resolvido" in shown
        await one.press("enter")
        await one.until(lambda: pane(one).standing is None)
        assert "note" not in {row.type for row in outbox.listing(one.app.read, ("held", "queued"), limit=9)}
        assert reading.ticket(one.app.read, ticket_id).wrap_up == "resolvido"  # type: ignore[union-attr]


async def test_the_list_is_ticked_and_kept(data: Path) -> None:
    async with world(data, tickets=6, size=(160, 45)) as one:
        await opened(one)
        await one.press("6")
        await one.until(lambda: one.app.focused is pane(one))
        await one.shows("[ ] Conferir o rastreio")
        await one.press("enter")
        await one.shows("[x] Conferir o rastreio")
        assert "1 de 2" in one.frame()
        await one.press("down", "down", "enter")  # the fact that is still to be confirmed
        await one.shows("Confirmar um fato")


async def test_solving_says_first_what_the_process_asks_for(data: Path) -> None:
    async with world(data, tickets=6) as one:
        ticket_id = await opened(one)
        await one.press("T")
        await one.shows("Falta confirmar: identidade confirmada.")
        assert "- Conferir o rastreio" in one.frame()
        await one.press("escape")
        await one.press("r")
        await one.press(*"pronto", "ctrl+r")
        await one.shows("Faltam 2 itens da lista")
        assert outbox.listing(one.app.read, ("held", "queued"), limit=9) == []
        await one.press("ctrl+r")
        await one.until(lambda: reading.ticket(one.app.read, ticket_id).status == "solved")  # type: ignore[union-attr]


async def test_a_macro_is_previewed_done_and_taken_back_as_one(data: Path) -> None:
    async with world(data, tickets=6) as one:
        ticket_id = await opened(one)
        before = reading.ticket(one.app.read, ticket_id)
        await one.press("#")
        await one.until(lambda: isinstance(one.app.screen, ChoiceScreen))
        await one.press("enter")
        await one.until(lambda: isinstance(one.app.screen, LineScreen))
        await one.press(*"10/12", "enter")
        await one.until(lambda: isinstance(one.app.screen, TogetherScreen))
        shown = await one.shows("O estorno foi aberto em 10/12.")
        assert "etiquetas +estorno" in shown
        assert outbox.listing(one.app.read, ("held", "queued"), limit=9) == []
        await one.press("enter")
        await one.until(lambda: len(outbox.listing(one.app.read, ("held", "queued"), limit=9)) == 3)
        await one.until(lambda: not isinstance(one.app.screen, TogetherScreen))
        await one.press("u")
        await one.until(lambda: outbox.listing(one.app.read, ("held", "queued"), limit=9) == [])
        after = reading.ticket(one.app.read, ticket_id)
        assert (after.status, after.tags) == (before.status, before.tags)  # type: ignore[union-attr]
        composer = one.screen.composer
        assert composer is not None
        await one.until(lambda: "estorno foi aberto" in composer.text)
