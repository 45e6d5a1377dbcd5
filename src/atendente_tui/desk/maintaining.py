"""Keeping articles good: what is wrong with one, what is due to be read again, how often one was used, and new ones."""

from __future__ import annotations

import json
import re
from concurrent.futures import Future
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from atendente_tui.desk.desk import Desk, Submitted, written
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Direction, OutboxState
from atendente_tui.store import reading

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.rows import ArticleRow
    from atendente_tui.store.writing import Tx

FlagKind = Literal["outdated", "wrong", "missing"]
FLAGS: tuple[FlagKind, ...] = ("outdated", "wrong", "missing")
KEPT = 500
"""Flags that are kept here."""
_KEY = "article_flags"
_FOLDER = "artigos-sugeridos"


class Flag(NamedTuple):
    """What somebody here said about an article; kept here, whether or not a backend was told."""

    ref: str
    flag: str
    text: str
    at: int
    by: str


class Due(NamedTuple):
    article: ArticleRow
    review: str | None
    """The day, when it has come; None for an article that is here only because of its flags."""
    flags: tuple[Flag, ...]


def flag_article(desk: Desk, ref: str, flag: FlagKind, text: str = "") -> Future[Submitted]:
    """Say what is wrong with an article: kept here, and told to the backend where the article is its own and it can be told.

    Refused: no_such_article.
    """
    from atendente_tui.desk.knowing import flag_job

    given = desk.given()

    def job(tx: Tx) -> Submitted:
        row = reading.article(tx.db, ref)
        if row is None:
            raise Refused("no_such_article", found=ref)
        remote = tx.db.execute("SELECT remote_id FROM article WHERE id = ?", (row.id,)).fetchone()[0]
        told = remote is not None and "flag_article" in desk.can.commands | desk.can.local_only
        if not desk.dry:
            kept = [*flags(tx.db), Flag(row.ref, flag, text.strip(), given.ms, given.author)][-KEPT:]
            _keep(tx, _KEY, json.dumps(kept, ensure_ascii=False))
            tx.touch("articles")
        if told:
            return flag_job(desk, remote, flag, text, given=given)(tx)
        if not desk.dry:
            from atendente_tui.store import audit

            audit.record(tx, given.author, "flag_article", None, str(given.id), article=row.ref, flag=flag)
        return Submitted(given.id, 0, "flag_article", OutboxState.CONFIRMED, given.ms)

    return desk.do(job)


def flags(db: Connection) -> list[Flag]:
    """What was said about articles that are as they were then, oldest first."""
    found = db.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    kept = [Flag(*one) for one in json.loads(found[0])] if found else []
    updated = dict(
        db.execute(
            "SELECT ref, coalesce(updated, 0) FROM article WHERE ref IN (SELECT value FROM json_each(?))",
            (json.dumps([one.ref for one in kept]),),
        ).fetchall()
    )
    return [one for one in kept if one.ref in updated and updated[one.ref] <= one.at]


def due(db: Connection, today: date, *, days: int = 0) -> list[Due]:
    """Articles whose day to be read again has come or comes within `days`, and those that were flagged; the oldest day first."""
    by_ref: dict[str, list[Flag]] = {}
    for one in flags(db):
        by_ref.setdefault(one.ref, []).append(one)
    until = (today + timedelta(days=days)).isoformat()
    found = [
        Due(row, row.review if row.review and row.review <= until else None, tuple(by_ref.get(row.ref, ())))
        for row in reading.articles(db, limit=1_000_000)
        if (row.review and row.review <= until) or row.ref in by_ref
    ]
    return sorted(found, key=lambda one: (one.review or "9999", one.article.title))


def count_use(desk: Desk, article_id: int) -> Future[None]:
    """An article went into an answer."""

    def job(tx: Tx) -> None:
        tx.db.execute("UPDATE article SET used = used + 1 WHERE id = ?", (article_id,))
        tx.touch("articles")

    return desk.do(job)


def propose(db: Connection, ticket_id: int, title: str = "") -> str:
    """A new article from a ticket, as a file's text: what was asked and the last answer, personal data masked.

    Internal until somebody who writes articles says otherwise. Raises Refused("ticket_unknown"), Refused("text_empty")
    where nothing was answered yet.
    """
    from atendente_tui.privacy import personal

    row = reading.ticket(db, ticket_id)
    if row is None:
        raise Refused("ticket_unknown", found=ticket_id)
    asked = answered = ""
    for one in reading.timeline(db, ticket_id, limit=200, kinds=("message",)):
        if one.direction == Direction.INBOUND and not asked:
            asked = one.text
        elif one.direction == Direction.OUTBOUND and one.public:
            answered = one.text
    if not answered.strip():
        raise Refused("text_empty")
    customer = reading.customer(db, row.customer_id)
    names = (
        {name for name in (customer.name, customer.social_name) if name and name.split()}
        if customer
        else set()
    )

    parts = sorted({part for name in names for part in (name, name.split()[0])}, key=len, reverse=True)
    called = re.compile(r"\b(?:" + "|".join(map(re.escape, parts)) + r")\b", re.IGNORECASE) if parts else None

    def clean(text: str) -> str:
        return personal.mask(called.sub("…", text) if called else text)

    front = {
        "title": clean(title.strip() or row.subject),
        "audience": "internal",
        "tags": json.loads(row.tags),
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items() if value]
    quoted = "\n".join(f"> {line}".rstrip() for line in clean(asked).strip().splitlines())
    return "---\n" + "\n".join(lines) + f"\n---\n\n{quoted}\n\n{clean(answered).strip()}\n"


class Proposed(NamedTuple):
    file: Path
    submitted: Submitted
    """The note that tells of it on the ticket."""


def propose_article(
    desk: Desk, ticket_id: int, note: str, folder: Path, *, title: str = ""
) -> Future[Proposed]:
    """Write the proposal as a file into `folder`/artigos-sugeridos, for an editor, and leave the note on the ticket.

    Refused as `propose`, and text_empty for an empty note. Raises OSError.
    """
    from atendente_tui.desk.answering import note_job

    words = written(note, "text_empty")

    def job(tx: Tx) -> Proposed:
        text = propose(tx.db, ticket_id, title)
        file = folder / _FOLDER / f"chamado-{ticket_id}.md"
        submitted = note_job(desk, ticket_id, text=words)(tx)
        if not desk.dry:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.write_text(text, encoding="utf-8")
            file.chmod(0o600)
        return Proposed(file, submitted)

    return desk.do(job)


def _keep(tx: Tx, key: str, value: str) -> None:
    tx.db.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
    )
