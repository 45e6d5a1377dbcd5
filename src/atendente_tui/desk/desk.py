"""The desk: who works here, by which rules, and the one way in which a command is given.

Every verb is a job for the store's writer: it checks the rule and writes the visible effect, the outbox row and
the audit row in one transaction, so that nothing can change between the look and the deed. The command's id and
time are those of the key press.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from uuid import UUID

from atendente_tui.clock import Clock
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import OutboxState, Tier
from atendente_tui.review.finding import Settings as ReviewSettings

if TYPE_CHECKING:
    from pathlib import Path

    from atendente_tui.domain.command import Command
    from atendente_tui.domain.handling import Spent
    from atendente_tui.domain.rules import Rules
    from atendente_tui.store.store import Store
    from atendente_tui.store.writing import Tx

T = TypeVar("T")

AT_ONCE = frozenset({"claim", "release", "agent_state"})
"""Commands that are not held back: a hold would only help a colleague to be faster."""
EVERY_COMMAND = frozenset(
    {
        "reply",
        "note",
        "claim",
        "release",
        "assign",
        "status",
        "priority",
        "team",
        "escalate",
        "snooze",
        "tag",
        "wrapup",
    }
    | {"promise", "settle_promise", "fact", "create", "merge", "link", "flag_article"}
)


class Agent(NamedTuple):
    login: str
    name: str
    teams: tuple[str, ...] = ()
    tier: Tier = Tier.N1
    role: str = ""
    """As the helpdesk tells it (`hub.scope.Role`), empty where it tells none."""
    supervisor: bool = False
    """What the configuration says, where the helpdesk tells no role."""


class Can(NamedTuple):
    """What the backend can carry out, and what stays here because it has no such thing; by `Command.type`."""

    commands: frozenset[str]
    local_only: frozenset[str] = frozenset()
    channels: frozenset[str] | None = None
    """By which an answer can go though its ticket is on another; None for any."""
    copies: bool = False
    """An answer by e-mail can go to others, too."""
    uploads: bool = False
    """Files can be put on an answer or a note."""
    handling: bool = False
    """What a command tells of the work behind it reaches the colleagues."""

    @classmethod
    def everything(cls) -> Can:
        return cls(EVERY_COMMAND, copies=True, uploads=True, handling=True)


class Desk(NamedTuple):
    store: Store
    agent: Agent
    rules: Rules
    clock: Clock
    holds: Mapping[str, float] = MappingProxyType({})
    """Seconds before a command leaves, by channel, with "default"; none given means none."""
    can: Can = Can.everything()
    zone: str = "America/Sao_Paulo"
    """Of the operator: what "today" and "good morning" mean in a script."""
    review: ReviewSettings = ReviewSettings()
    """How strict the reviewer is."""
    signatures: Mapping[str, str] = MappingProxyType({})
    """What stands below an answer, by channel, with "default"; variables not filled."""
    survey_days: float | None = None
    """Days in which a customer is asked at most once how it went; None: nobody is asked."""
    own: Path | None = None
    """Where the person's own processes may lie, None for the data directory."""
    spent: Callable[[int], Spent] | None = None
    """Takes what the screen counted of a ticket and has not written down yet; asked on the writer's thread."""
    dry: bool = False
    """True checks the rules and writes nothing."""

    def given(self) -> Given:
        now = self.clock.now()
        return Given(new_id(now), now, self.agent.login)

    def do(self, job: Callable[[Tx], T]) -> Future[T]:
        """Have the store's writer run it. Refused, and whatever else it raises, comes through the future."""
        try:
            return self.store.submit(job)
        except Refused as refused:  # a store that is only read
            failed: Future[T] = Future()
            failed.set_exception(refused)
            return failed

    def hold(self, kind: str, channel: str | None = None) -> float:
        """Seconds for which a command of this type can be undone."""
        if kind in AT_ONCE:
            return 0.0
        default = self.holds.get("default", 0.0)
        return self.holds.get(channel, default) if channel is not None else default

    @contextmanager
    def trying(self) -> Iterator[Desk]:
        """A desk at which every verb says what it would say, and does nothing."""
        yield self._replace(dry=True)


