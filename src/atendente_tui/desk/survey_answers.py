"""Answers to surveys out of a file onto the customers' timelines, and who may be asked which survey now."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.desk.surveying import last_asked
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.surveying import DAY, which
from atendente_tui.domain.words import AuthorKind, Direction, EventKind, IdentityKind
from atendente_tui.store import audit, reading
from atendente_tui.store.kept import kept_text
from atendente_tui.store.keys import free_key

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.writing import Tx

NEEDED = ("survey", "score", "at")
TOP = {"csat": 5, "nps": 10}
LEAST = {"csat": 1, "nps": 0}
LARGEST = 50_000_000
"""Bytes of a file."""
_NAMED_BY = (
    *(IdentityKind.EMAIL, IdentityKind.PHONE, IdentityKind.WHATSAPP),
    *(IdentityKind.CPF, IdentityKind.CNPJ, IdentityKind.EXTERNAL),
)


class Answer(NamedTuple):
    """A line that can be brought: ids are ours, `at` in ms."""

    external: str
    ticket_id: int | None
    customer_id: int
    survey: str
    score: int
    at: int
    comment: str
    agent: str


class Skipped(NamedTuple):
    line: int
    why: Refused


class Answers(NamedTuple):
    good: tuple[Answer, ...]
    skipped: tuple[Skipped, ...]


def read_answers(db: Connection, file: Path, zone: tzinfo) -> Answers:
    """Columns `survey` (csat or nps), `score`, `at`, and `ticket` or `customer`; `comment`, `agent` and `id` may be there.

    Raises Refused("surveys_unreadable") for a file that is no such table, OSError.
    """
    if file.stat().st_size > LARGEST:
        raise _wrong("", str(file.stat().st_size), f"<= {LARGEST} bytes")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(f"byte {error.start}", "?", "UTF-8") from error
    first = text.partition("\n")[0]
    reader = csv.DictReader(text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ",")
    names = set(reader.fieldnames or ())
    if not {*NEEDED} <= names or not names & {"ticket", "customer"}:
        raise _wrong("1", first[:80], "survey, score, at + ticket | customer")
    good: list[Answer] = []
    skipped: list[Skipped] = []
    for row in reader:
        try:
            good.append(
                _answer(db, {name: (value or "").strip() for name, value in row.items() if name}, zone)
            )
        except Refused as refused:
            skipped.append(Skipped(reader.line_num, refused))
    return Answers(tuple(good), tuple(skipped))


def store_answers(desk: Desk, answers: tuple[Answer, ...]) -> int:
    """Put them on the timelines, in one transaction; those that are there already stay as they are. How many were new."""

    def job(tx: Tx) -> int:
        new = sum(_put(tx, one) for one in answers)
        audit.record(tx, desk.agent.login, "surveys_imported", None, answers=len(answers), new=new)
        return new

    return desk.store.write(job)


def _answer(db: Connection, row: dict[str, str], zone: tzinfo) -> Answer:
    survey = row["survey"].lower()
    if survey not in TOP:
        raise _wrong("survey", row["survey"], "csat, nps")
    try:
        score = int(row["score"])
    except ValueError as error:
        raise _wrong("score", row["score"], f"{LEAST[survey]}-{TOP[survey]}") from error
    if not LEAST[survey] <= score <= TOP[survey]:
        raise _wrong("score", row["score"], f"{LEAST[survey]}-{TOP[survey]}")
    try:
        at = datetime.fromisoformat(row["at"])
    except ValueError as error:
        raise _wrong("at", row["at"], "2026-11-30T14:00") from error
    moment = to_ms(at if at.tzinfo else at.replace(tzinfo=zone))
    ticket_id, customer_id = _whose(db, row)
    said = json.dumps([ticket_id, customer_id, survey, score, moment, row.get("comment", "")])
    external = row.get("id") or hashlib.sha256(said.encode()).hexdigest()[:32]
    return Answer(
        external, ticket_id, customer_id, survey, score, moment, row.get("comment", ""), row.get("agent", "")
    )


def _whose(db: Connection, row: dict[str, str]) -> tuple[int | None, int]:
    if name := row.get("ticket"):
        ticket_id = reading.find_ticket(db, name)
        ticket = reading.ticket(db, ticket_id) if ticket_id is not None else None
        if ticket is None:
            raise Refused("no_such_ticket", found=name)
        return ticket.id, ticket.customer_id
    name = row.get("customer", "")
    for kind in _NAMED_BY if name else ():
        found = reading.customer_by_identity(db, kind, name)
        if found is not None:
            return None, found
    raise Refused("no_such_customer", found=name)


def _put(tx: Tx, one: Answer) -> bool:
    remote = f"survey:{one.survey}:{one.external}"
    if tx.db.execute("SELECT 1 FROM event WHERE remote_id = ?", (remote,)).fetchone() is not None:
        return False
    data: dict[str, object] = {"survey": one.survey, "score": one.score, "of": TOP[one.survey]}
    if one.agent:
        data["agent"] = one.agent
    key = free_key(tx.db, one.at)
    tx.db.execute(
        "INSERT INTO event (key, remote_id, ticket_id, customer_id, at, kind, channel, direction, author_kind, author,"
        " public, text, data) VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, '', 1, ?, ?)",
        (
            key,
            remote,
            one.ticket_id,
            one.customer_id,
            one.at,
            EventKind.SURVEY_ANSWER._value_,
            Direction.INBOUND._value_,
            AuthorKind.CUSTOMER._value_,
            kept_text(one.comment),
            json.dumps(data, ensure_ascii=False),
        ),
    )
    tx.reindex("event", key)
    tx.touch(f"customer:{one.customer_id}")
    if one.ticket_id is not None:
        tx.db.execute(
            "UPDATE ticket SET newest_event = max(coalesce(newest_event, 0), ?) WHERE id = ?",
            (key, one.ticket_id),
        )
        tx.touch("queue", f"ticket:{one.ticket_id}")
    return True


class Due(NamedTuple):
    """A customer who may be asked about a ticket that was solved (ms)."""

    customer_id: int
    customer: str
    ticket_id: int
    protocol: str
    solved: int
    survey: str


def due(
    db: Connection, days: float, nps_days: float | None, now: int, since: int, limit: int
) -> Iterator[Due]:
    """Whose ticket was solved since then and who may be asked now, each once, the last solved first."""
    rows = db.execute(
        "SELECT t.customer_id, coalesce(c.social_name, c.name), t.id, coalesce(t.protocol, '#' || t.id), t.solved"
        " FROM ticket t JOIN customer c ON c.id = t.customer_id"
        " WHERE t.status IN ('solved','closed') AND t.solved >= ? ORDER BY t.solved DESC, t.id",
        (since,),
    )
    told: set[int] = set()
    for customer_id, name, ticket_id, protocol, solved in rows:
        if customer_id in told:
            continue
        told.add(customer_id)
        last_nps = db.execute(
            "SELECT max(at) FROM event WHERE customer_id = ? AND kind = 'survey_answer'"
            " AND json_extract(data, '$.survey') = 'nps'",
            (customer_id,),
        ).fetchone()[0]
        asked = last_asked(db, customer_id, int(now - days * DAY))
        survey = which(asked, last_nps, now, days, nps_days)
        if survey is not None:
            yield Due(customer_id, name, ticket_id, protocol, solved, survey)
        if len(told) >= limit:
            return


def _wrong(where: str, found: str, allowed: str) -> Refused:
    return Refused("surveys_unreadable", where=where, found=found, allowed=allowed)
