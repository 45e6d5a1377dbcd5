"""A day's work with real keys on a real Request Tracker, and what RT itself says of it afterwards.

Real complaints are imported and pushed; in tmux somebody takes the next ticket, reads it, inserts a script, answers,
takes it back, answers again, writes a note, escalates and wraps up. `ATENDENTE_LIVE_ROWS` says how many rows of the
two data sets are brought ("24+6"; `make live` brings 2000+100).
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.live.conftest import LiveRT
from tests.live.working import Profile, Witness, make_profile, own_rt
from tests.tmux import Tmux, present, socket_name

HERE = Path(__file__).parent / "workday"
HOLD = 2
_ROWS = os.environ.get("ATENDENTE_LIVE_ROWS", "24+6")
COMPLAINTS, TICKETS = (int(one) for one in _ROWS.split("+"))
PATIENCE = 60 + 2 * (COMPLAINTS + 2 * TICKETS)
"""Seconds for bringing all of them to RT, which makes about six a second."""
LONG = 30.0

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(300 + 2 * PATIENCE),
    pytest.mark.skipif(not present(), reason="tmux is not installed"),
]
if os.environ.get("CI") and not present():
    raise RuntimeError("tmux is not installed, and CI must not go without it")

SETTINGS = f"""
[agent]
name = "Ana Souza"
teams = ["Support"]

[hold]
default = {HOLD}

[scripts]
folders = ["{HERE / "roteiros"}"]
"""


@dataclass(frozen=True)
class Office:
    rt: LiveRT
    profile: Profile
    witness: Witness


def _first_rows(source: Path, target: Path, count: int) -> None:
    with (
        gzip.open(source, "rt", encoding="utf-8", newline="") as rows,
        target.open("w", encoding="utf-8", newline="") as file,
    ):
        csv.writer(file).writerows(islice(csv.reader(rows), count + 1))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[Office]:
    """A Request Tracker of its own, seeded by the program's own import, and a profile in step with it."""
    folder = tmp_path_factory.mktemp("workday")
    complaints, tickets = folder / "reclamacoes.csv", folder / "tickets.csv"
    _first_rows(shared_data / "consumidor-gov-2014-11" / "reclamacoes.utf8.csv.gz", complaints, COMPLAINTS)
    _first_rows(shared_data / "tickets-multilang" / "tickets.csv.gz", tickets, TICKETS)
    with own_rt(folder / "rt") as rt:
        profile = make_profile(folder / "ana", rt, "agent1", settings=SETTINGS)
        for file, mapping, rows, commands in (
            (complaints, "complaints.toml", COMPLAINTS, COMPLAINTS),
            (tickets, "tickets.toml", TICKETS, 2 * TICKETS),
        ):
            told = profile.atendente("import", file, "--map", HERE / mapping, "--push")
            assert (told["tickets"], told["skipped"], told["queued"]) == (rows, [], commands)
            again = profile.atendente("import", file, "--map", HERE / mapping, "--push")
            assert (again["already"], again["queued"]) == (rows, 0)
        began = time.monotonic()
        told = profile.atendente("sync", "--once", timeout=PATIENCE)
        assert (told["pushed"], told["pending"], told["refused"]) == (COMPLAINTS + 2 * TICKETS, 0, 0), told
        print(
            f"\n{told['pushed']} commands pushed and {told['pulled']} changes pulled in {time.monotonic() - began:.1f} s"
        )
        told = profile.atendente("sync", "--once", timeout=PATIENCE)
        assert (told["pushed"], told["error"]) == (0, None), told
        witness = Witness(rt)
        try:
            yield Office(rt, profile, witness)
        finally:
            witness.close()


def _workstation(office: Office, columns: int, rows: int) -> Tmux:
    name = socket_name(office.profile.folder) + f"-{columns}"
    command = [sys.executable, "-m", "atendente_tui"]
    return Tmux(name, command, columns=columns, rows=rows, environment=office.profile.environment)