class Given(NamedTuple):
    """The moment a key was pressed."""

    id: UUID
    at: datetime
    author: str

    @property
    def ms(self) -> int:
        return to_ms(self.at)

    def on(self, ticket_id: int) -> dict[str, Any]:
        """What every command about a ticket starts with."""
        return {"id": self.id, "at": self.at, "author": self.author, "ticket": {"id": ticket_id}}


class Submitted(NamedTuple):
    """A command that was given. `hold_until` in ms: until then it has not left for certain."""

    command_id: UUID
    ticket_id: int
    type: str
    state: OutboxState
    hold_until: int


Job = Callable[["Tx"], Submitted]
"""A verb about to be done; raises Refused."""


class Facts(NamedTuple):
    """What rules ask of a ticket, read inside the transaction that acts on it."""

    id: int
    status: str
    priority: str
    impact: str | None
    assignee: str | None
    team: str | None
    tier: str | None
    channel: str
    tags: str
    last_inbound: int | None
    newest_event: int | None
    customer_id: int
    protocol: str


def ticket_of(tx: Tx, ticket_id: int) -> Facts:
    """Raises Refused("ticket_unknown") and, for one that went into another, Refused("ticket_merged", into)."""
    found = tx.db.execute(
        "SELECT t.id, t.status, t.priority, t.impact, t.assignee, t.team, t.tier, t.channel, t.tags, t.last_inbound,"
        " t.newest_event, t.customer_id, coalesce(t.protocol, '#' || t.id), coalesce(m.protocol, '#' || m.id)"
        " FROM ticket t LEFT JOIN ticket m ON m.id = t.merged_into WHERE t.id = ?",
        (ticket_id,),
    ).fetchone()
    if found is None:
        raise Refused("ticket_unknown", found=ticket_id)
    if found[-1] is not None:
        raise Refused("ticket_merged", into=found[-1])
    return Facts(*found[:-1])


def give(
    tx: Tx, desk: Desk, command: Command, *, hold: float | None = None, channel: str | None = None
) -> Submitted:
    """Write the visible effect, the outbox row and the audit row of an allowed command, all in this transaction.

    hold   seconds, None for the desk's own. Raises Refused("backend_cannot", verb).
    """
    if command.type not in desk.can.commands and command.type not in desk.can.local_only:
        raise Refused("backend_cannot", verb=command.type)
    seconds = desk.hold(command.type, channel) if hold is None else max(0.0, hold)
    hold_until = to_ms(command.at + timedelta(seconds=seconds))
    ticket = getattr(command, "ticket", None)
    ticket_id = 0 if ticket is None else int(ticket.id)
    if not desk.dry:
        from atendente_tui.desk.agent_states import by_activity
        from atendente_tui.desk.handling import carrying
        from atendente_tui.store import audit, effects, outbox
        from atendente_tui.store.kept import kept

        command = carrying(tx, desk, kept(command), ticket_id)
        undo = effects.perform(tx, command)
        outbox.add(tx, command, hold_until, undo)
        audit.record(tx, command.author, command.type, ticket_id or None, str(command.id), hold=seconds)
        by_activity(tx, desk, command)
    state = OutboxState.HELD if hold_until > tx.now else OutboxState.QUEUED
    return Submitted(command.id, ticket_id, command.type, state, hold_until)


def written(text: str, missing: str = "text_empty") -> str:
    """What a person wrote, without the blank around it. Raises Refused(missing) when nothing is left."""
    text = text.strip()
    if not text:
        raise Refused(missing)
    return text


def filled(text: str) -> str:
    """As `written`, for words that leave the house. Raises Refused("variables_unfilled", names)."""
    from atendente_tui.domain.templates import unfilled

    text = written(text)
    if names := unfilled(text):
        raise Refused("variables_unfilled", names=", ".join(names))
    return text
