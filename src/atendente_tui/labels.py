"""What the words of the domain are called on screen: one place, so that screen and command line say the same."""

from __future__ import annotations

from collections.abc import Mapping

from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _, later_in, n_, p_
from atendente_tui.quality.states import State
from atendente_tui.quality.words import state as review_state
from atendente_tui.refusals import SENTENCES

STATUS = {
    "new": later_in("status", "new"),
    "open": later_in("status", "open"),
    "pending": later_in("status", "pending"),
    "on_hold": later_in("status", "on hold"),
    "snoozed": later_in("status", "snoozed"),
    "solved": later_in("status", "solved"),
    "closed": later_in("status", "closed"),
}
PRIORITY = {
    "low": later_in("priority", "low"),
    "normal": later_in("priority", "normal"),
    "high": later_in("priority", "high"),
    "urgent": later_in("priority", "urgent"),
}
IMPACT = {
    "one": later_in("impact", "one customer"),
    "several": later_in("impact", "several customers"),
    "many": later_in("impact", "many customers"),
}
CHANNEL = {
    "email": later_in("channel", "e-mail"),
    "chat": later_in("channel", "chat"),
    "whatsapp": later_in("channel", "WhatsApp"),
    "sms": later_in("channel", "SMS"),
    "phone": later_in("channel", "phone"),
    "instagram": later_in("channel", "Instagram"),
    "facebook": later_in("channel", "Facebook"),
    "x": later_in("channel", "X"),
    "app": later_in("channel", "app"),
    "portal": later_in("channel", "portal"),
    "in_person": later_in("channel", "in person"),
    "public_complaint": later_in("channel", "complaint site"),
}
CHANNEL_SHORT = {
    "email": later_in("channel_short", "mail"),
    "chat": later_in("channel_short", "chat"),
    "whatsapp": later_in("channel_short", "wpp"),
    "sms": later_in("channel_short", "sms"),
    "phone": later_in("channel_short", "tel"),
    "instagram": later_in("channel_short", "inst"),
    "facebook": later_in("channel_short", "face"),
    "x": later_in("channel_short", "x"),
    "app": later_in("channel_short", "app"),
    "portal": later_in("channel_short", "web"),
    "in_person": later_in("channel_short", "shop"),
    "public_complaint": later_in("channel_short", "recl"),
}
SEGMENT = {
    "prospect": later_in("segment", "prospect"),
    "new": later_in("segment", "new customer"),
    "regular": later_in("segment", "regular"),
    "vip": later_in("segment", "VIP"),
    "at_risk": later_in("segment", "may leave us"),
}
EVENT = {
    "message": later_in("event", "message"),
    "note": later_in("event", "note"),
    "call": later_in("event", "call"),
    "field_change": later_in("event", "change"),
    "survey_answer": later_in("event", "survey"),
    "order": later_in("event", "order"),
    "bot_turn": later_in("event", "bot"),
    "wrap_up": later_in("event", "wrap-up"),
    "promise": later_in("event", "promise"),
    "escalation": later_in("event", "escalation"),
    "fact": later_in("event", "fact"),
    "link": later_in("event", "link"),
}
IDENTITY = {
    "email": later_in("identity", "e-mail"),
    "phone": later_in("identity", "phone"),
    "whatsapp": later_in("identity", "WhatsApp"),
    "instagram": later_in("identity", "Instagram"),
    "facebook": later_in("identity", "Facebook"),
    "x": later_in("identity", "X"),
    "cpf": later_in("identity", "CPF"),
    "cnpj": later_in("identity", "CNPJ"),
    "external": later_in("identity", "code"),
}
FACT = {
    "identity_confirmed": later_in("fact", "identity confirmed"),
    "cpf_confirmed": later_in("fact", "CPF confirmed"),
    "address_confirmed": later_in("fact", "address confirmed"),
    "phone_confirmed": later_in("fact", "phone confirmed"),
    "email_confirmed": later_in("fact", "e-mail confirmed"),
    "order_number": later_in("fact", "order number"),
}
SLA_TARGET = {
    "first_response": later_in("sla_target", "first response"),
    "next_response": later_in("sla_target", "next response"),
    "resolution": later_in("sla_target", "resolution"),
}
SLA_STATE = {
    "none": later_in("sla_state", "no deadline"),
    "ok": later_in("sla_state", "on time"),
    "at_risk": later_in("sla_state", "at risk"),
    "broken": later_in("sla_state", "overdue"),
    "paused": later_in("sla_state", "paused"),
    "met": later_in("sla_state", "met"),
}
OUTBOX = {
    "held": later_in("outbox", "going out"),
    "queued": later_in("outbox", "in the outbox"),
    "sent": later_in("outbox", "sending"),
    "unknown": later_in("outbox", "unknown, check"),
    "refused": later_in("outbox", "refused"),
    "conflict": later_in("outbox", "conflict"),
    "confirmed": later_in("outbox", "delivered"),
    "undone": later_in("outbox", "undone"),
    "discarded": later_in("outbox", "discarded"),
}
COMMAND = {
    "reply": later_in("command", "reply"),
    "note": later_in("command", "note"),
    "claim": later_in("command", "claim"),
    "release": later_in("command", "give back"),
    "assign": later_in("command", "assign"),
    "status": later_in("command", "change status"),
    "priority": later_in("command", "change priority"),
    "team": later_in("command", "change team"),
    "escalate": later_in("command", "escalate"),
    "snooze": later_in("command", "snooze"),
    "tag": later_in("command", "tag"),
    "wrapup": later_in("command", "wrap up"),
    "promise": later_in("command", "promise a follow-up"),
    "settle_promise": later_in("command", "settle a promise"),
    "fact": later_in("command", "record a fact"),
    "create": later_in("command", "create a ticket"),
    "merge": later_in("command", "merge"),
    "link": later_in("command", "link"),
    "flag_article": later_in("command", "flag an article"),
    "agent_state": later_in("command", "your state"),
    "triage": later_in("command", "triage"),
}
PART = {
    "sla": later_in("part", "deadline"),
    "urgency": later_in("part", "urgency"),
    "impact": later_in("part", "impact"),
    "segment": later_in("part", "customer"),
    "waiting": later_in("part", "waiting"),
    "channel": later_in("part", "channel"),
    "turn": later_in("part", "not our turn"),
}
AGENT_STATE = {
    "available": later_in("agent_state", "available"),
    "contact": later_in("agent_state", "in contact"),
    "after_contact": later_in("agent_state", "after contact"),
    "paused": later_in("agent_state", "paused"),
    "training": later_in("agent_state", "in training"),
    "off": later_in("agent_state", "off"),
}
AUDIENCE = {"public": later_in("audience", "public"), "internal": later_in("audience", "internal")}

