from __future__ import annotations

import json
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import BACKEND, customer_change, event_change, make_store, ticket_change

from atendente_tui.domain.change import ArticleUpsert, CustomerUpsert, Identity, TicketGone
from atendente_tui.domain.words import IdentityKind
from atendente_tui.store import engine, indexing
from atendente_tui.store import search as room
from atendente_tui.store.ingest import apply_changes
from atendente_tui.store.passages import AFTER, BEFORE, CLOSE, OPEN, finder, plain
from atendente_tui.store.search import parse, search
from atendente_tui.store.store import Lane, Store

TEXTS = (
    "Pedi um orçamento na segunda-feira e ninguém respondeu.",
    "O ORCAMENTO chegou com o valor errado.",
    "Quero cancelar a compra, não gostei do atendimento.",
    "Recebi a nota; o código é BR-2291-X.",
)


@pytest.fixture
def found(store: Store) -> Store:
    changes = [
        customer_change(0),
        ticket_change(1),
        *(event_change(1, n, text=text) for n, text in enumerate(TEXTS)),
        CustomerUpsert(
            remote_id="c9",
            name="Conceição Araújo",
            identities=(
                Identity(kind=IdentityKind.CPF, value="123.456.789-00"),
                Identity(kind=IdentityKind.WHATSAPP, value="(11) 91234-5678"),
            ),
        ),
        ArticleUpsert(remote_id="a", title="Prazo de estorno", body="O estorno leva até dez dias úteis."),
    ]
    store.write(lambda tx: apply_changes(tx, changes, BACKEND))
    assert store.wait_indexed()
    return store


