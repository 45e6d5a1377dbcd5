"""The workstation while somebody trains: the same screens over a scenario's world, and a clock that can be worked.

Nothing here is a second workstation. What is added is the strip above, the keys of training, and the end: the scorecard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.screen import Screen
from textual.widget import Widget

from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line, safe_text
from atendente_tui.training.attempt import Attempt, result_of
from atendente_tui.training.classroom import end_of_it, progress_of
from atendente_tui.training.course import COMMAND
from atendente_tui.tui.actions import EXAMINED, LOOKING_BACK, PRACTISING, Action
from atendente_tui.tui.app import AtendenteApp
from atendente_tui.tui.widgets.training_strip import TrainingStrip, clock, points

if TYPE_CHECKING:
    from atendente_tui.domain.refusal import Refused
    from atendente_tui.knowledge.answers import Action as Deed
    from atendente_tui.training.classroom import Classroom
    from atendente_tui.training.live import Live
    from atendente_tui.tui.workplace import Workplace

BEAT = 0.2
"""Seconds between two looks at the real clock."""
MOST = 5.0
"""Seconds of real time that may pass at once in practice: a machine that slept did not train."""
IN_CLASS = 2.0
"""Seconds between two looks at what the trainer sent."""
HINTED = 15.0
"""Seconds that a hint stays on the screen."""
BEFORE = timedelta(seconds=15)
"""How long before a deed one is back: it may have waited for its hold."""

Point = tuple[tuple["Deed", ...], timedelta]
"""A moment of a training: what had been done by then, and when it was."""
Keep = Callable[[Mapping[str, Any]], "Path | None"]
"""Keeps a result; the file it is in."""


class TrainingApp(AtendenteApp):
    """`back` is the moment that was asked for when the screen closed; None when it was simply left."""

    def __init__(
        self,
        workplace: Workplace,
        live: Live,
        attempt: Attempt,
        *,
        keep: Keep = lambda _result: None,
        at: Point = ((), timedelta()),
        classroom: Classroom | None = None,
    ) -> None:
        """`classroom` is asked on a thread of its own, never twice at a time."""
        self.offered: Mapping[str, Action] = EXAMINED if attempt.exam else PRACTISING
        super().__init__(workplace)
        self.keymap = self.keymap.only(self.offered)
        self.live, self.attempt = live, attempt
        self.back: Point | None = None
        self.result: dict[str, Any] | None = None
        self.kept_in: Path | None = None
        self.paused = False
        self._keep, self._at = keep, at
        self._classroom = classroom
        self._in_class = asyncio.Lock()
        self._begun = asyncio.Event()
        self._done = asyncio.Event()
        self._beaten = 0.0
        self._owed = 0.0
        """Seconds of the scenario that are due and not yet whole."""
        self._minute = -1

    # What the strip says

    def above(self) -> Iterable[Widget]:
        return (TrainingStrip(self.attempt.mode),)

    def standing(self, *, wide: bool) -> list[str]:
        """How it stands, in short: for the right end of the strip."""
        live, training = self.live, self.live.training
        time = clock(live.passed)
        if training.limit is not None and (wide or self.attempt.exam):
            time = _("{time} of {limit}").format(time=time, limit=clock(training.limit))
        if self.attempt.exam:
            return [time]
        if live.over:
            return [time, points(live.grade().score, over=True)]
        grade = live.grade()
        counted = [one for one in grade.criteria if one.outcome in ("met", "partly", "failed")]
        met = sum(one.outcome == "met" for one in counted)
        step = n_("{met} of {n} criterion", "{met} of {n} criteria", len(counted))
        speed = _("paused") if self.paused else f"{'x' if self.glyphs.ascii else '×'}{self.attempt.speed}"
        return [
            step.format(met=met, n=len(counted)) if wide else f"{met}/{len(counted)}",
            time,
            speed,
            points(grade.score, over=False),
        ]

    def _show(self) -> None:
        for screen in self.screen_stack:
            for strip in screen.query(TrainingStrip):
                strip.update_bar()

    async def settled(self) -> None:
        """Once what was pressed has been dealt with."""
        await asyncio.sleep(0)

    # Time

    def on_mount(self) -> None:  # beside the one it inherits: Textual calls both
        loop = asyncio.get_running_loop()

        def heard(topics: frozenset[str]) -> None:  # on the writer's thread
            if not loop.is_closed() and any(one == "outbox" or one.startswith("beside:") for one in topics):
                loop.call_soon_threadsafe(self._done.set)

        self._leave_store = self.workplace.store.subscribe(heard)
        self.run_worker(self._go_on(), name="training", exit_on_error=True)
        self.run_worker(self._send(), name="training-deeds", exit_on_error=True)
        if self._classroom is not None:
            self.run_worker(self._attend(self._classroom), name="training-class", exit_on_error=True)

    async def on_unmount(self) -> None:
        self._leave_store()

    async def _go_on(self) -> None:
        await self.warm.wait()
        await self.live.begin(*self._at)
        self._begun.set()
        self._show()
        self._beaten = monotonic()
        while not self.live.over:
            await asyncio.sleep(BEAT)
            await self.beat()

    async def beat(self) -> None:
        """Let as much of the scenario's time pass as the real clock says."""
        now = monotonic()
        passed = now - self._beaten
        self._beaten = now
        if self.paused or self.live.over:
            return
        self._owed += (passed if self.attempt.exam else min(passed, MOST)) * self.attempt.speed
        whole, self._owed = divmod(self._owed, 1.0)  # whole seconds: what is done lies at one of them
        if whole:
            await self.pass_on(timedelta(seconds=whole))

    async def pass_on(self, time: timedelta) -> None:
        await self._begun.wait()
        await self.live.pass_to(self.workplace.clock.now() + time)
        self._show()
        minute = int(self.live.passed.total_seconds()) // 60
        if minute != self._minute:
            self._minute = minute
            self._tell_time()
        if not self.live.over and self.live.passed >= self.live.ends:
            await self.end()

    def _tell_time(self) -> None:
        """Whatever counts minutes is drawn again by this clock, not by the real one."""
        ticket = getattr(self.screen_stack[0], "ticket_id", None)
        self.workplace.store.announce("queue", "promises", f"ticket:{ticket}")
        for screen in self.screen_stack:
            top = getattr(screen, "top", None)
            if top is not None:
                top.update_bar()

    async def _send(self) -> None:
        """What is done at the desk leaves, whatever the clock does."""
        await self._begun.wait()
        while True:
            await self._done.wait()
            self._done.clear()
            await self.live.done()
            self._show()

    async def _attend(self, classroom: Classroom) -> None:
        """Tell the trainer how far this is, and do what they send."""
        await self._begun.wait()
        while not self.live.over:
            await self.attend(classroom)
            await asyncio.sleep(IN_CLASS)

    async def attend(self, classroom: Classroom) -> None:
        async with self._in_class:
            if self.live.over:
                return
            await asyncio.to_thread(classroom.report, progress_of(self.live.course))
            for one in await asyncio.to_thread(classroom.heard):
                if one.kind == "event":
                    await self.live.bring(one.text)
                else:
                    self.say(str(safe_text(one.text)), title=_("Your trainer"), seconds=HINTED)
            self._show()

    # Keys

    def contexts(self) -> tuple[str, ...]:
        found = super().contexts()
        return ("training", *found) if found else ()

    def perform(self, action: str, screen: Screen[Any] | None = None) -> None:
        if action not in self.offered:
            return
        if self.live.over and action not in LOOKING_BACK:
            self.say(_("The training is over: what is done now no longer counts."), severity="warning")
            return
        super().perform(action, screen)

    def refuse(self, refused: Refused) -> None:
        self.live.refused(refused.code, getattr(self.screen_stack[0], "ticket_id", None))
        super().refuse(refused)

    def do_quit(self) -> None:
        if self.live.over:
            self.leave(0)
        else:
            self.run_worker(self.do_training_end(), name="quit", exit_on_error=True)

    def do_sync(self) -> None:
        self.say(_("Training: everything is in step by itself."))

    def do_training_hint(self) -> None:
        criterion = self.live.next_criterion()
        if criterion is None:
            self.say(_("Nothing is left to be met."), title=_("Hint"))
            return
        if criterion.id not in self.attempt.hints:
            self.attempt.hints.append(criterion.id)
        text = criterion.hint or criterion.feedback or _("There is no hint for this one.")
        self.say(f"{criterion.title or criterion.id}\n{text}", title=_("Hint"), seconds=HINTED)

    def do_training_pause(self) -> None:
        self.paused = not self.paused
        self.attempt.pauses += self.paused
        self._show()

    def do_training_faster(self) -> None:
        self.attempt.faster(1)
        self._show()

    def do_training_slower(self) -> None:
        self.attempt.faster(-1)
        self._show()

    async def do_training_back(self) -> None:
        """To before the last command that arrived; asked again, to before the one before it."""
        from atendente_tui.tui.screens.confirm import confirm

        point = before_last(self.live.actions)
        words = safe_text(
            _(
                "Back to {time}, before your last deed. What was done since is done away with, drafts too."
            ).format(time=clock(point[1]))
        )
        if await confirm(self, _("Back"), words, yes=_("go back")):
            self.go_to(point)

    def go_to(self, point: Point) -> None:
        self.attempt.rewinds += 1
        self.back = point
        self.exit(0, return_code=0)

    async def do_training_end(self) -> None:
        from atendente_tui.tui.screens.confirm import confirm

        if self.live.over:
            self.do_training_card()
            return
        words = (
            _("End the exam now? It is graded as it stands, and the result counts.")
            if self.attempt.exam
            else _("End the training now? It is graded as it stands.")
        )
        if await confirm(self, _("End"), safe_text(words), yes=_("end it")) and not self.live.over:
            await self.end()

    async def end(self) -> None:
        """Grade it, keep the result, and show the scorecard."""
        performance = await self.live.finish()
        if self.result is None:
            self.result = result_of(self.attempt, performance)
            self.kept_in = self._keep(self.result)
            if self._classroom is not None:
                async with self._in_class:
                    await asyncio.to_thread(self._classroom.report, end_of_it(performance), dict(self.result))
            self.clear_notifications()
            self._show()
            self.do_training_card()

    def do_training_card(self) -> None:
        from atendente_tui.tui.screens.scorecard import ScorecardScreen

        if self.result is None:
            self.say(_("The scorecard comes when the training is over."), severity="warning")
            return
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(ScorecardScreen(self.result, safe_line(str(self.kept_in or ""))))


def before_last(actions: Iterable[Deed]) -> Point:
    """The moment before the last command of these, and what had been done by then."""
    done = list(actions)
    last = next((n for n in range(len(done) - 1, -1, -1) if done[n].verb == COMMAND), None)
    if last is None:
        return (), timedelta()
    kept = tuple(done[:last])
    return kept, max(done[last].at - BEFORE, kept[-1].at if kept else timedelta(), timedelta())
