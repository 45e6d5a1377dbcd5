"""Checks of what belongs together: links, merged tickets, articles."""

from __future__ import annotations

from collections.abc import Callable

from atendente_tui.backends.conformance.checking import Check, Untried, check, require
from atendente_tui.backends.conformance.trial import LOCAL, Trial
from atendente_tui.domain.change import EventAppend
from atendente_tui.domain.command import FlagArticle, Link, Merge, TicketRef
from atendente_tui.domain.words import EventKind
from atendente_tui.i18n import _, later

NO_ARTICLE = "nenhum-artigo-assim"


@check(
    later("Tickets that are linked say so, with the relation that was asked for"),
    writes=True,
    commands="link",
)
async def link(trial: Trial) -> None:
    ref, other = await trial.open("linked"), await trial.open("linked to")
    relations = ("refers_to", "depends_on", "parent")
    for relation in relations:
        command = await trial.make(Link, ref, other=other, relation=relation)
        await trial.carried_out(command)
        await trial.push(command)
    for relation in relations:
        event = await trial.event(ref, _says(relation), _("the link {relation}").format(relation=relation))
        require(event.data.get("other") == other.remote, _("a link names the other ticket"))
        require(not event.public, _("{type} is internal").format(type="link"))
    nowhere = TicketRef(id=LOCAL, remote="999999999")
    unknown = await trial.make(Link, ref, other=nowhere)
    await trial.refused((unknown, _("a link to a ticket that is not there")))


@check(
    later("An article that was used is linked to its ticket"),
    writes=True,
    commands="link",
    able=("articles",),
)
async def link_article(trial: Trial) -> None:
    await trial.first_pull()
    if not trial.world.articles():
        raise Untried(_("there is no article there"))
    ref = await trial.any_ticket()
    article = trial.world.articles()[0].remote_id
    wanted = {"other": ref, "relation": "article", "article": article}
    await trial.carried_out(await trial.make(Link, ref, **wanted))
    event = await trial.event(ref, _says("article"), _("the link {relation}").format(relation="article"))
    require(event.data.get("other") == article, _("a link names its article"))
    unknown = await trial.make(Link, ref, **{**wanted, "article": NO_ARTICLE})
    await trial.refused((unknown, _("a link to an article that is not there")))


@check(
    later("A ticket that was merged says what swallowed it, and to merge it again changes nothing"),
    writes=True,
    commands="merge",
)
async def merge(trial: Trial) -> None:
    into, ref = await trial.open("stays"), await trial.open("merged")
    unknown = await trial.make(Merge, ref, into=TicketRef(id=LOCAL, remote="999999999"))
    await trial.refused((unknown, _("a merge into a ticket that is not there")))
    command = await trial.make(Merge, ref, into=into)
    await trial.carried_out(command)
    await trial.push(command)
    await trial.stands(
        ref, lambda ticket: ticket.merged_into == into.remote, _("the merged ticket with what swallowed it")
    )
    await trial.stands(into, lambda ticket: ticket.merged_into is None, _("the other ticket as it was"))


@check(later("An article can be flagged; one that is not there cannot"), writes=True, commands="flag_article")
async def flag_article(trial: Trial) -> None:
    await trial.first_pull()
    common = {"at": trial.clock.now(), "author": (await trial.identity()).login}
    unknown = FlagArticle(id=trial.new_id(), **common, article=NO_ARTICLE, flag="wrong")
    await trial.refused((unknown, _("a flag on an article that is not there")))
    if not trial.world.articles():
        raise Untried(_("there is no article there"))
    article = trial.world.articles()[0].remote_id
    for flag in ("outdated", "wrong", "missing"):
        text = trial.words("passo 3", internal=True)
        await trial.carried_out(
            FlagArticle(id=trial.new_id(), **common, article=article, flag=flag, text=text)
        )


CHECKS: tuple[Check, ...] = (link, link_article, merge, flag_article)


def _says(relation: str) -> Callable[[EventAppend], bool]:
    return lambda event: event.kind is EventKind.LINK and event.data.get("relation") == relation
