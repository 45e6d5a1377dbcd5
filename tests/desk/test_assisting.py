"""The assistant against a real server on this machine: what leaves, what comes back, and what does not come."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from atendente_tui.config import AssistantConfig
from atendente_tui.desk import answering, creating
from atendente_tui.desk.articles import store_articles
from atendente_tui.desk.assisting import AssistantError, about_text, about_ticket, ask
from atendente_tui.desk.desk import Desk
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Audience, Channel
from atendente_tui.knowledge.articles import Article
from atendente_tui.store import reading
from atendente_tui.store.store import Lane, Store

CPF = "529.982.247-25"
Answer = tuple[int, str, bytes]


class Endpoint:
    """Answers as it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.answer: Callable[[dict[str, Any]], Answer] = whole("Tudo certo.")
        self.release = threading.Event()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                endpoint.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                status, kind, content = endpoint.answer(body)
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                with suppress(BrokenPipeError, ConnectionError):  # who asked has given up
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.config = AssistantConfig(f"http://127.0.0.1:{self.server.server_address[1]}/v1", "modelo", 20.0)

    def close(self) -> None:
        self.release.set()
        self.server.shutdown()
        self.server.server_close()


def whole(text: str) -> Callable[[dict[str, Any]], Answer]:
    body = {"choices": [{"message": {"role": "assistant", "content": text}}]}
    return lambda _asked: (200, "application/json", json.dumps(body).encode())


def echoing(asked: dict[str, Any]) -> Answer:
    return whole(asked["messages"][-1]["content"])(asked)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    monkeypatch.setenv("ATENDENTE_ASSISTANT_KEY", "segredo-1")
    made = Endpoint()
    yield made
    made.close()


@pytest.fixture
def number(desk: Desk, store: Store) -> int:
    made = creating.create(
        desk,
        customer_name="Rosana Prado",
        channel=Channel.EMAIL,
        subject="Estorno",
        text=f"Rosana aqui, CPF {CPF}. Cadê?",
    ).result()
    answering.note(desk, made.ticket_id, text="Cliente difícil.").result()
    articles = [
        Article(
            "a", "Prazo", "Cai em dez dias.\n\n## Interno\n\nAté 300 reais sem supervisor.\n", Audience.PUBLIC
        ),
        Article("b", "Alçada", "Segredo da casa.\n", Audience.INTERNAL),
    ]
    store.write(lambda tx: store_articles(tx, articles), Lane.SYNC)
    return made.ticket_id


def test_what_leaves_has_no_personal_data_and_nothing_internal(
    desk: Desk, store: Store, number: int, endpoint: Endpoint
) -> None:
    endpoint.answer = echoing
    with closing(store.reader()) as db:
        ids = [reading.article(db, ref).id for ref in ("a", "b")]  # type: ignore[union-attr]
        text = ask(endpoint.config, about_ticket(db, desk, number, "suggest", ids))
    ((path, headers, body),) = endpoint.asked
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == "Bearer segredo-1"
    assert body["model"] == "modelo"
    sent = json.dumps(body, ensure_ascii=False)
    for secret in (CPF, "Rosana", "Prado", "difícil", "300 reais", "Segredo da casa", "Ana Souza"):
        assert secret not in sent, secret
    assert "dez dias" in sent
    assert f"Rosana aqui, CPF {CPF}" in text, "in the answer they are back"
    assert "Nome do cliente: [[CLIENTE_1]]" in body["messages"][-1]["content"]


def test_a_placeholder_that_the_assistant_made_up_keeps_an_answer_from_leaving(
    desk: Desk, store: Store, number: int, endpoint: Endpoint
) -> None:
    endpoint.answer = whole("Oi, [[CLIENTE_1]], seu pedido [[PEDIDO_4]] chegou.")
    with closing(store.reader()) as db:
        text = ask(endpoint.config, about_ticket(db, desk, number, "suggest"))
    assert text == "Oi, Rosana, seu pedido {{?PEDIDO_4}} chegou."
    with pytest.raises(Refused, match="variables_unfilled"):
        answering.reply(desk, number, text=text, insist=True).result()


def test_a_summary_has_the_notes_and_still_no_personal_data(
    desk: Desk, store: Store, number: int, endpoint: Endpoint
) -> None:
    with closing(store.reader()) as db:
        assert ask(endpoint.config, about_ticket(db, desk, number, "summarise")) == "Tudo certo."
        with pytest.raises(LookupError):
            about_ticket(db, desk, 99_999, "summarise")
    sent = json.dumps(endpoint.asked[0][2], ensure_ascii=False)
    assert "difícil" in sent
    assert CPF not in sent


def test_an_answer_in_pieces_is_put_together(desk: Desk, store: Store, endpoint: Endpoint) -> None:
    pieces = [{"choices": [{"delta": {"content": one}}]} for one in ("Olá, ", "tudo ", "bem?")]
    lines = [
        ": oi\n\n",
        *(f"data: {json.dumps(one)}\n\n" for one in pieces),
        "data: lixo\n\n",
        "data: [DONE]\n\n",
    ]
    endpoint.answer = lambda _asked: (200, "text/event-stream", "".join(lines).encode())
    with closing(store.reader()) as db:
        assert ask(endpoint.config, about_text(db, desk, "Oi", "tone", "cordial")) == "Olá, tudo bem?"
    assert "tom cordial" in endpoint.asked[0][2]["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (401, b"{}"),
        (403, b"{}"),
        (429, b"{}"),
        (500, b"x"),
        (404, b"{}"),
        (302, b""),
        (200, b"no json"),
        (200, b"[]"),
        (200, b'{"choices": []}'),
        (200, b'{"choices": [{"message": {"content": null}}]}'),
        (200, b'{"choices": [{"message": {"content": "  "}}]}'),
    ],
)
def test_whatever_goes_wrong_is_a_sentence(
    desk: Desk, store: Store, endpoint: Endpoint, status: int, content: bytes
) -> None:
    endpoint.answer = lambda _asked: (status, "application/json", content)
    with closing(store.reader()) as db, pytest.raises(AssistantError) as wrong:
        ask(endpoint.config, about_text(db, desk, "Oi", "translate", "inglês"))
    assert str(wrong.value).endswith((".", "another."))


def test_one_that_never_answers_is_given_up(desk: Desk, store: Store, endpoint: Endpoint) -> None:
    def slow(asked: dict[str, Any]) -> Answer:
        endpoint.release.wait(60)
        return echoing(asked)

    endpoint.answer = slow
    with closing(store.reader()) as db, pytest.raises(AssistantError):
        ask(endpoint.config._replace(seconds=1.0), about_text(db, desk, "Oi", "tone", "formal"))


def test_without_one_or_with_a_bad_address_nothing_is_sent(
    desk: Desk, store: Store, endpoint: Endpoint
) -> None:
    with closing(store.reader()) as db:
        asked = about_text(db, desk, "Oi", "tone", "formal")
    with pytest.raises(AssistantError):
        ask(None, asked)
    for url in ("http://models.example/v1", "ftp://x", "https://u:p@models.example"):
        with pytest.raises(AssistantError):
            ask(endpoint.config._replace(url=url), asked)
    assert endpoint.asked == []
