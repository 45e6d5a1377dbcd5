"""Bring somebody else's tickets in: a file and its mapping become changes, applied like a backend's.

A row is known by its `external_id`, so the same file twice changes nothing. Two shapes are read: one row a ticket,
and one row an event (when the mapping has `event_kind` or `event_at`). Nothing is written when any line is bad,
unless `partial`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from atendente_tui.config import one_of
from atendente_tui.desk.import_map import BadValue, ImportMap, Source
from atendente_tui.domain.change import (
    CustomerUpsert,
    EventAppend,
    Identity,
    TicketUpsert,
)
from atendente_tui.domain.refusal import Refused
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

WITHOUT_TEXT = "without_text"
"""In the data of an answer of which only the moment is known: it must never be sent anywhere."""
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Skipped:
    line: int
    why: str


@dataclass(slots=True)
class Reading:
    """What a file holds: everything that can be read, and every line that cannot, with the reason."""

    customers: dict[str, CustomerUpsert] = field(default_factory=dict)
    tickets: dict[str, TicketUpsert] = field(default_factory=dict)
    events: list[EventAppend] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def read(path: Path, mapping: ImportMap, now: datetime) -> Reading:
    """Read the whole file. Raises Refused("import_unreadable") when it is not what the mapping says it is."""
    reading = Reading()
    missing: set[str] = set()
    first = True
    one_event_a_row = "event_kind" in mapping.fields or "event_at" in mapping.fields
    for line, row in _rows(path, mapping, reading):
        if first:
            first = False
            missing = set(mapping.columns()) - row.keys()
            if missing:
                raise Refused(
                    "import_column",
                    file=path.name,
                    line=line,
                    column=", ".join(sorted(missing)),
                    allowed=", ".join(row),
                )
        complete = {column: row.get(column) or "" for column in mapping.columns()}
        try:
            if one_event_a_row:
                _event_row(complete, mapping, reading, line, now)
            else:
                _ticket_row(complete, mapping, reading, now)
        except BadValue as error:
            reading.skipped.append(Skipped(line, str(error)))
        except ValueError as error:  # pydantic's own refusals, told without the value they echo
            reading.skipped.append(Skipped(line, _first_reason(error)))
    return reading


def _rows(path: Path, mapping: ImportMap, reading: Reading) -> Iterator[tuple[int, Row]]:
    try:
        text = path.read_bytes().decode(mapping.encoding)
    except OSError as error:
        raise Refused("import_unreadable", file=path.name, why=error.strerror) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Refused("import_encoding", file=path.name, line=line, encoding=mapping.encoding) from error
    text = text.removeprefix("\ufeff")
    if mapping.format == "csv":
        yield from _csv_rows(path, text, mapping.delimiter)
    elif mapping.format == "jsonl":
        for number, one in enumerate(text.split("\n"), 1):
            if one.strip():
                try:
                    yield number, _flat(json.loads(one))
                except (ValueError, RecursionError) as error:
                    reading.skipped.append(Skipped(number, _first_reason(error)))
    else:
        try:
            items = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Refused("import_unreadable", file=path.name, why=_first_reason(error)) from error
        if not isinstance(items, list):
            raise Refused("import_unreadable", file=path.name, why=_("a list of objects is expected"))
        for number, item in enumerate(items, 1):
            try:
                yield number, _flat(item)
            except ValueError as error:
                reading.skipped.append(Skipped(number, str(error)))


def _csv_rows(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, Row]]:
    csv.field_size_limit(16 * 1024 * 1024)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey="\0rest")
    line = 2
    try:
        for row in reader:
            row.pop("\0rest", None)
            yield line, {(name or "").strip(): value or "" for name, value in row.items()}
            line = reader.line_num + 1
    except csv.Error as error:
        raise Refused("import_unreadable", file=path.name, why=f"{error} ({line})") from error


def _flat(item: object) -> Row:
    if not isinstance(item, dict):
        raise ValueError(_("an object is expected"))
    return {
        str(key): value if isinstance(value, str) else "" if value is None else json.dumps(value)
        for key, value in item.items()
    }


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
    events = list(_story(row, mapping, ticket, opened, replied, closed))
    reading.customers.setdefault(customer.remote_id, customer)
    if ticket.remote_id in reading.tickets:
        raise BadValue(mapping.fields["external_id"].columns[0], external, _("it stands in the file twice"))
    reading.tickets[ticket.remote_id] = ticket
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
    """One row of an event log. The first row of a case opens its ticket, the last one gives its state."""
    external = _needed(row, mapping, "external_id")
    at = _moment(row, mapping, "event_at") or _moment(row, mapping, "opened_at") or now
    customer = _customer(row, mapping)
    remote_id = f"import:{external}"
    before = reading.tickets.get(remote_id)
    opened = min(before.opened_at, at) if before else at
    ticket = _ticket(
        row, mapping, external, customer.remote_id, opened, None, max(before.updated_at, at) if before else at
    )
    if ticket.status in (Status.SOLVED, Status.CLOSED):
        ticket = ticket.model_copy(update={"solved_at": at})
    actor = _text(row, mapping, "actor") or ""
    text = _text(row, mapping, "text") or _text(row, mapping, "event_kind") or ""
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
        data={"field": "status", "old": None, "new": ticket.status.value}
        if kind == EventKind.FIELD_CHANGE
        else {},
    )
    reading.customers.setdefault(customer.remote_id, customer)
    reading.tickets[remote_id] = ticket
    reading.events.append(event)


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
    tags = tuple(dict.fromkeys(row[column].strip() for column in mapping.tags if row[column].strip()))
    return TicketUpsert(
        remote_id=f"import:{external}",
        # Digits alone would be taken for one of our ids.
        protocol=f"IMP-{external}" if external.isdecimal() else external,
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


def _customer(row: Row, mapping: ImportMap) -> CustomerUpsert:
    """Known by the identity where there is one, else by the name."""
    name = _text(row, mapping, "customer") or _("no name")
    identity = _text(row, mapping, "identity")
    if identity is None:
        return CustomerUpsert(remote_id=f"import:name:{name}", name=name)
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


def _first_reason(error: Exception) -> str:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)
