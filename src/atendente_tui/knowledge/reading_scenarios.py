"""A scenario file read into `Scenario`, or every fault of it with its line."""

from __future__ import annotations

import hashlib
import re
import textwrap
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from atendente_tui.domain.change import CustomerUpsert, DirectoryEntry, Identity, SettingKind, SettingUpsert
from atendente_tui.domain.words import Channel, IdentityKind, Impact, Priority, Segment, Status, Tier
from atendente_tui.flow.persona import Persona
from atendente_tui.i18n import _
from atendente_tui.knowledge.articles import Article, load_articles, read_article, read_text
from atendente_tui.knowledge.marked import Fault, Fields, parse
from atendente_tui.knowledge.scenario import Happening, Scenario, WrittenAgent, WrittenEvent, WrittenTicket
from atendente_tui.knowledge.shipped import ARTICLES
from atendente_tui.knowledge.written_events import (
    Setting,
    moment,
    needed_moment,
    read_events,
)
from atendente_tui.knowledge.written_happenings import World, read_one, read_timeline
from atendente_tui.knowledge.written_personas import Synonyms, read_persona
from atendente_tui.knowledge.written_training import read_synonyms, read_training

ZONE = "America/Sao_Paulo"
_PLURALS = {"sla_policy": "sla_policies"}
Entry = Literal["team", "wrap_up", "reason", "tag"]


def load_scenario(path: Path) -> tuple[Scenario | None, list[Fault]]:
    """The scenario of a file and the folder of articles it names. With any fault there is no scenario."""
    try:
        text = read_text(path)
    except (OSError, ValueError) as error:
        return None, [Fault(path.name, 0, str(error))]
    return read_scenario(text, path)


def read_scenario(text: str, path: Path) -> tuple[Scenario | None, list[Fault]]:
    """The same of a text that stands, or is to stand, in the file `path`."""
    tree, faults = parse(text, path.name)
    if tree is None:
        return None, faults or [Fault(path.name, 0, _("the file is empty"))]
    scenario = _scenario(Fields(tree, path.name, faults), path, text, faults)
    return (None, sorted(faults, key=lambda one: (one.file, one.line))) if faults else (scenario, [])


def reads_beside(text: str) -> bool:
    """Whether a scenario reads more than its own file: a folder of articles beside it."""
    tree, faults = parse(text, "")
    return tree is not None and "articles" in Fields(tree, "", faults)


def read_happening(text: str, scenario: Scenario, n: int) -> tuple[Happening | None, list[Fault]]:
    """One more line of a scenario's timeline, the n-th that was added; without `at` it happens at once."""
    where = "timeline"
    text = text.strip()
    if not re.search(r"(^|[{,\s])at:", text):
        text = f"{{at: +0s, {text[1:]}" if text.startswith("{") else f"at: +0s\n{text}"
    tree, faults = parse(f"timeline:\n  -\n{textwrap.indent(text, '    ')}\n", where)
    if tree is None:
        return None, faults or [Fault(where, 0, _("the file is empty"))]
    opened = [one.opened for one in scenario.timeline if one.opened is not None]
    world = World(
        ZoneInfo(scenario.zone),
        frozenset({scenario.agent.login, *(one.key for one in scenario.directory if one.kind == "agent")}),
        {one.remote_id: one for one in scenario.customers},
        {one.remote_id: one for one in (*scenario.tickets, *opened)},
    )
    lines = Fields(tree, where, faults).each("timeline")
    if len(lines) != 1:
        return None, faults or [Fault(where, 1, _("must be one line of a timeline"))]
    found = read_one(lines[0], world, len(scenario.timeline) + n)
    return (None, faults) if faults else (found, [])


