"""How much a ticket matters and where it belongs: priority, team, tags, escalation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import TYPE_CHECKING

from atendente_tui.desk.desk import Desk, Job, Submitted, give, ticket_of, written
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Impact, Priority, Tier

if TYPE_CHECKING:
    from atendente_tui.store.writing import Tx


def set_priority(
    desk: Desk, ticket_id: int, priority: Priority, impact: Impact | None = None
) -> Future[Submitted]:
    """`impact` None leaves it. Refused: nothing_to_change."""
    return desk.do(priority_job(desk, ticket_id, priority=priority, impact=impact))


def priority_job(
    desk: Desk, ticket_id: int, *, priority: Priority | None, impact: Impact | None = None
) -> Job:
    """None leaves it."""
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command

        ticket = ticket_of(tx, ticket_id)
        wanted = Priority(ticket.priority) if priority is None else priority
        if ticket.priority == wanted and (impact is None or ticket.impact == impact):
            raise Refused("nothing_to_change")
        return give(tx, desk, command.SetPriority(**given.on(ticket_id), priority=wanted, impact=impact))

    return job


def set_team(desk: Desk, ticket_id: int, team: str) -> Future[Submitted]:
    """Refused: team_empty, nothing_to_change."""
    return desk.do(team_job(desk, ticket_id, team=team))


def team_job(desk: Desk, ticket_id: int, *, team: str) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command

        wanted = written(team, "team_empty")
        if ticket_of(tx, ticket_id).team == wanted:
            raise Refused("nothing_to_change")
        return give(tx, desk, command.SetTeam(**given.on(ticket_id), team=wanted))

    return job


def tag(desk: Desk, ticket_id: int, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Future[Submitted]:
    """Refused: nothing_to_change."""
    return desk.do(tag_job(desk, ticket_id, add=add, remove=remove))


def tag_job(desk: Desk, ticket_id: int, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Job:
    given = desk.given()
    more = tuple(dict.fromkeys(filter(None, (one.strip() for one in add))))
    less = tuple(dict.fromkeys(filter(None, (one.strip() for one in remove))))

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command

        has = json.loads(ticket_of(tx, ticket_id).tags)
        new = tuple(one for one in more if one not in has)
        gone = tuple(one for one in less if one in has and one not in more)
        if not new and not gone:
            raise Refused("nothing_to_change")
        return give(tx, desk, command.Tag(**given.on(ticket_id), add=new, remove=gone))

    return job


def triage(
    desk: Desk,
    ticket_id: int,
    *,
    priority: Priority | None = None,
    impact: Impact | None = None,
    team: str | None = None,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
) -> Future[Submitted]:
    """What is said of these, a command each, all or none; gives the last. Refused: nothing_to_change, backend_cannot."""
    return desk.do(
        triage_job(desk, ticket_id, priority=priority, impact=impact, team=team, add=add, remove=remove)
    )


def triage_job(
    desk: Desk,
    ticket_id: int,
    *,
    priority: Priority | None = None,
    impact: Impact | None = None,
    team: str | None = None,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
) -> Job:
    more, less = tuple(add), tuple(remove)

    def jobs(at: Desk) -> Iterator[Job]:
        if priority is not None or impact is not None:
            yield priority_job(at, ticket_id, priority=priority, impact=impact)
        if team is not None:
            yield team_job(at, ticket_id, team=team)
        if more or less:
            yield tag_job(at, ticket_id, add=more, remove=less)

    with desk.trying() as dry:
        tries = list(zip(jobs(dry), jobs(desk), strict=True))

    def job(tx: Tx) -> Submitted:
        # Every rule speaks before the first command is given.
        wanted = [given for tried, given in tries if _changes(tx, tried)]
        if not wanted:
            raise Refused("nothing_to_change")
        return [given(tx) for given in wanted][-1]

    return job


def _changes(tx: Tx, tried: Job) -> bool:
    try:
        tried(tx)
    except Refused as refused:
        if refused.code == "nothing_to_change":
            return False
        raise
    return True


def escalate(
    desk: Desk,
    ticket_id: int,
    *,
    tier: Tier,
    reason: str,
    tried: str,
    workaround: str,
    team: str | None = None,
    article: str | None = None,
) -> Future[Submitted]:
    """To another level, with the packet. Refused: packet_incomplete (missing), tier_same (tier)."""
    return desk.do(
        escalate_job(
            desk,
            ticket_id,
            tier=tier,
            reason=reason,
            tried=tried,
            workaround=workaround,
            team=team,
            article=article,
        )
    )


def escalate_job(
    desk: Desk,
    ticket_id: int,
    *,
    tier: Tier,
    reason: str,
    tried: str,
    workaround: str,
    team: str | None = None,
    article: str | None = None,
) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command
        from atendente_tui.domain.escalation import check_packet, check_tier

        ticket = ticket_of(tx, ticket_id)
        check_packet(reason=reason, tried=tried, workaround=workaround)
        check_tier(Tier(ticket.tier) if ticket.tier else None, Tier(tier))
        return give(
            tx,
            desk,
            command.Escalate(
                **given.on(ticket_id),
                tier=tier,
                team=team or None,
                reason=reason.strip(),
                tried=tried.strip(),
                workaround=workaround.strip(),
                article=article or None,
            ),
        )

    return job
