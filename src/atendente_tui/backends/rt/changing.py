"""Commands that set something on a ticket: owner, status, priority, team, tags, snooze, merge, links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from atendente_tui.backends.port import BackendError, Conflict, Rejected
from atendente_tui.backends.rt.session import Session
from atendente_tui.backends.rt.shape import refs, text
from atendente_tui.backends.rt.words import PRIORITIES, Carried
from atendente_tui.backends.rt.writing import Now, change, holder, look, reason, receipt, trail
from atendente_tui.domain.command import (
    Assign,
    Claim,
    Link,
    Merge,
    Receipt,
    Release,
    SetPriority,
    SetStatus,
    SetTeam,
    Snooze,
    Tag,
)
from atendente_tui.domain.words import Status

_OWNER = ("Set", "Owner")
_LINKS = {"refers_to": "RefersTo", "depends_on": "DependsOn", "parent": "MemberOf", "article": "RefersTo"}
_REFS = {"refers_to": "refers-to", "depends_on": "depends-on", "parent": "parent", "article": "refers-to"}


async def claim(session: Session, command: Claim, remote: str) -> Receipt:
    """RT's `take`, which is atomic: of two who try, one gets it and the other a Conflict naming the holder."""
    me = (await session.me()).login

    def free(now: Now) -> None:
        if holder(now) not in (None, me):
            raise Conflict(f"already taken by {holder(now)}", now.current())

    return await change(
        session,
        command,
        remote,
        path="/take",
        body=lambda _now: {},
        settled=lambda now: holder(now) == me,
        check=free,
        trace=_OWNER,
    )


async def release(session: Session, command: Release, remote: str) -> Receipt:
    me = (await session.me()).login

    def mine(now: Now) -> None:
        if holder(now) not in (None, me):
            raise Conflict(f"held by {holder(now)}", now.current())

    return await change(
        session,
        command,
        remote,
        path="/untake",
        body=lambda _now: {},
        settled=lambda now: holder(now) is None,
        check=mine,
        trace=_OWNER,
    )


async def assign(session: Session, command: Assign, remote: str) -> Receipt:
    wanted = command.assignee
    me = (await session.me()).login
    stands = await look(session, remote)
    steal = wanted == me and holder(stands) not in (None, me)

    def as_seen(now: Now) -> None:
        if command.expected is not None and (holder(now) or "") != command.expected:
            raise Conflict(f"held by {holder(now) or 'nobody'}", now.current())

    return await change(
        session,
        command,
        remote,
        path="/steal" if steal else "",
        body=lambda _now: {} if steal else {"Owner": wanted},
        settled=lambda now: (holder(now) or "").casefold() == wanted.casefold(),
        check=as_seen,
        trace=_OWNER,
    )


async def set_status(session: Session, command: SetStatus, remote: str) -> Receipt:
    wanted = command.status

    def as_seen(now: Now) -> None:
        if command.expected is not None and now.view.upsert.status is not command.expected:
            raise Conflict(f"the status is {now.view.upsert.status}", now.current())

    return await change(
        session,
        command,
        remote,
        body=lambda now: status_body(session, now, wanted),
        settled=lambda now: now.view.upsert.status is wanted,
        check=as_seen,
        trace=("Status", ""),
    )


def status_body(session: Session, now: Now, wanted: Status) -> dict[str, object]:
    """What to write so that the ticket reads as `wanted`. Raises Rejected where RT has no way to say it."""
    held = wanted is Status.ON_HOLD and session.words.rt_status(wanted) is None
    name = session.words.rt_status(Status.OPEN if held else wanted)
    if name is None or (held and not has_tags(now)):
        raise Rejected(f"this RT has no status for {wanted}")
    body: dict[str, object] = {"Status": name}
    mine = replace(now.view.carried.awake(), on_hold=held)
    return body | (tags_body(session, mine) if mine != now.view.carried else {})


async def set_priority(session: Session, command: SetPriority, remote: str) -> Receipt:
    def body(now: Now) -> Mapping[str, object]:
        told: dict[str, object] = {}
        if now.view.upsert.priority is not command.priority:
            told["Priority"] = PRIORITIES[command.priority]
        if command.impact is not None and has_tags(now):
            told |= tags_body(session, replace(now.view.carried, impact=command.impact))
        return told

    def settled(now: Now) -> bool:
        same_impact = command.impact in (None, now.view.carried.impact) or not has_tags(now)
        return now.view.upsert.priority is command.priority and same_impact

    return await change(session, command, remote, body=body, settled=settled, trace=("Set", "Priority"))


