"""Several commands as one: a text and actions (a macro, the end of a script), previewed to the last effect, given in one
transaction, refused as a whole, and taken back as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from atendente_tui.desk.bulk import JOBS
from atendente_tui.desk.desk import Desk, Job, Submitted
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import OutboxState, Priority, Status, Tier

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.knowledge.actions import Action, Ending
    from atendente_tui.store.rows import DraftRow
    from atendente_tui.store.writing import Tx

WATCHED = ("status", "priority", "assignee", "team", "tier", "reason", "wrap_up", "tags", "snoozed_until")
"""Columns of a ticket of which a preview tells how they change."""
SAME = "nothing_to_change"


@dataclass(frozen=True, slots=True)
class Deed:
    """One command to be given: a verb of `bulk.JOBS` and its arguments."""

    verb: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


class Change(NamedTuple):
    column: str
    before: str | None
    after: str | None


class Outcome(NamedTuple):
    """What one deed does, or why not."""

    deed: Deed
    changes: tuple[Change, ...] = ()
    refused: Refused | None = None
    """`nothing_to_change` is no hindrance: it is so already."""
    submitted: Submitted | None = None

    @property
    def hinders(self) -> bool:
        return self.refused is not None and self.refused.code != SAME


class NotWhole(Refused):
    """One of several commands is not allowed, so none was given. `outcome` says which."""

    def __init__(self, outcome: Outcome) -> None:
        assert outcome.refused is not None  # noqa: S101  # nosec B101 # for the type checker
        super().__init__(outcome.refused.code, **outcome.refused.values)
        self.outcome = outcome


def deeds(
    *,
    text: str = "",
    actions: Sequence[Action] = (),
    ending: Ending | None = None,
    packet: Mapping[str, str] | None = None,
    note: str = "",
    **reply: Any,
) -> tuple[Deed, ...]:
    """What a macro or the end of a script asks for, in the order in which it is done: text, actions, wrap-up.

    packet   `reason`, `tried` and `workaround` for an action that moves the ticket to another level
    reply    further arguments of `answering.reply_job`
    """
    made = [Deed("reply", {"text": text, **reply})] if text.strip() else []
    made += [_deed(one, packet or {}) for one in actions]
    if note.strip():
        made.append(Deed("note", {"text": note}))
    if ending is not None:
        made.append(Deed("wrapup", {"code": ending.code, "reason": ending.reason, "status": ending.status}))
    return tuple(made)


def _deed(action: Action, packet: Mapping[str, str]) -> Deed:
    value = action.values[0] if action.values else ""
    match action.name:
        case "status":
            return Deed("status", {"status": Status(value)})
        case "priority":
            return Deed("priority", {"priority": Priority(value)})
        case "team":
            return Deed("team", {"team": value})
        case "tier":
            known = {name: packet.get(name, "") for name in ("reason", "tried", "workaround")}
            return Deed("escalate", {"tier": Tier(value), **known})
        case "tag":
            return Deed("tag", {"add": action.values})
        case "untag":
            return Deed("tag", {"remove": action.values})
        case "note":
            return Deed("note", {"text": value})
        case _:
            return Deed("wrapup", {"code": value, "status": None})


def preview(desk: Desk, ticket_id: int, wanted: Sequence[Deed]) -> Future[list[Outcome]]:
    """Every effect, each deed upon those before it, as if they had been done; nothing of it stays."""
    jobs = _jobs(desk, ticket_id, wanted)

    def job(tx: Tx) -> list[Outcome]:
        try:
            with tx.savepoint():
                raise _Seen(_each(tx, desk, ticket_id, jobs))
        except _Seen as seen:
            return seen.outcomes

    return desk.do(job)


def perform(
    desk: Desk, ticket_id: int, wanted: Sequence[Deed], *, name: str = "", keep_drafts: bool = False
) -> Future[list[Outcome]]:
    """Do all of it in one transaction. Raises NotWhole for the first that is not allowed: nothing is done then.

    name          of the macro or script, for the audit
    keep_drafts   what is being written on the ticket is something else than what is sent here, and stays

    Refused(nothing_to_change) when everything is so already.
    """
    jobs = _jobs(desk, ticket_id, wanted)
    batch = str(desk.given().id)

    def job(tx: Tx) -> list[Outcome]:
        from atendente_tui.store import audit
        from atendente_tui.store.drafts import save_draft

        drafts = _drafts(tx, ticket_id) if keep_drafts and not desk.dry else []
        outcomes = _each(tx, desk, ticket_id, jobs)
        for draft in drafts:
            save_draft(tx, draft)
        for one in outcomes:
            if one.hinders:
                raise NotWhole(one)
        given = [one.submitted for one in outcomes if one.submitted is not None]
        if not given:
            raise Refused(SAME)
        if not desk.dry:
            if len(given) > 1:
                tx.db.executemany(
                    "UPDATE outbox SET batch = ? WHERE command_id = ?",
                    [(batch, str(one.command_id)) for one in given],
                )
            audit.record(tx, desk.agent.login, "together", ticket_id, name=name, commands=len(given))
        return outcomes

    return desk.do(job)


class Undone(NamedTuple):
    taken_back: tuple[Submitted, ...]
    left: tuple[str, ...]
    """Types of the commands that had left already."""


def undo(desk: Desk, command_id: UUID | str) -> Future[Undone]:
    """Take back everything that was given together with a command and has not left. Refused as `undoing.undo`."""
    return desk.do(lambda tx: _undone(tx, desk, command_id))


def undo_named(desk: Desk, command_id: UUID | str) -> Future[Submitted]:
    """As `undo`; the command that was named, or the newest of the others where that one had left."""

    def job(tx: Tx) -> Submitted:
        taken = _undone(tx, desk, command_id).taken_back
        return next((one for one in taken if str(one.command_id) == str(command_id)), taken[0])

    return desk.do(job)


def _undone(tx: Tx, desk: Desk, command_id: UUID | str) -> Undone:
    from atendente_tui.desk.undoing import taken_back

    numbers = members(tx.db, str(command_id))
    if len(numbers) < 2:
        return Undone((taken_back(tx, desk, command_id),), ())
    done: list[Submitted] = []
    left: list[str] = []
    refused: Refused | None = None
    for one, kind in numbers:  # the newest first, as they lie upon each other
        try:
            done.append(taken_back(tx, desk, one))
        except Refused as why:
            refused = why
            left.append(kind)
    if not done and refused is not None:
        raise refused
    return Undone(tuple(done), tuple(left))


def members(db: Connection, command_id: str) -> list[tuple[str, str]]:
    """(command id, type) of all that was given together with it and was not taken back, newest first."""
    return [
        (str(one), str(kind))
        for one, kind in db.execute(
            "SELECT o.command_id, o.type FROM outbox o JOIN outbox me ON me.batch = o.batch"
            " WHERE me.command_id = ? AND o.state != ? ORDER BY o.n DESC",
            (command_id, OutboxState.UNDONE),
        )
    ]


class _Seen(Exception):
    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def _jobs(desk: Desk, ticket_id: int, wanted: Sequence[Deed]) -> list[tuple[Deed, Job]]:
    return [(one, JOBS[one.verb](desk, ticket_id, **one.arguments)) for one in wanted]


def _each(tx: Tx, desk: Desk, ticket_id: int, jobs: Sequence[tuple[Deed, Job]]) -> list[Outcome]:
    outcomes = []
    before = _columns(tx, ticket_id)
    for deed, job in jobs:
        try:
            submitted = job(tx)
        except Refused as refused:  # rules speak before anything is written
            outcomes.append(Outcome(deed, refused=refused))
            continue
        after = _columns(tx, ticket_id)
        changes = tuple(
            Change(name, before[name], after[name]) for name in WATCHED if before[name] != after[name]
        )
        outcomes.append(Outcome(deed, changes, submitted=None if desk.dry else submitted))
        before = after
    return outcomes


def _drafts(tx: Tx, ticket_id: int) -> list[DraftRow]:
    from atendente_tui.desk.drafting import slot_of
    from atendente_tui.store import reading

    found = (reading.draft(tx.db, slot_of(ticket_id, kind)) for kind in ("reply", "note"))
    return [one for one in found if one is not None]


def _columns(tx: Tx, ticket_id: int) -> dict[str, str | None]:
    wanted = f"SELECT {', '.join(WATCHED)} FROM ticket WHERE id = ?"  # noqa: S608  # nosec B608 # our own column names
    row = tx.db.execute(wanted, (ticket_id,)).fetchone()
    return dict(zip(WATCHED, row or (None,) * len(WATCHED), strict=True))
