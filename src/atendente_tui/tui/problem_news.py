"""Said as soon as it is known: somebody was faster than what this person had just done; what the team shares is faulty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atendente_tui import labels
from atendente_tui.i18n import _, n_
from atendente_tui.store import outbox, quality_reading, reading
from atendente_tui.tui import outbox_words as words

if TYPE_CHECKING:
    from atendente_tui.config_tables import Fault
    from atendente_tui.store.rows import OutboxRow
    from atendente_tui.tui.app import AtendenteApp

SECONDS = 10.0
LONG = 120.0
"""Seconds for what must not be missed."""


class ProblemNews:
    """`look` says what came since the last look; what was there at the first one is no news."""

    def __init__(self, app: AtendenteApp) -> None:
        self._app = app
        self._known = {row.command_id for row in outbox.conflicts(app.read)}
        self._faults: tuple[Fault, ...] = ()
        self._damage_told = False
        self._reviews = quality_reading.waiting(app.read, app.workplace.desk.agent.login)
        if self._reviews:
            self._tell_reviews()
        self.look_at_rules()
        self.look_at_health()

    def look_at_rules(self) -> None:
        """Say which of the team's calendars and policies cannot be used, once."""
        governing = self._app.workplace.governing
        found = governing.faults if governing is not None else ()
        before, self._faults = self._faults, found
        if fresh := [str(one) for one in found if one not in before]:
            title = _("Shared rules that cannot be used")
            self._app.say("\n".join(fresh[:5]), title=title, severity="warning", seconds=20)

    def look_at_health(self) -> None:
        """Say, once, that the store is damaged, and each time that no copy of it could be made."""
        keeper = self._app.workplace.store.keeper
        if keeper is None:
            return
        if keeper.faults and not self._damage_told:
            self._damage_told = True
            said = _(
                "The store is damaged. Nothing is lost by stopping now: close the program and run "
                "“atendente doctor --repair”, which saves first what was not sent yet."
            )
            self._app.say(said, severity="error", seconds=LONG)
        elif keeper.copy_failed is not None:
            said = _("No copy of the store could be made: {error}")
            self._app.say(said.format(error=keeper.copy_failed), severity="warning", seconds=SECONDS)

    def look_at_reviews(self) -> None:
        """Say that a review of this person's work came in."""
        before = self._reviews
        self._reviews = quality_reading.waiting(self._app.read, self._app.workplace.desk.agent.login)
        if self._reviews > before:
            self._tell_reviews()

    def _tell_reviews(self) -> None:
        said = n_(
            "A quality review of your work waits for you: {key}.",
            "{n} quality reviews of your work wait for you: {key}.",
            self._reviews,
        )
        self._app.say(said.format(n=self._reviews, key=self._app.keymap.shown("qa_inbox")), seconds=SECONDS)

    def look(self) -> None:
        rows = outbox.conflicts(self._app.read)
        fresh = [row for row in rows if row.command_id not in self._known]
        self._known = {row.command_id for row in rows}
        for row in reversed(fresh):
            self._app.say(self._told(row), severity="warning", seconds=SECONDS)

    def _told(self, row: OutboxRow) -> str:
        app, protocol = self._app, row.protocol or ""
        current = words.current_of(row)
        if row.type == "claim" and current.get("assignee"):
            login = str(current["assignee"])
            names = dict(reading.directory(app.read, "agent"))
            return _("{who} took ticket {protocol} before you.").format(
                who=names.get(login, login), protocol=protocol
            )
        key, why = app.keymap.shown("outbox"), words.trouble(row)
        if row.type == "reply" and words.since(row):
            said = _("Your answer in {protocol} did not go out. {why} Press {key} to see it.")
            return said.format(protocol=protocol, why=why, key=key)
        return _("{what} {protocol}: {why} Press {key} to see it.").format(
            what=labels.command(row.type), protocol=protocol, why=why, key=key
        )
