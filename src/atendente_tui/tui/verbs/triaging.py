"""What a ticket is and who should look at it: priority and impact, team, tags, escalation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from atendente_tui import labels
from atendente_tui.domain.words import Impact, Priority, Tier
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import reading
from atendente_tui.tui.form_model import Field, Form, Option, Values, label_of, option, raw_of, read
from atendente_tui.tui.forms import moment_reader
from atendente_tui.tui.verbs.place import Body, Handler, app_of, on_tickets, ticket_row, workplace_of
from atendente_tui.tui.verbs.running import with_form

if TYPE_CHECKING:
    from concurrent.futures import Future

    from textual.screen import Screen

    from atendente_tui.desk.desk import Desk


async def priority(screen: Screen[Any], ids: Sequence[int], body: Body = None) -> bool:
    from atendente_tui.desk import triaging

    row = ticket_row(screen, ids[0]) if len(ids) == 1 else None
    form = Form(
        "priority",
        _("Priority and impact"),
        (
            Field(
                "priority",
                _("Urgency"),
                "choice",
                required=True,
                options=priorities(),
                value=labels.priority(row.priority) if row is not None else "",
            ),
            Field(
                "impact",
                _("Impact"),
                "choice",
                options=impacts(),
                value=labels.impact(row.impact) if row is not None else "",
            ),
        ),
    )

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        return triaging.set_priority(desk, ticket_id, **arguments(values))

    def arguments(values: Values) -> Mapping[str, Any]:
        impact = values.maybe("impact")
        return {
            "priority": Priority(values.text("priority")),
            "impact": Impact(impact) if impact is not None else None,
        }

    def said(values: Values) -> str:
        return _("Priority: {priority}.").format(priority=labels.priority(values.text("priority")))

    return await with_form(screen, ids, "priority", form, do, arguments, said, body)


async def triage(screen: Screen[Any], ids: Sequence[int]) -> None:
    """What one decides on meeting a ticket, in one form; only what was changed in it is done."""
    from atendente_tui.desk import triaging

    row = ticket_row(screen, ids[0]) if len(ids) == 1 else None
    known = tuple(option(key, label) for key, label in reading.directory(app_of(screen).read, "tag"))
    offered = teams(screen)
    if row is not None and row.team and row.team not in {one.key for one in offered}:
        offered = (option(row.team, row.team), *offered)
    commas = _("Several with commas between.")
    if row is not None:
        has = ", ".join(label_of(known, one) for one in json.loads(row.tags))
        tags: tuple[Field, ...] = (Field("tags", _("Tags"), "many", options=known, value=has, hint=commas),)
    else:
        tags = (
            Field("add", _("Add tags"), "many", options=known, hint=commas),
            Field("remove", _("Take off tags"), "many", options=known, hint=commas),
        )
    form = Form(
        "triage",
        _("Triage"),
        (
            Field(
                "priority",
                _("Urgency"),
                "choice",
                options=priorities(),
                value=labels.priority(row.priority) if row is not None else "",
            ),
            Field(
                "impact",
                _("Impact"),
                "choice",
                options=impacts(),
                value=labels.impact(row.impact) if row is not None else "",
            ),
            Field(
                "team",
                _("Team"),
                "choice",
                options=offered,
                free=not offered,
                value=label_of(offered, row.team) if row is not None else "",
            ),
            *tags,
        ),
        text=safe_line(_("What stays empty or as it is stays so.")),
    )
    workplace = workplace_of(screen)
    before, _faults = read(form, raw_of(form), moment_reader(workplace), labels.refusal)

    def changed(values: Values, name: str) -> str | None:
        return values.maybe(name) if values.get(name) != before.get(name) else None

    def arguments(values: Values) -> dict[str, Any]:
        priority, impact = changed(values, "priority"), changed(values, "impact")
        wanted, had = values.many("tags"), before.many("tags")
        return {
            "priority": Priority(priority) if priority else None,
            "impact": Impact(impact) if impact else None,
            "team": changed(values, "team"),
            "add": (*values.many("add"), *(one for one in wanted if one not in had)),
            "remove": (*values.many("remove"), *(one for one in had if one not in wanted)),
        }

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        return triaging.triage(desk, ticket_id, **arguments(values))

    def said(values: Values) -> str:
        done = arguments(values)
        sentences = {
            "priority": _("Priority: {priority}.").format(priority=labels.priority(done["priority"])),
            "impact": _("Impact: {impact}.").format(impact=labels.impact(done["impact"])),
            "team": _("Moved to {team}.").format(team=label_of(offered, done["team"])),
            "add": _("Tags added: {tags}.").format(tags=_listed(known, done["add"])),
            "remove": _("Tags taken off: {tags}.").format(tags=_listed(known, done["remove"])),
        }
        return "\n".join(sentence for name, sentence in sentences.items() if done[name])

    await with_form(screen, ids, "triage", form, do, arguments, said)


def _listed(known: Sequence[Option], keys: Sequence[str]) -> str:
    return ", ".join(label_of(known, one) for one in keys)


def impacts() -> tuple[Option, ...]:
    return tuple(option(one.value, labels.impact(one)) for one in Impact)


def priorities() -> tuple[Option, ...]:
    """The most urgent first."""
    return tuple(option(one.value, labels.priority(one)) for one in reversed(Priority))


async def team(screen: Screen[Any], ids: Sequence[int], body: Body = None) -> bool:
    from atendente_tui.desk import triaging

    options = teams(screen)
    form = Form(
        "team",
        _("Move to another team"),
        (Field("team", _("Team"), "choice", required=True, options=options, free=not options),),
    )

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        return triaging.set_team(desk, ticket_id, values.text("team"))

    def arguments(values: Values) -> Mapping[str, Any]:
        return {"team": values.text("team")}

    def said(values: Values) -> str:
        return _("Moved to {team}.").format(team=label_of(options, values.text("team")))

    return await with_form(screen, ids, "team", form, do, arguments, said, body)


def teams(screen: Screen[Any]) -> tuple[Option, ...]:
    return tuple(option(key, label) for key, label in reading.directory(app_of(screen).read, "team"))


async def tag(screen: Screen[Any], ids: Sequence[int]) -> None:
    from atendente_tui.desk import triaging

    known = tuple(option(key, label) for key, label in reading.directory(app_of(screen).read, "tag"))
    hint = _("Several with commas between.")
    row = ticket_row(screen, ids[0]) if len(ids) == 1 else None
    has: tuple[str, ...] = tuple(json.loads(row.tags)) if row is not None else ()
    if row is not None:
        # Of one ticket its tags stand there to be edited; of several only what comes and goes can be said.
        there = ", ".join(label_of(known, one) for one in has)
        fields: tuple[Field, ...] = (Field("tags", _("Tags"), "many", options=known, value=there, hint=hint),)
    else:
        fields = (
            Field("add", _("Add"), "many", options=known, hint=hint),
            Field("remove", _("Take off"), "many", options=known, hint=hint),
        )

    def check(values: Values) -> Mapping[str, str]:
        if row is None and not values.many("add") and not values.many("remove"):
            return {"add": _("Fill this in.")}
        return {}

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        wanted = values.many("tags")
        return triaging.tag(
            desk,
            ticket_id,
            add=tuple(one for one in wanted if one not in has),
            remove=tuple(one for one in has if one not in wanted),
        )

    def arguments(values: Values) -> Mapping[str, Any]:
        return {"add": values.many("add"), "remove": values.many("remove")}

    await with_form(
        screen, ids, "tag", Form("tag", _("Tags"), fields, check=check), do, arguments, _("Tags saved.")
    )


async def escalate(screen: Screen[Any], ids: Sequence[int], body: Body = None) -> bool:
    from atendente_tui.desk import triaging

    row = ticket_row(screen, ids[0]) if len(ids) == 1 else None
    now = (row.tier if row is not None else None) or workplace_of(screen).desk.agent.tier
    tiers = tuple(option(one.value, one.value) for one in Tier if row is None or one != row.tier)
    higher = [one for one in Tier if one > now] or [one for one in Tier if one != now]
    articles = tuple(option(one.ref, one.title) for one in reading.articles(app_of(screen).read))
    form = Form(
        "escalate",
        _("Escalate"),
        (
            Field("tier", _("To level"), "choice", required=True, options=tiers, value=higher[0].value),
            Field("team", _("Team"), "choice", options=teams(screen), free=not teams(screen)),
            Field("reason", _("Why"), required=True),
            Field("tried", _("What was tried"), "lines", required=True),
            Field(
                "workaround",
                _("Workaround given"),
                "lines",
                required=True,
                hint=_("If there is none, say so."),
            ),
            Field("article", _("Article consulted"), "choice", options=articles, free=not articles),
        ),
        blame={"tier_same": "tier"},
    )

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        return triaging.escalate(desk, ticket_id, **arguments(values))

    def arguments(values: Values) -> Mapping[str, Any]:
        return {
            "tier": Tier(values.text("tier")),
            "team": values.maybe("team"),
            "reason": values.text("reason"),
            "tried": values.text("tried"),
            "workaround": values.text("workaround"),
            "article": values.maybe("article"),
        }

    def said(values: Values) -> str:
        return _("Escalated to {tier}.").format(tier=safe_line(values.text("tier")))

    return await with_form(screen, ids, "escalate", form, do, arguments, said, body)


HANDLERS: Mapping[str, Handler] = {
    "priority": on_tickets(priority),
    "team": on_tickets(team),
    "tag": on_tickets(tag),
    "triage": on_tickets(triage),
    "escalate": on_tickets(escalate),
}