def _scenario(fields: Fields, path: Path, text: str, faults: list[Fault]) -> Scenario:
    seed = fields.whole("seed", 0, 2**31) or 0
    clock = fields.fields("clock") or Fields(None, path.name, faults, "clock")
    zone = clock.maybe("zone") or ZONE
    start = _start(clock)
    clock.close()
    directory = fields.fields("directory") or Fields(None, path.name, faults, "directory")
    entries = _directory(directory)
    agent = _agent(fields.fields("agent") or Fields(None, path.name, faults, "agent"))
    logins = frozenset({agent.login, *(one.key for one in entries if one.kind == "agent")})
    customers: dict[str, CustomerUpsert] = {}
    world = World(_zone(zone, clock), logins, customers, {})
    own: list[WrittenEvent] = []
    for key, one in fields.named("customers"):
        customers[key] = _customer(key, one)
        setting = Setting(world.zone, logins, None, key, customers[key].name, None)
        own += read_events(one.each("events"), None, setting)
        one.close()
    for key, one in fields.named("tickets"):
        world.tickets[key] = _ticket(key, one, world, before_start=True)
    timeline = read_timeline(fields, world, lambda key, one: _ticket(key, one, world, before_start=False))
    synonyms = read_synonyms(fields)
    personas = _personas(fields, world, seed, synonyms)
    trained = fields.fields("training")
    scenario = Scenario(
        name=fields.text("scenario"),
        version=fields.whole("version", 1, 10_000) or 1,
        title=fields.text("title"),
        purpose=fields.maybe("purpose") or "",
        language=fields.maybe("language") or "pt-BR",
        seed=seed,
        start=start,
        zone=zone,
        agent=agent,
        directory=entries,
        customers=tuple(customers.values()),
        events=tuple(own),
        tickets=tuple(
            one
            for key, one in world.tickets.items()
            if not any(key == h.ticket and h.opened for h in timeline)
        ),
        timeline=tuple(sorted(timeline, key=lambda one: one.at.delta)),
        personas=personas,
        articles=_articles(fields, path, faults),
        shared=_shared(fields),
        training=None if trained is None else read_training(trained, world.tickets, synonyms),
        file=path.name,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )
    fields.close()
    return scenario


def _start(clock: Fields) -> datetime | None:
    text = clock.maybe("start")
    if text is None or text == "now":
        return None
    start: datetime | None = None
    with suppress(ValueError):
        start = datetime.fromisoformat(text)
    if start is None or start.tzinfo is None:
        clock.wrong(
            _("must be a moment with its offset"), field="start", allowed=("now", "2026-11-18T14:20:00-03:00")
        )
        return None
    return start


def _zone(name: str, clock: Fields) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        clock.wrong(_("is no time zone known here"), field="zone", allowed=(ZONE,))
        return ZoneInfo("UTC")


def _agent(fields: Fields) -> WrittenAgent:
    agent = WrittenAgent(
        fields.text("login"), fields.text("name"), fields.texts("teams"), fields.word("tier", Tier) or Tier.N1
    )
    fields.close()
    return agent


def _directory(fields: Fields) -> tuple[DirectoryEntry, ...]:
    entries: list[DirectoryEntry] = []
    for key, one in fields.named("agents"):
        entries.append(
            DirectoryEntry(
                kind="agent",
                key=key,
                label=one.text("name"),
                tier=one.word("tier", Tier),
                teams=one.texts("teams") or None,
            )
        )
        one.close()
    for kind in get_args(Entry):
        entries += [
            DirectoryEntry(kind=kind, key=key, label=label) for key, label in fields.plain(f"{kind}s").items()
        ]
    fields.close()
    return tuple(entries)


def _customer(key: str, fields: Fields) -> CustomerUpsert:
    identities: list[Identity] = []
    written = fields.fields("identities") or Fields(
        None, fields.file, fields.faults, f"{fields.path}.identities"
    )
    for kind in written:
        if kind not in set(IdentityKind):
            written.wrong(_("is not a word known here"), field=kind, found=kind, allowed=tuple(IdentityKind))
            continue
        identities += (
            [Identity(kind=IdentityKind(kind), value=value) for value in written.texts(kind)]
            if written
            else []
        )
    return CustomerUpsert(
        remote_id=key,
        name=fields.text("name"),
        social_name=fields.maybe("social_name"),
        segment=fields.word("segment", Segment),
        preferred_channel=fields.word("prefers", Channel),
        language=fields.maybe("language"),
        identities=tuple(identities),
        facts=fields.plain("facts"),
    )


