"""Two workstations at one hub, each with its store and its sync: what one does the other has, without being asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from atendente_tui.backends.hub import Hub
from atendente_tui.backends.port import BackendSettings
from atendente_tui.clock import SystemClock
from atendente_tui.config import Config
from atendente_tui.desk import answering, outgoing, owning
from atendente_tui.desk.desk import Agent, Desk
from atendente_tui.desk.governing import Governing
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.domain.words import Channel
from atendente_tui.hub import content
from atendente_tui.hub.parts import HubParts, Settings
from atendente_tui.hub.serving import Door
from atendente_tui.store import outbox, presence
from atendente_tui.store.store import Store
from atendente_tui.sync import listening
from atendente_tui.sync.service import SyncService
from tests.hub import world
from tests.hub.serving_fixture import Served, served  # noqa: F401 - a fixture
from tests.sync.test_service import until

SECONDS = 60.0


class Workstation:
    """Somebody's store, desk and sync; the helpdesk is asked by itself only every ten minutes."""

    def __init__(self, path: Path, hub: Served, login: str) -> None:
        self.clock, self.login, self.hub = SystemClock(), login, hub
        self.store = Store.open(path / login, key=None, rules=DEFAULT_RULES, clock=self.clock)
        self.governing = Governing(self.store, Config())
        agent = Agent(login, login.title(), ("loja",))
        self.desk = Desk(self.store, agent, DEFAULT_RULES, self.clock)
        self.sync = SyncService(
            self.store,
            lambda: Hub(BackendSettings("hub", self.hub.url, secret=self.hub.tokens[login])),
            clock=self.clock,
            rng=Random(1),
            backend_name="hub",
            poll_seconds=600,
        )

    def begin(self) -> Workstation:
        self.sync.start()
        until(lambda: self.sync.status().last_ok is not None, SECONDS)
        until(lambda: self.sync._listening.standing, SECONDS)
        return self

    def ask(self, sql: str, *values: object) -> list[Any]:
        with closing(self.store.reader()) as db:
            return list(db.execute(sql, values).fetchall())

    def ticket(self, remote: str) -> int:
        until(lambda: self.ask("SELECT 1 FROM ticket WHERE remote_id = ?", remote), SECONDS)
        return int(self.ask("SELECT id FROM ticket WHERE remote_id = ?", remote)[0][0])

    def has(self, text: str) -> None:
        until(lambda: self.ask("SELECT 1 FROM event WHERE text = ? AND remote_id IS NOT NULL", text), SECONDS)

    def row(self, command_id: object) -> Any:
        with closing(self.store.reader()) as db:
            return outbox.row(db, str(command_id))

    def becomes(self, command_id: object, *states: str) -> Any:
        until(lambda: self.row(command_id).state in states, SECONDS)
        return self.row(command_id)

    def there(self) -> list[tuple[str, str, bool]]:
        with closing(self.store.reader()) as db:
            found = presence.present(db, to_ms(self.clock.now()))
            remote = dict(db.execute("SELECT id, remote_id FROM ticket").fetchall())
        return [(remote[one.ticket_id], one.login, one.writing) for one in found]

    def whole(self) -> dict[str, list[Any]]:
        """Everything the helpdesk told, whatever it is called here."""
        return {
            "tickets": self.ask("SELECT remote_id, protocol, status, assignee, team FROM ticket ORDER BY 1"),
            "events": self.ask("SELECT remote_id, kind, author, text FROM event ORDER BY 1"),
            "customers": self.ask("SELECT remote_id, name FROM customer ORDER BY 1"),
        }

    def end(self) -> None:
        assert self.sync.stop(15)
        self.governing.close()
        self.store.close()


@pytest.fixture
def shop(served: Served, monkeypatch: pytest.MonkeyPatch) -> Served:  # noqa: F811
    monkeypatch.setattr(listening, "FIRST", 0.05)  # a broken line is tried again soon
    served.agent("ana", "loja")
    served.agent("bruno", "loja")
    return served


@pytest.fixture
def both(shop: Served, tmp_path: Path) -> Iterator[tuple[Workstation, Workstation]]:
    made = Workstation(tmp_path, shop, "ana"), Workstation(tmp_path, shop, "bruno")
    for one in made:
        one.begin()
    yield made
    for one in made:
        one.end()


def said(hub: Served, remote: str, text: str) -> None:
    hub.do(lambda recording: world.said(recording, recording.ticket(int(remote)), text))  # type: ignore[arg-type]


def test_a_message_is_with_both_without_being_asked_for(
    both: tuple[Workstation, Workstation], shop: Served
) -> None:
    remote = shop.ticket("loja").remote_id
    for one in both:
        one.ticket(remote)
    said(shop, remote, "Chegou quebrado!")
    for one in both:
        one.has("Chegou quebrado!")
    sent = answering.note(both[0].desk, both[0].ticket(remote), "Já vi.").result().command_id
    assert both[0].becomes(sent, "confirmed")
    both[1].has("Já vi.")
    assert both[0].whole() == both[1].whole()


def test_both_claim_and_one_is_told_who_has_it(both: tuple[Workstation, Workstation], shop: Served) -> None:
    remote = shop.ticket("loja").remote_id
    here = [one.ticket(remote) for one in both]
    pressed = [owning.claim(one.desk, ticket) for one, ticket in zip(both, here, strict=True)]
    given = [one.result().command_id for one in pressed]
    rows = [one.becomes(command, "confirmed", "discarded") for one, command in zip(both, given, strict=True)]
    assert sorted(row.state for row in rows) == ["confirmed", "discarded"]
    winner = both[[row.state for row in rows].index("confirmed")]
    lost = next(row for row in rows if row.state == "discarded")
    assert json.loads(lost.current)["assignee"] == winner.login
    held = "SELECT assignee FROM ticket WHERE remote_id = ?"
    for one in both:
        until(lambda one=one: one.ask(held, remote) == [(winner.login,)], SECONDS)  # type: ignore[misc]


