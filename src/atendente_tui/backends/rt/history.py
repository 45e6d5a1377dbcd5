"""Transactions and their attachments made into events: whole pages at a time, never one call an item."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from atendente_tui.backends.html_text import html_text
from atendente_tui.backends.http import TooLarge
from atendente_tui.backends.rt.client import PER_PAGE, Page
from atendente_tui.backends.rt.reading import TicketView
from atendente_tui.backends.rt.records import read as read_record
from atendente_tui.backends.rt.session import NOBODY, SYSTEM, Person, Session
from atendente_tui.backends.rt.shape import Row, any_of, custom_fields, moment, number, ref, text
from atendente_tui.backends.rt.words import priority_of
from atendente_tui.domain.change import Attachment, EventAppend
from atendente_tui.domain.words import AuthorKind, Channel, Direction, EventKind

TEXT_LIMIT = 2_000_000
"""Bytes of one message's text that are read at once; a longer one is offered as a file."""
_GROUP = 4_000_000
_IDS = 50
TICKETS_ONLY = "ObjectType='RT::Ticket' AND Type != 'EmailRecord' AND Type != 'CommentEmailRecord'"
"""With it rights are checked in SQL; without it pages come back short though more follow."""
TRANSACTION_FIELDS = "Type,Field,OldValue,NewValue,Data,ObjectId,Creator,Created,CustomFields"
_MESSAGES = ("Create", "Correspond", "Comment")
_SET = {"Subject": "subject", "Priority": "priority", "Queue": "team", "Owner": "assignee"}
_RELATIONS = {
    "RefersTo": "refers_to",
    "DependsOn": "depends_on",
    "MemberOf": "parent",
    "MergedInto": "merged_into",
}
_URI = re.compile(r".*/(ticket|article)/(\d+)")


@dataclass(frozen=True, slots=True)
class Parts:
    """What one transaction says: its text, its subject line and its files."""

    text: str = ""
    subject: str = ""
    files: tuple[Attachment, ...] = ()


