"""A trainee's action as a verb of the desk: the same functions that keys and commands call."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Literal, cast
from uuid import UUID

from atendente_tui.desk import (
    answering,
    creating,
    knowing,
    merging,
    moving,
    owning,
    processes,
    promising,
    reviewing,
    triaging,
    undoing,
)
from atendente_tui.desk.answering import Beside
from atendente_tui.desk.desk import Desk, Submitted
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, Impact, Priority, Status, Tier
from atendente_tui.knowledge.answers import Action
from atendente_tui.knowledge.moments import read_length
from atendente_tui.knowledge.processes import Process, process_for
from atendente_tui.store import reading

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.knowledge.scenario import Scenario


class Deeds:
    """Carries out the actions of one trainee at one desk; remembers what `undo` and `settle` speak of."""

    def __init__(self, desk: Desk, scenario: Scenario, listed: list[Process], db: Connection) -> None:
        """`db` reads the desk's store, on this thread."""
        self._desk, self._scenario, self._processes, self._db = desk, scenario, listed, db
        self._last: UUID | None = None
        self._promises: dict[str, UUID] = {}
        """The newest promise of each ticket, by the ticket as the action names it."""

    def do(self, action: Action) -> Submitted | None:
        """Carry it out. None for what needs no command. Raises Refused, as the verb does."""
        self._desk.store.pass_time()
        if action.verb == "check":
            self._tick(action, self._db)
            return None
        submitted = self._given(action, self._db).result()
        if submitted is not None and submitted.command_id.int:
            self._last = submitted.command_id
            if action.verb == "promise":
                self._promises[action.ticket] = submitted.command_id
        return submitted

    def remember(self, ticket: str) -> None:
        """That the newest promise of a ticket is the one to settle, made by other means than `do`."""
        row = self._db.execute(
            "SELECT p.id FROM promise p JOIN ticket t ON t.id = p.ticket_id WHERE t.remote_id = ?"
            " AND p.outcome IS NULL ORDER BY p.made DESC, p.id DESC LIMIT 1",
            (ticket,),
        ).fetchone()
        if row is not None:
            self._promises[ticket] = UUID(row[0])

    def checklists(self) -> dict[str, bool]:
        """Whether the list of each ticket that has one is done, by the ticket's remote id."""
        db = self._db
        done: dict[str, bool] = {}
        for ticket, remote in db.execute("SELECT id, remote_id FROM ticket WHERE remote_id IS NOT NULL"):
            listed = processes.checklist(self._desk, db, ticket, self._processes)
            if listed is not None:
                done[remote] = not listed.missing
        return done

    def _given(self, action: Action, db: Connection) -> Future[Submitted | None]:
        match action.verb:
            case "next":
                return owning.next_ticket(self._desk)
            case "create":
                return cast("Future[Submitted | None]", self._created(action))
            case "undo":
                if self._last is None:
                    raise Refused("command_unknown")
                return cast("Future[Submitted | None]", undoing.undo(self._desk, self._last))
        return cast("Future[Submitted | None]", self._on_ticket(action, self._ticket(action.ticket, db), db))

    def _on_ticket(self, action: Action, ticket: int, db: Connection) -> Future[Submitted]:
        desk, value, more = self._desk, action.value, action.more
        match action.verb:
            case "claim":
                return owning.claim(desk, ticket)
            case "release":
                return owning.release(desk, ticket, value)
            case "assign":
                return owning.assign(desk, ticket, value)
            case "reply":
                return self._replied(action, ticket, db)
            case "note":
                return answering.note(desk, ticket, value)
            case "status":
                return moving.set_status(desk, ticket, Status(value))
            case "snooze":
                return moving.snooze(desk, ticket, desk.clock.now() + read_length(value))
            case "wrap_up":
                return moving.wrap_up(
                    desk,
                    ticket,
                    value,
                    more.get("reason"),
                    more.get("text", ""),
                    _status(more) or Status.SOLVED,
                    more.get("survey", "true") == "true",
                )
            case "priority":
                impact = Impact(more["impact"]) if "impact" in more else None
                return triaging.set_priority(desk, ticket, Priority(value), impact)
            case "team":
                return triaging.set_team(desk, ticket, value)
            case "tag":
                return triaging.tag(desk, ticket, add=action.values)
            case "untag":
                return triaging.tag(desk, ticket, remove=action.values)
            case "escalate":
                return triaging.escalate(
                    desk,
                    ticket,
                    tier=Tier(value),
                    reason=more["reason"],
                    tried=more["tried"],
                    workaround=more["workaround"],
                    team=more.get("team"),
                    article=more.get("article"),
                )
            case "promise":
                return promising.promise(desk, ticket, desk.clock.now() + read_length(more["due"]), value)
            case "settle":
                return self._settled(action)
            case "fact":
                return knowing.confirm_fact(desk, ticket, value, more.get("value", "yes"))
            case "article":
                return merging.link_article(desk, ticket, value)
            case "merge":
                return merging.merge(desk, ticket, self._ticket(value, db))
            case "link":
                return merging.link(desk, ticket, self._ticket(value, db))
        raise AssertionError(action.verb)

    def _replied(self, action: Action, ticket: int, db: Connection) -> Future[Submitted]:
        reason = action.more.get("over")
        beside = Beside()
        channel = Channel(action.more["channel"]) if "channel" in action.more else None
        if reason:
            where = reviewing.situation(db, self._desk, ticket, channel=channel)
            found = reviewing.findings(db, self._desk, ticket, action.value, where)
            beside = beside._replace(silenced={one.key: reason for one in found if not one.final})
        return answering.reply(
            self._desk,
            ticket,
            action.value,
            channel=channel,
            status=_status(action.more),
            insist=True,
            beside=beside,
        )

    def _settled(self, action: Action) -> Future[Submitted]:
        promise = self._promises.get(action.ticket)
        if promise is None:
            raise Refused("promise_unknown")
        outcome = action.value
        if outcome not in ("kept", "broken", "cancelled"):
            raise Refused("promise_unknown")
        ended = cast('Literal["kept", "broken", "cancelled"]', outcome)
        return promising.settle_promise(self._desk, promise, ended, action.more.get("text", ""))

    def _created(self, action: Action) -> Future[Submitted]:
        key = action.more["customer"]
        person = next((one for one in self._scenario.customers if one.remote_id == key), None)
        return creating.create(
            self._desk,
            customer_name=person.name if person is not None else key,
            identities=person.identities if person is not None else (),
            channel=Channel(action.more["channel"]),
            subject=action.more["subject"],
            text=action.value,
            inbound=action.more.get("inbound", "true") == "true",
        )

    def _tick(self, action: Action, db: Connection) -> None:
        ticket = self._ticket(action.ticket, db)
        row = reading.ticket(db, ticket)
        process = process_for(self._processes, row.reason if row is not None else None)
        if process is None:
            raise Refused("no_such_process", found=(row.reason if row is not None else None) or "—")
        for item in action.values:
            processes.tick(self._desk, ticket, process, item, done=True).result()

    @staticmethod
    def _ticket(remote: str, db: Connection) -> int:
        row = db.execute("SELECT id FROM ticket WHERE remote_id = ?", (remote,)).fetchone()
        if row is None:
            raise Refused("ticket_unknown", found=remote)
        return int(row[0])


def _status(more: Mapping[str, str]) -> Status | None:
    return Status(more["status"]) if "status" in more else None