ARTICLE_FLAG = {
    "outdated": later_in("article", "outdated"),
    "wrong": later_in("article", "wrong"),
    "missing": later_in("article", "something is missing"),
}

PACKET = {
    "reason": later_in("packet", "reason"),
    "tried": later_in("packet", "what was tried"),
    "workaround": later_in("packet", "workaround"),
}


def _label(context: str, table: Mapping[str, str], word: str | None) -> str:
    """The label of a word; a word nobody foresaw is shown as it is."""
    return "" if word is None else p_(context, table[word]) if word in table else word


def status(word: str | None) -> str:
    return _label("status", STATUS, word)


def priority(word: str | None) -> str:
    return _label("priority", PRIORITY, word)


def impact(word: str | None) -> str:
    return _label("impact", IMPACT, word)


def channel(word: str | None) -> str:
    return _label("channel", CHANNEL, word)


def channel_short(word: str | None) -> str:
    return _label("channel_short", CHANNEL_SHORT, word)


def segment(word: str | None) -> str:
    return _label("segment", SEGMENT, word)


def event(word: str | None) -> str:
    return _label("event", EVENT, word)


def identity(word: str | None) -> str:
    return _label("identity", IDENTITY, word)


def fact(word: str | None) -> str:
    return _label("fact", FACT, word)


def sla_target(word: str | None) -> str:
    return _label("sla_target", SLA_TARGET, word)


def sla_state(word: str | None) -> str:
    return _label("sla_state", SLA_STATE, word)


def outbox(word: str | None) -> str:
    return _label("outbox", OUTBOX, word)


def command(word: str | None) -> str:
    return _label("command", COMMAND, word)


def agent_state(word: str | None) -> str:
    return _label("agent_state", AGENT_STATE, word)


def part(word: str | None) -> str:
    return _label("part", PART, word)


def article_flag(word: str | None) -> str:
    return _label("article", ARTICLE_FLAG, word)


def audience(word: str | None) -> str:
    return _label("audience", AUDIENCE, word)


def why(parts: list[tuple[str, int]]) -> str:
    """ "deadline 40 + waiting 18 − not our turn 30": the explanation of a score, which it sums to."""
    shown = [(part(name), points) for name, points in parts if points]
    if not shown:
        return _("nothing presses")
    first, *rest = shown
    text = f"{first[0]} {first[1]}"
    return text + "".join(f" {'+' if points > 0 else '−'} {name} {abs(points)}" for name, points in rest)


def tickets(count: int) -> str:
    return n_("{n} ticket", "{n} tickets", count).format(n=count)


def vanished(gone: int, known: int) -> str:
    """What happened where so many tickets vanished at once that the sync stopped."""
    return _("The helpdesk says that {gone} of {known} tickets are gone. Nothing was removed here.").format(
        gone=gone, known=known
    )


def conflict(command: str, current: Mapping[str, object], since: int) -> str:
    """Why somebody was faster than a command, as a sentence; "" where only the helpdesk's own words tell.

    current   how the ticket stands now, by field
    since     how many things were said before an answer arrived
    """
    if since:
        return n_(
            "{n} thing was said since you wrote this.", "{n} things were said since you wrote this.", since
        ).format(n=since)
    if command == "claim" and current.get("assignee"):
        return _("{who} took it first.").format(who=current["assignee"])
    return ""


def refusal(refused: Refused) -> str:
    """Why a rule said no, as a sentence."""
    sentence = SENTENCES.get(refused.code)
    if sentence is None:
        return _("Not possible: {code}").format(code=refused.code)
    return _(sentence).format_map(_Values({name: _value(name, one) for name, one in refused.values.items()}))


def _value(name: str, value: object) -> str:
    """A value as the sentence says it: words of the domain by their labels, lists joined."""
    if isinstance(value, list | tuple):
        return ", ".join(_label("packet", PACKET, str(one)) for one in value)
    if name in ("current", "wanted"):
        return status(str(value))
    if name == "state":
        return outbox(str(value))
    if name == "review_state":
        return review_state(State(str(value)))
    if name == "verb":
        return command(str(value))
    if name == "channel":
        return channel(str(value))
    return str(value)


class _Values(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "—"
