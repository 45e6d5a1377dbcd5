"""Nothing of an erased person is left: planted wherever a store keeps anything, then looked for byte by byte."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.builders import BACKEND, NOW, customer_change, event_change, make_store, ticket_change
from tests.desk.conftest import desk_at
from tests.privacy.searching_bytes import hits

from atendente_tui.clock import VirtualClock
from atendente_tui.desk import drafting, knowing, promising, subjects
from atendente_tui.desk.answering import note
from atendente_tui.desk.subjects import erase, find, hold, who
from atendente_tui.domain.change import Attachment, ChangePage, Identity
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import EventKind, IdentityKind, Status
from atendente_tui.store import backup, reading
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.retaining import SAC, SAC_DAYS, Retention, overdue
from atendente_tui.store.store import Store
from atendente_tui.store.subject import rows_of
from atendente_tui.store.tallies import verify_tallies

FOREVER = Retention()
SAC_RULE = Retention(tickets=SAC_DAYS, at_least=SAC_DAYS, why=SAC)
CPF = "529.982.247-25"
EMAIL = "titular@exemplo.com.br"


class Markers:
    """Words that stand nowhere else. What is looked for leaves out what an index may share with a neighbour's word."""

    def __init__(self) -> None:
        self.chance = random.Random(9)
        self.words: list[str] = []

    def __call__(self) -> str:
        word = "".join(self.chance.choices("bcdfghjklmnpqrstvwxz", k=14))
        self.words.append(word)
        return word

    def cores(self) -> list[str]:
        return [word[4:] for word in self.words]


