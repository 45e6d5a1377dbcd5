"""Stores with made-up tickets, for every room's tests. All names and addresses are invented."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from atendente_tui.clock import Clock, VirtualClock
from atendente_tui.domain.change import (
    Change,
    ChangePage,
    CustomerUpsert,
    DirectoryEntry,
    EventAppend,
    Identity,
    TicketUpsert,
)
from atendente_tui.domain.rules import DEFAULT_RULES, Rules
from atendente_tui.domain.words import (
    AuthorKind,
    Channel,
    Direction,
    EventKind,
    IdentityKind,
    Priority,
    Status,
)
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # a Friday noon in São Paulo
BACKEND = "example"

_FIRST = ("Ana", "João", "Inês", "Caio", "Zélia", "Túlio", "Bia", "Otávio", "Lúcia", "Davi", "Noêmia", "Raí")
_LAST = ("Conceição", "Araújo", "Lima", "Guimarães", "Prado", "Muniz", "Sá", "Assunção", "Teles", "Brandão")
_SUBJECTS = (
    "Pedido atrasado",
    "Cobrança em duplicidade",
    "Troca de tamanho",
    "Orçamento não chegou",
    "Produto com avaria",
    "Cancelar assinatura",
    "Segunda via do boleto",
    "Não consigo entrar no aplicativo",
)
_WORDS = [
    "o",
    "pedido",
    "ainda",
    "não",
    "chegou",
    "e",
    "o",
    "prazo",
    "já",
    "passou",
    "preciso",
    "de",
    "uma",
    "resposta",
    "hoje",
    "a",
    "entrega",
    "foi",
    "marcada",
    "para",
    "ontem",
    "mas",
    "ninguém",
    "apareceu",
    "paguei",
    "duas",
    "vezes",
    "a",
    "mesma",
    "fatura",
    "gostaria",
    "do",
    "estorno",
    "no",
    "cartão",
    "obrigado",
    "pela",
    "atenção",
    "a",
    "loja",
    "disse",
    "que",
    "a",
    "devolução",
    "leva",
    "dez",
    "dias",
    "úteis",
    "o",
    "código",
    "de",
    "rastreio",
    "não",
    "funciona",
]


def words(seed: int, count: int = 24) -> str:
    """A sentence of everyday complaint, the same for the same seed."""
    return " ".join(random.Random(seed).choices(_WORDS, k=count)).capitalize() + "."


def customer_change(n: int) -> CustomerUpsert:
    return CustomerUpsert(
        remote_id=f"c{n}",
        name=f"{_FIRST[n % len(_FIRST)]} {_LAST[n // len(_FIRST) % len(_LAST)]} {n}",
        identities=(
            Identity(kind=IdentityKind.EMAIL, value=f"cliente{n}@exemplo.com.br"),
            Identity(kind=IdentityKind.PHONE, value=f"+55 11 9{n % 100_000_000:08d}"),
        ),
    )


def ticket_change(n: int, now: datetime = NOW, **changed: object) -> TicketUpsert:
    """Ticket `n`: every fifth solved, every third free, opened `n` minutes before `now` at most two days back."""
    opened = now - timedelta(minutes=n % 2_880 + 5)
    status = (Status.NEW, Status.OPEN, Status.OPEN, Status.PENDING, Status.SOLVED)[n % 5]
    values: dict[str, object] = {
        "remote_id": f"t{n}",
        "protocol": f"2026-{n:06d}",
        "subject": f"{_SUBJECTS[n % len(_SUBJECTS)]} nº {n}",
        "customer": f"c{n // 2}",
        "channel": tuple(Channel)[n % 3],
        "status": status,
        "priority": tuple(Priority)[n % 4],
        "assignee": None if n % 3 == 0 else ("ana", "bruno")[n % 2],
        "team": ("loja", "financeiro")[n % 2],
        "tags": ("atraso",) if n % 7 == 0 else (),
        "opened_at": opened,
        "updated_at": opened + timedelta(minutes=3),
        "solved_at": opened + timedelta(minutes=3) if status == Status.SOLVED else None,
    }
    return TicketUpsert.model_validate(values | changed)


def event_change(number: int, n: int = 0, now: datetime = NOW, **changed: object) -> EventAppend:
    """Event `n` of ticket `number`: even ones from the customer, odd ones answers, a minute apart."""
    opened = now - timedelta(minutes=number % 2_880 + 5)
    inbound = n % 2 == 0
    values: dict[str, object] = {
        "remote_id": f"e{number}-{n}",
        "ticket": f"t{number}",
        "at": opened + timedelta(minutes=n),
        "kind": EventKind.MESSAGE,
        "channel": tuple(Channel)[number % 3],
        "direction": Direction.INBOUND if inbound else Direction.OUTBOUND,
        "author_kind": AuthorKind.CUSTOMER if inbound else AuthorKind.AGENT,
        "author": f"c{number // 2}" if inbound else "ana",
        "text": words(number * 31 + n),
    }
    return EventAppend.model_validate(values | changed)


def sample_page(
    tickets: int = 20,
    *,
    first: int = 0,
    events: int = 2,
    now: datetime = NOW,
    cursor: str = "1",
    caught_up: bool = True,
) -> ChangePage:
    """A page with the tickets `first`... and their customers, `events` messages each, and the pick-lists."""
    changes: list[Change] = [
        DirectoryEntry(kind="agent", key="ana", label="Ana"),
        DirectoryEntry(kind="agent", key="bruno", label="Bruno"),
        DirectoryEntry(kind="team", key="loja", label="Loja"),
        DirectoryEntry(kind="team", key="financeiro", label="Financeiro"),
    ]
    numbers = range(first, first + tickets)
    changes += [customer_change(n) for n in dict.fromkeys(number // 2 for number in numbers)]
    for n in numbers:
        changes.append(ticket_change(n, now))
        changes += [event_change(n, one, now) for one in range(events)]
    return ChangePage(changes=tuple(changes), cursor=cursor, caught_up=caught_up)


def make_store(
    tmp_path: Path,
    *,
    tickets: int = 0,
    key: bytes | None = None,
    clock: Clock | None = None,
    rules: Rules = DEFAULT_RULES,
) -> Store:
    """An open store in a directory of its own below `tmp_path`, with `tickets` sample tickets. The caller closes it."""
    store = Store.open(tmp_path / "store", key=key, rules=rules, clock=clock or VirtualClock(NOW))
    if tickets:
        apply_in_slices(store, sample_page(tickets), BACKEND)
    return store
