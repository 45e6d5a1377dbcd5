"""A written deed done at the screens, by keys where somebody would use keys: for a presentation.

What has a key and a form is pressed and filled in; the rest, and what the screen does not come through with, the desk's own verb
does while the screen shows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING

from textual import events
from textual.keys import _character_to_key

from atendente_tui.domain.refusal import Refused
from atendente_tui.knowledge.moments import read_length
from atendente_tui.tui.screens.workstation import Workstation
from atendente_tui.tui.widgets.form_rows import FormRow

if TYPE_CHECKING:
    from atendente_tui.knowledge.answers import Action
    from atendente_tui.tui.training_app import TrainingApp

BY_KEYS: ContextVar[bool] = ContextVar("by_keys", default=False)
"""Whether what runs now was pressed by the presentation, and not by who watches it."""
LOOKS = 120
"""How often it is looked whether a deed came through: some six seconds."""
LOOK = 0.05
CHUNK = 12
"""Letters between two looks at the screen while a text is typed."""

Shown = Callable[[], Awaitable[None]]


class Performer:
    """`shown` is awaited whenever there is something new to be seen."""

    def __init__(self, app: TrainingApp, shown: Shown) -> None:
        self._app, self._shown = app, shown
        self.by_verb: list[str] = []
        """Deeds that the desk's verb did, and no keys."""

    async def perform(self, action: Action) -> None:
        """Do it. What the desk refuses is on the record and on the screen."""
        token = BY_KEYS.set(True)
        try:
            await self._open(action.ticket)
            if not await self._by_keys(action):
                self.by_verb.append(action.verb)
                await self._by_verb(action)
        finally:
            BY_KEYS.reset(token)
        await self._shown()

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self._app._typed(events.Key(key, key if len(key) == 1 else None))
            await self._app.settled()

    async def type(self, text: str) -> None:
        shown = 0
        for n, letter in enumerate(text, 1):
            key = "enter" if letter == "\n" else _character_to_key(letter)
            await self._app._typed(events.Key(key, None if letter == "\n" else letter))
            if n - shown >= CHUNK and letter.isspace():  # between words: the review has no say on half a word
                shown = n
                await self._shown()

    @property
    def _here(self) -> Workstation:
        screen = self._app.screen_stack[0]
        assert isinstance(screen, Workstation)  # noqa: S101  # nosec B101 # it is the first screen
        return screen

    def _known(self, remote: str) -> int | None:
        row = self._app.read.execute("SELECT id FROM ticket WHERE remote_id = ?", (remote,)).fetchone()
        return int(row[0]) if row is not None else None

    async def _open(self, remote: str) -> None:
        ticket = self._known(remote)
        if ticket is not None and self._here.ticket_id != ticket:
            self._here.open_ticket(ticket)
            await self._shown()
        elif ticket is not None and self._here.place != "ticket":
            self._here.go("ticket")

    async def _by_keys(self, action: Action) -> bool:
        """Whether it came through by keys alone."""
        if self._known(action.ticket) is None and action.verb != "next":
            return False
        match action.verb:
            case "claim" | "next":
                return await self._done(action, self._key(action.verb))
            case "reply" | "note" if not action.more:
                return await self._written(action)
            case "wrap_up" if "survey" not in action.more:
                more = dict(action.more)
                values = {
                    "code": action.value,
                    "reason": more.get("reason", ""),
                    "note": more.get("text", ""),
                }
                if "status" in more:
                    values["status"] = more["status"]
                return await self._filled(action, values)
            case "escalate":
                return await self._filled(action, {"tier": action.value, **action.more})
            case "promise":
                due = self._app.workplace.clock.now() + read_length(action.more["due"])
                when = due.astimezone(self._app.workplace.zone).strftime("%d/%m/%Y %H:%M")
                done = await self._filled(action, {"due": when, "what": action.value})
                if done:
                    self._app.live.deeds.remember(action.ticket)
                return done
        return False

    def _key(self, action: str) -> str:
        return next(iter(self._app.keymap.keys.get(action, ())), "")

    async def _done(self, action: Action, *keys: str) -> bool:
        """Press them and wait for what they do to be seen by the course."""
        if not all(keys):
            return False
        before = self._app.live.seen
        await self.press(*keys)
        for _n in range(LOOKS):
            if self._app.live.seen > before:
                return True
            if not self._app.live.course.world.online and self._pending():
                return True
            await asyncio.sleep(LOOK)
        await self._give_up(action)
        return False

    def _pending(self) -> bool:
        found = self._app.read.execute("SELECT 1 FROM outbox WHERE state IN ('queued', 'sent') LIMIT 1")
        return found.fetchone() is not None

    async def _give_up(self, action: Action) -> None:
        """Leave what was begun, so that the verb does not find it in its way."""
        for _n in range(3):
            await self.press("escape")
        composer = self._here.composer
        if composer is not None and action.verb in ("reply", "note"):
            await self.press(self._key(action.verb), self._key("discard"), "escape")

    async def _written(self, action: Action) -> bool:
        await self.press(self._key(action.verb))
        await self._shown()
        await self.type(action.value)
        await self._shown()
        return await self._done(action, self._key("send"))

    async def _filled(self, action: Action, values: Mapping[str, str]) -> bool:
        await self.press(self._key(action.verb))
        for _n in range(LOOKS):
            if self._app.screen.query(FormRow):
                break
            await asyncio.sleep(LOOK)
        for row in self._app.screen.query(FormRow):
            if values.get(row.field.name):
                row.put(values[row.field.name])
        await self._shown()
        return await self._done(action, "ctrl+s")

    async def _by_verb(self, action: Action) -> None:
        live = self._app.live
        try:
            live.deeds.do(action)
        except Refused as refused:
            self._app.refuse(refused)
        await live.done()
