"""What the library offers: scripts in memory, articles and solved tickets from the store. Runs in one thread of its own.

A query may begin with a sign that narrows it: "/" scripts, "?" articles, "=" solved tickets.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _, later

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.desk.desk import Desk
    from atendente_tui.desk.suggesting import Shelved
    from atendente_tui.knowledge.finding import Indexed
    from atendente_tui.knowledge.marked import Fault
    from atendente_tui.knowledge.scripts import Script
    from atendente_tui.store.rows import SearchHit
    from atendente_tui.store.store import Store

Kind = Literal["script", "article", "ticket", "similar"]
"""`similar` stands for the solved tickets like the open one, all together."""

SIGNS: dict[str, Kind] = {"/": "script", "?": "article", "=": "ticket"}
SCRIPTS, ARTICLES, TICKETS = 30, 20, 10
SUGGESTED = 3
"""Of each kind, while the box is empty."""
DEADLINE_MS = 200
_WORDS_OF_SUBJECT = 2
_ALWAYS = ("cliente.", "chamado.", "atendente.", "hoje", "saudacao")
"""Variables every ticket has a value for."""
_NAMES = {"pedido.numero": later("order number"), "pedido.prazo": later("delivery date")}


class Offer(NamedTuple):
    kind: Kind
    ref: str
    """Id of a script, or of an article or ticket in the store."""
    title: str
    about: str
    """Variables a script asks for, an article's audience, a ticket's protocol, how many tickets are similar."""
    why: str = ""
    """Why it is suggested, where it is; foreign text."""


@dataclass(slots=True)
class Shelf:
    """Used by one thread only: it keeps a connection."""

    store: Store
    folders: Sequence[Path]
    desk: Desk | None = None
    """Asked what a ticket is like; None offers every script alike."""
    scripts: dict[str, Script] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    """Sentences: which shared script a file of one's own stands in for."""
    _indexed: list[Indexed[Script]] = field(default_factory=list)
    _ranked: Shelved | None = None
    _db: Connection | None = None
    _loaded: bool = False

    def load(self) -> list[Fault]:
        """Read the scripts; what is wrong with them."""
        if not self._loaded:
            from atendente_tui.desk.scripts import scripts_in
            from atendente_tui.knowledge.finding import indexed_scripts

            self._loaded = True
            found = scripts_in(self.folders, self._read)
            self.faults, self.hidden = found.faults, found.hidden
            self.scripts = {one.id: one for one in found.scripts}
            self._indexed = indexed_scripts(self.scripts.values())
            self._ranked = None
        return self.faults

    def again(self) -> None:
        """What the team shares has changed: read the scripts anew when they are next asked for."""
        self._loaded = False

    def look(
        self,
        query: str,
        *,
        channel: str | None = None,
        subject: str = "",
        ticket_id: int | None = None,
        templates: bool = False,
        stop: Callable[[], bool] = lambda: False,
    ) -> list[Offer]:
        """What answers to the query; to an empty one, what suits the ticket first: `channel` and `subject` are its own.

        templates   only approved templates: the channel's window is closed
        stop   True once nobody waits for the answer any more
        """
        self.load()
        only = SIGNS.get(query[:1])
        words = (query[1:] if only else query).lstrip()  # a space behind the last word says that it is whole
        if templates:
            found = self._scripts(words.strip(), channel)
            return [one for one in found if self.scripts[one.ref].template]
        offers: list[Offer] = []
        if ticket_id is not None and not words.strip():
            offers += self._suggested(ticket_id, only, stop)
            if only == "ticket":
                return offers
        taken = {(one.kind, one.ref) for one in offers}
        rest = self._answering(words, only, channel, subject if ticket_id is None else "")
        if ticket_id is not None and not words.strip():
            rest = self._meant(rest, ticket_id)
        return offers + [one for one in rest if (one.kind, one.ref) not in taken]

    def _meant(self, offers: list[Offer], ticket_id: int) -> list[Offer]:
        """Scripts written for tickets like this one first, those written for others after all that are for any."""
        if self.desk is None:
            return offers
        from atendente_tui.desk.known import known

        seen = known(self.desk, ticket_id, self._read)

        def place(one: Offer) -> int:
            script = self.scripts.get(one.ref) if one.kind == "script" else None
            if script is None:
                return 3
            return 1 if script.when is None else 0 if script.meant(seen) else 2

        return sorted(offers, key=place)

    def _answering(self, words: str, only: Kind | None, channel: str | None, subject: str) -> list[Offer]:
        offers: list[Offer] = []
        if only in (None, "script"):
            offers += self._scripts(words.strip(), channel)
        if only in (None, "article"):
            offers += self._articles(words if words.strip() else "")
        if only in (None, "ticket"):
            offers += self._tickets(words.strip() or subject, similar=not words.strip())
        return offers

    def _suggested(self, ticket_id: int, only: Kind | None, stop: Callable[[], bool]) -> Iterable[Offer]:
        from sqlcipher3 import dbapi2 as sqlite

        from atendente_tui.desk.suggesting import Suggestions, shelved, suggest
        from atendente_tui.tui.suggest_words import reasons

        if self._ranked is None:
            self._ranked = shelved(list(self.scripts.values()))
        try:
            found = suggest(self.store.searcher(), ticket_id, self._ranked, limit=TICKETS, stop=stop)
        except (sqlite.Error, OSError):  # the full text is being made: suggestions come with it
            found = Suggestions()
        many = SUGGESTED if only is None else TICKETS
        for one in (*found.scripts[:many], *found.articles[:many]):
            if only in (None, one.kind):
                yield Offer(one.kind, one.ref, one.title, one.about, reasons(one.why))
        if only == "ticket":
            for one in found.tickets:
                yield Offer("ticket", one.ref, one.title, one.about, reasons(one.why))
        elif only is None and found.tickets:
            yield Offer("similar", str(ticket_id), "", str(len(found.tickets)))

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    @property
    def _read(self) -> Connection:
        if self._db is None:
            self._db = self.store.reader()
        return self._db

    def _scripts(self, words: str, channel: str | None) -> Iterable[Offer]:
        from atendente_tui.knowledge.finding import find_scripts

        place = _channel(channel)
        for one in find_scripts(self._indexed, words, channel=place, limit=SCRIPTS):
            yield Offer("script", one.item.id, one.item.title, uses(one.item.for_channel(place)))

    def _articles(self, words: str) -> Iterable[Offer]:
        from atendente_tui.store import reading

        if words:
            from atendente_tui.store.article_search import question, search_articles

            asked = question(words, typing=True)
            hits = search_articles(self.store, asked, limit=ARTICLES, deadline_ms=DEADLINE_MS)
            rows = [row for hit in hits if (row := reading.article(self._read, hit.id)) is not None]
            found = [(row.id, row.title, row.audience) for row in rows]
        else:
            found = self._read.execute(
                "SELECT id, title, audience FROM article ORDER BY used DESC, title LIMIT ?", (ARTICLES,)
            ).fetchall()
        for number, title, audience in found:
            yield Offer("article", str(number), title, audience)

    def _tickets(self, words: str, *, similar: bool) -> Iterable[Offer]:
        from atendente_tui.store import reading

        if similar:
            words = _telling(words)
        if not words:
            return
        seen: set[int] = set()
        for hit in self._search(words, "ticket", TICKETS * 3):
            row = reading.ticket(self._read, hit.ticket_id) if hit.ticket_id is not None else None
            if row is None or row.id in seen or row.status not in ("solved", "closed"):
                continue
            seen.add(row.id)
            yield Offer("ticket", str(row.id), row.subject, row.protocol)
            if len(seen) >= TICKETS:
                return

    def _search(self, words: str, kind: str, limit: int) -> list[SearchHit]:
        from atendente_tui.store.search import search

        return search(self.store, words, limit=limit, kinds={kind}, deadline_ms=DEADLINE_MS)


def uses(text: str) -> str:
    """What a script needs beyond the ticket itself, for its row: short names of variables, and what it asks."""
    from atendente_tui.domain.templates import placeholders

    names = []
    for one in placeholders(text):
        if one.question is not None:
            names.append(one.question)
        elif one.names and not one.names[0].startswith(_ALWAYS):
            name = one.names[0]
            names.append(_(_NAMES[name]) if name in _NAMES else name)
    return ", ".join(dict.fromkeys(names))


def _channel(name: str | None) -> Channel | None:
    with contextlib.suppress(ValueError):
        return Channel(name) if name else None
    return None


def _telling(subject: str) -> str:
    """The longest words of a subject: what tickets like it have in theirs."""
    words = sorted(
        {word for word in subject.split() if len(word) > 4 and word.isalpha()}, key=len, reverse=True
    )
    return " ".join(words[:_WORDS_OF_SUBJECT])