async def transactions(
    session: Session, where: str, *, after: int = 0, fields: str = TRANSACTION_FIELDS
) -> AsyncIterator[Page]:
    """Pages of transactions in order of id.

    A login without ShowTicketComments gets pages from which comments were removed *after* paging: short, even
    empty, though more follow. So an empty page ends the list only if nothing but comments could be behind it.
    """
    while True:
        page = await _transactions(session, f"{where} AND id > {after}", fields)
        if not page.rows:
            ahead = await _transactions(
                session, f"{where} AND Type != 'Comment' AND id > {after}", "", per_page=1
            )
            if not ahead.rows:
                return
            upto = number(ahead.rows[0], "id")
            for number_of_page in range(1, (upto - after) // PER_PAGE + 2):
                page = await _transactions(session, f"{where} AND id > {after}", fields, page=number_of_page)
                if page.rows:
                    break
            else:
                return  # it went out of sight meanwhile
        yield page
        after = max(number(row, "id") for row in page.rows)


async def _transactions(session: Session, where: str, fields: str, **paging: int) -> Page:
    asked: dict[str, str | int] = {"query": f"{TICKETS_ONLY} AND {where}", "order": "ASC", **paging}
    return await session.client.page("/transactions", asked | ({"fields": fields} if fields else {}))


async def events(
    session: Session, rows: Sequence[Row], tickets: Mapping[int, TicketView]
) -> list[EventAppend]:
    """Events of the transactions of known tickets, in order. Transactions that say nothing are left out."""
    rows = [row for row in rows if number(row, "ObjectId") in tickets]
    parts = await read_parts(session, [number(row, "id") for row in rows if text(row, "Type") in _MESSAGES])
    await session.load_queues()
    found: list[EventAppend] = []
    for row in sorted(rows, key=lambda row: number(row, "id")):
        said = parts.get(number(row, "id"), Parts())
        with session.reading("transaction", row):
            event = await _event(session, row, tickets[number(row, "ObjectId")], said)
            if event is not None:
                found.append(event)
    return found


async def read_parts(session: Session, ids: Sequence[int]) -> dict[int, Parts]:
    """Texts and files by transaction. First what there is and how long, then only the texts worth reading."""
    heads: dict[int, list[Row]] = {}
    for at in range(0, len(ids), _IDS):
        asked: list[dict[str, str | int]] = [
            {"field": "TransactionId", "value": one} for one in ids[at : at + _IDS]
        ]
        async for row in _attachments(
            session, asked, "TransactionId,ContentType,Filename,ContentLength,Subject"
        ):
            heads.setdefault(number({"id": ref(row, "TransactionId")}, "id"), []).append(row)
    chosen = {one: _body(rows) for one, rows in heads.items()}
    texts = await _texts(session, [part for body in chosen.values() for part in body])
    return {one: _parts(rows, chosen[one], texts) for one, rows in heads.items()}


def _body(rows: Iterable[Row]) -> list[Row]:
    """The parts that are the message itself: plain text where there is some, else HTML."""
    inline = [row for row in rows if not text(row, "Filename") and number(row, "ContentLength") <= TEXT_LIMIT]
    plain = [row for row in inline if text(row, "ContentType").lower() == "text/plain"]
    return plain or [row for row in inline if text(row, "ContentType").lower() == "text/html"][:1]


def _parts(rows: Sequence[Row], body: Sequence[Row], texts: Mapping[str, str]) -> Parts:
    shown = {text(row, "id") for row in body if text(row, "id") in texts}
    plain = bool(body) and text(body[0], "ContentType").lower() == "text/plain"
    files = tuple(
        Attachment(
            remote_id=text(row, "id"),
            name=text(row, "Filename") or _nameless(text(row, "ContentType")),
            content_type=text(row, "ContentType") or "application/octet-stream",
            size=number(row, "ContentLength"),
        )
        for row in rows
        if text(row, "id") not in shown and _is_file(row, plain=plain)
    )
    said = "\n\n".join(
        texts[text(row, "id")] if plain else html_text(texts[text(row, "id")])
        for row in body
        if text(row, "id") in shown
    )
    subject = next((text(row, "Subject") for row in rows if text(row, "Subject")), "")
    return Parts(said.replace("\r\n", "\n"), subject, files)


def _is_file(row: Row, *, plain: bool) -> bool:
    kind = text(row, "ContentType").lower()
    if text(row, "Filename"):
        return True
    if kind.startswith("multipart/") or not number(row, "ContentLength"):
        return False
    return not (plain and kind == "text/html")  # the same message once more


def _nameless(content_type: str) -> str:
    return {"text/plain": "message.txt", "text/html": "message.html"}.get(content_type.lower(), "attachment")


async def _texts(session: Session, parts: Sequence[Row]) -> dict[str, str]:
    """Contents by attachment id. In lists RT gives text as text; nothing binary is asked for here."""
    groups: list[list[Row]] = []
    size = _GROUP + 1
    for part in parts:
        length = number(part, "ContentLength")
        if size + length > _GROUP or len(groups[-1]) >= _IDS:
            groups.append([])
            size = 0
        groups[-1].append(part)
        size += length
    found: dict[str, str] = {}
    for group in groups:
        try:
            found |= await _contents(session, group)
        except TooLarge:
            for part in group:
                try:
                    found |= await _contents(session, [part])
                except TooLarge:
                    continue
    return found


async def _contents(session: Session, group: Sequence[Row]) -> dict[str, str]:
    asked: list[dict[str, str | int]] = [{"field": "id", "value": number(part, "id")} for part in group]
    return {text(row, "id"): text(row, "Content") async for row in _attachments(session, asked, "Content")}


async def _attachments(
    session: Session, asked: list[dict[str, str | int]], fields: str
) -> AsyncIterator[Row]:
    number_of_page = 1
    while True:
        page = await session.client.page(
            "/attachments", {"fields": fields, "page": number_of_page}, body=asked
        )
        for row in page.rows:
            yield row
        if (
            len(page.rows) < PER_PAGE
        ):  # an attachment is as visible as its transaction: none is removed afterwards
            return
        number_of_page += 1


async def _event(session: Session, row: Row, ticket: TicketView, parts: Parts) -> EventAppend | None:
    kind = text(row, "Type")
    author = await session.person(ref(row, "Creator"))
    at = moment(row, "Created")
    if at is None:
        return None
    common = {
        "remote_id": text(row, "id"),
        "ticket": str(ticket.id),
        "customer": ticket.upsert.customer,
        "at": at,
        "command_id": mark(session, row),
    }
    if kind in ("Create", "Correspond"):
        return _message(common, kind, author, ticket, parts)
    said: dict[str, object] = {
        "direction": Direction.INTERNAL,
        "author_kind": AuthorKind.SYSTEM if author.login == SYSTEM else AuthorKind.AGENT,
        "author": "" if author.login == SYSTEM else author.login,
        "public": False,
    }
    if kind == "Comment":
        return EventAppend.model_validate(
            {**common, **said, **_comment(common["command_id"] is not None, parts)}
        )
    told = await _told(session, row)
    return EventAppend.model_validate({**common, **said, "kind": told[0], "data": told[1]}) if told else None


def _comment(marked: bool, parts: Parts) -> dict[str, object]:
    record = read_record(parts.text) if marked else None
    if record is None:
        return {"kind": EventKind.NOTE, "text": parts.text, "attachments": parts.files}
    return {"kind": record.kind, "text": record.text, "data": record.data}


def _message(
    common: Mapping[str, object], kind: str, author: Person, ticket: TicketView, parts: Parts
) -> EventAppend:
    """A public message. An agent who opens a ticket for somebody writes down what that person said."""
    channel: Channel = ticket.upsert.channel
    behalf = kind == "Create" and bool(ticket.requestors) and not ticket.carried.outbound
    customer = author.login in ticket.requestors or not author.agent or (behalf and author.login != SYSTEM)
    named = author.name
    if behalf and author.login not in ticket.requestors:
        named = ticket.customers[0].name if ticket.customers else ""
    changed: dict[str, object] = {}
    if kind == "Create":
        changed = {"at": ticket.upsert.opened_at, "command_id": uuid_or_none(ticket.client_ref)}
    return EventAppend.model_validate(
        {
            **common,
            "kind": EventKind.MESSAGE,
            "channel": channel,
            "direction": Direction.INBOUND if customer else Direction.OUTBOUND,
            "author_kind": AuthorKind.CUSTOMER
            if customer
            else AuthorKind.SYSTEM
            if author.login == SYSTEM
            else AuthorKind.AGENT,
            "author": named if customer else author.login,
            "text": parts.text,
            "attachments": parts.files,
            **changed,
        }
    )


async def _told(session: Session, row: Row) -> tuple[EventKind, dict[str, str | bool | None]] | None:
    """A change of a field or a link; None for what is noise on a timeline."""
    kind, name = text(row, "Type"), text(row, "Field")
    old, new = text(row, "OldValue"), text(row, "NewValue")
    if kind == "Status":
        pair = [
            str(session.words.status(one)) if one in session.words.statuses else one for one in (old, new)
        ]
        return EventKind.FIELD_CHANGE, {"field": "status", "old": pair[0], "new": pair[1]}
    if kind == "Set" and name in _SET:
        if name in ("Owner", "Queue"):
            old, new = await asyncio.gather(_name(session, name, old), _name(session, name, new))
        if name == "Priority":
            old, new = (str(priority_of(int(one))) if one.isdigit() else one for one in (old, new))
        return EventKind.FIELD_CHANGE, {"field": _SET[name], "old": old or None, "new": new or None}
    if kind == "CustomField" and session.field_name(name) == session.words.reason_field:
        return EventKind.FIELD_CHANGE, {"field": "reason", "old": old or None, "new": new or None}
    if kind in ("AddLink", "DeleteLink") and (found := _URI.fullmatch(new or old)):
        if found[2] == text(row, "ObjectId") and found[1] == "ticket":
            return None  # the other half of a merge, which names only itself
        relation = _RELATIONS.get(name) or re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        data: dict[str, str | bool | None] = {"relation": relation, "other": found[2]}
        if found[1] == "article":
            data["relation"] = "article"
        return EventKind.LINK, data | ({"removed": True} if kind == "DeleteLink" else {})
    return None


async def _name(session: Session, field: str, value: str) -> str:
    if not value:
        return ""
    if field == "Queue":
        queue = await session.queue(value)
        return queue.name if queue else value
    login = (await session.person(value)).login
    return "" if login == NOBODY else login


def mark(session: Session, row: Row) -> UUID | None:
    """The command this transaction came from, by its OpID."""
    return uuid_or_none(next(iter(custom_fields(row).get(session.words.op_field, ())), ""))


def uuid_or_none(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


def of_tickets(ids: Sequence[int]) -> str:
    return any_of("ObjectId", list(ids))