async def set_team(session: Session, command: SetTeam, remote: str) -> Receipt:
    return await change(
        session,
        command,
        remote,
        body=lambda _now: {"Queue": command.team},
        settled=lambda now: (now.view.upsert.team or "").casefold() == command.team.casefold(),
        trace=("Set", "Queue"),
    )


async def snooze(session: Session, command: Snooze, remote: str) -> Receipt:
    until = command.until.astimezone(UTC).replace(microsecond=0)

    def body(now: Now) -> Mapping[str, object]:
        need_tags(session, now)
        mine = replace(
            now.view.carried,
            on_hold=False,
            snoozed_until=until,
            snoozed_at=int(now.etag) if now.etag and now.etag.isdigit() else 0,
            keep=command.keep_on_reply,
        )
        told = tags_body(session, mine)
        if now.view.upsert.status not in (Status.NEW, Status.OPEN, Status.SNOOZED, Status.ON_HOLD):
            told["Status"] = session.words.rt_status(Status.OPEN)
        return told

    def settled(now: Now) -> bool:
        asleep = now.view.upsert.status is Status.SNOOZED or until <= datetime.now(UTC)
        return (
            asleep
            and now.view.carried.snoozed_until == until
            and now.view.carried.keep == command.keep_on_reply
        )

    return await change(session, command, remote, body=body, settled=settled, trace=("CustomField", ""))


async def tag(session: Session, command: Tag, remote: str) -> Receipt:
    """Lists are replaced whole in RT: read, merge, write with If-Match, again when somebody was faster."""
    removed = set(command.remove)

    def body(now: Now) -> Mapping[str, object]:
        need_tags(session, now)
        kept = [one for one in now.view.carried.tags if one not in removed]
        return tags_body(session, replace(now.view.carried, tags=tuple(dict.fromkeys([*kept, *command.add]))))

    def settled(now: Now) -> bool:
        tags = set(now.view.carried.tags)
        return set(command.add) <= tags and not removed & tags

    return await change(session, command, remote, body=body, settled=settled, trace=("CustomField", ""))


async def merge(session: Session, command: Merge, remote: str) -> Receipt:
    if command.into.remote is None:
        raise Rejected("the other ticket is not in RT yet")
    target = await look(session, command.into.remote)
    before = await look(session, remote)
    remarks: list[str] = []
    if before.view.id != target.view.id:
        remarks = await session.client.put(f"/ticket/{remote}", {"MergeInto": target.view.id})
        if (await look(session, remote)).view.id != target.view.id:
            raise Rejected(reason(remarks))
    try:
        rows = await trail(session, int(remote), before.etag if remarks else None, ("AddLink", "MergedInto"))
    except BackendError:
        rows = []
    event = text(rows[-1], "id") if rows else None
    return receipt(command, target.view.id, before.date, event=event)


async def link(session: Session, command: Link, remote: str) -> Receipt:
    if command.relation == "article":
        if not (command.article or "").isdigit():
            raise Rejected("no such article")
        target, kind, written = str(command.article), "article", f"a:{command.article}"
    else:
        if command.other.remote is None:
            raise Rejected("the other ticket is not in RT yet")
        other = await look(session, command.other.remote)
        target, kind, written = str(other.view.id), "ticket", str(other.view.id)

    def settled(now: Now) -> bool:
        return any(
            text(one, "ref") == _REFS[command.relation]
            and text(one, "type") == kind
            and text(one, "id") == target
            for one in refs(now.row, "_hyperlinks")
        )

    return await change(
        session,
        command,
        remote,
        body=lambda _now: {"Add" + _LINKS[command.relation]: [written]},
        settled=settled,
        trace=("AddLink", ""),
    )


def has_tags(now: Now) -> bool:
    return now.view.upsert.tags is not None


def need_tags(session: Session, now: Now) -> None:
    if not has_tags(now):
        raise Rejected(f"the queue {now.view.upsert.team} has no custom field {session.words.tags_field}")


def tags_body(session: Session, mine: Carried) -> dict[str, object]:
    return {"CustomFields": {session.words.tags_field: mine.to_tags()}}
