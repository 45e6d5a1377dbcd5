"""Checks of what only reads: who we are, what is declared, and the pages of a first pull."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Sequence
from typing import get_args

import yaml

from atendente_tui.backends.conformance.checking import Broken, Check, Untried, check, require
from atendente_tui.backends.conformance.trial import Trial, pages, telling
from atendente_tui.domain.change import ChangePage, EventAppend, TicketUpsert
from atendente_tui.domain.command import Command
from atendente_tui.domain.words import Status
from atendente_tui.i18n import _, later

TYPES = frozenset(one.model_fields["type"].default for one in get_args(get_args(Command)[0]))
"""`type` of every command there is."""
FIELDS = frozenset(TicketUpsert.model_fields)
FEW = 20


@check(
    later("Who is logged in has a login and a name, the same whenever and on whatever connection it is asked")
)
async def identifies(trial: Trial) -> None:
    first = await trial.identity()
    require(bool(first.login.strip()) and bool(first.name.strip()), _("login and name are not empty"))
    for again in (await trial.backend.identify(), await trial.again.identify()):
        require((again.login, again.name) == (first.login, first.name), _("login and name stay the same"))
    if trial.other is not None:
        other = await trial.other.identify()
        require(other.login != first.login, _("the second login is somebody else"))


@check(later("What it declares makes sense, and to log in only ever takes away from it"))
async def declares(trial: Trial) -> None:
    await trial.identity()
    can = trial.can
    strange = ", ".join(sorted((can.commands | can.local_only) - TYPES))
    require(not strange, _("every command is known; {names} is not").format(names=strange))
    strange = ", ".join(sorted(can.write_fields - FIELDS))
    require(not strange, _("every field is known; {names} is not").format(names=strange))
    require(not can.commands & can.local_only, _("a command is carried out there or kept here, not both"))
    require(can.idempotency in ("native", "marker", "none"), _("idempotency is native, marker or none"))
    require(can.find_delay >= 0 and can.parallel >= 1, _("find_delay is 0 or more, parallel 1 or more"))
    require({Status.OPEN, Status.SOLVED} <= can.statuses, _("there are the statuses open and solved"))
    more = ", ".join(sorted(can.commands - trial.promised.commands))
    require(not more, _("nothing is added by logging in; {names} was").format(names=more))


@check(later("A first pull is pages with a cursor each; the last one, and no other, says that all is told"))
async def pulls(trial: Trial) -> None:
    found = await trial.first_pull()
    require(all(page.cursor for page in found), _("every page has a cursor"))
    require(found[-1].caught_up, _("the last page says that it is caught up"))
    require(
        not any(page.caught_up for page in found[:-1]), _("no page before the last says that it is caught up")
    )
    for page in found:
        require(
            page.done is None or page.total is None or page.done <= page.total, _("done is at most total")
        )


@check(
    later(
        "Every page can be stored as it comes: a customer stands before their tickets, a ticket before its events"
    )
)
async def stands_in_order(trial: Trial) -> None:
    for page in await trial.first_pull():
        require(_well_formed(page), _("a page is what the vocabulary allows"))
    require(not trial.world.loose, ", ".join(trial.world.loose[:3]))


@check(later("What happened stays as it was told: an event that comes again is the same"))
async def never_rewrites(trial: Trial) -> None:
    await trial.follow()
    for (kind, *name), states in trial.world.states.items():
        told = {one.model_dump_json() for one in states if one is not None}
        require(kind != "event" or len(told) == 1, _("event {id} is always the same").format(id=name[-1]))


@check(later("A first pull tells of the newest tickets first"))
async def newest_first(trial: Trial) -> None:
    tickets = [one for one in telling(await trial.first_pull()) if isinstance(one, TicketUpsert)]
    if len(tickets) < 5:
        raise Untried(_("there are too few tickets to see an order"))
    orders = (
        [one.updated_at for one in tickets],
        [one.opened_at for one in tickets],
        [(len(one.remote_id), one.remote_id) for one in tickets],
    )
    # What is over may come behind all that is not; so of neighbours most, not all, are newer than the next.
    require(any(_falls(order) for order in orders), _("newer ones stand before older ones"))


@check(later("A pull from the last cursor is short: it does not tell everything again"))
async def rests(trial: Trial) -> None:
    found = await trial.first_pull()
    again = await pages(trial.backend, found[-1].cursor)
    require(bool(again) and again[-1].caught_up, _("the last page says that it is caught up"))
    require(_events(again) <= max(FEW, _events(found) // 2), _("it does not bring everything again"))


@check(later("What a pull brings keeps to what is declared: statuses, files, articles, settings"))
async def tells_only_declared(trial: Trial) -> None:
    await trial.first_pull()
    can, world = trial.can, trial.world
    tickets = [one for one in telling(trial.first) if isinstance(one, TicketUpsert)]
    strange = ", ".join(sorted({one.status for one in tickets} - can.statuses))
    require(not strange, _("every status is declared; {names} is not").format(names=strange))
    require(can.attachments or not any(one.attachments for one in world.events()), _("there are no files"))
    require(can.articles or not world.articles(), _("there are no articles"))
    require(can.settings or not world.settings(), _("there are no settings"))
    if not can.hints:
        require([hint async for hint in trial.backend.hints()] == [], _("the line for hints ends at once"))


@check(later("Articles come with a pull"), able=("articles",))
async def brings_articles(trial: Trial) -> None:
    await trial.first_pull()
    if not trial.world.articles():
        raise Untried(_("there is none there"))
    require(all(one.title.strip() for one in trial.world.articles()), _("every article has a title"))


@check(
    later("Scripts, macros, calendars and SLA policies come with a pull, each in a form that can be read"),
    able=("settings",),
)
async def brings_settings(trial: Trial) -> None:
    await trial.first_pull()
    if not trial.world.settings():
        raise Untried(_("there is none there"))
    for setting in trial.world.settings():
        read = yaml.safe_load if setting.kind in ("script", "macro") else tomllib.loads
        try:
            found = read(setting.body)
        except (yaml.YAMLError, ValueError) as error:
            raise Broken(
                _("{kind} {key} can be read: {error}").format(kind=setting.kind, key=setting.key, error=error)
            ) from error
        require(
            isinstance(found, dict),
            _("{kind} {key} is a table of names").format(kind=setting.kind, key=setting.key),
        )


CHECKS: tuple[Check, ...] = (
    identifies,
    declares,
    pulls,
    stands_in_order,
    newest_first,
    never_rewrites,
    rests,
    tells_only_declared,
    brings_articles,
    brings_settings,
)


def _well_formed(page: ChangePage) -> bool:
    try:
        return ChangePage.model_validate_json(page.model_dump_json(warnings="error")) == page
    except (ValueError, AttributeError):  # made without being looked at, or no page at all
        return False


def _falls(order: Sequence[object]) -> bool:
    pairs = [(one, following) for one, following in itertools.pairwise(order) if one != following]
    return sum(one > following for one, following in pairs) * 3 >= len(pairs) * 2  # type: ignore[operator]


def _events(found: list[ChangePage]) -> int:
    return len({one.remote_id for one in telling(found) if isinstance(one, EventAppend)})
