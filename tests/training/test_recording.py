"""A real ticket becomes a scenario: whatever was planted in it is gone, and what is left passes the check."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sizes import sized

from atendente_tui.clock import VirtualClock
from atendente_tui.desk.answering import reply
from atendente_tui.desk.creating import create
from atendente_tui.desk.desk import Agent, Desk
from atendente_tui.domain.fold import folded
from atendente_tui.domain.identities import plausible_cpf
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.domain.words import Channel
from atendente_tui.i18n import choose
from atendente_tui.store.store import Store
from atendente_tui.training.anonymising import Anonymiser, leaks
from atendente_tui.training.course import START
from atendente_tui.training.library import check_text
from atendente_tui.training.recording import Leaking, recorded

NAMES = ("Quitéria Bevilacqua", "Oswaldo Zanotto", "Iracema Tupinambá", "Jörg Weißmüller")
EACH = sized(10, 500)


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = VirtualClock(START)
    store = Store.open(tmp_path / "store", key=None, rules=DEFAULT_RULES, clock=clock, throwaway=True)
    yield Desk(store, Agent("ana", "Ana Souza"), DEFAULT_RULES, clock)
    store.close()


class Planted(NamedTuple):
    name: str
    cpf: str
    phone: str
    email: str
    order: str

    def in_text(self, text: str) -> str:
        return (
            f"{text}\n\nMeu nome é {self.name}, CPF {self.cpf}, telefone {self.phone}, e-mail {self.email}. "
            f"O pedido é o {self.order}. Att, {self.name.split()[0]}"
        )

    def left(self, text: str) -> list[str]:
        """What of it can still be read."""
        plain, digits = folded(text), re.sub(r"\D", "", text)
        found = [part for part in self.name.split() if re.search(rf"\b{re.escape(folded(part))}\b", plain)]
        found += [self.email] if self.email in text else []
        return found + [one for one in (self.cpf, self.phone, self.order) if re.sub(r"\D", "", one) in digits]


def planted(draw: Random) -> Planted:
    while True:
        digits = f"{draw.randrange(10**11):011}"
        if plausible_cpf(digits):
            break
    name = draw.choice(NAMES)
    return Planted(
        name,
        f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}",
        f"(11) 9{draw.randrange(6000, 9999)}-{draw.randrange(1000, 9999)}",
        f"{folded(name.split()[0])}{draw.randrange(99)}@gmail.com",
        f"{draw.randrange(10**7, 10**8)}",
    )


def texts(path: Path, columns: tuple[str, ...], number: int) -> list[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = []
        for row in csv.DictReader(file):
            said = [row[name].strip() for name in columns]
            rows.append((said[0] or "Chamado", said[1] or said[0]))
            if len(rows) >= number:
                break
    return rows


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("tickets-multilang/tickets.csv.gz", ("subject", "body")),
        ("consumidor-gov-2014-11/reclamacoes.utf8.csv.gz", ("Assunto", "Problema")),
    ],
)
def test_nothing_that_was_planted_in_real_tickets_survives(
    desk: Desk, shared_data: Path, file: str, columns: tuple[str, ...]
) -> None:
    draw = Random(7)
    for subject, body in texts(shared_data / file, columns, EACH):
        one = planted(draw)
        given = create(
            desk,
            customer_name=one.name,
            channel=draw.choice([Channel.EMAIL, Channel.WHATSAPP, Channel.CHAT, Channel.X]),
            subject=f"{subject} {one.order}",
            text=one.in_text(body),
            identities=[("email", one.email), ("cpf", one.cpf)],
        ).result()
        with closing(desk.store.reader()) as db:
            text = recorded(db, given.ticket_id, "gravado")
        assert one.left(text) == [], text
        assert check_text(text, Path("gravado.yaml")) == []


def test_the_same_is_replaced_by_the_same_and_the_talk_goes_on(desk: Desk) -> None:
    given = create(
        desk,
        customer_name="Quitéria Bevilacqua",
        channel=Channel.CHAT,
        subject="Pedido 88213991",
        text="Sou a quiteria. O pedido 88213991 não chegou na Rua das Flores, 123",
    ).result()
    reply(desk, given.ticket_id, "Bom dia!").result()
    with closing(desk.store.reader()) as db:
        text = recorded(db, given.ticket_id, "gravado")
    assert text.count("70001") == 3, "subject, title and talk"
    assert "quiteria" not in folded(text)
    assert "Flores" not in text
    assert "Alex" in text


def test_an_invented_address_is_no_leak_of_a_handle_that_ends_alike() -> None:
    hidden = Anonymiser([])
    text = hidden.text("falem com @example.com. ou joana.prado@gmail.com, ou @joana_p")
    assert "joana" not in text
    assert leaks([text], hidden.originals, []) == []
    assert leaks(["fala @joana_p"], hidden.originals, []) == ["@joana_p"]
    assert leaks(["joana.prado@gmail.com"], hidden.originals, []) == ["joana.prado@gmail.com"]


def test_what_would_leak_is_never_handed_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    given = create(
        desk, customer_name="Quitéria", channel=Channel.CHAT, subject="x", text="aqui é a Quitéria"
    ).result()
    monkeypatch.setattr(Anonymiser, "text", lambda _self, text: text)
    with closing(desk.store.reader()) as db, pytest.raises(Leaking):
        recorded(db, given.ticket_id, "gravado")


@settings(max_examples=sized(30, 2_000), deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.integers(0, 10_000))
def test_planted_data_is_gone_whatever_stands_around_it(before: str, after: str, seed: int) -> None:
    one = planted(Random(seed))
    hidden = Anonymiser([one.name])
    text = hidden.text(f"{before} {one.in_text('')} {after}")
    assert not [left for left in one.left(text) if left not in f"{before}{after}" and not left.isalpha()]
    assert one.email not in text
