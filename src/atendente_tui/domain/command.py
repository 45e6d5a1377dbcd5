"""What a person does: one frozen `Command` for each verb, with an id that is made when it is given.

`ticket` is a `TicketRef`: our id, and the backend's once it has one (sync fills it at dispatch).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, SerializerFunctionWrapHandler, model_serializer

from atendente_tui.domain.change import Attachment, Frozen, Identity, Text
from atendente_tui.domain.words import AgentState, Channel, Impact, Priority, Status, Tier

_DAY = 86_400


class TicketRef(Frozen):
    """`id` is our own; `remote` is the backend's, None until the ticket's creation was confirmed."""

    id: int
    remote: str | None = None


class _Command(Frozen):
    id: UUID
    at: AwareDatetime
    author: Text
    """Login of the agent."""


class _OnTicket(_Command):
    ticket: TicketRef


class Work(Frozen):
    """Seconds of work since its author's last answer, note or wrap-up on this ticket, as their workstation counted them."""

    active: Annotated[int, Field(ge=0, le=_DAY)] = 0
    hold: Annotated[int, Field(ge=0, le=_DAY)] = 0
    after: Annotated[int, Field(ge=0, le=_DAY)] = 0
    here: bool = False
    """The backend cannot carry them: they are known to this workstation alone."""

    @property
    def data(self) -> dict[str, int | bool]:
        """As the event of the command tells them."""
        told: dict[str, int | bool] = {"active": self.active, "hold": self.hold, "after": self.after}
        return {name: value for name, value in told.items() if value} | ({"here": True} if self.here else {})


