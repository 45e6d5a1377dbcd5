"""That something was committed, and who should look: told by the writer, heard on the event loop of every hub process.

On PostgreSQL a commit is told to the other processes by NOTIFY, inside the writer's own transaction; on SQLite another
process (the command line, say) is noticed by a look at the row of `clock`, only while somebody listens (`watching`).
A notice says that something changed, never what: who misses one loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import SQLAlchemyError

from atendente_tui.hub import tables

if TYPE_CHECKING:
    from atendente_tui.hub.database import Database

CHANNEL = "atendente"
PAYLOAD = 7_900
"""Bytes that PostgreSQL carries in one notification; longer ones only say that something changed."""
CAUGHT_UP = 500
"""Rows of the log that are looked through for what another process did; more are told as a change of everything."""
WAIT = 1.0
"""Seconds between two tries to listen to a database that does not answer."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """What one commit touched."""

    seq: int
    tickets: tuple[tuple[int, str | None, str | None], ...] = ()
    """Each as (number, team before, team now)."""
    everybody: bool = False
    """Something that belongs to no ticket changed: customers, articles, agents, teams."""
    first: int = 0
    """The first number of the commit; `seq` is its last."""


Listener = Callable[[Notice], None]


class Notices:
    """Takes what the writer says (`before_commit`, `after_commit`) to whoever listens in this process and the others."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._name = secrets.token_hex(4)
        """Tells our own notifications from those of other processes."""
        self._looked_to = 0
        self._looking = threading.Lock()
        self._own: deque[tuple[int, int]] = deque(maxlen=CAUGHT_UP)
        """Numbers of this process's last commits, from and to."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: list[Listener] = []
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    # -- on the event loop -------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Called on the loop that listeners are to be called on."""
        self._loop = asyncio.get_running_loop()
        self._ending.clear()
        if self._database.kind == "postgresql":
            self._thread = threading.Thread(target=self._listen, name="hub-notices", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._loop = None

    def join(self, timeout: float = 5.0) -> None:
        """Wait for the thread to end, after `stop`. A word to ourselves wakes it where it listens."""
        if self._thread is None or not self._thread.is_alive():
            return
        with contextlib.suppress(SQLAlchemyError), self._database.engine.begin() as db:
            self.before_commit(db, Notice(0))
        self._thread.join(timeout)

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def _tell(self, notice: Notice) -> None:
        for listener in self._listeners:
            listener(notice)

    # -- on the writer's thread --------------------------------------------------------------------------------------

    def before_commit(self, db: Connection, notice: Notice) -> None:
        """Inside the transaction: PostgreSQL tells the other processes when, and only if, it commits."""
        if self._database.kind == "postgresql":
            db.execute(
                text("SELECT pg_notify(:channel, :payload)"),
                {"channel": CHANNEL, "payload": _written(self._name, notice)},
            )

    def after_commit(self, notice: Notice) -> None:
        """Returns at once."""
        self._own.append((notice.first, notice.seq))
        self._pass_on(notice)

    def _pass_on(self, notice: Notice) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(
                RuntimeError
            ):  # the loop ended meanwhile, and with it everybody who listened
                loop.call_soon_threadsafe(self._tell, notice)

    # -- what other processes did ------------------------------------------------------------------------------------

    def look(self, *, tell: bool = True) -> None:
        """On SQLite: pass on what other processes committed since the last look. Any thread may call it.

        tell    False only marks where we are: done before the first one listens
        """
        if self._database.kind != "sqlite":
            return
        with self._looking, self._database.read() as db:
            now = int(db.execute(select(tables.clock.c.seq)).scalar_one())
            before, self._looked_to = self._looked_to, now
            gaps = _gaps(before, now, list(self._own)) if tell else []
            notice = _told_by_log(db, gaps) if gaps else None
        if notice is not None:
            self._pass_on(notice)

    def _listen(self) -> None:
        """PostgreSQL's notifications, over a connection of its own that is made again when it breaks."""
        first = True
        while not self._ending.is_set():
            line: Any = None
            try:
                line = self._line()
                if not first:
                    self._pass_on(Notice(0, everybody=True))  # what was said meanwhile, nobody here has heard
                first = False
                while not self._ending.is_set():
                    for told in line.notifies(timeout=WAIT):
                        notice = _read(self._name, told.payload)
                        if notice is not None:
                            self._pass_on(notice)
                        if self._ending.is_set():
                            break
            except Exception as error:
                _log.warning("the line to the database broke (%s); trying again", type(error).__name__)
                self._ending.wait(WAIT)
            finally:
                if line is not None:
                    with contextlib.suppress(Exception):
                        line.close()

    def _line(self) -> Any:
        """psycopg's connection, listening."""
        pooled = self._database.engine.raw_connection()
        try:
            line: Any = pooled.driver_connection
            pooled.detach()
            line.autocommit = True
            line.execute(f"LISTEN {CHANNEL}")
        except BaseException:
            pooled.close()
            raise
        return line


def _written(name: str, notice: Notice) -> str:
    whole = json.dumps(
        {"from": name, "seq": notice.seq, "tickets": notice.tickets, "all": notice.everybody},
        separators=(",", ":"),
    )
    if len(whole) > PAYLOAD:
        return json.dumps(
            {"from": name, "seq": notice.seq, "tickets": [], "all": True}, separators=(",", ":")
        )
    return whole


def _read(own: str, payload: str) -> Notice | None:
    """None for our own, and for what no hub of this version wrote."""
    try:
        told = json.loads(payload)
        if told["from"] == own:
            return None
        return Notice(
            int(told["seq"]),
            tuple((int(key), before, now) for key, before, now in told["tickets"]),
            bool(told["all"]),
        )
    except (ValueError, KeyError, TypeError):
        return Notice(0, everybody=True)


def _gaps(before: int, now: int, own: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The numbers after `before` up to `now` that are in none of our own commits, as ranges."""
    gaps: list[tuple[int, int]] = []
    for first, last in sorted(own):
        if first > before + 1:
            gaps.append((before + 1, min(first - 1, now)))
        before = max(before, last)
    if before < now:
        gaps.append((before + 1, now))
    return [(first, last) for first, last in gaps if first <= last]


def _told_by_log(db: Connection, gaps: Sequence[tuple[int, int]]) -> Notice:
    log, ticket = tables.log, tables.ticket
    last = gaps[-1][1]
    if sum(to - since + 1 for since, to in gaps) > CAUGHT_UP:
        return Notice(last, everybody=True)
    tickets: dict[int, tuple[int, str | None, str | None]] = {}
    everybody = False
    for gap in gaps:
        for row in db.execute(
            select(log.c.kind, log.c.ticket, log.c.team.label("before"), ticket.c.team.label("now"))
            .select_from(log.outerjoin(ticket, ticket.c.id == log.c.ticket))
            .where(log.c.seq.between(*gap))
            .order_by(log.c.seq)
        ):
            if row.ticket is None:
                everybody = True
            elif row.ticket not in tickets or row.kind == "moved":
                before = row.before if row.kind == "moved" else row.now
                tickets[row.ticket] = (row.ticket, before, row.now)
    return Notice(last, tuple(tickets.values()), everybody)
