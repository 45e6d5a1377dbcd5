"""A new ticket: its person, its first message, and the mark by which it is found again."""

from __future__ import annotations

import re
from datetime import timedelta

from atendente_tui.backends.port import BackendError, Conflict, Forbidden, Rejected
from atendente_tui.backends.rt.changing import status_body
from atendente_tui.backends.rt.reading import NO_MAIL
from atendente_tui.backends.rt.session import Queue, Session
from atendente_tui.backends.rt.shape import moment, text
from atendente_tui.backends.rt.words import PRIORITIES, Carried
from atendente_tui.backends.rt.writing import Now, change, look, receipt, trail
from atendente_tui.domain.change import Identity
from atendente_tui.domain.command import Create, Receipt
from atendente_tui.domain.words import IdentityKind, Status
from atendente_tui.i18n import _

_KINDS = (
    IdentityKind.WHATSAPP,
    IdentityKind.PHONE,
    IdentityKind.INSTAGRAM,
    IdentityKind.FACEBOOK,
    IdentityKind.X,
    IdentityKind.EXTERNAL,
)
"""What may stand in for an e-mail address, in this order. Never a CPF or CNPJ: an address is no place for them."""
_MAIL = re.compile(r"[^@\s<>\"',;()\[\]\\:]+@[^@\s<>\"',;()\[\]\\:]+")
_LATE = timedelta(minutes=1)
_AT_ONCE = (Status.NEW, Status.OPEN, Status.SOLVED)
"""What RT's default lifecycle lets a new ticket be."""


async def create(session: Session, command: Create) -> Receipt:
    queue = await _queue(session, command.team)
    body: dict[str, object] = {
        "Queue": queue.id,
        "Subject": one_line(command.subject),
        "Requestor": [requestor(command)],
        "Content": command.text or command.subject,
        "ContentType": "text/plain",
        "Priority": PRIORITIES[command.priority],
    }
    status = Status.OPEN if _held(session, command) else command.status
    if status in _AT_ONCE and (name := session.words.rt_status(status)):
        body["Status"] = name
    fields: dict[str, object] = {}
    if session.words.ref_field in queue.fields.values():
        fields[session.words.ref_field] = str(command.id)
    if session.words.tags_field in queue.fields.values():
        fields[session.words.tags_field] = _carried(session, command).to_tags()
    made, _remarks = await session.client.post("/ticket", {**body, "CustomFields": fields})
    try:
        kept = await _brought(session, command, made) if status not in (None, *_AT_ONCE) else ""
        now = await look(session, made)
        first = await trail(session, int(made), "0", ("Create", ""))
    except BackendError:
        return receipt(command, int(made), command.at)
    event = text(first[0], "id") if first else None
    at = moment(first[0], "Created") if first else None
    return receipt(
        command,
        int(made),
        at or now.date,
        event=event,
        note=" ".join(one for one in (kept, _differences(command, now)) if one),
    )


async def _brought(session: Session, command: Create, made: str) -> str:
    """Bring a new ticket to a status that RT gives to none at birth; why it stayed, or ''."""
    wanted = command.status or Status.NEW
    try:
        await change(
            session,
            command,
            made,
            body=lambda now: status_body(session, now, wanted),
            settled=lambda now: now.view.upsert.status is wanted,
            trace=("Status", ""),
        )
    except (Rejected, Conflict) as error:
        return _("Status kept: {reason}").format(reason=error)
    return ""


async def _queue(session: Session, team: str | None) -> Queue:
    """The queue asked for; else the option `queue`; else the first one this login may open tickets in."""
    named = team or str(session.options.get("queue", ""))
    if named:
        queue = await session.queue_named(named)
        if queue is None:
            raise Rejected(f"no queue {named} to be seen")
        return queue
    for queue in sorted((await session.load_queues()).values(), key=lambda one: int(one.id)):
        if queue.may_create:
            return queue
    raise Forbidden("no queue in which this login may open tickets")


def _carried(session: Session, command: Create) -> Carried:
    late = abs(command.at - command.opened_at) > _LATE
    return Carried(
        tags=tuple(dict.fromkeys(command.tags)),
        channel=command.channel if command.channel is not session.words.channel else None,
        opened=command.opened_at if late else None,
        outbound=not command.inbound,
        on_hold=_held(session, command),
    )


def _held(session: Session, command: Create) -> bool:
    return command.status is Status.ON_HOLD and session.words.rt_status(Status.ON_HOLD) is None


def requestor(command: Create) -> str:
    """`"Name" <address>`; somebody without an e-mail address gets one that can never be delivered to."""
    name = re.sub(r"[\"\\<>\r\n]+", " ", command.customer_name).strip()
    return f'"{name}" <{address(command)}>' if name else address(command)


def address(command: Create) -> str:
    for identity in command.identities:
        if identity.kind is IdentityKind.EMAIL and _MAIL.fullmatch(identity.value.strip()):
            return identity.value.strip()
    for kind in _KINDS:
        for identity in command.identities:
            if identity.kind is kind and (local := _local(identity)):
                return f"{local}@{kind}{NO_MAIL}"
    return f"atendente-{command.id.hex[-12:]}@external{NO_MAIL}"


def _local(identity: Identity) -> str:
    """What of an identity fits before the @; '' when it would not come back as it was."""
    value = identity.value.strip()
    if identity.kind in (IdentityKind.PHONE, IdentityKind.WHATSAPP):
        value = re.sub(r"[\s().-]+", "", value)
    value = value.removeprefix("@")
    return (
        value if re.fullmatch(r"[A-Za-z0-9+_=/-]+(\.[A-Za-z0-9+_=/-]+)*", value) and len(value) <= 60 else ""
    )


def one_line(value: str) -> str:
    return " ".join(value.split()) or "-"


def _differences(command: Create, now: Now) -> str:
    """What RT left out: it drops what it does not like and says 201 all the same."""
    notes: list[str] = []
    if not now.view.customers:
        notes.append(_("The customer could not be added."))
    if now.view.client_ref != str(command.id):
        notes.append(_("It could not be marked: a lost answer would be in doubt."))
    if set(command.tags) - set(now.view.upsert.tags or ()):
        notes.append(_("Some tags were not kept."))
    if now.view.upsert.channel is not command.channel:
        notes.append(_("The channel could not be kept."))
    return " ".join(notes)
