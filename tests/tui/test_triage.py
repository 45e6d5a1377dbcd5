"""Triage in one form: what the ticket has stands in it, and only what is changed is done and told."""

from __future__ import annotations

import json
from pathlib import Path

from tests.tui.verbs_host import Host, host

from atendente_tui.desk import triaging
from atendente_tui.domain.words import Priority
from atendente_tui.store import outbox
from atendente_tui.tui.forms import FormScreen
from atendente_tui.tui.screens.bulk import BulkScreen
from atendente_tui.tui.widgets.form_rows import FormRow


def put(h: Host, **values: str) -> None:
    for row in h.app.screen.query(FormRow):
        if row.field.name in values:
            row.put(values[row.field.name])


def stands(h: Host) -> dict[str, str | bool]:
    return {row.field.name: row.typed for row in h.app.screen.query(FormRow)}


def kinds(h: Host) -> list[str]:
    return [row.type for row in outbox.pending(h.app.read)]


async def test_what_was_changed_is_done_and_told(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        ticket = h.ticket(1)
        await h.perform("triage", 1)
        first = stands(h)
        assert (
            first["priority"]
            == {"urgent": "urgente", "high": "alta", "normal": "normal", "low": "baixa"}[ticket.priority]
        )
        assert first["tags"] == "atraso"
        put(h, team="Logística", tags="atraso, reclamacao, novo", impact="vários clientes")
        await h.press("ctrl+s")
        await h.back()
        now = h.ticket(1)
        assert (now.priority, now.impact, now.team) == (ticket.priority, "several", "logistica")
        assert set(json.loads(now.tags)) == {"atraso", "reclamacao", "novo"}
        assert kinds(h) == ["priority", "team", "tag"]
        said = h.said()
        for sentence in ("Impacto: vários clientes.", "Logística", "Etiquetas postas: reclamação, novo."):
            assert sentence in said
        assert "Prioridade:" not in said


async def test_untouched_nothing_is_done(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("triage", 1)
        await h.press("ctrl+s")
        assert isinstance(h.app.screen, FormScreen)
        assert "Já está assim" in h.text()
        await h.press("escape")
        await h.back()
        assert kinds(h) == []


async def test_what_a_colleague_changed_meanwhile_stays(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("triage", 1)
        await triaging_done(h, Priority.URGENT)
        put(h, tags="")
        await h.press("ctrl+s")
        await h.back()
        assert (h.ticket(1).priority, h.ticket(1).tags) == ("urgent", "[]")
        assert kinds(h) == ["priority", "tag"]


async def triaging_done(h: Host, priority: Priority) -> None:
    future = triaging.set_priority(h.desk, 1, priority)
    await h.until(future.done)
    future.result()


async def test_marked_ones_are_shown_before(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("triage", 2, 3, 4)
        assert stands(h) == {"priority": "", "impact": "", "team": "", "add": "", "remove": ""}
        put(h, priority="urgente", add="novo")
        await h.press("ctrl+s")
        await h.until(lambda: isinstance(h.app.screen, BulkScreen))
        await h.pilot.pause()
        assert "Triagem" in h.text()
        assert kinds(h) == []
        await h.press("enter")
        await h.until(lambda: "feito" in h.text())
        await h.press("enter")
        await h.back()
        assert {h.ticket(one).priority for one in (2, 3, 4)} == {"urgent"}
        assert all("novo" in json.loads(h.ticket(one).tags) for one in (2, 3, 4))
