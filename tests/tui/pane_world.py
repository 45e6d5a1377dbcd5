"""A workplace with one customer whose history has every kind of event, for the tests of the panes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.builders import BACKEND, NOW
from textual.pilot import Pilot

from atendente_tui.clock import VirtualClock
from atendente_tui.config import AgentConfig, Config, UiConfig
from atendente_tui.desk.desk import Agent, Can, Desk
from atendente_tui.domain.change import (
    ArticleUpsert,
    Attachment,
    Change,
    ChangePage,
    CustomerUpsert,
    DirectoryEntry,
    EventAppend,
    Identity,
    TicketUpsert,
)
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.domain.words import (
    Audience,
    AuthorKind,
    Channel,
    Direction,
    EventKind,
    IdentityKind,
    Priority,
    Segment,
    Status,
    Tier,
)
from atendente_tui.store import reading
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store
from atendente_tui.tui.app import AtendenteApp
from atendente_tui.tui.workplace import Workplace

SCRIPTS = """
- id: atraso
  title: Atraso na entrega
  tags: [entrega, prazo]
  channels: [whatsapp, email]
  text: "{{saudacao}}, {{cliente.primeiro_nome}}! O pedido {{pedido.numero}} chega até {{?Qual é o novo prazo?}}."
- id: troca
  title: Troca de tamanho
  text: "Oi, {{cliente.nome}}! Vamos trocar."
"""


def message(n: int, ticket: str, minutes: float, text: str, **changed: object) -> EventAppend:
    values: dict[str, object] = {
        "remote_id": f"m{n}",
        "ticket": ticket,
        "customer": "maria",
        "at": NOW - timedelta(minutes=minutes),
        "kind": EventKind.MESSAGE,
        "channel": Channel.WHATSAPP,
        "direction": Direction.INBOUND,
        "author_kind": AuthorKind.CUSTOMER,
        "author": "Maria Oliveira",
        "text": text,
    }
    return EventAppend.model_validate(values | changed)


def agent(
    n: int, ticket: str, minutes: float, kind: EventKind, text: str = "", **changed: object
) -> EventAppend:
    values: dict[str, object] = {
        "kind": kind,
        "direction": Direction.OUTBOUND if kind is EventKind.MESSAGE else Direction.INTERNAL,
        "author_kind": AuthorKind.AGENT,
        "author": "bruno",
        "public": kind is EventKind.MESSAGE,
    }
    return message(n, ticket, minutes, text, **(values | changed))


def ticket(name: str, subject: str, protocol: str, minutes: float, **changed: object) -> TicketUpsert:
    values: dict[str, object] = {
        "remote_id": name,
        "protocol": protocol,
        "subject": subject,
        "customer": "maria",
        "channel": Channel.WHATSAPP,
        "status": Status.OPEN,
        "priority": Priority.URGENT,
        "assignee": "ana",
        "team": "Varejo",
        "tier": Tier.N1,
        "opened_at": NOW - timedelta(minutes=minutes),
        "updated_at": NOW - timedelta(minutes=1),
    }
    return TicketUpsert.model_validate(values | changed)


def history() -> list[Change]:
    """Ticket "late" of Maria, with everything that can happen, and two older tickets of hers."""
    day = 24 * 60
    return [
        DirectoryEntry(kind="agent", key="ana", label="Ana Souza"),
        DirectoryEntry(kind="agent", key="bruno", label="Bruno Dias"),
        CustomerUpsert(
            remote_id="maria",
            name="Maria Oliveira",
            segment=Segment.VIP,
            preferred_channel=Channel.WHATSAPP,
            identities=(
                Identity(kind=IdentityKind.CPF, value="123.456.789-00"),
                Identity(kind=IdentityKind.WHATSAPP, value="+55 11 91234-5678"),
                Identity(kind=IdentityKind.EMAIL, value="maria@exemplo.com.br"),
            ),
            facts={"cpf_confirmed": "yes", "address_confirmed": "yes", "order_number": "88213"},
        ),
        ticket(
            "old", "Boleto em duplicidade", "2026-000101", 40 * day, status=Status.SOLVED, assignee="bruno"
        ),
        ticket("late", "Pedido não chegou", "2026-004821", 5 * day),
        message(1, "old", 40 * day, "Veio cobrado duas vezes.", channel=Channel.EMAIL),
        agent(2, "old", 39 * day, EventKind.MESSAGE, "Estornamos hoje.", channel=Channel.EMAIL),
        message(
            3, "late", 5 * day, "Comprei dia 3 e o prazo era dia 10. Até agora nada.", channel=Channel.EMAIL
        ),
        message(4, "old", 4.5 * day, "Obrigada pelo estorno!", channel=Channel.EMAIL),
        agent(
            5,
            "late",
            4 * day,
            EventKind.CALL,
            "Cliente pediu retorno.",
            channel=Channel.PHONE,
            data={"seconds": 372, "outcome": "answered"},
        ),
        agent(
            6,
            "late",
            4 * day - 1,
            EventKind.WRAP_UP,
            data={"code": "entrega/atraso", "reason": "transportadora"},
        ),
        agent(
            7,
            "late",
            4 * day - 2,
            EventKind.PROMISE,
            data={"due": (NOW + timedelta(hours=3)).isoformat(), "what": "ligar com a nova data"},
        ),
        agent(8, "late", 3 * day, EventKind.NOTE, "Transportadora confirma extravio.\nPedir segunda via."),
        agent(
            9,
            "late",
            3 * day - 1,
            EventKind.FIELD_CHANGE,
            data={"field": "status", "old": "new", "new": "open"},
        ),
        agent(
            10,
            "late",
            2 * day,
            EventKind.ESCALATION,
            data={
                "from": "N1",
                "to": "N2",
                "reason": "extravio",
                "tried": "rastreio",
                "workaround": "novo envio",
            },
        ),
        message(
            11,
            "late",
            2 * day - 1,
            "Olá! Sou a assistente virtual.",
            kind=EventKind.BOT_TURN,
            author_kind=AuthorKind.BOT,
            author="Lia",
            direction=Direction.OUTBOUND,
        ),
        agent(12, "late", 2 * day - 3, EventKind.FACT, data={"name": "cpf_confirmed", "value": "yes"}),
        agent(
            13, "late", 2 * day - 4, EventKind.LINK, data={"relation": "refers_to", "other": "2026-000101"}
        ),
        EventAppend(
            remote_id="order",
            ticket=None,
            customer="maria",
            at=NOW - timedelta(minutes=2 * day - 5),
            kind=EventKind.ORDER,
            author_kind=AuthorKind.SYSTEM,
            data={"number": "88213", "status": "em trânsito", "total": 1234.5, "expected": "2026-11-10"},
        ),
        EventAppend(
            remote_id="csat",
            ticket=None,
            customer="maria",
            at=NOW - timedelta(minutes=2 * day - 6),
            kind=EventKind.SURVEY_ANSWER,
            text="Demorou, mas resolveu.",
            data={"survey": "csat", "score": 4, "of": 5},
        ),
        agent(14, "late", 60, EventKind.MESSAGE, "Oi, Maria! Já pedimos o novo envio."),
        message(
            15,
            "late",
            2,
            "cadê meu pedido??",
            attachments=(
                Attachment(remote_id="a1", name="foto.jpg", content_type="image/jpeg", size=123_456),
            ),
        ),
        ArticleUpsert(
            remote_id="prazos",
            title="Prazos por região",
            body="# Prazos\n\n- Sul: **3 dias**\n- Norte: 9 dias\n\nVeja [a tabela](https://exemplo.com.br/prazos).\n",
            audience=Audience.PUBLIC,
            url="https://exemplo.com.br/prazos",
        ),
        ArticleUpsert(remote_id="multa", title="Multa contratual", body="Só para a equipe: prazo 30 dias."),
    ]


def put(store: Store, *changes: Change) -> None:
    apply_in_slices(store, ChangePage(changes=changes, cursor="c", caught_up=True), BACKEND)


@dataclass
class World:
    app: AtendenteApp
    pilot: Pilot[int]
    store: Store
    desk: Desk
    clock: VirtualClock
    ticket_id: int
    other_id: int

    @property
    def screen(self) -> Any:
        return self.app.screen

    async def until(self, holds: Callable[[], object], seconds: float = 5.0) -> None:
        """Wait for a condition, with a deadline."""
        from time import monotonic

        limit = monotonic() + seconds
        while not holds():
            assert monotonic() < limit, f"still not so; on the screen:\n{self.frame()}"
            await self.pilot.pause(0.01)

    async def shows(self, text: str) -> str:
        """Wait until the screen in front has been painted with this text; returns all of it."""
        await self.until(lambda: text in self.frame())
        return self.frame()

    def frame(self) -> str:
        return frame(self.app)

    async def open(self, ticket_id: int | None = None) -> None:
        self.screen.open_ticket(ticket_id or self.ticket_id)
        await self.pilot.pause()


def frame(app: AtendenteApp) -> str:
    """What the screen in front shows, as plain text."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)


