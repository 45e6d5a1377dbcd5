"""Rows of the store as the JSON of the contract: English keys, ISO 8601 times with an offset, values as written."""

from __future__ import annotations

import json
from datetime import tzinfo
from typing import Any

from atendente_tui.domain.instants import from_ms
from atendente_tui.domain.words import OutboxState
from atendente_tui.store.rows import (
    ArticleRow,
    AttachmentRow,
    CustomerRow,
    EventRow,
    FactRow,
    IdentityRow,
    OutboxRow,
    PromiseRow,
    QueueRow,
    SearchHit,
    TicketRow,
)


def iso(milliseconds: int | None, zone: tzinfo) -> str | None:
    return (
        None
        if milliseconds is None
        else from_ms(milliseconds).astimezone(zone).isoformat(timespec="milliseconds")
    )


def queue_item(row: QueueRow, zone: tzinfo) -> dict[str, Any]:
    return {
        "id": row.id,
        "protocol": row.protocol,
        "subject": row.subject,
        "customer": row.customer,
        "channel": row.channel,
        "status": row.status,
        "priority": row.priority,
        "score": row.score,
        "why": [{"part": part, "points": points} for part, points in json.loads(row.why)],
        "assignee": row.assignee,
        "team": row.team,
        "tier": row.tier,
        "sla": {"target": row.sla_target, "due": iso(row.sla_due, zone), "state": row.sla_state},
        "updated_at": iso(row.updated, zone),
    }


def ticket(row: TicketRow, zone: tzinfo) -> dict[str, Any]:
    return {
        "id": row.id,
        "remote_id": row.remote_id,
        "protocol": row.protocol,
        "subject": row.subject,
        "customer_id": row.customer_id,
        "channel": row.channel,
        "status": row.status,
        "priority": row.priority,
        "impact": row.impact,
        "assignee": row.assignee,
        "team": row.team,
        "tier": row.tier,
        "reason": row.reason,
        "wrap_up": row.wrap_up,
        "tags": json.loads(row.tags),
        "fields": json.loads(row.fields),
        "opened_at": iso(row.opened, zone),
        "updated_at": iso(row.updated, zone),
        "first_reply_at": iso(row.first_reply, zone),
        "solved_at": iso(row.solved, zone),
        "snoozed_until": iso(row.snoozed_until, zone),
        "merged_into": row.merged_into,
        "score": row.score,
        "why": [{"part": part, "points": points} for part, points in json.loads(row.why)],
        "sla": {"target": row.sla_target, "due": iso(row.sla_due, zone), "state": row.sla_state},
    }


def not_known_then(row: TicketRow, events: list[EventRow], until: int, zone: tzinfo) -> dict[str, Any]:
    """What `ticket` says of now and must not say of the moment `until`, of which `events` are what had happened."""

    def by_then(moment: int | None) -> str | None:
        return iso(moment, zone) if moment is not None and moment <= until else None

    return {
        "updated_at": iso(max((one.at for one in events), default=row.opened), zone),
        "first_reply_at": by_then(row.first_reply),
        "solved_at": by_then(row.solved),
        "snoozed_until": None,
        "merged_into": None,
        "wrap_up": None,
        "score": None,
        "why": [],
        "sla": None,
    }


def customer(
    row: CustomerRow, identities: list[IdentityRow], facts: list[FactRow], zone: tzinfo
) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "social_name": row.social_name,
        "segment": row.segment,
        "preferred_channel": row.preferred_channel,
        "language": row.language,
        "identities": [{"kind": one.kind, "value": one.value} for one in identities],
        "facts": [
            {"name": one.name, "value": one.value, "at": iso(one.at, zone), "author": one.author}
            for one in facts
        ],
    }


def event(row: EventRow, attachments: list[AttachmentRow], zone: tzinfo) -> dict[str, Any]:
    return {
        "id": row.key,
        "ticket": row.ticket_id,
        "at": iso(row.at, zone),
        "kind": row.kind,
        "channel": row.channel,
        "author": row.author,
        "author_kind": row.author_kind,
        "direction": row.direction,
        "public": bool(row.public),
        "text": row.text,
        "data": json.loads(row.data),
        "state": row.state,
        "attachments": [
            {"name": one.name, "content_type": one.content_type, "size": one.size, "remote_id": one.remote_id}
            for one in attachments
        ],
    }


_TOLD = ("remote_id", "at", "kind", "channel", "author", "author_kind", "direction", "public", "text")
"""What is told of each thing that was said since."""


def outbox_item(row: OutboxRow, now: int) -> dict[str, Any]:
    """A command whose hold is over but which nobody came to send yet is queued."""
    return {
        "command_id": row.command_id,
        "kind": row.type,
        "ticket": row.ticket_id,
        "protocol": row.protocol,
        "state": OutboxState.QUEUED if row.state == OutboxState.HELD and row.hold_until <= now else row.state,
        "attempts": row.attempts,
        "last_error": row.error,
        "error_code": row.error_code,
        "text": json.loads(row.body).get("text"),
        "current": json.loads(row.current) if row.current else None,
        "events": [
            {name: one.get(name) for name in _TOLD} for one in (json.loads(row.events) if row.events else ())
        ],
    }


def promise(row: PromiseRow, zone: tzinfo) -> dict[str, Any]:
    return {
        "id": row.id,
        "ticket": row.ticket_id,
        "protocol": row.protocol,
        "customer": row.customer,
        "due": iso(row.due, zone),
        "what": row.what,
        "author": row.author,
        "outcome": row.outcome,
    }


def hit(row: SearchHit, zone: tzinfo) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "ticket": row.ticket_id,
        "event": row.ref if row.kind == "event" else None,
        "ref": row.ref,
        "at": iso(row.at, zone),
        "channel": row.channel,
        "title": row.title,
        "snippet": row.snippet.replace("\x02", "").replace("\x03", ""),
        "score": row.score,
    }


def article(row: ArticleRow, *, snippet: str = "", score: float = 0.0, whole: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": row.ref,
        "title": row.title,
        "audience": row.audience,
        "snippet": snippet,
        "score": score,
    }
    if whole:
        found |= {
            "body": row.body,
            "tags": json.loads(row.tags),
            "product": row.product,
            "lang": row.language,
            "review": row.review,
            "url": row.url,
            "used": row.used,
        }
    return found
