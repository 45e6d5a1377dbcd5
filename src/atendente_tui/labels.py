"""What the words of the domain are called on screen: one place, so that screen and command line say the same."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _, later, n_

STATUS = {
    "new": later("new"),
    "open": later("open"),
    "pending": later("pending"),
    "on_hold": later("on hold"),
    "snoozed": later("snoozed"),
    "solved": later("solved"),
    "closed": later("closed"),
}
PRIORITY = {"low": later("low"), "normal": later("normal"), "high": later("high"), "urgent": later("urgent")}
IMPACT = {
    "one": later("one customer"),
    "several": later("several customers"),
    "many": later("many customers"),
}
CHANNEL = {
    "email": later("e-mail"),
    "chat": later("chat"),
    "whatsapp": later("WhatsApp"),
    "sms": later("SMS"),
    "phone": later("phone"),
    "instagram": later("Instagram"),
    "facebook": later("Facebook"),
    "x": later("X"),
    "app": later("app"),
    "portal": later("portal"),
    "in_person": later("in person"),
    "public_complaint": later("complaint site"),
}
CHANNEL_SHORT = {
    "email": later("mail"),
    "chat": later("chat"),
    "whatsapp": later("wpp"),
    "sms": later("sms"),
    "phone": later("tel"),
    "instagram": later("inst"),
    "facebook": later("face"),
    "x": later("x"),
    "app": later("app"),
    "portal": later("web"),
    "in_person": later("shop"),
    "public_complaint": later("recl"),
}
SEGMENT = {
    "prospect": later("prospect"),
    "new": later("new customer"),
    "regular": later("regular"),
    "vip": later("VIP"),
    "at_risk": later("may leave us"),
}
EVENT = {
    "message": later("message"),
    "note": later("note"),
    "call": later("call"),
    "field_change": later("change"),
    "survey_answer": later("survey"),
    "order": later("order"),
    "bot_turn": later("bot"),
    "wrap_up": later("wrap-up"),
    "promise": later("promise"),
    "escalation": later("escalation"),
    "fact": later("fact"),
    "link": later("link"),
}
IDENTITY = {
    "email": later("e-mail"),
    "phone": later("phone"),
    "whatsapp": later("WhatsApp"),
    "instagram": later("Instagram"),
    "facebook": later("Facebook"),
    "x": later("X"),
    "cpf": later("CPF"),
    "cnpj": later("CNPJ"),
    "external": later("code"),
}
FACT = {
    "identity_confirmed": later("identity confirmed"),
    "cpf_confirmed": later("CPF confirmed"),
    "address_confirmed": later("address confirmed"),
    "phone_confirmed": later("phone confirmed"),
    "email_confirmed": later("e-mail confirmed"),
    "order_number": later("order number"),
}
SLA_TARGET = {
    "first_response": later("first response"),
    "next_response": later("next response"),
    "resolution": later("resolution"),
}
SLA_STATE = {
    "none": later("no deadline"),
    "ok": later("on time"),
    "at_risk": later("at risk"),
    "broken": later("overdue"),
    "paused": later("paused"),
    "met": later("met"),
}
OUTBOX = {
    "held": later("going out"),
    "queued": later("in the outbox"),
    "sent": later("sending"),
    "unknown": later("unknown, check"),
    "refused": later("refused"),
    "conflict": later("conflict"),
    "confirmed": later("delivered"),
    "undone": later("undone"),
    "discarded": later("discarded"),
}
COMMAND = {
    "reply": later("reply"),
    "note": later("note"),
    "claim": later("claim"),
    "release": later("give back"),
    "assign": later("assign"),
    "status": later("change status"),
    "priority": later("change priority"),
    "team": later("change team"),
    "escalate": later("escalate"),
    "snooze": later("snooze"),
    "tag": later("tag"),
    "wrapup": later("wrap up"),
    "promise": later("promise a follow-up"),
    "settle_promise": later("settle a promise"),
    "fact": later("record a fact"),
    "create": later("create a ticket"),
    "merge": later("merge"),
    "link": later("link"),
    "flag_article": later("flag an article"),
}
PART = {
    "sla": later("deadline"),
    "urgency": later("urgency"),
    "impact": later("impact"),
    "segment": later("customer"),
    "waiting": later("waiting"),
    "channel": later("channel"),
}
AUDIENCE = {"public": later("public"), "internal": later("internal")}

REFUSALS: Mapping[str, str] = MappingProxyType({})


def _label(table: Mapping[str, str], word: str | None) -> str:
    """The label of a word; a word nobody foresaw is shown as it is."""
    return "" if word is None else _(table[word]) if word in table else word


def status(word: str | None) -> str:
    return _label(STATUS, word)


def priority(word: str | None) -> str:
    return _label(PRIORITY, word)


def impact(word: str | None) -> str:
    return _label(IMPACT, word)


def channel(word: str | None) -> str:
    return _label(CHANNEL, word)


def channel_short(word: str | None) -> str:
    return _label(CHANNEL_SHORT, word)


def segment(word: str | None) -> str:
    return _label(SEGMENT, word)


def event(word: str | None) -> str:
    return _label(EVENT, word)


def identity(word: str | None) -> str:
    return _label(IDENTITY, word)


def fact(word: str | None) -> str:
    return _label(FACT, word)


def sla_target(word: str | None) -> str:
    return _label(SLA_TARGET, word)


def sla_state(word: str | None) -> str:
    return _label(SLA_STATE, word)


def outbox(word: str | None) -> str:
    return _label(OUTBOX, word)


def command(word: str | None) -> str:
    return _label(COMMAND, word)


def part(word: str | None) -> str:
    return _label(PART, word)


def audience(word: str | None) -> str:
    return _label(AUDIENCE, word)


def why(parts: list[tuple[str, int]]) -> str:
    """ "deadline 40 + waiting 18 + customer 10": the explanation of a score, which it sums to."""
    return " + ".join(f"{part(name)} {points}" for name, points in parts if points) or _("nothing presses")


def tickets(count: int) -> str:
    return n_("{n} ticket", "{n} tickets", count).format(n=count)


def refusal(refused: Refused) -> str:
    """Why a rule said no, as a sentence."""
    sentence = REFUSALS.get(refused.code)
    if sentence is None:
        return _("Not possible: {code}").format(code=refused.code)
    return _(sentence).format_map(_Values(refused.values))


class _Values(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "—"