@pytest.fixture(params=[None, bytes(range(32))], ids=["plain", "encrypted"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store = make_store(tmp_path, tickets=6, key=request.param, clock=VirtualClock(NOW))
    yield store
    store.close()


def planted(store: Store, marker: Markers, *, solved: bool = False) -> None:
    """A person with two tickets, and something of them in every table; copies of the store hold it too."""
    _apply(store, *_told(marker, solved=solved))
    desk = desk_at(store)
    for ticket in _tickets(store):
        note(desk, ticket, f"nota {marker()}").result()
        drafting.save_draft(
            desk, ticket, "reply", f"rascunho {marker()}", extra={"assunto": marker()}
        ).result()
        promising.promise(desk, ticket, NOW + timedelta(days=1), f"retornar {marker()}").result()
        knowing.confirm_fact(desk, ticket, f"fato {ticket}", marker()).result()
        store.write(
            lambda tx, ticket=ticket: tx.db.execute(
                "INSERT INTO beside (ticket_id, kind, name, value, at, author) VALUES (?, 'script', 'r', ?, ?, 'ana')",
                (ticket, json.dumps({"nome": marker()}), tx.now),
            )
        )
    other = _ticket(store, "t1")
    note(desk, other, f"O outro cliente passou o e-mail {EMAIL} e o CPF {CPF}").result()
    assert store.wait_indexed()
    backup.copy_now(store.path, store._key, NOW - timedelta(hours=1))
    backup.copy_to(store.file, store.path / "before-migration-2.db", store._key)
    while len(marker.words) < 100:
        _apply(store, event_change(90, 100 + len(marker.words), text=f"mais {marker()}"))
    assert store.wait_indexed()


def test_no_byte_is_left(store: Store, tmp_path: Path) -> None:
    marker = Markers()
    planted(store, marker)
    everything = [*marker.cores(), EMAIL, CPF, "52998224725"]
    if store._key is None:
        assert {one for one, _file in hits(tmp_path, everything)} == set(everything), (
            "all was there to be found"
        )
    desk = desk_at(store)
    with store.reader() as db:
        found = who(db, "cpf", "52998224725")
    done, scrubbed, _files = erase(desk, found, FOREVER, "pediu por e-mail")
    assert not scrubbed.left
    assert scrubbed.rewritten
    assert done["event"] >= 40
    assert (
        min(
            done[place]
            for place in ("customer", "identity", "fact", "ticket", "attachment", "promise", "beside")
        )
        > 0
    )
    assert min(done[place] for place in ("outbox", "draft", "poison", "mentions")) > 0
    _nowhere(store, tmp_path, everything)
    with store.reader() as db:
        assert not verify_tallies(db)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("SELECT count(*) FROM ticket").fetchone()[0] == 6, "nobody else's"
        assert not subjects.log(db)[0].detail.keys() & {"value", "name"}
    store.close()
    _nowhere(store, tmp_path, everything)


def test_who_is_anonymised_leaves_what_happened_and_when(store: Store, tmp_path: Path) -> None:
    marker = Markers()
    planted(store, marker, solved=True)
    desk = desk_at(store)
    with store.reader() as db:
        found = who(db, "email", EMAIL)
        events = db.execute("SELECT count(*) FROM event").fetchone()
        name = reading.customer(db, found.customers[0]).name  # type: ignore[union-attr]
    with pytest.raises(Refused) as refused:
        erase(desk, found, SAC_RULE, "pediu")
    assert refused.value.code == "must_stay"
    with pytest.raises(Refused, match="still_to_be_sent"):
        erase(desk, found, SAC_RULE, "pediu", anonymous=True)
    store.write(lambda tx: tx.db.execute("UPDATE outbox SET state = 'confirmed'"))
    erase(desk, found, SAC_RULE, "pediu", anonymous=True)
    with store.reader() as db:
        assert db.execute("SELECT count(*) FROM event").fetchone() == events
        assert not reading.identities(db, found.customers[0])
    _nowhere(store, tmp_path, [EMAIL, CPF, "52998224725", *(part for part in name.split() if len(part) > 3)])


def test_what_was_erased_does_not_come_back_and_a_new_ticket_does(store: Store) -> None:
    marker = Markers()
    planted(store, marker)
    with store.reader() as db:
        found = who(db, "cpf", CPF)
    erase(desk_at(store), found, FOREVER, "pediu")
    _apply(store, *_told(Markers(), solved=False))  # the helpdesk tells all of it again
    with store.reader() as db:
        assert not db.execute("SELECT 1 FROM customer WHERE remote_id = 'c90'").fetchone()
        assert not db.execute("SELECT 1 FROM ticket WHERE remote_id IN ('t90', 't91')").fetchone()
        assert not db.execute("SELECT 1 FROM event WHERE remote_id LIKE 'e9%'").fetchone()
    later = NOW + timedelta(days=3)
    _apply(
        store,
        customer_change(90).model_copy(update={"name": "Voltou"}),
        ticket_change(
            92, customer="c90", opened_at=later, updated_at=later, solved_at=None, status=Status.OPEN
        ),
    )
    with store.reader() as db:
        assert db.execute("SELECT name FROM customer WHERE remote_id = 'c90'").fetchone() == ("Voltou",)
        assert db.execute("SELECT 1 FROM ticket WHERE remote_id = 't92'").fetchone()
        assert not db.execute("SELECT 1 FROM ticket WHERE remote_id = 't90'").fetchone()


def test_a_legal_hold_stops_everything(store: Store) -> None:
    planted(store, Markers(), solved=True)
    desk = desk_at(store)
    with store.reader() as db:
        found = who(db, "cpf", CPF)
        hold(desk, found, "processo 123")
        old = Retention(tickets=0.0, customers=0.0)
        told = subjects.retain(desk, db, old, dry=True)
        assert not set(found.tickets) & set(overdue(db, old, _ms(store))["tickets"])
        for anonymous in (False, True):
            with pytest.raises(Refused, match="held"):
                erase(desk, found, FOREVER, "pediu", anonymous=anonymous)
        hold(desk, found, None)
        assert subjects.retain(desk, db, old, dry=True)["tickets"] >= told["tickets"]
    erase(desk, found, FOREVER, "pediu")


def test_what_is_kept_longer_than_told_goes_and_the_rest_stays(store: Store, tmp_path: Path) -> None:
    marker = Markers()
    planted(store, marker, solved=True)
    clock = store.clock
    assert isinstance(clock, VirtualClock)
    retention = Retention(tickets=30, customers=30, drafts=10, problems=10)
    desk = desk_at(store)
    with store.reader() as db:
        assert not any(subjects.retain(desk, db, retention).values())
        for row in db.execute("SELECT command_id, n FROM outbox").fetchall():
            store.write(
                lambda tx, n=row[1]: tx.db.execute("UPDATE outbox SET state = 'confirmed' WHERE n = ?", (n,))
            )
        store.write(lambda tx: tx.db.execute("UPDATE promise SET outcome = 'kept'"))
        clock.advance(timedelta(days=29))
        told = subjects.retain(desk, db, retention)
        assert (told["tickets"], told["drafts"]) == (0, 2)
        assert told["problems"] > 0
        clock.advance(timedelta(days=2))
        before = db.execute("SELECT count(*) FROM ticket WHERE status IN ('solved', 'closed')").fetchone()[0]
        told = subjects.retain(desk, db, retention)
        assert told["tickets"] == before
        assert not db.execute("SELECT 1 FROM ticket WHERE status IN ('solved', 'closed')").fetchone()
        assert db.execute("SELECT count(*) FROM ticket").fetchone()[0], "who is still being helped stays"
        assert subjects.retain(desk, db, retention)["customers"] == 1
        assert not verify_tallies(db)
    _nowhere(store, tmp_path, marker.cores())


def test_found_is_all_of_one_and_nothing_of_others(store: Store) -> None:
    planted(store, Markers())
    with store.reader() as db:
        person = find(desk_at(store), db, "phone", "(11) 97777-0090", FOREVER)
        rows = list(rows_of(db, person.subject))
        keys = {row["key"] for place, row in rows if place == "event"}
        assert keys == {
            row[0]
            for row in db.execute(
                "SELECT key FROM event WHERE ticket_id IN (SELECT id FROM ticket WHERE remote_id IN ('t90', 't91'))"
                " OR customer_id = ?",
                (person.subject.customers[0],),
            )
        }
        assert {row["remote_id"] for place, row in rows if place == "ticket"} == {"t90", "t91"}
        assert person.counts["mentions"] >= 1
        with pytest.raises(Refused, match="no_such_customer"):
            who(db, "cpf", "111.444.777-35")
        with pytest.raises(Refused, match="subject_kind"):
            who(db, "sapato", "42")
        assert subjects.log(db)[0].action == "privacy_find"


def test_cards_that_an_earlier_version_stored_are_masked(store: Store, tmp_path: Path) -> None:
    card = "4111111111111111"
    store.write(
        lambda tx: tx.db.execute("UPDATE event SET text = ? WHERE remote_id = 'e1-0'", (f"era {card}",))
    )
    store.write(
        lambda tx: tx.reindex(
            "event", tx.db.execute("SELECT key FROM event WHERE remote_id = 'e1-0'").fetchone()[0]
        )
    )
    backup.copy_now(store.path, store._key, NOW)
    assert subjects.mask_cards(desk_at(store)) == {"event": 1}
    _nowhere(store, tmp_path, [card])


def _nowhere(store: Store, folder: Path, words: list[str]) -> None:
    if store._key is None:
        assert not hits(folder, words)
        return
    clear = folder / "clear"
    clear.mkdir(exist_ok=True)
    for file in (store.file, store.search_file, *(one.path for one in backup.backups(store.path))):
        _in_the_clear(file, store._key, clear / file.name)
    assert not hits(clear, words)


def _in_the_clear(file: Path, key: bytes, target: Path) -> None:
    from atendente_tui.store import engine

    target.unlink(missing_ok=True)
    db = engine.connect(file, key)
    engine.attach_to_write(db, _made(target), "clear", None)
    db.execute("SELECT sqlcipher_export('clear')")
    db.execute("DETACH clear")
    db.close()


def _made(target: Path) -> Path:
    target.touch()
    return target


def _apply(store: Store, *changes: object) -> None:
    apply_in_slices(store, ChangePage(changes=changes, cursor="9"), BACKEND)  # type: ignore[arg-type]


def _told(marker: Markers, *, solved: bool) -> list[object]:
    state = Status.SOLVED if solved else Status.OPEN
    person = customer_change(90).model_copy(
        update={
            "name": f"Zuleide {marker()}",
            "social_name": marker(),
            "identities": (
                Identity(kind=IdentityKind.CPF, value=CPF),
                Identity(kind=IdentityKind.EMAIL, value=EMAIL),
                Identity(kind=IdentityKind.PHONE, value="+55 11 97777-0090"),
            ),
            "facts": {"endereco": marker()},
        }
    )
    told: list[object] = [person]
    for n in (90, 91):
        told.append(
            ticket_change(
                n,
                customer="c90",
                subject=f"assunto {marker()}",
                tags=(marker(),),
                fields={"campo": marker()},
                status=state,
                solved_at=NOW if solved else None,
            )
        )
        told += [event_change(n, one, author=marker(), text=f"texto {marker()} {EMAIL}") for one in range(10)]
        told.append(
            event_change(
                n,
                11,
                kind=EventKind.NOTE,
                data={"what": marker()},
                attachments=(Attachment(remote_id=f"f{n}", name=f"{marker()}.pdf"),),
            )
        )
        told.append(event_change(n, 12).model_copy(update={"at": f"quando {marker()}"}))  # will be set aside
    return told


def _tickets(store: Store) -> list[int]:
    with store.reader() as db:
        return [row[0] for row in db.execute("SELECT id FROM ticket WHERE remote_id IN ('t90', 't91')")]


def _ticket(store: Store, remote: str) -> int:
    with store.reader() as db:
        return int(db.execute("SELECT id FROM ticket WHERE remote_id = ?", (remote,)).fetchone()[0])


def _ms(store: Store) -> int:
    return int(store.clock.now().timestamp() * 1000)
