"""Two people at two workstations in real terminals, on one hub: what one does, the other sees; nobody answers twice unawares."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest

from atendente_tui.clock import SystemClock
from atendente_tui.hub.database import Database
from tests.hub.sending import Outside, outside, person
from tests.hub.serving_fixture import Served, serving
from tests.hub.world import Reader, agent
from tests.tmux import Tmux, present, socket_name

ROOT = Path(__file__).parents[2]
LONG = 60.0
if os.environ.get("CI") and not present():
    raise RuntimeError("tmux is not installed, and CI must not go without it")
pytestmark = [
    pytest.mark.skipif(not present(), reason="tmux is not installed"),
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("terminals"),
]
SETTINGS = """
[store]
encryption = "off"

[hold]
default = %d
"""
HOLD = 8
"""Seconds: long enough for the second one to send before the first one's answer leaves."""


@dataclass
class Floor:
    hub: Served
    site: Outside
    ana: Tmux
    bruno: Tmux
    witness: Reader
    """Who only looks what the hub has."""

    def both(self, text: str) -> None:
        for one in (self.ana, self.bruno):
            one.wait_for(text, LONG)


@pytest.fixture
def floor(database: Database, tmp_path: Path) -> Iterator[Floor]:
    hub = serving(database, tmp_path / "files", SystemClock(), rate=0, failures=0)
    with ExitStack() as ends:
        ends.callback(hub.stop)
        for login in ("ana", "bruno"):
            hub.agent(login, "loja")
        ana = ends.enter_context(_workstation(tmp_path / "ana", "ana", hub, (80, 24)))
        bruno = ends.enter_context(_workstation(tmp_path / "bruno", "bruno", hub, (160, 45)))
        for one, name in ((ana, "Ana"), (bruno, "Bruno")):
            one.wait_for("em dia", LONG)
            one.wait_for(f"{name} · N1 loja", LONG)  # who one is and works with, only the hub has said
            one.press("]")
            one.wait_for("[Livres 0]", LONG)
        witness = Reader(database, agent(database, "witness", all_teams=True))
        yield Floor(hub, outside(hub, "site", "whatsapp", "loja"), ana, bruno, witness)


def _workstation(folder: Path, login: str, hub: Served, size: tuple[int, int]) -> Tmux:
    folder.mkdir()
    config = folder / "config.toml"
    config.write_text(SETTINGS % HOLD + f'\n[backend]\nname = "hub"\nurl = "{hub.url}"\n', "utf-8")
    environment = {
        "ATENDENTE_CONFIG": str(config),
        "ATENDENTE_DATA": str(folder / "data"),
        "ATENDENTE_TOKEN": hub.tokens[login],
        "ATENDENTE_LANG": "pt-BR",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT / "src"),
    }
    name = f"{socket_name(folder)}-{login}"
    command = [sys.executable, "-m", "atendente_tui"]
    assert shutil.which("tmux")
    return Tmux(name, command, columns=size[0], rows=size[1], environment=environment)


def answers(floor: Floor) -> list[tuple[str, str]]:
    """Who answered what, as the hub has it."""
    floor.witness.catch_up()
    said = [
        one for one in floor.witness.events.values() if one.kind == "message" and one.author_kind == "agent"
    ]
    return [(one.author, one.text) for one in sorted(said, key=lambda one: int(one.remote_id))]