def _ticket(key: str, fields: Fields, world: World, *, before_start: bool) -> WrittenTicket:
    customer = fields.text("customer")
    if customer and customer not in world.customers:
        fields.wrong(_("is no customer of this scenario"), field="customer", allowed=tuple(world.customers))
    person = world.customers.get(customer)
    channel = fields.word("channel", Channel)
    if channel is None and "channel" not in fields:
        fields.wrong(_("is required"), field="channel")
    status = fields.word("status", Status) or Status.NEW
    assignee = fields.maybe("assignee")
    if assignee is not None and assignee not in world.agents:
        fields.wrong(_("is no agent of this scenario"), field="assignee", allowed=tuple(sorted(world.agents)))
    snoozed = moment(fields, "snoozed_until")
    if (status is Status.SNOOZED) != (snoozed is not None):
        fields.wrong(_("a snoozed ticket, and no other, says until when"), field="snoozed_until")
    setting = Setting(world.zone, world.agents, key, customer, person.name if person else "", channel)
    talk = fields.value("talk")
    listed = fields.each("events")
    events = read_events(listed, None if talk is None else (talk, fields), setting, before_start=before_start)
    if not events:
        fields.wrong(_("a ticket needs at least one event: the customer's first message"))
    made: dict[str, Any] = {
        "subject": fields.text("subject"),
        "customer": customer,
        "channel": channel or Channel.PORTAL,
        "status": status,
        "priority": fields.word("priority", Priority) or Priority.NORMAL,
        "impact": fields.word("impact", Impact),
        "assignee": assignee,
        "team": fields.maybe("team"),
        "tier": fields.word("tier", Tier) or Tier.N1,
        "reason": fields.maybe("reason"),
        "tags": fields.texts("tags"),
        "fields": fields.plain("fields"),
    }
    protocol = fields.maybe("protocol")
    if protocol is not None:
        made["protocol"] = protocol
    opened = moment(fields, "opened") or (events[0].at if events else needed_moment(fields, "opened"))
    line = fields.line
    fields.close()
    return WrittenTicket(key, made, opened, snoozed, events, line)


def _personas(fields: Fields, world: World, seed: int, synonyms: Synonyms) -> dict[str, Persona]:
    personas: dict[str, Persona] = {}
    for n, (_name, one) in enumerate(fields.named("personas")):
        ticket = one.text("ticket")
        if ticket and ticket not in world.tickets:
            one.wrong(_("is no ticket of this scenario"), field="ticket")
        elif ticket in personas:
            one.wrong(_("this ticket already has a persona"), field="ticket")
        personas[ticket] = read_persona(one, seed + n, synonyms)
    return personas


def _shared(fields: Fields) -> tuple[SettingUpsert, ...]:
    """What the team of the scenario shares: scripts, macros, calendars and SLA policies, each a text of its own."""
    inner = fields.fields("shared")
    if inner is None:
        return ()
    shared: list[SettingUpsert] = []
    for kind in get_args(SettingKind):
        shared += [
            SettingUpsert(kind=kind, key=key, body=body)
            for key, body in inner.plain(_PLURALS.get(kind, f"{kind}s")).items()
        ]
    inner.close()
    return tuple(shared)


def _articles(fields: Fields, path: Path, faults: list[Fault]) -> tuple[Article, ...]:
    folder = fields.maybe("articles")
    articles = _shipped(fields, faults)
    if folder is None:
        return tuple(articles)
    place = path.parent / folder
    if ".." in Path(folder).parts or not place.is_dir():
        fields.wrong(_("is no folder beside the scenario"), field="articles")
        return ()
    own, found = load_articles(place)
    faults += found
    return (*articles, *own)


def _shipped(fields: Fields, faults: list[Fault]) -> list[Article]:
    """Of the articles that come with the program, those the scenario names by their ids."""
    articles: list[Article] = []
    for name in fields.texts("shipped_articles"):
        file = ARTICLES / f"{name}.md"
        if Path(name).name != name or not file.is_file():
            fields.wrong(_("is no article that comes with the program"), field="shipped_articles", found=name)
            continue
        article, found = read_article(read_text(file), file.name)
        articles.append(article)
        faults += found
    return articles