def lines_of(widget: Any) -> list[str]:
    """What one widget on the Line API shows."""
    return ["".join(one.text for one in widget.render_line(y)).rstrip() for y in range(widget.size.height)]


@asynccontextmanager
async def world(
    tmp_path: Path,
    *changes: Change,
    size: tuple[int, int] = (160, 45),
    can: Can | None = None,
    hold: float = 10.0,
    glyphs: str = "unicode",
) -> AsyncIterator[World]:
    clock = VirtualClock(NOW)
    store = Store.open(tmp_path / "store", key=None, rules=DEFAULT_RULES, clock=clock)
    try:
        put(store, *(changes or history()))
        scripts = tmp_path / "scripts"
        scripts.mkdir(exist_ok=True)
        (scripts / "um.yaml").write_text(SCRIPTS, encoding="utf-8")
        desk = Desk(
            store,
            Agent("ana", "Ana Souza", ("Varejo",)),
            DEFAULT_RULES,
            clock,
            holds={"default": hold},
            can=can or Can.everything(),
        )
        config = Config(
            agent=AgentConfig("ana", "Ana Souza", ("Varejo",)),
            ui=UiConfig(language="pt-BR", glyphs=glyphs),
            scripts=(scripts,),
        )
        app = AtendenteApp(Workplace(store, desk, config, clock, ZoneInfo("America/Sao_Paulo")))
        db = store.reader()
        ids = [reading.find_ticket(db, one) for one in ("2026-004821", "2026-000101")]
        db.close()
        async with app.run_test(size=size, notifications=True) as pilot:
            await app.warm.wait()
            made = World(app, pilot, store, desk, clock, ids[0] or 0, ids[1] or 0)
            await made.until(lambda: app.screen.query("Library"))
            await pilot.pause()
            yield made
    finally:
        store.close()
