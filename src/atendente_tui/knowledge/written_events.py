"""The events of a scenario read from YAML: the structured form and the lines of a `talk`, numbered in the order of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from atendente_tui.domain.change import Attachment
from atendente_tui.domain.words import AuthorKind, Channel, Direction, EventKind, Tier
from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fields, Value
from atendente_tui.knowledge.moments import LENGTHS, MOMENTS, Moment, read_length, read_moment
from atendente_tui.knowledge.scenario import WrittenEvent, WrittenFile
from atendente_tui.knowledge.talk import Said, read_talk

KINDS = (
    "says", "reply", "note", "bot", "call", "survey", "wrap_up", "promise", "escalation", "change", "fact", "order",
)  # fmt: skip
NOMINAL = datetime(2026, 11, 18, 17, 20, tzinfo=UTC)
"""The start on which moments are compared while reading; only their order matters."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an event takes from the ticket around it."""

    zone: ZoneInfo
    agents: frozenset[str]
    ticket: str | None
    customer: str
    customer_name: str
    channel: Channel | None


@dataclass(slots=True)
class _Event:
    at: Moment
    line: int
    fields: dict[str, Any]
    dates: dict[str, Moment]
    files: tuple[WrittenFile, ...] = ()


def moment(fields: Fields, name: str) -> Moment | None:
    text = fields.maybe(name)
    if text is None:
        return None
    try:
        return read_moment(text)
    except ValueError:
        fields.wrong(_("is not a moment relative to the start"), field=name, allowed=MOMENTS)
        return None


def needed_moment(fields: Fields, name: str) -> Moment:
    if name not in fields:
        fields.wrong(_("is required"), field=name)
    return moment(fields, name) or Moment()


def length(fields: Fields, name: str) -> float | None:
    """Seconds."""
    text = fields.maybe(name)
    if text is None:
        return None
    try:
        return read_length(text).total_seconds()
    except ValueError:
        fields.wrong(_("is not a length of time"), field=name, allowed=LENGTHS)
        return None


def read_events(
    listed: list[Fields], talk: tuple[Value, Fields] | None, setting: Setting, *, before_start: bool = True
) -> tuple[WrittenEvent, ...]:
    """Every event of one ticket (or of one customer), in the order of time, with its remote id."""
    events = [read_event(one, setting) for one in listed]
    if talk is not None:
        events += [_spoken(one, talk[1], talk[0], setting) for one in read_talk(*talk)]
    events.sort(key=lambda one: one.at.at(NOMINAL, setting.zone))
    base = setting.ticket or f"{setting.customer}/own"
    found = tuple(_numbered(one, f"{base}/{n}") for n, one in enumerate(events, 1))
    source = talk[1] if talk is not None else (listed[0] if listed else None)
    for one in found:
        if before_start and source is not None and one.at.at(NOMINAL, setting.zone) > NOMINAL:
            source.wrong(_("lies after the start: only the timeline may"), Value(one.line, source.path, None))
    return found


def _numbered(event: _Event, remote_id: str) -> WrittenEvent:
    fields = event.fields
    if fields["kind"] is EventKind.PROMISE:
        # A promise is settled by the id of the command that made it, so a written one needs an id as well.
        fields = {**fields, "command_id": uuid5(NAMESPACE_URL, f"scenario:{remote_id}")}
    return WrittenEvent(remote_id, event.at, fields, event.dates, event.files, event.line)


def single(fields: Fields, setting: Setting, remote_id: str) -> WrittenEvent:
    """One event of the timeline."""
    return _numbered(read_event(fields, setting), remote_id)


def read_event(fields: Fields, setting: Setting) -> _Event:
    at = needed_moment(fields, "at")
    channel = fields.word("channel", Channel) or setting.channel
    kinds = [kind for kind in KINDS if kind in fields]
    if len(kinds) != 1:
        fields.wrong(
            _("must be exactly one kind of event"), found=", ".join(kinds) or ", ".join(fields), allowed=KINDS
        )
        return _Event(at, fields.line, _message(setting, "", channel), {})
    made = _READERS[kinds[0]](fields, setting, channel)
    made.at, made.line = at, fields.line
    made.fields.update(ticket=setting.ticket, customer=setting.customer)
    made.files = tuple(_file(one, setting, n) for n, one in enumerate(fields.each("files"), 1))
    fields.close()
    return made


def _file(fields: Fields, setting: Setting, n: int) -> WrittenFile:
    content = (fields.maybe("content") or "").encode()
    name = fields.text("name")
    remote = f"{setting.ticket or setting.customer}/{fields.line}/{n}"
    kind = fields.maybe("type") or "text/plain"
    fields.close()
    return WrittenFile(Attachment(remote_id=remote, name=name, content_type=kind, size=len(content)), content)


def _message(setting: Setting, text: str, channel: Channel | None) -> dict[str, Any]:
    return {
        "kind": EventKind.MESSAGE,
        "channel": channel,
        "author": setting.customer_name,
        "text": text,
        "ticket": setting.ticket,
        "customer": setting.customer,
    }


def _agent(kind: EventKind, who: str, text: str, channel: Channel | None, *, public: bool) -> dict[str, Any]:
    return {
        "kind": kind,
        "channel": channel,
        "direction": Direction.OUTBOUND if public else Direction.INTERNAL,
        "author_kind": AuthorKind.AGENT,
        "author": who,
        "public": public,
        "text": text,
    }


def _bot(who: str, text: str, channel: Channel | None) -> dict[str, Any]:
    return {
        "kind": EventKind.BOT_TURN,
        "channel": channel,
        "direction": Direction.OUTBOUND,
        "author_kind": AuthorKind.BOT,
        "author": who,
        "text": text,
    }


