"""A scenario presented in the workstation itself: both sides of it play, a caption explains each step, and who watches has four keys."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from textual import events
from textual.pilot import Pilot, WaitForScreenTimeout
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, TextArea

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui import handlers, keymap
from atendente_tui.tui.actions import LOOKING_BACK, PRESENTED, Action
from atendente_tui.tui.app import AtendenteApp
from atendente_tui.tui.performing import BY_KEYS, Performer
from atendente_tui.tui.put_off import any_owed
from atendente_tui.tui.training_app import TrainingApp
from atendente_tui.tui.widgets.caption import Caption
from atendente_tui.tui.widgets.training_strip import NARROW, TrainingStrip, clock, points

if TYPE_CHECKING:
    from atendente_tui.training.attempt import Attempt
    from atendente_tui.training.live import Live
    from atendente_tui.training.presenting import Step
    from atendente_tui.tui.asciicast import Recording
    from atendente_tui.tui.training_app import Point
    from atendente_tui.tui.workplace import Workplace

READ = 1.5
"""Seconds that the shortest caption stands."""
LETTERS = 18.0
"""Letters that are read in a second."""
TYPED = 0.25
"""Seconds between two pieces of a text that is being typed."""
GAP = 2.0
"""Seconds that the longest wait of the scenario is shown as passing."""
HOPS = 8
RESTS, REST = 3, 0.06
"""So many looks, so many seconds apart, at a screen on which nothing moves are a screen at rest."""
MOST_LOOKS = 120
SLOW = 1.0
"""Seconds from which on a timer follows the real clock, and not what was just done."""
LASTING = ("training", "training-deeds")
"""Workers that go on as long as the screen does."""


class PresentApp(TrainingApp):
    """`points` are the moments before each step that was played; `first` is the step it begins with."""

    CSS = "ToastRack { margin-bottom: 5; }"  # above the caption

    def __init__(
        self,
        workplace: Workplace,
        live: Live,
        attempt: Attempt,
        steps: tuple[Step, ...],
        points: list[Point],
        *,
        first: int = 0,
        paused: bool = False,
        unattended: bool = False,
        recording: Recording | None = None,
        stops: Mapping[int, Any] | None = None,
    ) -> None:
        """`unattended` waits for nobody. `stops` are called once a step of theirs, counted from 1, was played."""
        super().__init__(workplace, live, attempt, at=points[first] if first else ((), timedelta()))
        self.offered: Mapping[str, Action] = PRESENTED
        self.keymap = keymap.make(workplace.config.keys)[0]
        self.steps, self.points = steps, points
        self.step = first
        self.performer = Performer(self, self._typed_some)
        self.went_back = False
        self.stilled: set[Timer] = set()
        """Timers that were stopped so that they move nothing."""
        self.ended = asyncio.Event()
        """Set when all was played and nobody watches."""
        self._unattended = unattended
        self._recording = recording
        self._stops = stops or {}
        self._skip = asyncio.Event()
        self._going = asyncio.Event()
        if paused:
            self.paused = True
        else:
            self._going.set()
        self.shown = 0.0
        """Seconds that the presentation has taken, as it allows for them."""

    # What is seen

    def above(self) -> Iterable[Widget]:
        caption = Caption(classes="-narrow" if self.size.width < NARROW else "")
        self._tell(caption)
        return (TrainingStrip(self.attempt.mode), caption)

    def standing(self, *, wide: bool) -> list[str]:
        step = _("step {n} of {all}") if wide else "{n}/{all}"
        speed = _("paused") if self.paused else f"{'x' if self.glyphs.ascii else '×'}{self.attempt.speed}"
        score = self.live.grade().score
        now = min(self.step + 1, len(self.steps))
        return [
            step.format(n=now, all=len(self.steps)),
            clock(self.live.passed),
            speed,
            points(score, over=self.live.over),
        ]

    def _tell(self, caption: Caption) -> None:
        step = self.steps[min(self.step, len(self.steps) - 1)]
        head = f" {min(self.step + 1, len(self.steps))}/{len(self.steps)} {clock(step.at)} "
        proves = ""
        if step.proves:
            named = _("Proves: {what}")
            proves = f"{self.glyphs.done} " + named.format(what="; ".join(step.proves))
        caption.show(safe_line(head), safe_line(step.caption, characters=400), safe_line(proves))

    def _show(self) -> None:
        super()._show()
        for screen in self.screen_stack:
            for caption in screen.query(Caption):
                self._tell(caption)

    def notify(self, message: str, **more: Any) -> None:
        if self._recording is not None:
            more["timeout"] = 3_600.0  # until the next step, however long the machine takes
        super().notify(message, **more)

    # What is pressed by who watches

    def contexts(self) -> tuple[str, ...]:
        if BY_KEYS.get():
            return AtendenteApp.contexts(self)
        return ("presenting", *(AtendenteApp.contexts(self) if self.live.over else ("global",)))

    async def on_event(self, event: events.Event) -> None:
        """The keys of who watches never reach what the presentation works with."""
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded and self._watched():
            action = self.keymap.find(event.key, self.contexts()) if isinstance(event, events.Key) else None
            if action is not None:
                self.perform(action)
            return
        await super().on_event(event)

    def _watched(self) -> bool:
        """Whether somebody watches what plays: not once it is over, nor in a palette opened over it."""
        return not (self.live.over or (self.paused and isinstance(self.screen, ModalScreen)))

    def perform(self, action: str, screen: Screen[Any] | None = None) -> None:
        if BY_KEYS.get() or action in self.offered or (self.live.over and action in LOOKING_BACK):
            AtendenteApp.perform(self, action, screen)

    def do_quit(self) -> None:
        self.leave(0)

    def do_present_leave(self) -> None:
        self.leave(0)

    def do_present_pause(self) -> None:
        self._set_paused(not self.paused)

    def do_palette(self) -> None:
        self._set_paused(True)
        super().do_palette()

    async def do_help(self) -> None:
        self._set_paused(True)
        await super().do_help()

    def do_present_on(self) -> None:
        """To the next step at once; the one that is being done is done to its end."""
        self._skip.set()

    def do_present_back(self) -> None:
        """To before the step before: the world is played anew up to there."""
        self.step = max(0, min(self.step, len(self.points) - 1) - 1)
        self.went_back = True
        self.exit(0, return_code=0)

    def _set_paused(self, paused: bool) -> None:
        self.paused = paused
        if paused:
            self._going.clear()
        else:
            self._going.set()
        self._show()

    # The presentation

    async def _go_on(self) -> None:
        await self.warm.wait()
        furnished: asyncio.Event | None = getattr(self.screen_stack[0], "furnished", None)
        if furnished is not None:
            await furnished.wait()
        await self.live.begin(*self._at)
        self._begun.set()
        handlers.load()
        while self.step < len(self.steps):
            await self._play(self.steps[self.step])
            if (stop := self._stops.get(self.step + 1)) is not None:
                await self.settled()
                stop(self)
            if self.step + 1 < len(self.steps):
                self.step += 1
            else:
                break
        self._show()
        if self._unattended:
            await self.settled()
            if self._recording is not None:
                await self._wait(READ)
                self._recording.last(self)
            for timer in self.stilled:
                timer.resume()
            self.ended.set()

    async def _play(self, step: Step) -> None:
        self.clear_notifications()
        del self.points[self.step :]
        self.points.append((tuple(self.live.actions), self.live.passed))
        self._skip.clear()
        self._show()
        last = self.step + 1 == len(self.steps)
        if not last:
            await self._pass_to(step.at)
            if step.action is None and step.ticket:  # the other side's turn
                self._look_at(step.ticket)
        await self._wait(READ + len(step.caption) / LETTERS)
        if step.action is not None:
            await self.performer.perform(step.action)
            self._show()
            await self._wait(READ)
        if last:
            await self.end()
            await self._wait(READ)

    def _look_at(self, remote: str) -> None:
        """Have the ticket on the screen in which something happens."""
        row = self.read.execute("SELECT id FROM ticket WHERE remote_id = ?", (remote,)).fetchone()
        screen = self.screen_stack[0]
        if row is not None and getattr(screen, "ticket_id", None) != row[0]:
            screen.open_ticket(int(row[0]), peek=True)  # type: ignore[attr-defined]

    async def _pass_to(self, at: timedelta) -> None:
        """Let the scenario's time pass, seen to pass."""
        gap = at - self.live.passed
        if gap <= timedelta():
            return
        begin = self.live.passed
        hops = 1 if self.paused else HOPS  # step by step nobody waits for the time between
        for hop in range(1, hops + 1):
            await self.live.pass_to(self.live.began + begin + gap * hop / hops)
            self._show()
            self._tell_time()
            if hops > 1:
                await self._wait(min(GAP, gap.total_seconds() / 20) / hops)

    async def _typed_some(self) -> None:
        await self._wait(TYPED)

    async def _wait(self, seconds: float) -> None:
        """As long as it takes to see it, unless who watches goes on."""
        seconds = round(seconds / self.attempt.speed, 3)
        if self._recording is not None:
            await self.settled()
            self._recording.frame(self, self.shown)
        self.shown += seconds
        if self._unattended:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._skip.wait(), seconds)
        if not self._skip.is_set() and not self._going.is_set():
            going = asyncio.ensure_future(self._going.wait())
            skip = asyncio.ensure_future(self._skip.wait())
            await asyncio.wait({going, skip}, return_when=asyncio.FIRST_COMPLETED)
            for one in (going, skip):
                one.cancel()

    async def settled(self) -> None:
        """Until nothing moves on the screen: at once where nobody looks at single frames."""
        if self._recording is None and not self._stops:
            await asyncio.sleep(0)
            return
        before, same = "", 0
        for _n in range(MOST_LOOKS):
            with suppress(WaitForScreenTimeout):
                await Pilot(self)._wait_for_screen()
            busy = still_moving(self)
            await asyncio.sleep(REST)
            now = "\n".join(strip.text for strip in self.screen._compositor.render_strips())
            still = now == before and not busy and not self._done.is_set() and self._settled.is_set()
            same = same + 1 if still else 0
            if same >= RESTS:
                return
            before = now


def still_moving(app: PresentApp) -> bool:
    """Whether a widget will draw itself anew within a second. What the real clock alone would move stands still from here."""
    soon = any_owed()
    for screen in app.screen_stack:
        for widget in screen.walk_children(Widget, with_self=True):
            if isinstance(widget, (TextArea, Input)):
                widget.cursor_blink = False
            for timer in list(widget._timers):
                if timer._interval >= SLOW:
                    timer.pause()
                    app.stilled.add(timer)
                elif timer._repeat == 0 and timer._task is not None and not timer._task.done():
                    soon = True
    return soon or any(one.is_running and one.name not in LASTING for one in app.workers)
