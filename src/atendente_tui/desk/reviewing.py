"""What the reviewer has to know of a ticket before it reads a text about it, and the texts that it keeps here."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from atendente_tui import formats
from atendente_tui.desk import reaching
from atendente_tui.domain.identities import normal
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, IdentityKind
from atendente_tui.review.finding import Finding, Level, Passage, Settings, Situation
from atendente_tui.store import reading

if TYPE_CHECKING:
    from concurrent.futures import Future

    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.config import Config
    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.writing import Tx

_LINK = re.compile(r"https?://[^\s<>\"”’)\]]+", re.IGNORECASE)
MOST_LINKS = 20
"""Links of one text that are looked up among the articles."""

Silenced = Mapping[tuple[str, str], str]
"""Findings that somebody let pass, by `Finding.key`, each with the reason given."""


def settings_of(config: Config) -> Settings:
    asked = config.review
    hosts = asked.internal_hosts
    return Settings(
        {rule: Level(level) for rule, level in asked.levels.items()}, hosts, asked.ours, asked.avoid
    )


def situation(
    db: Connection,
    desk: Desk,
    ticket_id: int,
    *,
    public: bool = True,
    channel: Channel | None = None,
    copies: Collection[str] = (),
    files: int = 0,
    now: int | None = None,
    template: bool = False,
) -> Situation:
    """Where a text about this ticket would go.

    channel   by which, None for the ticket's own
    now       ms, when it is to leave; None for this moment. Raises LookupError without the ticket.
    """
    ticket = reading.ticket(db, ticket_id)
    if ticket is None:
        raise LookupError(ticket_id)
    from atendente_tui.domain.instants import to_ms

    moment = to_ms(desk.clock.now()) if now is None else now
    customer = reading.customer(db, ticket.customer_id)
    identities = reading.identities(db, ticket.customer_id)
    where = Situation(
        public=public,
        now=moment,
        names=tuple(name for name in (customer.social_name, customer.name) if name) if customer else (),
        colleagues=(desk.agent.name, desk.agent.login),
        own=frozenset(
            (IdentityKind(one.kind), normal(IdentityKind(one.kind), one.value))
            for one in identities
            if one.kind in set(IdentityKind)
        ),
        known=frozenset(one.name for one in reading.facts(db, ticket.customer_id)),
        files=files,
        reason=ticket.reason,
    )
    if not public:
        return where
    place = channel or _channel(ticket.channel)
    if place is not None:
        where = where._replace(
            channel=place, last_inbound=reaching.way(db, desk.can, ticket_id, place, moment).last_inbound
        )
    return where._replace(
        copies=tuple(copies),
        familiar=familiar(db, ticket_id) if copies else frozenset(),
        due=formats.moment(ticket.sla_due, ZoneInfo(desk.zone), moment) if ticket.sla_due is not None else "",
        template=template,
    )


def familiar(db: Connection, ticket_id: int) -> frozenset[str]:
    """E-mail addresses, in normal form, that this ticket's messages have gone to or come from before."""
    found: set[str] = set()
    for (data,) in db.execute(
        "SELECT data FROM event WHERE ticket_id = ? AND kind = 'message' AND data LIKE '%\"cc\"%'",
        (ticket_id,),
    ):
        told = json.loads(data)
        for one in ", ".join(str(told.get(name) or "") for name in ("cc", "bcc")).split(","):
            if one.strip():
                found.add(normal(IdentityKind.EMAIL, one))
    return frozenset(found)


def findings(
    db: Connection, desk: Desk, ticket_id: int, text: str, where: Situation | None = None
) -> tuple[Finding, ...]:
    """The review of a text without the dictionary's part."""
    from atendente_tui.review.rules import review

    where = where or situation(db, desk, ticket_id)
    return review(text, with_passages(desk, text, where), desk.review)


def with_passages(desk: Desk, text: str, where: Situation) -> Situation:
    """`where` with what may not be told yet, and what of the text stands in internal articles; for any thread.

    Without the full text (made again after a loss, say) nothing is known of what articles say, and nothing is held back.
    """
    if not where.public or where.internal:
        return where
    if where.reason:
        from atendente_tui.desk.processes import not_yet

        where = where._replace(withheld=not_yet(where.reason, where.known, desk.own))
    from sqlcipher3 import dbapi2 as sqlite

    from atendente_tui.store.article_words import internal_in
    from atendente_tui.store.errors import StoreError

    try:
        db = desk.store.searcher("article")
        shared = internal_in(db, text)
        links = internal_links(db, text)
    except (sqlite.Error, StoreError, OSError):
        return where
    passages = tuple(Passage(one.title, text[one.start : one.end]) for one in shared)
    return where._replace(internal=passages, internal_links=links)


def internal_links(db: Connection, text: str) -> frozenset[str]:
    """Of the links in a text those that lead to internal articles, small and without a slash at the end."""
    links = [one.rstrip("/.,;:!?") for one in _LINK.findall(text)[:MOST_LINKS]]
    if not links:
        return frozenset()
    rows = db.execute(
        "SELECT lower(rtrim(url, '/')) FROM mirror.article WHERE audience = 'internal'"
        " AND lower(rtrim(url, '/')) IN (SELECT lower(value) FROM json_each(?))",
        (json.dumps(links),),
    )
    return frozenset(str(row[0]) for row in rows)


def check(found: Collection[Finding], silenced: Silenced) -> None:
    """Raises Refused("review_blocked", rules, why) for what blocks and nobody silenced with a reason."""
    from atendente_tui.review.rules import open_findings, rule_name

    quiet = [key for key, reason in silenced.items() if reason.strip()]
    stopping = [one for one in open_findings(found, quiet) if one.blocks]
    if stopping:
        names = dict.fromkeys(rule_name(one.rule) for one in stopping)
        raise Refused(
            "review_blocked",
            rules=", ".join(names),
            why=stopping[0].sentence,
            codes=tuple(dict.fromkeys(one.rule for one in stopping)),
        )


def record(tx: Tx, desk: Desk, ticket_id: int, found: Collection[Finding], silenced: Silenced) -> None:
    """Put on record what was sent over: the rule and the reason, never the words."""
    from atendente_tui.store import audit

    for one in found:
        if (reason := silenced.get(one.key, "").strip()) and not one.final:
            audit.record(
                tx,
                desk.agent.login,
                "review_silenced",
                ticket_id,
                rule=one.rule,
                blocked=one.blocks,
                reason=reason,
            )


def silence(desk: Desk, ticket_id: int, rule: str, reason: str) -> Future[None]:
    """Put on record that a finding was let pass, and why. Refused: reason_missing."""

    def job(tx: Tx) -> None:
        from atendente_tui.store import audit

        if not reason.strip():
            raise Refused("reason_missing")
        audit.record(tx, desk.agent.login, "review_silenced", ticket_id, rule=rule, reason=reason.strip())

    return desk.do(job)


def _channel(word: str) -> Channel | None:
    try:
        return Channel(word)
    except ValueError:
        return None
