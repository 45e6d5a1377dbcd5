"""A ticket and its people as RT's JSON has them, made into changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from atendente_tui.backends.rt.session import NOBODY
from atendente_tui.backends.rt.shape import Row, custom_fields, moment, number, ref, refs, text
from atendente_tui.backends.rt.words import Carried, Vocabulary, carried, priority_of
from atendente_tui.domain.change import CustomerUpsert, Identity, TicketUpsert
from atendente_tui.domain.words import KEEP_SNOOZED, IdentityKind, Status

TICKET_FIELDS: Mapping[str, str | int] = {
    "fields": "Subject,Status,Priority,Created,LastUpdated,Resolved,Due,Owner,Queue,Requestor,CustomFields,Creator,"
    "EffectiveId",
    "fields[Queue]": "Name",
    "fields[Requestor]": "Name,EmailAddress,RealName,Organization,Lang,WorkPhone,MobilePhone",
}
MERGED_TOO = "EffectiveId > 0"
"""In a TicketSQL query: lists tickets that were merged into another too, which RT leaves out by itself."""
LIGHT_FIELDS: Mapping[str, str | int] = {
    "fields": "Status,Created,Requestor,CustomFields,Queue",
    "fields[Requestor]": "Name,EmailAddress,RealName,WorkPhone,MobilePhone",
}
"""Enough to read a ticket's history by."""
NO_MAIL = ".invalid"
"""People without an e-mail address have `<value>@<kind>.invalid` in RT (RFC 6761: never delivered)."""
_NO_MAIL = re.compile(r"(.+)@(phone|whatsapp|instagram|facebook|x|external)\.invalid")
PROTOCOL = "RT-{id}"


@dataclass(frozen=True, slots=True)
class TicketView:
    """One ticket read: the change, its people, and what its history is read by."""

    id: int
    upsert: TicketUpsert
    customers: tuple[CustomerUpsert, ...]
    requestors: frozenset[str]
    carried: Carried
    client_ref: str
    creator: str
    priority: int
    raw_status: str
    queue: str
    """RT's number of the queue."""
    owner: str
    """Login, "Nobody" included."""


def ticket_view(row: Row, words: Vocabulary, now: datetime, *, wrote_since: bool = False) -> TicketView:
    """Read a ticket. `wrote_since`: the customer has written since it was snoozed."""
    identifier = number(row, "id")
    fields = custom_fields(row)
    mine = carried(fields.get(words.tags_field, ()))
    people = tuple(customer(one) for one in refs(row, "Requestor"))
    raw = text(row, "Status")
    status = words.status(raw)
    asleep = _asleep(mine, status, now, wrote_since=wrote_since)
    if asleep:
        status = Status.SNOOZED
    elif mine.on_hold and status is Status.OPEN:
        status = Status.ON_HOLD
    heir = ref(row, "EffectiveId")
    merged = heir not in ("", str(identifier))
    if merged:
        status, asleep = Status.CLOSED, False
    queue_row = row.get("Queue")
    owner = ref(row, "Owner") or NOBODY
    created = moment(row, "Created") or datetime.fromtimestamp(0, UTC)
    shown = {name: ", ".join(values) for name, values in fields.items() if values}
    for name in (words.tags_field, words.ref_field, words.reason_field):
        shown.pop(name, None)
    if due := text(row, "Due"):
        shown |= {"Due": due} if moment(row, "Due") else {}
    if asleep and mine.keep:
        shown[KEEP_SNOOZED] = "yes"
    upsert = TicketUpsert(
        remote_id=str(identifier),
        protocol=PROTOCOL.format(id=identifier),
        subject=text(row, "Subject"),
        customer=people[0].remote_id if people else None,
        channel=mine.channel or words.channel,
        status=status,
        priority=priority_of(number(row, "Priority")),
        impact=mine.impact,
        assignee=None if owner == NOBODY or merged else owner,
        team=(text(queue_row, "Name") if isinstance(queue_row, dict) else "") or None,
        tier=mine.tier,
        reason=next(iter(fields.get(words.reason_field, ())), None),
        tags=mine.tags if words.tags_field in fields else None,
        opened_at=mine.opened or created,
        updated_at=moment(row, "LastUpdated") or created,
        solved_at=moment(row, "Resolved"),
        snoozed_until=mine.snoozed_until if asleep else None,
        merged_into=heir if merged else None,
        fields=shown,
    )
    return TicketView(
        id=identifier,
        upsert=upsert,
        customers=people,
        requestors=frozenset(one.remote_id for one in people),
        carried=mine,
        client_ref=next(iter(fields.get(words.ref_field, ())), ""),
        creator=ref(row, "Creator"),
        priority=number(row, "Priority"),
        raw_status=raw,
        queue=ref(row, "Queue"),
        owner=owner,
    )


def _asleep(mine: Carried, status: Status, now: datetime, *, wrote_since: bool) -> bool:
    if mine.snoozed_until is None or mine.snoozed_until <= now or status not in (Status.NEW, Status.OPEN):
        return False
    return mine.keep or not wrote_since


def customer(row: Row) -> CustomerUpsert:
    """A requestor: RT's login names the person, the e-mail address and phones identify them."""
    login = text(row, "id")
    address = text(row, "EmailAddress") or (login if "@" in login else "")
    identities: list[Identity] = []
    if found := _NO_MAIL.fullmatch(address):
        if not found[1].startswith("atendente-"):  # a stand-in for one who gave no address at all
            identities.append(Identity(kind=IdentityKind(found[2]), value=found[1]))
    elif address:
        identities.append(Identity(kind=IdentityKind.EMAIL, value=address))
    elif login:
        identities.append(Identity(kind=IdentityKind.EXTERNAL, value=login))
    identities.extend(
        Identity(kind=IdentityKind.PHONE, value=phone)
        for phone in dict.fromkeys((text(row, "WorkPhone"), text(row, "MobilePhone")))
        if phone
    )
    return CustomerUpsert(
        remote_id=login,
        name=text(row, "RealName") or (found[1] if found else address.partition("@")[0]) or login,
        language=text(row, "Lang").replace("_", "-") or None,
        identities=tuple(identities),
    )