class _Worked(_OnTicket):
    work: Work | None = None

    @model_serializer(mode="wrap")
    def _without_work_nobody_counted(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """It looks as it always did, to older hubs as well."""
        said: dict[str, Any] = handler(self)
        return {name: value for name, value in said.items() if name != "work" or value is not None}


class Reply(_OnTicket):
    """A public answer to the customer."""

    type: Literal["reply"] = "reply"
    text: Text
    channel: Channel
    last_seen: int | None = None
    """Key of the newest event its author had on screen; newer ones make it stale."""
    seen: str | None = None
    """The same for the backend: the remote id of the last thing that others said and its author had here, "0" for
    nothing at all. None insists: whatever came in since, it shall go out."""
    status: Status | None = None
    """Set together with the answer ("send and solve"), None to leave the backend's own rule."""
    attachments: tuple[Attachment, ...] = ()
    """Files the backend has already (`Capabilities.uploads`), by their remote ids."""
    cc: tuple[Text, ...] = ()
    bcc: tuple[Text, ...] = ()
    """E-mail addresses that get a copy (`Capabilities.copies`)."""
    not_before: AwareDatetime | None = None
    """Written to leave at a later moment: until then it is held, and nothing of it counts as said."""
    template: Text | None = None
    """Id of the approved template the text is made of: such a message may go outside the channel's window."""
    work: Work | None = None
    survey: bool | None = None
    """With a status of `solved`: whether the customer is to be asked how it went; None says nothing about it."""

    @model_serializer(mode="wrap")
    def _without_what_nobody_said(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A reply that uses none of the younger fields looks as it always did, to older hubs as well."""
        said: dict[str, Any] = handler(self)
        return {
            name: value for name, value in said.items() if value or name not in _YOUNGER or value is False
        }


_YOUNGER = ("cc", "bcc", "not_before", "template", "survey", "work")


class Note(_Worked):
    """Internal; never reaches the customer."""

    type: Literal["note"] = "note"
    text: Text
    attachments: tuple[Attachment, ...] = ()


class Claim(_OnTicket):
    """Take a free ticket for oneself. Exactly one of two who try gets it."""

    type: Literal["claim"] = "claim"


class Release(_OnTicket):
    """Give it back to its team."""

    type: Literal["release"] = "release"
    reason: Text = ""


class Assign(_OnTicket):
    type: Literal["assign"] = "assign"
    assignee: Text
    expected: Text | None = None
    """Who had it on the author's screen."""


class SetStatus(_OnTicket):
    type: Literal["status"] = "status"
    status: Status
    expected: Status | None = None


class SetPriority(_OnTicket):
    type: Literal["priority"] = "priority"
    priority: Priority
    impact: Impact | None = None


class SetTeam(_OnTicket):
    type: Literal["team"] = "team"
    team: Text


class Escalate(_Worked):
    """To the next level, with the packet without which nobody should receive a ticket."""

    type: Literal["escalate"] = "escalate"
    tier: Tier
    team: Text | None = None
    reason: Text
    tried: Text
    workaround: Text
    article: Text | None = None
    """Id of the article consulted."""


class Snooze(_OnTicket):
    type: Literal["snooze"] = "snooze"
    until: AwareDatetime
    keep_on_reply: bool = False
    """True keeps it snoozed though the customer writes ("ok, obrigado")."""


class Tag(_OnTicket):
    type: Literal["tag"] = "tag"
    add: tuple[Text, ...] = ()
    remove: tuple[Text, ...] = ()


class WrapUp(_Worked):
    """How the contact ended."""

    type: Literal["wrapup"] = "wrapup"
    code: Text
    reason: Text | None = None
    note: Text = ""
    status: Status | None = Status.SOLVED
    """What the ticket becomes; None leaves it."""
    survey: bool = True
    """False with a reason in `note` asks that no survey be sent."""


class Promise(_OnTicket):
    """A follow-up owed to the customer."""

    type: Literal["promise"] = "promise"
    due: AwareDatetime
    what: Text


class SettlePromise(_OnTicket):
    type: Literal["settle_promise"] = "settle_promise"
    promise: UUID
    """Id of the command that made it."""
    outcome: Literal["kept", "broken", "cancelled"]
    text: Text = ""


class ConfirmFact(_OnTicket):
    """Something now known about the customer, so that nobody asks again."""

    type: Literal["fact"] = "fact"
    name: Text
    value: Text = "yes"


class Create(_OnTicket):
    """A new ticket from the customer's first message; `ticket.id` is the id it already has here."""

    type: Literal["create"] = "create"
    customer_name: Text
    identities: tuple[Identity, ...] = ()
    channel: Channel
    subject: Text
    text: Text
    priority: Priority = Priority.NORMAL
    team: Text | None = None
    tags: tuple[Text, ...] = ()
    opened_at: AwareDatetime
    inbound: bool = True
    """True when the text is the customer's; False when we start the conversation."""
    status: Status | None = None
    """The status it is created with, None for the backend's first one (an imported ticket may be solved already)."""


class Merge(_OnTicket):
    """`ticket` disappears into `into`; every event and draft of it moves along."""

    type: Literal["merge"] = "merge"
    into: TicketRef


class Link(_OnTicket):
    type: Literal["link"] = "link"
    other: TicketRef
    relation: Literal["refers_to", "depends_on", "parent", "article"] = "refers_to"
    article: Text | None = None
    """Remote id, when the relation is an article used."""


class FlagArticle(_Command):
    """An article is outdated, wrong, or missing something."""

    type: Literal["flag_article"] = "flag_article"
    article: Text
    flag: Literal["outdated", "wrong", "missing"]
    text: Text = ""


class SetAgentState(_Command):
    """What its author is doing from now on."""

    type: Literal["agent_state"] = "agent_state"
    state: AgentState
    reason: Text = ""
    """Of a pause, which needs one."""


Command = Annotated[
    Reply
    | Note
    | Claim
    | Release
    | Assign
    | SetStatus
    | SetPriority
    | SetTeam
    | Escalate
    | Snooze
    | Tag
    | WrapUp
    | Promise
    | SettlePromise
    | ConfirmFact
    | Create
    | Merge
    | Link
    | FlagArticle
    | SetAgentState,
    Field(discriminator="type"),
]
TicketCommand = (
    Reply
    | Note
    | Claim
    | Release
    | Assign
    | SetStatus
    | SetPriority
    | SetTeam
    | Escalate
    | Snooze
    | Tag
    | WrapUp
    | Promise
    | SettlePromise
    | ConfirmFact
    | Create
    | Merge
    | Link
)


class Receipt(Frozen):
    """The backend applied the command. `at` is its own time; remote ids of what came of it."""

    command_id: UUID
    at: AwareDatetime
    ticket: str | None = None
    event: str | None = None
    protocol: str | None = None
    note: Text = ""
    """What the backend did differently, in plain words ("priority kept")."""
