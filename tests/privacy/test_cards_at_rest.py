"""No card's number is ever on the disk: planted on every way into the store, looked for in every byte of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.builders import BACKEND, NOW, customer_change, event_change, make_store, ticket_change
from tests.desk.conftest import desk_at
from tests.privacy.labelled import card_number, grouped_card
from tests.privacy.searching_bytes import digits_in

from atendente_tui import crash, paths
from atendente_tui.clock import VirtualClock
from atendente_tui.desk import creating, drafting, knowing, outgoing, promising
from atendente_tui.desk.desk import give
from atendente_tui.domain.change import Attachment, ChangePage
from atendente_tui.domain.command import Note, Reply, TicketRef
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.words import Channel, EventKind
from atendente_tui.store import backup, outbox, poisoned
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store

PLANTED = 40


class Cards:
    """Hands out numbers, each written in a way of its own, and remembers them."""

    def __init__(self) -> None:
        random.seed(4)
        self.numbers: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        number = card_number()
        self.numbers.append(number)
        return number if len(self.numbers) % 2 else grouped_card(number)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = make_store(tmp_path, tickets=4, clock=VirtualClock(NOW))
    yield store
    store.close()


def test_no_number_reaches_the_disk(store: Store, tmp_path: Path) -> None:
    cards = Cards()
    _from_outside(store, cards)
    _from_us(store, cards)
    assert len(cards.numbers) >= PLANTED
    assert store.wait_indexed()
    backup.copy_now(store.path, None, NOW)
    assert digits_in(tmp_path, ["0000", "2026"]), "the search sees what is there"
    assert not digits_in(tmp_path, cards.numbers), "while it runs, the log of writes included"
    store.close()
    assert not digits_in(tmp_path, cards.numbers)


def test_of_a_number_the_ends_remain_and_of_a_code_nothing(store: Store) -> None:
    _apply(store, event_change(1, 9, text="cartão 4111 1111 1111 1111 val 12/29 cvv 987, pedido 88213"))
    with store.reader() as db:
        text = db.execute("SELECT text FROM event WHERE remote_id = 'e1-9'").fetchone()[0]
    assert text == "cartão 4111 11** **** 1111 val 12/29 cvv ***, pedido 88213"


def test_names_of_things_stay_as_they_are(store: Store) -> None:
    """An order's number that would pass for a card's is still the order's."""
    order = "4111111111111111"
    _apply(
        store,
        ticket_change(50, protocol=order, customer="c1"),
        event_change(50, 0, kind=EventKind.ORDER, remote_id=order, data={"number": order, "status": "sent"}),
    )
    with store.reader() as db:
        assert db.execute("SELECT protocol FROM ticket WHERE remote_id = 't50'").fetchone()[0] == order
        kept = db.execute("SELECT data FROM event WHERE remote_id = ?", (order,)).fetchone()[0]
    assert order in kept


def _apply(store: Store, *changes: object) -> None:
    apply_in_slices(store, ChangePage(changes=changes, cursor="9"), BACKEND)  # type: ignore[arg-type]


def _from_outside(store: Store, cards: Cards) -> None:
    """Whatever a backend or a file can tell."""
    for n, number in zip(range(10), cards, strict=False):
        _apply(store, event_change(1, 20 + n, text=f"Oi, o cartão é {number}, cvv 123. Obrigada"))
    _apply(
        store,
        customer_change(70).model_copy(
            update={"name": f"Ana {next(cards)}", "facts": {"cartao": next(cards)}}
        ),
        ticket_change(
            70, customer="c70", subject=f"Cobrança no {next(cards)}", fields={"Cartão": next(cards)}
        ),
        event_change(
            70,
            1,
            author=f"Ana {next(cards)}",
            kind=EventKind.NOTE,
            data={"what": next(cards), "old": next(cards), "new": f"visa {next(cards)}"},
            attachments=(Attachment(remote_id="f1", name=f"cartao {next(cards)}.pdf"),),
        ),
    )
    # What cannot be applied is set aside whole: an event of nobody, and something that is no change at all.
    _apply(store, event_change(1, 99, ticket=None, text=f"sem dono {next(cards)}"))
    _apply(
        store,
        event_change(1, 98, text=f"não serve {next(cards)}").model_copy(
            update={"at": f"quando? {next(cards)}"}
        ),
    )
    with store.reader() as db:
        assert len(poisoned.listing(db)) == 2


def _from_us(store: Store, cards: Cards) -> None:
    """Whatever a person can write, the reviewer that would have stopped them left out."""
    desk = desk_at(store)
    now = NOW + timedelta(minutes=1)

    def on(ticket: int) -> dict[str, object]:
        return {"id": new_id(now), "at": now, "author": "ana", "ticket": TicketRef(id=ticket)}

    def gives(command: Reply | Note) -> None:
        desk.do(lambda tx: give(tx, desk, command)).result()

    for number in (next(cards) for _ in range(5)):
        gives(Reply(**on(1), text=f"Confirmo o {number}", channel=Channel.EMAIL))  # type: ignore[arg-type]
        gives(Note(**on(2), text=f"pagou com {next(cards)} cvv 321"))  # type: ignore[arg-type]
    drafting.save_draft(
        desk, 1, "reply", f"Seu cartão {next(cards)}", extra={"assunto": next(cards)}
    ).result()
    promising.promise(desk, 1, now + timedelta(days=1), f"estornar no {next(cards)}").result()
    knowing.confirm_fact(desk, 1, "cartao", next(cards)).result()
    creating.create(
        desk,
        customer_name=f"Bia {next(cards)}",
        channel=Channel.PHONE,
        subject=f"Fatura {next(cards)}",
        text=f"Disse que o número é {next(cards)}",
    ).result()
    with store.reader() as db:
        note = next(row for row in outbox.listing(db) if row.type == "note")
    outgoing.edit(desk, note.command_id, f"pagou com o outro, {next(cards)}").result()
    try:
        raise ValueError(f"a message with {next(cards)}")
    except ValueError as error:
        crash.record(error)
    assert paths.log_file().exists()