def _who(fields: Fields, setting: Setting) -> str:
    who = fields.text("by")
    if who and who not in setting.agents:
        fields.wrong(_("is no agent of this scenario"), field="by", allowed=tuple(sorted(setting.agents)))
    return who


def _spoken(said: Said, fields: Fields, value: Value, setting: Setting) -> _Event:
    if said.mark in ">#" and said.who not in setting.agents:
        here = Value(said.line, value.path, said.who)
        fields.wrong(_("is no agent of this scenario"), here, allowed=tuple(sorted(setting.agents)))
    if said.mark == "<":
        made = _message(setting, said.text, setting.channel)
    elif said.mark == ">":
        made = _agent(EventKind.MESSAGE, said.who, said.text, setting.channel, public=True)
    elif said.mark == "#":
        made = _agent(EventKind.NOTE, said.who, said.text, None, public=False)
    else:
        made = _bot(said.who, said.text, setting.channel)
    made.update(ticket=setting.ticket, customer=setting.customer)
    return _Event(said.at, said.line, made, {})


Reader = Callable[[Fields, Setting, Channel | None], _Event]


def _event(fields: dict[str, Any], dates: dict[str, Moment] | None = None) -> _Event:
    return _Event(Moment(), 0, fields, dates or {})


def _says(fields: Fields, setting: Setting, channel: Channel | None) -> _Event:
    return _event(_message(setting, fields.text("says"), channel))


def _reply(fields: Fields, setting: Setting, channel: Channel | None) -> _Event:
    return _event(
        _agent(EventKind.MESSAGE, _who(fields, setting), fields.text("reply"), channel, public=True)
    )


def _note(fields: Fields, setting: Setting, _channel: Channel | None) -> _Event:
    return _event(_agent(EventKind.NOTE, _who(fields, setting), fields.text("note"), None, public=False))


def _bot_turn(fields: Fields, _setting: Setting, channel: Channel | None) -> _Event:
    return _event(_bot(fields.text("by"), fields.text("bot"), channel))


def _call(fields: Fields, setting: Setting, _channel: Channel | None) -> _Event:
    made = _agent(EventKind.CALL, _who(fields, setting), fields.text("call"), Channel.PHONE, public=True)
    made["direction"] = fields.word("direction", Direction) or Direction.INBOUND
    seconds = length(fields, "lasted")
    made["data"] = {"seconds": int(seconds or 0), "outcome": fields.maybe("outcome")}
    return _event(made)


def _survey(fields: Fields, setting: Setting, channel: Channel | None) -> _Event:
    survey = fields.text("survey")
    if survey not in ("csat", "nps"):
        fields.wrong(_("is not a word known here"), field="survey", allowed=("csat", "nps"))
    highest = 10 if survey == "nps" else 5
    made = _message(setting, fields.maybe("text") or "", channel)
    made["kind"] = EventKind.SURVEY_ANSWER
    made["data"] = {"survey": survey, "score": fields.whole("score", 0, highest), "of": highest}
    return _event(made)


def _wrap_up(fields: Fields, setting: Setting, _channel: Channel | None) -> _Event:
    made = _agent(EventKind.WRAP_UP, _who(fields, setting), fields.maybe("text") or "", None, public=False)
    made["data"] = {"code": fields.text("wrap_up"), "reason": fields.maybe("reason")}
    return _event(made)


def _promise(fields: Fields, setting: Setting, _channel: Channel | None) -> _Event:
    what = fields.text("promise")
    made = _agent(EventKind.PROMISE, _who(fields, setting), what, None, public=False)
    made["data"] = {"what": what}
    return _event(made, {"due": needed_moment(fields, "due")})


def _escalation(fields: Fields, setting: Setting, _channel: Channel | None) -> _Event:
    reason = fields.text("escalation")
    made = _agent(EventKind.ESCALATION, _who(fields, setting), reason, None, public=False)
    made["data"] = {
        "from": fields.word("from", Tier) or Tier.N1,
        "to": fields.word("to", Tier) or Tier.N2,
        "reason": reason,
        "tried": fields.maybe("tried"),
        "workaround": fields.maybe("workaround"),
    }
    return _event(made)


def _change(fields: Fields, setting: Setting, _channel: Channel | None) -> _Event:
    made = _agent(EventKind.FIELD_CHANGE, _who(fields, setting), "", None, public=False)
    made["data"] = {"field": fields.text("change"), "old": fields.maybe("old"), "new": fields.maybe("new")}
    return _event(made)


def _fact(fields: Fields, setting: Setting, _channel: Channel | None) -> _Event:
    made = _agent(EventKind.FACT, _who(fields, setting), "", None, public=False)
    made["data"] = {"name": fields.text("fact"), "value": fields.maybe("value") or "yes"}
    return _event(made)


def _order(fields: Fields, setting: Setting, _channel: Channel | None) -> _Event:
    text = fields.maybe("text") or ""
    made = _message(setting, text, None)
    made.update(kind=EventKind.ORDER, author_kind=AuthorKind.SYSTEM, author=fields.maybe("shop") or "")
    made["data"] = {
        "number": fields.text("order"),
        "status": fields.maybe("status"),
        "total": fields.number("total"),
    }
    expected = moment(fields, "expected")
    return _event(made, {} if expected is None else {"expected": expected})


_READERS: dict[str, Reader] = {
    "says": _says,
    "reply": _reply,
    "note": _note,
    "bot": _bot_turn,
    "call": _call,
    "survey": _survey,
    "wrap_up": _wrap_up,
    "promise": _promise,
    "escalation": _escalation,
    "change": _change,
    "fact": _fact,
    "order": _order,
}
