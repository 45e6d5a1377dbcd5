"""A store in which every text that somebody else may have written is one of the hostile strings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from atendente_tui.clock import SystemClock
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
    received,
)
from atendente_tui.domain.command import Note, Reply, SetTeam, TicketRef, WrapUp
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.words import (
    Audience,
    AuthorKind,
    Channel,
    Direction,
    EventKind,
    IdentityKind,
    Priority,
    Status,
)
from atendente_tui.store import outbox
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store
from atendente_tui.store.writing import Tx
from tests.builders import make_store

BACKEND = "example"
LONG_LINES = 100_000
COMMON = "boa"
"""A word in every message, to search for."""
_DATA = (
    *("field", "old", "new", "seconds", "outcome", "survey", "score", "of", "number", "status", "total"),
    *("expected", "code", "reason", "due", "what", "from", "to", "tried", "workaround", "name", "value"),
    *("relation", "other", "shop", "note", "article"),
)
_STATES = ("refused", "conflict", "unknown", "queued", "refused", "confirmed")


def build(folder: Path, strings: Sequence[str]) -> None:
    """Write a profile below `folder`: its configuration, and a store of as many tickets as there are strings."""
    (folder / "config.toml").write_text(
        '[store]\nencryption = "off"\n\n[agent]\nlogin = "ana"\nname = "Ana Souza"\n', encoding="utf-8"
    )
    store = make_store(folder / "data", clock=SystemClock())
    try:
        page = ChangePage(changes=tuple(_changes(strings)), cursor="1", caught_up=True)
        applied = apply_in_slices(store, page, BACKEND)
        assert applied.skipped == 0
        store.write(lambda tx: _ours(tx, strings))
        _indexed(store)
    finally:
        store.close()


def environment(folder: Path) -> Mapping[str, str]:
    return {
        "ATENDENTE_CONFIG": str(folder / "config.toml"),
        "ATENDENTE_DATA": str(folder / "data"),
        "ATENDENTE_LANG": "pt-BR",
    }


def _indexed(store: Store) -> None:
    assert store.wait_indexed(60.0), "the full text was not read in a minute"


def _changes(strings: Sequence[str]) -> Iterator[Change]:
    now = datetime.now(UTC)
    count = len(strings)

    def of(n: int) -> str:
        return strings[n % count]

    for n, text in enumerate(strings):
        for kind in ("agent", "team", "wrap_up", "reason", "tag"):
            yield DirectoryEntry(kind=kind, key=text or f"key{n}", label=text)  # type: ignore[arg-type]
    kinds, channels = cycle(EventKind), cycle(Channel)
    priorities = cycle((Priority.LOW, Priority.NORMAL, Priority.HIGH))
    for n, text in enumerate(strings):
        yield CustomerUpsert(
            remote_id=f"c{n}",
            name=text,
            social_name=of(n + 1) if n % 2 else None,
            language=text,
            identities=tuple(
                Identity(kind=kind, value=f"{of(n + k)}{n}") for k, kind in enumerate(IdentityKind)
            ),
            facts={of(n) or "vazio": of(n + 1), "cpf_confirmed": text, "address_confirmed": text},
        )
        opened = now - timedelta(hours=2, minutes=n % 600)
        solved = n % 29 == 28
        yield TicketUpsert(
            remote_id=f"t{n}",
            protocol=f"{n:05d}{of(n + 3)}" if n % 3 else f"2026-{n:06d}",
            subject=text,
            customer=f"c{n}",
            channel=next(channels),
            status=Status.SOLVED if solved else Status.OPEN,
            priority=Priority.URGENT
            if n < 3
            else next(priorities),  # the three with the long histories come first
            assignee=of(n) if n % 7 == 6 else None if n % 7 == 5 else "ana",
            team=text,
            reason=text,
            tags=(text, of(n + 5)),
            fields={of(n + 2) or "campo": text},
            opened_at=opened,
            updated_at=opened,
            solved_at=opened if solved else None,
        )
        yield _event(f"e{n}", f"t{n}", opened, EventKind.MESSAGE, f"{COMMON} {text}", of(n + 1))
        yield _event(f"k{n}", f"t{n}", opened + timedelta(minutes=1), next(kinds), text, of(n + 2))
        yield EventAppend(
            remote_id=f"o{n}",
            ticket=None,
            customer=f"c{n}",
            at=opened,
            kind=EventKind.ORDER,
            text=text,
            data=dict.fromkeys(_DATA, text),
        )
    # The first ticket's history is all of them.
    for n, text in enumerate(strings):
        at = now - timedelta(minutes=90, seconds=-n)
        yield _event(
            f"all{n}", "t0", at, EventKind.NOTE if n % 5 == 4 else EventKind.MESSAGE, text, of(n + 1)
        )
    yield _event(
        "plain", "t1", now - timedelta(minutes=80), EventKind.MESSAGE, "Uma mensagem comum.", "cliente"
    )
    many = "\n".join(f"linha {n} {of(n)[:30]}" for n in range(LONG_LINES))
    yield _event("long", "t2", now - timedelta(minutes=80), EventKind.MESSAGE, many, "cliente")
    for n in range(0, count, 25):
        some = strings[n : n + 25]
        yield ArticleUpsert(
            remote_id=f"a{n}",
            title=some[0],
            body="\n\n".join(
                [f"# {some[0]}", *some, f"- {some[-1]}\n- [{some[0]}]({some[-1]})", f"```\n{some[0]}\n```"]
            ),
            audience=Audience.PUBLIC if n % 2 else Audience.INTERNAL,
            tags=tuple(some[:3]),
            product=some[0],
            review=some[0],
            url=some[0],
        )


def _event(remote: str, ticket: str, at: datetime, kind: EventKind, text: str, author: str) -> EventAppend:
    return EventAppend(
        remote_id=remote,
        ticket=ticket,
        at=at,
        kind=kind,
        channel=Channel.EMAIL,
        direction=Direction.INBOUND,
        author_kind=AuthorKind.BOT if kind is EventKind.BOT_TURN else AuthorKind.CUSTOMER,
        author=author,
        text=text,
        data={} if kind is EventKind.MESSAGE else dict.fromkeys(_DATA, text),
        attachments=(Attachment(remote_id=f"f{remote}", name=author, content_type=author, size=5),),
    )


def _ours(tx: Tx, strings: Sequence[str]) -> None:
    """What lies on our side: commands the server said no to in its own words, promises, changes set aside."""
    now = datetime.now(UTC)
    for n, text in enumerate(strings):
        given: dict[str, Any] = {
            "id": new_id(now + timedelta(milliseconds=n)),
            "at": now,
            "author": text or "ana",
            "ticket": TicketRef(id=3 + n % max(1, len(strings) - 3)),
        }
        command = (
            Reply(**given, text=text or "x", channel=Channel.EMAIL),
            Note(**given, text=text or "x"),
            SetTeam(**given, team=text),
            WrapUp(**given, code=text, reason=text, note=text),
        )[n % 4]
        number = outbox.add(tx, command, to_ms(now), {})
        tx.db.execute(
            "UPDATE outbox SET state = ?, error_code = ?, error = ?, current = ?, receipt = NULL WHERE n = ?",
            (
                _STATES[n % len(_STATES)],
                "rejected",
                received(text),
                json.dumps({"status": received(text), "assignee": received(text)}),
                number,
            ),
        )
        tx.db.execute(
            "INSERT INTO promise (id, ticket_id, due, what, author, made) VALUES (?,?,?,?,?,?)",
            (
                str(new_id(now)),
                3 + n % 20,
                to_ms(now) + n * 60_000,
                received(text),
                "ana" if n % 2 else received(text),
                to_ms(now),
            ),
        )
        if n % 4 == 0:
            tx.db.execute(
                "INSERT INTO poison (at, backend, change, error) VALUES (?,?,?,?)",
                (
                    to_ms(now),
                    BACKEND,
                    json.dumps({"type": "ticket", "remote_id": received(text)}),
                    received(text),
                ),
            )
    tx.touch("outbox", "promises")