def test_both_answer_and_the_second_has_what_the_first_said(
    both: tuple[Workstation, Workstation], shop: Served
) -> None:
    ana, bruno = both
    remote = shop.ticket("loja").remote_id
    here = [one.ticket(remote) for one in both]
    for one in both:
        one.has("Cadê meu pedido?")
    mine = answering.reply(ana.desk, here[0], "Já vejo.", channel=Channel.EMAIL, hold=600).result().command_id
    first = answering.reply(bruno.desk, here[1], "Sai hoje.", channel=Channel.EMAIL).result().command_id
    bruno.becomes(first, "confirmed")
    ana.has("Sai hoje.")
    outgoing.retry(ana.desk, mine).result()  # now instead of later: it was written before
    row = ana.becomes(mine, "conflict")
    assert [one["text"] for one in outgoing.events_of(row)] == ["Sai hoje."]
    assert json.loads(row.body)["text"] == "Já vejo."
    again = outgoing.retry(ana.desk, mine).result().command_id
    ana.becomes(again, "confirmed")
    bruno.has("Já vejo.")


def test_an_answer_for_later_leaves_at_its_time_though_the_workstation_was_closed_meanwhile(
    shop: Served, tmp_path: Path
) -> None:
    ana = Workstation(tmp_path, shop, "ana").begin()
    remote = shop.ticket("loja").remote_id
    here = ana.ticket(remote)
    ana.has("Cadê meu pedido?")
    at = ana.clock.now() + timedelta(seconds=6)
    beside = answering.Beside(at=at)
    sent = answering.reply(ana.desk, here, "Sai às nove.", channel=Channel.EMAIL, beside=beside).result()
    assert ana.row(sent.command_id).state == "held"
    ana.end()
    ana = Workstation(tmp_path, shop, "ana").begin()
    try:
        ana.becomes(sent.command_id, "confirmed")
        ana.has("Sai às nove.")
        [(settled,)] = ana.ask("SELECT changed FROM outbox WHERE command_id = ?", str(sent.command_id))
        assert settled >= to_ms(at), "not before its time"
        assert ana.ask("SELECT count(*) FROM event WHERE text = 'Sai às nove.'") == [(1,)]
    finally:
        ana.end()


def test_who_looks_at_what_is_known_to_the_other(both: tuple[Workstation, Workstation], shop: Served) -> None:
    ana, bruno = both
    remote = shop.ticket("loja").remote_id
    here, theirs = ana.ticket(remote), bruno.ticket(remote)
    ana.sync.attend(here, writing=True)
    until(lambda: bruno.there() == [(remote, "ana", True)], SECONDS)
    assert ana.there() == []
    bruno.sync.attend(theirs)
    until(lambda: ana.there() == [(remote, "bruno", False)], SECONDS)
    ana.sync.attend(None)
    until(lambda: bruno.there() == [], SECONDS)
    assert bruno.sync.stop(15)
    until(lambda: ana.there() == [], SECONDS)
    assert bruno.there() == []


def test_after_any_absence_everything_is_there(
    both: tuple[Workstation, Workstation], shop: Served, tmp_path: Path
) -> None:
    ana, bruno = both
    remote = shop.ticket("loja").remote_id
    here = ana.ticket(remote)
    for one in both:
        one.has("Cadê meu pedido?")
    port = int(shop.url.rsplit(":", 1)[1])
    shop.stop()
    until(lambda: not ana.sync._listening.standing and not bruno.sync._listening.standing, SECONDS)
    sent = answering.reply(ana.desk, here, "Escrita sem rede.", channel=Channel.EMAIL).result().command_id
    claimed = owning.claim(ana.desk, here).result().command_id
    files = Settings(files=tmp_path / "files", rate=0, failures=0)
    parts = HubParts(shop.parts.database, files, shop.parts.clock)
    again = Served(parts, Door(port=port), tokens=shop.tokens).start()
    try:
        for n in range(30):
            said(again, again.ticket("loja").remote_id, f"Enquanto isso {n}")
        for one in both:
            one.sync.nudge()
        ana.becomes(sent, "confirmed")
        ana.becomes(claimed, "confirmed")
        for one in both:
            for n in range(30):
                one.has(f"Enquanto isso {n}")
        bruno.has("Escrita sem rede.")
        until(lambda: ana.sync._listening.standing and bruno.sync._listening.standing, SECONDS)
        said(again, remote, "E a linha está de pé outra vez")
        for one in both:
            one.has("E a linha está de pé outra vez")
        until(lambda: ana.whole() == bruno.whole(), SECONDS)
    finally:
        for one in both:
            assert one.sync.stop(15)
        again.stop()


def test_a_shared_policy_is_in_force_on_every_workstation(
    both: tuple[Workstation, Workstation], shop: Served
) -> None:
    remote = shop.ticket("loja").remote_id
    for one in both:
        one.ticket(remote)
    state = "SELECT sla_state FROM ticket WHERE remote_id = ?"
    entry = content.setting("sla_policy", "rapida", 'first = "900d"\nchannels = ["email"]\n')
    shop.do(lambda recording: recording.put_content(entry.kind, entry.key, entry.change))
    for one in both:
        until(lambda one=one: one.ask(state, remote) == [("ok",)], SECONDS)  # type: ignore[misc]
        assert one.store.rules.policies[0].name == "rapida"