def _next_ticket(screen: Tmux) -> int:
    """Take it; RT's number of it, as the screen says."""
    screen.wait_for("próximo")
    screen.wait_for("Roteiros e base")  # the panes that come after the first frame
    screen.press("n")
    seen = screen.wait_for(lambda text: re.search(r"#RT-\d+ ", text) is not None)
    found = re.search(r"#RT-(\d+) ", seen)
    assert found
    return int(found[1])


def _send(screen: Tmux) -> None:
    """Afterwards one is at the ticket, where the next verb is one key away."""
    screen.press("C-s")
    screen.wait_for("desfaz")
    screen.wait_for(lambda text: "r responder" in text.rstrip().split("\n")[-1])  # of a note, too


def _sent(screen: Tmux) -> None:
    """Everything has left and RT has confirmed it."""
    screen.wait_for(
        lambda text: "na saída" not in text and re.search(r"saída 0\b|sai 0\b", text) is not None, LONG
    )


def _still(screen: Tmux) -> None:
    """Every notice has left the screen again: one that stays means that nothing is painted any more."""
    screen.wait_for(lambda text: "▌" not in text)


def _mails(rt: LiveRT, number: int, address: str) -> list[str]:
    """The subjects of what RT mailed to this customer about this ticket, without its number."""
    tag = f"[rt.test #{number}] "
    told = [(to, str(make_header(decode_header(subject)))) for to, subject in rt.mails()]
    return [subject.removeprefix(tag) for to, subject in told if address in to and subject.startswith(tag)]


def _outbox(profile: Profile) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = profile.atendente("outbox", "list")
    return found


def test_a_days_work_at_a_wide_terminal(office: Office) -> None:
    witness = office.witness
    before = len(witness.tickets("id > 0"))
    assert before == COMPLAINTS + TICKETS
    with _workstation(office, 160, 45) as screen:
        number = _next_ticket(screen)
        stood = witness.ticket(number)
        assert stood["Status"] == "new"
        subject = " ".join(stood["Subject"].split())
        # Read: what the customer wrote is on screen, and why this ticket is the one.
        seen = screen.wait_for("por que está aqui?")
        assert subject[:30] in seen
        complaint = " ".join(witness.said(number, "Create")[0].split())
        assert complaint[:40] in seen

        screen.press("s")
        screen.wait_for("Novo prazo combinado")
        screen.type("prazo")
        screen.wait_for("/prazo")
        screen.press("Enter")
        screen.wait_for("Qual é o novo prazo")
        screen.wait_for("1 de 1")
        screen.type("quinta, às 14h")
        screen.press("Enter")
        screen.wait_for(lambda text: "o novo prazo é quinta, às 14h." in text and "rascunho salvo" in text)

        _send(screen)
        pressed = time.monotonic()
        screen.press("u")
        screen.wait_for("Desfeito: responder.")
        print(f"\nundone {time.monotonic() - pressed:.2f} s after it was sent")
        screen.wait_for("o novo prazo é quinta, às 14h.")
        screen.wait_for("^s enviar")  # the key bar of the composer: the words are back under the cursor
        assert [one["state"] for one in _outbox(office.profile) if one["kind"] == "reply"] == []

        screen.press("C-End")
        screen.type(" Abraço!")
        screen.wait_for("Abraço!")
        _send(screen)

        screen.press("o")
        screen.wait_for("Nota interna")
        screen.type("Liguei: o cliente prefere receber por e-mail.")
        screen.wait_for("prefere receber por e-mail.")
        _send(screen)

        screen.press("e")
        screen.wait_for("Para o nível")
        screen.press("Tab")
        screen.type("Escal")
        screen.wait_for("› Escalations")
        screen.press("Tab")
        screen.type("cobrança repetida")
        screen.press("Tab")
        screen.type("segunda via e estorno parcial")
        screen.press("Tab")
        screen.type("pedi que aguarde dois dias")
        screen.wait_for("pedi que aguarde dois dias")
        screen.press("C-s")
        screen.wait_for("Escalado para N2.")

        screen.press("t")
        screen.wait_for("O chamado fica")
        screen.type("entrega/atraso")
        screen.wait_for("entrega/atraso")
        screen.press("C-s")
        screen.wait_for("Tabulado.")
        _sent(screen)
        _still(screen)
        screen.press("C-q")
        assert screen.wait_for_end() == 0

    assert _outbox(office.profile) == []
    ticket = witness.ticket(number)
    assert (ticket["Status"], ticket["Owner"]["Name"]) == ("resolved", "agent1")
    assert ticket["Queue"]["Name"] == "Escalations"
    assert ticket["Priority"] == stood["Priority"]
    assert "tier:N2" in _field(ticket, "Tags")
    replies = witness.said(number, "Correspond")
    assert len(replies) == 1
    assert "o novo prazo é quinta, às 14h." in replies[0]
    assert f"protocolo RT-{number}." in replies[0]
    assert replies[0].rstrip().endswith(" Abraço!")
    comments = witness.said(number, "Comment")
    assert [one for one in comments if not one.startswith("atendente/1 ")] == [
        "Liguei: o cliente prefere receber por e-mail."
    ]
    records = [one.split(" ", 2) for one in comments if one.startswith("atendente/1 ")]
    assert [one[1] for one in records] == ["escalation", "wrapup"]
    packet = json.loads(records[0][2].split("\n")[0])
    assert (packet["reason"], packet["tried"]) == ("cobrança repetida", "segunda via e estorno parcial")
    assert packet["workaround"] == "pedi que aguarde dois dias"
    # One mail for the answer; the others are RT's own, when it was opened and when it was resolved.
    address = ticket["Requestor"][0]["id"]
    mails = _mails(office.rt, number, address)
    assert sorted(one.split(":")[0] for one in mails if one != stood["Subject"]) == ["AutoReply", "Resolved"]
    assert mails.count(stood["Subject"]) == 1
    assert len(witness.tickets("id > 0")) == before


