"""The first line: who works here, how the helpdesk is, what is still going out, and the time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from textual.timer import Timer

from atendente_tui import formats, labels
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import agent_states
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.put_off import PutOff
from atendente_tui.tui.widgets.line_bar import LineBar, Piece

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

_PENDING = "SELECT state, count(*) FROM outbox WHERE state IN ('held','queued','sent','unknown','refused','conflict') GROUP BY state"
_PROBLEMS = ("unknown", "refused", "conflict")
_FRESH = 2 * formats.MINUTE


class SyncSeen(NamedTuple):
    """What the bar knows of the synchronization, as the sync service left it in the store."""

    state: str
    last_ok: int | None = None
    done: int = 0
    total: int | None = None
    error: str | None = None
    gone: int = 0
    known: int = 0


class TopBar(LineBar):
    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sync = SyncSeen("off")
        self._doing: agent_states.Span | None = None
        self._outgoing = 0
        self._problems = 0
        self._timer: Timer | None = None
        self._owed_look = PutOff(self, self._read_again, 0.2)

    def on_mount(self) -> None:
        self.app.watch(self, "outbox", "sync", agent_states.TOPIC)
        self.read()
        self._tick()

    def on_moved(self, moved: Moved) -> None:
        if not moved.topics.isdisjoint(
            ("outbox", agent_states.TOPIC)
        ):  # what this person did is seen at once
            self._read_again()
        else:
            self._owed_look.owe()

    def _read_again(self) -> None:
        self.read()
        self.update_bar()

    def read(self) -> None:
        """Ask the store how the outbox and the helpdesk are."""
        counts = dict(self.app.read.execute(_PENDING).fetchall())
        self._problems = sum(counts.get(state, 0) for state in _PROBLEMS)
        self._outgoing = sum(counts.values()) - self._problems
        self._doing = agent_states.current(self.app.read, self.app.workplace.desk.agent.login)
        backend = self.app.workplace.config.backend
        self._sync = sync_seen(self.app.read, backend.name) if backend is not None else SyncSeen("off")

    def left(self, width: int) -> Sequence[Piece]:
        agent = self.app.workplace.desk.agent
        teams = ", ".join(agent.teams)
        dot = self.app.glyphs.dot
        pieces = [Piece(" Atendente ", "strong"), Piece(f"  {safe_line(agent.name)}")]
        if self.app.workplace.store.read_only:
            pieces.append(Piece(f" {dot} " + _("read only"), "warning"))
        if width >= 44:
            pieces.append(Piece(safe_line(f" {dot} {agent.tier} {teams}".rstrip()), "quiet"))
        if self._doing is not None:
            said = labels.agent_state(self._doing.state)
            if width >= 100:
                since = formats.since(self.app.now_ms() - self._doing.since)
                said = " ".join(part for part in (said, self._doing.reason or "", since) if part)
            pieces.append(Piece(safe_line(f" {dot} {said}"), "", "agent_state"))
        return pieces

    def right(self, width: int) -> Sequence[Piece]:
        clock = formats.hour(self.app.now_ms(), self.app.workplace.zone)
        dot = self.app.glyphs.dot
        text, role = self._sync_said()
        wide = width >= 100
        pieces = [Piece(text, role, "vanished" if self._sync.gone else "sync"), Piece(f" {dot} ", "quiet")]
        outgoing = _("outbox {n}") if wide else _("out {n}")
        pieces.append(Piece(outgoing.format(n=self._outgoing), "" if self._outgoing else "quiet", "outbox"))
        if self._problems or wide:
            problems = _("problems {n}").format(n=self._problems)
            sign = f"{self.app.glyphs.warning} " if self._problems else ""
            pieces.append(Piece(f" {dot} ", "quiet"))
            pieces.append(Piece(sign + problems, "bad" if self._problems else "quiet", "outbox"))
        pieces.append(Piece(f"   {clock} ", "strong"))
        return pieces

    def clicked(self, target: str) -> None:
        self.app.perform(target)

    def _sync_said(self) -> tuple[str, str]:
        glyphs = self.app.glyphs
        seen = self._sync
        if self.app.workplace.store.full:
            return f"{glyphs.warning} " + _("disk full"), "bad"
        if seen.error == "disk_low":
            return f"{glyphs.warning} " + _("little room on the disk"), "warning"
        if seen.state == "off":
            return _("no helpdesk"), "quiet"
        if seen.state == "unauthorized":
            return f"{glyphs.offline} " + _("log in again"), "bad"
        if seen.error == "other_helpdesk":
            return f"{glyphs.warning} " + _("another helpdesk"), "bad"
        if seen.state == "offline":
            return f"{glyphs.offline} " + _("offline"), "warning"
        if seen.error == "mass_disappearance":
            return f"{glyphs.warning} " + _("{gone} of {known} gone").format(
                gone=seen.gone, known=seen.known
            ), "bad"
        if seen.state == "paused":
            return f"{glyphs.offline} " + _("the server asked for a pause"), "warning"
        if seen.total and seen.state == "pulling" and seen.done < seen.total:
            return f"{glyphs.sync} {100 * seen.done // seen.total} %", ""
        if seen.last_ok is None:
            return f"{glyphs.sync} " + _("synchronizing"), ""
        ago = self.app.now_ms() - seen.last_ok
        if ago < _FRESH:
            return f"{glyphs.sync} " + _("up to date"), "quiet"
        return f"{glyphs.sync} " + _("{age} ago").format(age=formats.age(ago)), "warning"

    def _tick(self) -> None:
        """Draw at every full minute; nothing moves in between."""
        self.update_bar()
        now = self.app.workplace.clock.now()
        following = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        self._timer = self.set_timer(max(1.0, (following - now).total_seconds() + 0.05), self._tick)


def sync_seen(db: Connection, backend: str) -> SyncSeen:
    import json

    row = db.execute(
        "SELECT value FROM sync_state WHERE backend = ? AND key = 'status'", (backend,)
    ).fetchone()
    try:
        told = json.loads(row[0]) if row is not None else {}
    except ValueError:
        told = {}
    return SyncSeen(
        str(told.get("state", "idle")),
        told.get("last_ok"),
        int(told.get("done") or 0),
        told.get("total"),
        told.get("error"),
        int(told.get("gone") or 0),
        int(told.get("known") or 0),
    )
