"""The JSON Schema (2020-12) of scenario files, for editors. A test holds it to what the reader takes.

It knows names, words and shapes; what hangs together (a customer that is there, a node that is reached) `train check` says.
"""

from __future__ import annotations

from typing import Any

from atendente_tui.domain.words import Channel, IdentityKind, Impact, Priority, Segment, Status, Tier
from atendente_tui.knowledge.written_training import EVENTS, FIELDS, Difficulty, Skill

Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "number", "boolean"]}
TEXTS: Schema = {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}
MOMENT: Schema = {"type": "string", "pattern": "^[+-][0-9dhms]+(@[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$"}
LENGTH: Schema = {"type": "string", "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"}
_EVENT = {"type": "string", "pattern": f"^({'|'.join(EVENTS)})(:.+)?$"}


def _whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def _word(words: Any) -> Schema:
    return {"enum": [str(one) for one in words]}


def _words(words: Any) -> Schema:
    return {"anyOf": [_word(words), {"type": "array", "items": _word(words)}]}


def _object(required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    shape: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**shape, "required": list(required)} if required else shape


def _map(of: Schema) -> Schema:
    return {"type": "object", "additionalProperties": of}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


_PATTERN_REST = {"value": TEXTS, "ticket": TEXT, "says": TEXTS, "lacks": TEXTS}
PATTERN: Schema = {"anyOf": [_EVENT, _object(("happens",), happens=_EVENT, **_PATTERN_REST)]}
EVENT = _object(
    ("at",),
    at=MOMENT,
    channel=_word(Channel),
    by=TEXT,
    files=_list(_object(("name",), name=TEXT, type=TEXT, content=TEXT)),
    says=TEXT,
    reply=TEXT,
    note=TEXT,
    bot=TEXT,
    call=TEXT,
    direction=_word(("inbound", "outbound", "internal")),
    lasted=LENGTH,
    outcome=TEXT,
    survey=_word(("csat", "nps")),
    score=_whole(0, 10),
    text=TEXT,
    wrap_up=TEXT,
    reason=TEXT,
    promise=TEXT,
    due=MOMENT,
    escalation=TEXT,
    **{"from": _word(Tier)},
    to=_word(Tier),
    tried=TEXT,
    workaround=TEXT,
    change=TEXT,
    old=TEXT,
    new=TEXT,
    fact=TEXT,
    value=TEXT,
    order=TEXT,
    shop=TEXT,
    status=TEXT,
    total={"type": "number"},
    expected=MOMENT,
)
TICKET = _object(
    ("customer", "subject", "channel"),
    customer=TEXT,
    subject=TEXT,
    channel=_word(Channel),
    status=_word(Status),
    snoozed_until=MOMENT,
    priority=_word(Priority),
    impact=_word(Impact),
    assignee=TEXT,
    team=TEXT,
    tier=_word(Tier),
    reason=TEXT,
    tags=TEXTS,
    fields=_map(TEXT),
    protocol=TEXT,
    opened=MOMENT,
    talk=TEXT,
    events=_list(EVENT),
)
WHEN = _object(
    contains_any=TEXTS,
    contains_all=TEXTS,
    contains_none=TEXTS,
    longer_than=_whole(0, 10_000),
    mood_at_least=_whole(-5, 5),
    mood_at_most=_whole(-5, 5),
    happened=TEXTS,
    not_happened=TEXTS,
)
TURN = _object(
    when=WHEN,
    says=TEXTS,
    after={"anyOf": [LENGTH, {"type": "array", "items": LENGTH, "maxItems": 2}]},
    mood=_whole(-10, 10),
    goto=TEXT,
    rate={"anyOf": [_whole(1, 5), _word(("mood",))]},
)
PERSONA = _object(
    ("ticket", "start", "nodes"),
    ticket=TEXT,
    start=TEXT,
    mood=_whole(-5, 5),
    max_turns=_whole(1, 100),
    nodes=_map(_object(on_reply=_list(TURN), on_solved=_list(TURN), patience=LENGTH, impatient=TURN)),
)
HAPPENING: Schema = {
    "anyOf": [
        _object(("at", "network"), at=MOMENT, network=_word(("down", "up"))),
        _object(
            ("at", "opens", "ticket"),
            at=MOMENT,
            opens=TEXT,
            ticket=TICKET,
            times=_whole(1, 5_000),
            over=LENGTH,
            customers=TEXTS,
        ),
        _object(
            ("at", "rings", "answered", "ticket"),
            at=MOMENT,
            rings=TEXT,
            answered=TEXT,
            lasts=LENGTH,
            ticket=TICKET,
        ),
        _object(("at", "incident", "by"), at=MOMENT, incident=TEXT, by=TEXT, tickets=TEXTS),
        _object(
            ("at", "claims", "ticket", "by"), at=MOMENT, claims={"type": "boolean"}, ticket=TEXT, by=TEXT
        ),
        _object(("at", "status", "ticket", "by"), at=MOMENT, status=_word(Status), ticket=TEXT, by=TEXT),
        {
            **EVENT,
            "properties": {**EVENT["properties"], "ticket": TEXT, "customer": TEXT},
            "anyOf": [
                {"required": ["says", "ticket"]},
                {"required": ["note", "ticket"]},
                {"required": ["order", "customer"]},
            ],
        },
    ]
}
EXPECTATION = _object(
    ("id",),
    id=TEXT,
    must=_EVENT,
    never=_EVENT,
    **{"finally": _object(**dict.fromkeys(FIELDS, TEXTS))},
    **_PATTERN_REST,
    within=LENGTH,
    every=PATTERN,
    since=PATTERN,
    before=PATTERN,
    after=PATTERN,
    unless=PATTERN,
    at_least=_whole(1, 1_000),
    at_most=_whole(1, 1_000),
)
CRITERION = _object(
    ("criterion", "title", "weight"),
    criterion=TEXT,
    title=TEXT,
    uses=TEXTS,
    weight=_whole(1, 100),
    skill=_word(Skill),
    critical={"type": "boolean"},
    fatal={"type": "boolean"},
    by_person={"type": "boolean"},
    only_if=PATTERN,
    not_if=PATTERN,
    feedback=TEXT,
    hint=TEXT,
)
TRAINING = _object(
    ("pass", "expectations", "rubric"),
    objectives=TEXTS,
    skills=_words(Skill),
    difficulty=_word(Difficulty),
    target=LENGTH,
    limit=LENGTH,
    requires=TEXTS,
    **{"pass": _whole(0, 100)},
    expectations=_list(EXPECTATION),
    rubric=_list(CRITERION),
)
SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Atendente scenario",
    **_object(
        ("scenario", "title", "agent"),
        scenario=TEXT,
        version=_whole(1, 10_000),
        title=TEXT,
        purpose=TEXT,
        language=TEXT,
        seed=_whole(0, 2**31),
        clock=_object(start={"type": "string"}, zone=TEXT),
        articles=TEXT,
        shipped_articles=TEXTS,
        agent=_object(("login", "name"), login=TEXT, name=TEXT, teams=TEXTS, tier=_word(Tier)),
        directory=_object(
            agents=_map(_object(("name",), name=TEXT, tier=_word(Tier), teams=TEXTS)),
            teams=_map(TEXT),
            wrap_ups=_map(TEXT),
            reasons=_map(TEXT),
            tags=_map(TEXT),
        ),
        shared=_object(scripts=_map(TEXT), macros=_map(TEXT), calendars=_map(TEXT), sla_policies=_map(TEXT)),
        synonyms=_map(TEXTS),
        customers=_map(
            _object(
                ("name",),
                name=TEXT,
                social_name=TEXT,
                segment=_word(Segment),
                prefers=_word(Channel),
                language=TEXT,
                identities=_object(**{str(kind): TEXTS for kind in IdentityKind}),
                facts=_map(TEXT),
                events=_list(EVENT),
            )
        ),
        tickets=_map(TICKET),
        timeline=_list(HAPPENING),
        personas=_map(PERSONA),
        training=TRAINING,
    ),
}