def texts(store: Store, query: str, **more: object) -> list[str]:
    return [hit.snippet.replace(OPEN, "[").replace(CLOSE, "]") for hit in search(store, query, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize("query", ["orcamento", "ORÇAMENTO", "orçamento", "orcam"])
def test_accents_and_case_do_not_matter(found: Store, query: str) -> None:
    hits = search(found, query)
    assert [hit.kind for hit in hits] == ["event", "event"]
    assert hits[0].at is not None
    assert hits[1].at is not None
    assert hits[0].at > hits[1].at  # newest first
    assert hits[0].title.startswith("2026-000001 ")
    assert OPEN + "ORCAMENTO" + CLOSE in search(found, "orcamento")[0].snippet


def test_every_word_must_be_there(found: Store) -> None:
    assert len(search(found, "orçamento valor")) == 1
    assert search(found, "orçamento cancelar") == []
    assert texts(found, "compra cancel") == ["Quero [cancelar] a [compra], não gostei do atendimento."]
    assert len(search(found, '"cancelar a compra"')) == 1
    assert search(found, '"compra a cancelar"') == []
    assert len(search(found, "BR-2291-X")) == 1
    assert [hit.kind for hit in search(found, "can", kinds=("ticket",))] == []


def test_a_beginning_finds_every_word_that_has_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"palavra{n:03d} é a número {n}" for n in range(60)] + ["PALAVRÃO", "palavras", "outra"]
    changes = [ticket_change(1), *(event_change(1, n, text=text) for n, text in enumerate(texts))]
    store.write(lambda tx: apply_changes(tx, changes, BACKEND))
    assert store.wait_indexed()
    for query, count in (
        ("palavr", 62),
        ("palavra00", 10),
        ("palavra", 62),
        ("PALAVRÃ", 62),
        ("número palavra01", 10),
    ):
        looked_up = search(store, query, limit=100)
        assert len(looked_up) == count, query
        with monkeypatch.context() as gathered:
            gathered.setattr(room, "TERMS", 0)
            assert search(store, query, limit=100) == looked_up


def test_one_letter_is_a_word_not_a_beginning(found: Store) -> None:
    assert len(search(found, "o")) == 3  # two messages and the article
    assert search(found, "q") == []


@pytest.mark.parametrize(
    "query",
    ["12345678900", "123.456.789-00", "123.456", "91234-5678", "11912345678", "(11) 91234", "conceicao ara"],
)
def test_people_by_name_and_number(found: Store, query: str) -> None:
    [hit] = search(found, query)
    assert (hit.kind, hit.title) == ("customer", "Conceição Araújo")


def test_articles_and_ranking(found: Store) -> None:
    [hit] = search(found, "estorno")
    assert (hit.kind, hit.title) == ("article", "Prazo de estorno")
    assert OPEN in hit.snippet
    best = search(found, "orcamento", rank="best")
    assert best[0].score >= best[1].score > 0
    assert search(found, "orcamento", limit=1) == search(found, "orcamento")[:1]
    assert search(found, "orcamento", limit=0) == []


HOSTILE = [
    '"',
    '""',
    "*",
    "a*",
    "-",
    "NEAR(a b)",
    "a OR",
    "AND",
    "^x",
    "{a}:b",
    "text:x",
    "(",
    "a\0b",
    "\ud800",
    "'; --",
    "a" * 9_999,
]


def test_no_query_is_an_error(found: Store, shared_data: Path) -> None:
    listed = json.loads((shared_data / "naughty-strings" / "blns.json").read_text("utf-8"))
    for query in [*HOSTILE, *listed, " ".join("abc" for _ in range(5_000))]:
        for rank in ("recent", "best"):
            search(found, query, rank=rank)  # type: ignore[arg-type]


@given(st.text(max_size=40))
def test_every_query_is_quoted(text: str) -> None:
    asked = parse(text)
    if asked is not None:
        bare = asked.match
        while '"' in bare:
            before, _, rest = bare.partition('"')
            bare = before + rest.partition('"')[2]
        assert set(bare) <= set("AND OR*()")
        asked.find(text)


@given(
    st.text(alphabet="aáàâãäåçéêíïñóôõöúüÁÇÉÕ BcdÿŠž", max_size=60),
    st.text(alphabet="aáeéiíoóuúç", min_size=1, max_size=4),
)
def test_a_passage_is_part_of_the_text(text: str, word: str) -> None:
    assert len(plain(text)) == len(text)
    cut = finder([word])(text)
    assert cut.replace(OPEN, "").replace(CLOSE, "") in text
    assert cut.count(OPEN) == cut.count(CLOSE)


def test_a_passage_is_short_and_shows_the_word() -> None:
    text = "antes " * 500 + "agulha" + " depois" * 500
    cut = finder(["agulha"], whole_last=True)(text)
    assert OPEN + "agulha" + CLOSE in cut
    assert len(cut) < BEFORE + AFTER + 40
    assert finder(["nada"])(text) == text[: BEFORE + AFTER]


def test_what_is_gone_or_changed_is_not_found(found: Store) -> None:
    changes = [CustomerUpsert(remote_id="c9", name="Outro Nome"), TicketGone(remote_id="t1")]
    found.write(lambda tx: apply_changes(tx, changes, BACKEND))
    assert found.wait_indexed()
    assert search(found, "orcamento") == []
    assert search(found, "araujo") == []
    db = found.search_reader()
    assert db.execute("SELECT count(*) FROM event_text WHERE event_text MATCH 'orcamento'").fetchone() == (0,)
    until = monotonic() + 10
    while (left := found.reader().execute("SELECT count(*) FROM index_queue").fetchone()[0]) > 1:
        assert monotonic() < until, f"{left} entries were never taken off the queue"
        found.write(lambda _tx: None, Lane.IDLE)
    db.close()


@pytest.mark.parametrize("key", [None, b"k" * 32])
@pytest.mark.parametrize("harm", ["lost", "damaged", "of another store", "of another version"])
def test_the_full_text_is_made_again(tmp_path: Path, key: bytes | None, harm: str) -> None:
    made = make_store(tmp_path, tickets=30, key=key)
    assert made.wait_indexed()
    wanted = search(made, "pedido", limit=100)
    made.close()
    file = made.search_file
    if harm == "lost":
        file.unlink()
    elif harm == "damaged":
        file.write_bytes(b"\0" * 9_000)
    else:
        db = engine.connect(file, key)
        db.execute("UPDATE meta SET value = 'x' WHERE key = ?", ("store" if "store" in harm else "version",))
        db.close()
    again = make_store(tmp_path, key=key)
    assert again.wait_indexed()
    assert search(again, "pedido", limit=100) == wanted
    assert wanted
    again.close()


def test_words_that_were_erased_leave_the_file(tmp_path: Path) -> None:
    made = make_store(tmp_path)
    mark = "palavramarcada"
    changes = [ticket_change(1), *(event_change(1, n, text=f"{mark}{n} oi") for n in range(50))]
    made.write(lambda tx: apply_changes(tx, changes, BACKEND))
    assert made.wait_indexed()
    made.write(lambda tx: apply_changes(tx, [TicketGone(remote_id="t1")], BACKEND))
    assert made.wait_indexed()
    made.close()
    db = indexing.connect(made.file, made.search_file, None, read_only=False)
    indexing.forget_words(db)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    assert mark.encode() not in made.search_file.read_bytes()
    assert mark.encode() not in made.file.read_bytes()
