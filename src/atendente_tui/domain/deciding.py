"""What a command makes of a ticket on the far side of a helpdesk of ours (the hub, the demo): the rules, pure.

A decision is the ticket as it stands from then on and the events that tell of it; `Refused` and `Clash` say why there
is none. Setting what is so already is no error and leaves no trace.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from atendente_tui.domain.arriving import heard, opened
from atendente_tui.domain.change import AgentStates, AgentStateSince, CustomerUpsert, TicketUpsert
from atendente_tui.domain.command import (
    Assign,
    Claim,
    ConfirmFact,
    Create,
    Escalate,
    Link,
    Merge,
    Note,
    Promise,
    Release,
    Reply,
    SetAgentState,
    SetPriority,
    SetStatus,
    SetTeam,
    SettlePromise,
    Snooze,
    Tag,
    TicketCommand,
    TicketRef,
    WrapUp,
)
from atendente_tui.domain.decided import Clash, Decision, Facts, say, set_columns
from atendente_tui.domain.escalation import check_packet, check_tier
from atendente_tui.domain.lifecycle import after_reply, move
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.traces import Data, by_agent, field_changes, status_at, touched
from atendente_tui.domain.words import KEEP_SNOOZED, AgentState, EventKind, Status

__all__ = ["Clash", "Decision", "Facts", "create", "decide", "doing", "heard"]

STATES_TOLD = 200
"""Of one agent, the newest: a workstation that was away for days still learns all of them."""


def decide(command: TicketCommand, facts: Facts, now: datetime) -> Decision:
    """What the command makes of its ticket. A `Create` has none yet: see `create`.

    Raises Clash, and Refused: ticket_unknown, and each verb's own.
    """
    ticket = facts.ticket
    if ticket is None:
        raise Refused("ticket_unknown", found=command.ticket.remote or "—")
    if ticket.merged_into is not None:
        if isinstance(command, Merge) and command.into.remote == ticket.merged_into:
            return Decision(ticket)
        raise Clash("the ticket was merged", {"merged_into": ticket.merged_into})
    match command:
        case Reply():
            return _reply(command, ticket, facts, now)
        case Note():
            return _note(command, ticket, now)
        case Claim():
            return _claim(command, ticket, now)
        case Release():
            return set_columns(command, ticket, now, {"assignee": None}, text=command.reason)
        case Assign():
            return _assign(command, ticket, facts, now)
        case SetStatus():
            return _status(command, ticket, now)
        case SetPriority():
            impact = {"impact": command.impact} if command.impact is not None else {}
            return set_columns(command, ticket, now, {"priority": command.priority, **impact})
        case SetTeam():
            return _team(command, ticket, facts, now)
        case Escalate():
            return _escalate(command, ticket, facts, now)
        case Snooze():
            return _snooze(command, ticket, now)
        case Tag():
            return _tag(command, ticket, now)
        case WrapUp():
            return _wrap_up(command, ticket, now)
        case Promise():
            return _promise(command, ticket, now)
        case SettlePromise():
            return _settle(command, ticket, facts, now)
        case ConfirmFact():
            return _fact(command, ticket, facts, now)
        case Merge():
            return _merge(command, ticket, facts, now)
        case Link():
            return _link(command, ticket, facts, now)
        case Create():
            raise TypeError("a ticket that is to be made does not stand yet")


def doing(command: SetAgentState, before: AgentStates | None) -> AgentStates:
    """What is told of an agent after they said what they do: the newest of their states. Refused: pause_reason."""
    reason = command.reason.strip() or None
    if command.state is AgentState.PAUSED and reason is None:
        raise Refused("pause_reason")
    since = AgentStateSince(since=command.at, state=command.state, reason=reason)
    by_moment = {one.since: one for one in (*(before.states if before is not None else ()), since)}
    return AgentStates(
        agent=command.author, states=tuple(by_moment[at] for at in sorted(by_moment))[-STATES_TOLD:]
    )


def create(command: Create, customer: CustomerUpsert, remote: str, protocol: str, now: datetime) -> Decision:
    """A new ticket with its first message. Refused: subject_empty, snooze_needs_time."""
    ticket, event = opened(command, customer, remote, protocol, now)
    return Decision(ticket, (event,))


def _moved(current: Status, wanted: Status) -> Status:
    """Refused: snooze_needs_time, status_move."""
    if wanted == Status.SNOOZED:
        raise Refused("snooze_needs_time")
    return move(current, wanted)


def _written(text: str, code: str = "text_empty") -> None:
    if not text.strip():
        raise Refused(code)


# -- talking ---------------------------------------------------------------------------------------------------------


def _beside(command: Reply) -> Data:
    """What its event tells besides the words."""
    return {
        **({"cc": ", ".join(command.cc)} if command.cc else {}),
        **({"bcc": ", ".join(command.bcc)} if command.bcc else {}),
        **({"template": command.template} if command.template else {}),
        **({"survey": command.survey} if command.survey is not None else {}),
        **_work(command),
    }


def _work(command: Reply | Note | WrapUp | Escalate) -> Data:
    return {} if command.work is None else command.work.data


def _reply(command: Reply, ticket: TicketUpsert, facts: Facts, now: datetime) -> Decision:
    """Refused: text_empty, ticket_closed, snooze_needs_time, status_move. A Clash brings what its author had not seen."""
    _written(command.text)
    if ticket.status == Status.CLOSED:
        raise Refused("ticket_closed")
    if command.seen is not None and facts.news:
        standing = {"status": str(status_at(ticket, now)), "assignee": ticket.assignee}
        raise Clash("something was said since", standing, facts.news)
    status = after_reply(ticket.status)
    if command.status is not None:
        status = _moved(status, command.status)
    return say(
        command,
        ticket,
        now,
        EventKind.MESSAGE,
        command.text,
        _beside(command),
        values={"status": status},
        channel=command.channel,
        attachments=command.attachments,
    )


def _note(command: Note, ticket: TicketUpsert, now: datetime) -> Decision:
    """Refused: text_empty."""
    _written(command.text)
    return say(
        command, ticket, now, EventKind.NOTE, command.text, _work(command), attachments=command.attachments
    )


# -- owning and moving -----------------------------------------------------------------------------------------------


def _claim(command: Claim, ticket: TicketUpsert, now: datetime) -> Decision:
    if ticket.assignee is not None and ticket.assignee != command.author:
        raise Clash("somebody was faster", {"assignee": ticket.assignee})
    return set_columns(command, ticket, now, {"assignee": command.author})


def _assign(command: Assign, ticket: TicketUpsert, facts: Facts, now: datetime) -> Decision:
    """Refused: assignee_unknown (found). An expectation counts when it was told, also that nobody has it."""
    if command.assignee == ticket.assignee:
        return Decision(ticket)
    if command.assignee not in facts.agents:
        raise Refused("assignee_unknown", found=command.assignee)
    if "expected" in command.model_fields_set and command.expected != ticket.assignee:
        raise Clash("it changed hands", {"assignee": ticket.assignee})
    return set_columns(command, ticket, now, {"assignee": command.assignee})


def _status(command: SetStatus, ticket: TicketUpsert, now: datetime) -> Decision:
    """Refused: snooze_needs_time, status_move."""
    if command.status == ticket.status:
        return Decision(ticket)
    current = status_at(ticket, now)
    if command.expected is not None and command.expected not in (current, ticket.status):
        raise Clash("its status changed", {"status": str(current)})
    return set_columns(command, ticket, now, {"status": _moved(current, command.status)})


def _snooze(command: Snooze, ticket: TicketUpsert, now: datetime) -> Decision:
    """Refused: when_past (found), status_move. Snoozing what is snoozed moves its time."""
    if command.until <= now:
        raise Refused("when_past", found=command.until.isoformat())
    move(status_at(ticket, now), Status.SNOOZED)
    fields = {name: value for name, value in ticket.fields.items() if name != KEEP_SNOOZED}
    if command.keep_on_reply:
        fields[KEEP_SNOOZED] = "yes"
    values = {"status": Status.SNOOZED, "snoozed_until": command.until, "fields": fields}
    if all(getattr(ticket, name) == value for name, value in values.items()):
        return Decision(ticket)
    data: Data = {
        "field": "status",
        "old": str(ticket.status),
        "new": str(Status.SNOOZED),
        "until": command.until.isoformat(),
    }
    return say(command, ticket, now, EventKind.FIELD_CHANGE, data=data, quiet=values)


def _wrap_up(command: WrapUp, ticket: TicketUpsert, now: datetime) -> Decision:
    """Refused: wrap_up_empty, survey_reason, snooze_needs_time, status_move."""
    _written(command.code, "wrap_up_empty")
    if not command.survey:
        _written(command.note, "survey_reason")
    data: Data = {
        "code": command.code,
        "reason": command.reason,
        "survey": command.survey,
        **_work(command),
    }
    status = ticket.status if command.status is None else _moved(ticket.status, command.status)
    quiet = {"reason": command.reason} if command.reason is not None else {}
    return say(
        command,
        ticket,
        now,
        EventKind.WRAP_UP,
        command.note,
        data,
        values={"status": status},
        quiet=quiet,
    )


# -- triage ----------------------------------------------------------------------------------------------------------


def _team(command: SetTeam, ticket: TicketUpsert, facts: Facts, now: datetime) -> Decision:
    """Refused: team_unknown (found)."""
    if command.team != ticket.team:
        _known_team(command.team, facts)
    return set_columns(command, ticket, now, {"team": command.team})


def _known_team(team: str, facts: Facts) -> None:
    if team not in facts.teams:
        raise Refused("team_unknown", found=team)


def _tag(command: Tag, ticket: TicketUpsert, now: datetime) -> Decision:
    """What is to be added stays, though it is also to be removed; empty names count for nothing."""
    has = ticket.tags or ()
    add = tuple(dict.fromkeys(one for tag in command.add if (one := tag.strip())))
    gone = {tag.strip() for tag in command.remove}.difference(add)
    tags = (*(tag for tag in has if tag not in gone), *(tag for tag in add if tag not in has))
    return Decision(ticket) if tags == has else set_columns(command, ticket, now, {"tags": tags})


def _escalate(command: Escalate, ticket: TicketUpsert, facts: Facts, now: datetime) -> Decision:
    """To another level and free again. Refused: packet_incomplete (missing), tier_same (tier), team_unknown (found)."""
    check_packet(reason=command.reason, tried=command.tried, workaround=command.workaround)
    check_tier(ticket.tier, command.tier)
    team = command.team or ticket.team
    if team is not None and team != ticket.team:
        _known_team(team, facts)
    data: Data = {
        "from": ticket.tier,
        "to": command.tier,
        "reason": command.reason,
        "tried": command.tried,
        "workaround": command.workaround,
        "article": command.article,
        **_work(command),
    }
    return say(
        command,
        ticket,
        now,
        EventKind.ESCALATION,
        command.reason,
        data,
        values={"team": team, "assignee": None},
        quiet={"tier": command.tier},
    )


# -- what is owed and known ------------------------------------------------------------------------------------------


def _promise(command: Promise, ticket: TicketUpsert, now: datetime) -> Decision:
    """Refused: text_empty, when_past (found). One that came due on its way here was made all the same."""
    _written(command.what)
    if command.due <= command.at:
        raise Refused("when_past", found=command.due.isoformat())
    data: Data = {"due": command.due.isoformat(), "what": command.what}
    return say(command, ticket, now, EventKind.PROMISE, command.what, data)


def _settle(command: SettlePromise, ticket: TicketUpsert, facts: Facts, now: datetime) -> Decision:
    """Refused: promise_unknown, promise_settled. One of another ticket is not known here."""
    made = facts.promise
    if (
        made is None
        or made.kind is not EventKind.PROMISE
        or "outcome" in made.data
        or made.ticket not in (ticket.remote_id, *facts.swallowed)
    ):
        raise Refused("promise_unknown")
    if facts.promise_settled:
        raise Refused("promise_settled")
    data: Data = {**made.data, "promise": str(command.promise), "outcome": command.outcome}
    return say(command, ticket, now, EventKind.PROMISE, command.text, data)


def _fact(command: ConfirmFact, ticket: TicketUpsert, facts: Facts, now: datetime) -> Decision:
    """Refused: fact_empty."""
    _written(command.name, "fact_empty")
    _written(command.value, "fact_empty")
    person = facts.customer
    if person is not None and person.facts.get(command.name) == command.value:
        return Decision(ticket)
    data: Data = {"name": command.name, "value": command.value}
    said = say(command, ticket, now, EventKind.FACT, data=data)
    if person is None:
        return said
    known = {**person.facts, command.name: command.value}
    return replace(said, customer=person.model_copy(update={"facts": known}))


# -- tickets that belong together ------------------------------------------------------------------------------------


def _merge(command: Merge, ticket: TicketUpsert, facts: Facts, now: datetime) -> Decision:
    """It closes and says what swallowed it; the other says whom. Refused: merge_self, ticket_unknown, ticket_merged."""
    into = _other(command.into, ticket, facts)
    swallowed: Data = {"relation": "merged", "other": ticket.remote_id}
    gone: Data = {"relation": "merged_into", "other": into.remote_id}
    values = {"status": Status.CLOSED, "merged_into": into.remote_id}
    return Decision(
        touched(ticket, now, **values),
        (
            by_agent(into, command.author, now, EventKind.LINK, data=swallowed, command_id=command.id),
            by_agent(ticket, command.author, now, EventKind.LINK, data=gone),
            *field_changes(ticket, command.author, now, {"status": Status.CLOSED}),
        ),
        other=touched(into, now),
    )


def _link(command: Link, ticket: TicketUpsert, facts: Facts, now: datetime) -> Decision:
    """Refused: no_such_article (found); merge_self, ticket_unknown, ticket_merged."""
    if command.relation == "article":
        other = command.article or ""
        if not facts.article_known or not other:
            raise Refused("no_such_article", found=other or "—")
    else:
        other = _other(command.other, ticket, facts).remote_id
    return say(command, ticket, now, EventKind.LINK, data={"relation": command.relation, "other": other})


def _other(ref: TicketRef, ticket: TicketUpsert, facts: Facts) -> TicketUpsert:
    if ref.remote == ticket.remote_id:
        raise Refused("merge_self")
    if facts.other is None:
        raise Refused("ticket_unknown", found=ref.remote or "—")
    if facts.other.merged_into is not None:
        raise Refused("ticket_merged", into=facts.other.merged_into)
    return facts.other