def test_a_message_shows_in_both_one_claims_and_the_second_answer_sees_what_the_first_said(
    floor: Floor,
) -> None:
    sent = monotonic()
    floor.site.take(
        text="Cadê meu pedido?", subject="Pedido não chegou", customer=person("+5511912345678", "whatsapp")
    )
    floor.both("Pedido não che")
    print(f"a message from outside stood on both screens after {monotonic() - sent:.2f} s")

    for one in (floor.ana, floor.bruno):
        one.press("Enter")
        one.wait_for("Cadê meu pedido?", LONG)
    floor.ana.wait_for("Bruno está vendo", LONG)
    floor.bruno.wait_for("Ana está vendo", LONG)

    for one in (floor.ana, floor.bruno):
        one.press("c")
    lost, won = _outcome(floor)
    holder = "Ana" if won is floor.ana else "Bruno"
    told = lost.wait_for("que chegou primeiro", LONG)  # by one look: it goes away again
    assert holder.lower() in told.split("que chegou primeiro")[0].splitlines()[-1].lower(), told

    for one, text in ((won, "Oi! Seu pedido sai hoje."), (lost, "Oi! Vou verificar.")):
        one.press("r")
        one.wait_for("Responder", LONG)
        one.type(text)
        one.wait_for(text, LONG)
    lost.wait_for("está escrevendo", LONG)
    won.press("C-s")
    won.wait_for("na saída", LONG)
    lost.press("C-s")
    lost.wait_for("na saída", LONG)
    assert answers(floor) == [], "the second one had sent before the first answer left"
    lost.wait_for("não saiu", LONG)
    assert [text for _who, text in answers(floor)] == ["Oi! Seu pedido sai hoje."]

    lost.press("O")
    lost.wait_for("Precisam de você", LONG)
    lost.press("c")
    both = ("m enviar a minha", "+   Oi! Seu pedido sai hoje.", "=   Oi! Vou verificar.")
    lost.wait_for(lambda seen: all(one in seen for one in both), LONG)
    lost.press("m")
    _until(floor, lambda: len(answers(floor)) == 2)
    assert [text for _who, text in answers(floor)] == ["Oi! Seu pedido sai hoje.", "Oi! Vou verificar."]


def test_a_file_goes_from_one_composer_to_the_other_s_disk(floor: Floor, tmp_path: Path) -> None:
    sent = tmp_path / "segunda via.txt"
    sent.write_text("Segunda via do pedido 88571.\n", "utf-8")
    saved = tmp_path / "de bruno"
    saved.mkdir()
    floor.site.take(text="Cadê a nota?", subject="Nota", customer=person("+5511912345678", "whatsapp"))
    for one in (floor.ana, floor.bruno):
        one.wait_for("Nota", LONG)
        one.press("Enter")
        one.wait_for("Cadê a nota?", LONG)
    floor.ana.press("r")
    floor.ana.wait_for("Responder", LONG)
    floor.ana.type("Segue a nota.")
    floor.ana.wait_for("Segue a nota.", LONG)
    floor.ana.press("C-t")
    floor.ana.wait_for("Qual arquivo?", LONG)
    floor.ana.type(str(sent))
    floor.ana.press("Enter")
    floor.ana.wait_for("Anexar este arquivo?", LONG)
    floor.ana.press("Enter")
    floor.ana.wait_for("vai junto", LONG)
    floor.ana.press("C-s")
    floor.bruno.wait_for("Segue a nota.", LONG)
    floor.bruno.wait_for("segunda via.txt", LONG)
    floor.bruno.press("A")
    floor.bruno.wait_for("Salvar", LONG)
    floor.bruno.press("C-u")
    floor.bruno.type(str(saved))
    floor.bruno.press("Enter")
    file = saved / sent.name
    _until(floor, lambda: file.exists() and file.read_bytes() == sent.read_bytes())


def _outcome(floor: Floor) -> tuple[Tmux, Tmux]:
    """Who lost and who won the claim, by the hub's word."""
    found: list[str | None] = []

    def claimed() -> bool:
        floor.witness.catch_up()
        found[:] = [one.assignee for one in floor.witness.tickets.values()]
        return found != [None]

    _until(floor, claimed)
    return (floor.bruno, floor.ana) if found == ["ana"] else (floor.ana, floor.bruno)


def _until(floor: Floor, holds: Callable[[], bool]) -> None:
    limit = monotonic() + LONG
    while not holds():
        assert monotonic() < limit, f"waited in vain:\n{floor.ana.text()}\n{floor.bruno.text()}"
        sleep(0.1)
