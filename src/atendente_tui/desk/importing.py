"""Bring somebody else's tickets in: a file and its mapping become changes, applied like a backend's.

A row is known by its `external_id`, so the same file twice changes nothing. Two shapes are read: one row a ticket,
and one row an event (when the mapping has `event_kind` or `event_at`). Nothing is written when any line is bad,
unless `partial`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from atendente_tui.config_tables import one_of
from atendente_tui.desk.import_map import BadValue, ImportMap, Source
from atendente_tui.desk.import_rows import Row, Skipped, first_reason, rows_of
from atendente_tui.domain.change import (
    CustomerUpsert,
    EventAppend,
    Identity,
    TicketUpsert,
)
from atendente_tui.domain.words import (
    AuthorKind,
    Channel,
    Direction,
    EventKind,
    IdentityKind,
    Priority,
    Status,
    Tier,
)
from atendente_tui.i18n import _

IMPORTED = "import:"
"""Begins the remote id of what came from a file."""
WITHOUT_TEXT = "without_text"
"""In the data of an answer of which only the moment is known: it must never be sent anywhere."""


@dataclass(slots=True)
class Reading:
    """What a file holds: everything that can be read, and every line that cannot, with the reason."""

    customers: dict[str, CustomerUpsert] = field(default_factory=dict)
    tickets: dict[str, TicketUpsert] = field(default_factory=dict)
    events: list[EventAppend] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    repeated: int = 0
    """Lines that say of a ticket exactly what an earlier line said."""
    rows: dict[str, Row] = field(default_factory=dict)
    """The last line of each ticket, as far as it is mapped."""


def read(path: Path, mapping: ImportMap, now: datetime) -> Reading:
    """Read the whole file.

    Raises Refused when it is not what the mapping says it is: "import_unreadable", "import_encoding",
    "import_column", "import_column_twice".
    """
    reading = Reading()
    columns = mapping.columns()
    one_event_a_row = "event_kind" in mapping.fields or "event_at" in mapping.fields
    for line, row in rows_of(path, mapping, reading.skipped):
        complete = {column: row.get(column) or "" for column in columns}
        try:
            if one_event_a_row:
                _event_row(complete, mapping, reading, line, now)
            else:
                _ticket_row(complete, mapping, reading, now)
        except BadValue as error:
            reading.skipped.append(Skipped(line, str(error)))
        except ValueError as error:  # pydantic's own refusals, told without the value they echo
            reading.skipped.append(Skipped(line, first_reason(error)))
    reading.skipped.sort(key=lambda one: one.line)
    return reading


def _ticket_row(row: Row, mapping: ImportMap, reading: Reading, now: datetime) -> None:
    external = _needed(row, mapping, "external_id")
    opened = _moment(row, mapping, "opened_at") or now
    replied = _moment(row, mapping, "first_reply_at")
    closed = _moment(row, mapping, "closed_at")
    customer = _customer(row, mapping)
    ticket = _ticket(
        row,
        mapping,
        external,
        customer.remote_id,
        opened,
        closed,
        max(filter(None, (opened, replied, closed))),
    )
    if ticket.remote_id in reading.tickets:
        if reading.rows[ticket.remote_id] == row:
            reading.repeated += 1
            return
        columns = ", ".join(mapping.fields["external_id"].columns)
        raise BadValue(columns, external, _("it stands in the file twice, with other values"))
    events = list(_story(row, mapping, ticket, opened, replied, closed))
    reading.customers.setdefault(customer.remote_id, customer)
    reading.tickets[ticket.remote_id] = ticket
    reading.rows[ticket.remote_id] = row
    reading.events += events


def _story(
    row: Row,
    mapping: ImportMap,
    ticket: TicketUpsert,
    opened: datetime,
    replied: datetime | None,
    closed: datetime | None,
) -> Iterator[EventAppend]:
    """The events that one row tells of: the first message, the answer, the end, what the customer thought of it."""
    common = {"ticket": ticket.remote_id, "customer": ticket.customer, "channel": ticket.channel}
    yield EventAppend(
        remote_id=f"{ticket.remote_id}/1",
        at=opened,
        kind=EventKind.MESSAGE,
        text=_text(row, mapping, "text") or ticket.subject,
        **common,
    )
    reply = _text(row, mapping, "reply_text")
    if replied is not None or reply:
        yield EventAppend(
            remote_id=f"{ticket.remote_id}/2",
            at=replied or closed or opened,
            kind=EventKind.MESSAGE,
            direction=Direction.OUTBOUND,
            author_kind=AuthorKind.AGENT,
            author=ticket.assignee or "",
            text=reply or _("(the text of this answer was not imported)"),
            data={} if reply else {WITHOUT_TEXT: True},
            **common,
        )
    if closed is not None:
        yield EventAppend(
            remote_id=f"{ticket.remote_id}/3",
            at=closed,
            kind=EventKind.FIELD_CHANGE,
            direction=Direction.INTERNAL,
            author_kind=AuthorKind.SYSTEM,
            public=False,
            data={"field": "status", "old": "open", "new": ticket.status.value},
            **common,
        )
    for number, (survey, top) in enumerate((("csat", 5), ("nps", 10)), 4):
        score = _text(row, mapping, survey)
        if score:
            yield EventAppend(
                remote_id=f"{ticket.remote_id}/{number}",
                at=closed or replied or opened,
                kind=EventKind.SURVEY_ANSWER,
                data={"survey": survey, "score": _score(mapping, survey, score, top), "of": top},
                **common,
            )


def _event_row(row: Row, mapping: ImportMap, reading: Reading, line: int, now: datetime) -> None:
    """One row of an event log. The earliest row of a case opens its ticket, the latest gives its state."""
    external = _needed(row, mapping, "external_id")
    at = _moment(row, mapping, "event_at") or _moment(row, mapping, "opened_at") or now
    customer = _customer(row, mapping)
    remote_id = _remote_id(mapping, external)
    before = reading.tickets.get(remote_id)
    opened = min(before.opened_at, at) if before else at
    ticket = _ticket(row, mapping, external, customer.remote_id, opened, None, at)
    if ticket.status in (Status.SOLVED, Status.CLOSED):
        ticket = ticket.model_copy(update={"solved_at": at})
    actor = _text(row, mapping, "actor") or ""
    text = _text(row, mapping, "text") or ""
    kind = _word(row, mapping, "event_kind", EventKind, None, open_ended=True) or EventKind.FIELD_CHANGE
    inbound = kind == EventKind.MESSAGE and not actor
    event = EventAppend(
        remote_id=f"{remote_id}/{line}",
        ticket=remote_id,
        customer=customer.remote_id,
        at=at,
        kind=kind,
        channel=ticket.channel,
        direction=Direction.INBOUND
        if inbound
        else Direction.OUTBOUND
        if kind == EventKind.MESSAGE
        else Direction.INTERNAL,
        author_kind=AuthorKind.CUSTOMER if inbound else AuthorKind.AGENT,
        author=actor,
        public=kind == EventKind.MESSAGE,
        text=text,
        data=_change(row, reading.rows.get(remote_id), mapping, ticket, before)
        if kind == EventKind.FIELD_CHANGE
        else {},
    )
    reading.customers.setdefault(customer.remote_id, customer)
    if before is None or at >= before.updated_at:
        reading.tickets[remote_id] = ticket
        reading.rows[remote_id] = row
    else:
        reading.tickets[remote_id] = before.model_copy(update={"opened_at": opened})
    reading.events.append(event)


def _change(
    row: Row, earlier: Row | None, mapping: ImportMap, ticket: TicketUpsert, before: TicketUpsert | None
) -> dict[str, Any]:
    """What a row of an event log changed: the status where the log tells it, else its own word for what was done."""
    if "status" in mapping.fields and (before is None or before.status != ticket.status):
        return {"field": "status", "old": before.status.value if before else None, "new": ticket.status.value}
    source = mapping.fields.get("event_kind")
    if source is None:
        return {}
    old = source.of(earlier) if earlier is not None else None
    return {"field": ", ".join(source.columns), "old": old, "new": source.of(row)}


def _ticket(
    row: Row,
    mapping: ImportMap,
    external: str,
    customer: str,
    opened: datetime,
    closed: datetime | None,
    updated: datetime,
) -> TicketUpsert:
    status = _word(row, mapping, "status", Status, Status.SOLVED if closed else Status.NEW)
    tags = tuple(dict.fromkeys(tag for column in mapping.tags for tag in _tags(row[column], mapping)))
    return TicketUpsert(
        remote_id=_remote_id(mapping, external),
        # Digits alone would be taken for one of our ids.
        protocol=f"IMP-{external}" if external.removeprefix("#").isdecimal() else external,
        subject=_needed(row, mapping, "subject"),
        customer=customer,
        channel=_word(row, mapping, "channel", Channel, Channel.PORTAL) or Channel.PORTAL,
        status=status or Status.NEW,
        priority=_word(row, mapping, "priority", Priority, Priority.NORMAL) or Priority.NORMAL,
        assignee=_text(row, mapping, "assignee"),
        team=_text(row, mapping, "team"),
        tier=_word(row, mapping, "tier", Tier, None),
        tags=tags,
        opened_at=opened,
        updated_at=updated,
        solved_at=closed if status in (Status.SOLVED, Status.CLOSED) else None,
    )


def _remote_id(mapping: ImportMap, external: str) -> str:
    return f"{IMPORTED}{mapping.source}:{external}"


def _tags(text: str, mapping: ImportMap) -> list[str]:
    """The value of a column; of JSON a whole list."""
    if mapping.format != "csv" and text.startswith("["):
        with suppress(ValueError):
            return [str(one).strip() for one in json.loads(text) if str(one).strip()]
    return [text.strip()] if text.strip() else []


def _customer(row: Row, mapping: ImportMap) -> CustomerUpsert:
    """Known by the identity where there is one, else by the name."""
    given = _text(row, mapping, "customer") or ""
    name = given or _("no name")
    identity = _text(row, mapping, "identity")
    if identity is None:
        return CustomerUpsert(remote_id=f"import:name:{given}", name=name)
    source = mapping.fields["identity"]
    kind, value = (source.kind, identity) if source.kind else _split_identity(source, identity)
    return CustomerUpsert(
        remote_id=f"import:{kind}:{value.casefold()}",
        name=name,
        identities=(Identity(kind=kind, value=value),),
    )


def _split_identity(source: Source, text: str) -> tuple[IdentityKind, str]:
    kind, colon, value = text.partition(":")
    if colon and kind in tuple(IdentityKind):
        return IdentityKind(kind), value
    if "@" in text:
        return IdentityKind.EMAIL, text
    if sum(one.isdigit() for one in text) >= 8:
        return IdentityKind.PHONE, text
    raise BadValue(
        ", ".join(source.columns),
        text,
        _("kind:value, with a kind that is {kinds}").format(kinds=one_of(IdentityKind)),
    )


def _text(row: Row, mapping: ImportMap, name: str) -> str | None:
    source = mapping.fields.get(name)
    return source.of(row) if source else None


def _needed(row: Row, mapping: ImportMap, name: str) -> str:
    value = _text(row, mapping, name)
    if not value:
        source = mapping.fields[name]
        raise BadValue(", ".join(source.columns), "", _("{field} must not be empty").format(field=name))
    return value


def _moment(row: Row, mapping: ImportMap, name: str) -> datetime | None:
    """An aware moment; a naive one is meant in the mapping's zone."""
    text = _text(row, mapping, name)
    if text is None:
        return None
    source = mapping.fields[name]
    try:
        found = datetime.strptime(text, source.format) if source.format else datetime.fromisoformat(text)  # noqa: DTZ007
        return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(mapping.timezone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadValue(
            ", ".join(source.columns),
            text,
            _("a date in the form {form}").format(form=source.format or "ISO 8601"),
        ) from error


def _word(
    row: Row, mapping: ImportMap, name: str, words: Any, default: Any, *, open_ended: bool = False
) -> Any:
    text = _text(row, mapping, name)
    if text is None:
        return default
    if text in tuple(words):
        return words(text)
    if open_ended:
        return default
    raise BadValue(", ".join(mapping.fields[name].columns), text, one_of(words))


def _score(mapping: ImportMap, survey: str, text: str, top: int) -> int:
    try:
        score = int(float(text.replace(",", ".")))
    except (ValueError, OverflowError):
        score = -1
    if not (1 if survey == "csat" else 0) <= score <= top:
        allowed = _("a number from {least} to {most}").format(least=1 if survey == "csat" else 0, most=top)
        raise BadValue(", ".join(mapping.fields[survey].columns), text, allowed)
    return score