def test_a_shorter_day_at_80_columns(office: Office) -> None:
    witness = office.witness
    with _workstation(office, 80, 24) as screen:
        screen.wait_for("próximo")
        screen.press("n")
        seen = screen.wait_for("por que está aqui?")
        found = re.search(r"#?RT-(\d+)", seen)
        assert found
        number = int(found[1])
        screen.press("r")
        screen.wait_for("^s enviar")
        screen.type("Boa tarde! Já pedi o estorno, chega em dois dias.")
        screen.wait_for("chega em dois dias.")
        _send(screen)
        screen.press("u")
        screen.wait_for("Desfeito: responder.")
        screen.wait_for("chega em dois dias.")
        _send(screen)
        screen.press("o")
        screen.wait_for("Nota interna")
        screen.type("estorno pedido no sistema")
        _send(screen)
        screen.press("p")
        screen.wait_for("Urgência")
        screen.press("C-u")
        screen.type("urgente")
        screen.press("C-s")
        screen.wait_for("Prioridade: urgente.")
        screen.press("T")
        screen.wait_for("Novo estado")
        screen.type("pendente")
        screen.press("C-s")
        screen.wait_for("Estado: pendente.")
        screen.wait_for("pendente")
        _sent(screen)
        _still(screen)
        screen.press("C-q")
        assert screen.wait_for_end() == 0
    ticket = witness.ticket(number)
    assert (ticket["Status"], ticket["Owner"]["Name"]) == ("stalled", "agent1")
    assert (ticket["Queue"]["Name"], ticket["Priority"]) == ("Support", "100")
    assert witness.said(number, "Correspond") == ["Boa tarde! Já pedi o estorno, chega em dois dias."]
    assert witness.said(number, "Comment") == ["estorno pedido no sistema"]
    mails = _mails(office.rt, number, ticket["Requestor"][0]["id"])
    assert mails.count(ticket["Subject"]) == 1


def _field(ticket: dict[str, Any], name: str) -> list[str]:
    return next((one["values"] for one in ticket["CustomFields"] if one["name"] == name), [])
