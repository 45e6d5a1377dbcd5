"""Hostile text in every field of every pane: nothing of it is obeyed, nothing breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sizes import sized
from tests.tui.pane_world import agent, history, message, ticket, world

from atendente_tui.domain.change import (
    ArticleUpsert,
    Attachment,
    Change,
    CustomerUpsert,
    DirectoryEntry,
    Identity,
)
from atendente_tui.domain.words import Audience, EventKind, IdentityKind
from atendente_tui.privacy.safe import is_clean

PAYLOADS = (
    "\x1b]52;c;UFdORUQ=\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "[bold]x[/bold] [/] [/x]",
    "[@click=app.bell]aqui[/]",
    "[link=http://mau.example]banco[/link]",
    "\u202eoãçivas\u202c",
    "a" + "\u0301" * 500,
    "\u200d\u200b\ufeff",
    "日本語テキスト" * 30,
    "x" * 5_000,
    "{{cliente.nome}} {0} %s",
    "\r\nlinha\rnova\x0b\x0c\x85\u2028fim",
    "👩‍👩‍👧‍👦❤️",
    "",
    " ",
)

TOGETHER = (*("".join(PAYLOADS[n::4]) for n in range(4)), "")
"""At each change several in one; each alone at full size."""


def everywhere(payload: str) -> list[Change]:
    """The payload in every field that a helpdesk may send."""
    changes = history()
    facts = {"cpf_confirmed": payload, payload[:50] or "fact": payload}
    return [
        *changes,
        DirectoryEntry(kind="agent", key="ana", label=payload or "Ana"),
        CustomerUpsert(
            remote_id="maria",
            name=payload or "x",
            social_name=payload or None,
            identities=tuple(Identity(kind=kind, value=payload or "x") for kind in IdentityKind),
            facts=facts,
        ),
        ticket(
            "late",
            payload or "x",
            "2026-004821",
            60,
            team=payload or None,
            tags=(payload,) if payload else (),
        ),
        *(
            agent(
                900 + n,
                "late",
                30 - n,
                kind,
                payload,
                author=payload,
                data=dict.fromkeys(
                    (
                        "field",
                        "old",
                        "new",
                        "seconds",
                        "outcome",
                        "survey",
                        "score",
                        "number",
                        "status",
                        "total",
                        "expected",
                        "code",
                        "reason",
                        "due",
                        "what",
                        "from",
                        "to",
                        "tried",
                        "workaround",
                        "name",
                        "value",
                        "relation",
                        "other",
                    ),
                    payload,
                ),
                attachments=(Attachment(remote_id=f"f{n}", name=payload or "x"),),
            )
            for n, kind in enumerate(EventKind)
        ),
        message(990, "old", 20, payload, author=payload),
        ArticleUpsert(
            remote_id="mau", title=payload or "x", body=payload, audience=Audience.PUBLIC, tags=(payload,)
        ),
    ]


@pytest.mark.parametrize("payload", sized(TOGETHER, PAYLOADS), ids=lambda one: str(len(one)))
async def test_every_pane_survives(tmp_path: Path, payload: str) -> None:
    async with world(tmp_path, *everywhere(payload)) as one:
        bells: list[int] = []
        one.app.bell = lambda: bells.append(1)  # type: ignore[method-assign]
        await one.open()
        timeline = one.screen.ticket_pane.timeline
        timeline.focus()
        seen = one.frame()
        for key in ("home", "enter", "end", "r"):
            await one.pilot.press(key)
            await one.pilot.pause()
            seen += one.frame()
        one.screen.composer.insert(payload)
        await one.pilot.pause()
        seen += one.frame()
        await one.pilot.press("f4")
        await one.pilot.pause(0.2)
        seen += one.frame()
        assert is_clean(seen)
        for y in range(1, one.app.size.height, 4):
            for x in (70, 150):
                await one.pilot.click(offset=(x, y))
        assert not bells
        assert one.app.is_running


@pytest.mark.parametrize(
    "data", ["[]", "null", "1", '{"seconds": true, "total": [1], "due": 5}', "não é json"]
)
async def test_unreadable_data_of_an_event_is_no_error(tmp_path: Path, data: str) -> None:
    async with world(tmp_path) as one:
        one.store.write(lambda tx: tx.db.execute("UPDATE event SET data = ?", (data,)))
        await one.open()
        await one.shows("cadê meu pedido")
