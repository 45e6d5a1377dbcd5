"""The running screen: what every pane and verb asks of the application, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextvars import Context, copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from weakref import WeakKeyDictionary

from textual import events
from textual.app import App, SystemCommand
from textual.dom import DOMNode
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line, safe_text
from atendente_tui.store.watching import EVERYTHING
from atendente_tui.tui import compositor, crash, glyphs, handlers, handling, keymap, themes
from atendente_tui.tui.actions import GLOBAL, WORKING, Action
from atendente_tui.tui.early_keys import AT_ONCE, EarlyKeys
from atendente_tui.tui.handling import Handling
from atendente_tui.tui.line_filter import ControlFilter
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.workplace import Workplace

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection
    from textual.driver import Driver

STUCK = 10.0
"""Seconds after which a text field that does not take what was typed, a store that does not take what is sent, or an
action that opens nothing is waited for no longer: on a busy machine seconds pass, and a key must not act where one no
longer is. What fetches something says so long before, and keys go on then."""

T = TypeVar("T")
Severity = Literal["information", "warning", "error"]

WARM_AFTER = 0.05
"""Seconds after the first frame at which everything else is imported."""
NOTICED = 60.0
"""Seconds that what must not be missed stays on the screen."""
GATHER = 0.03
"""Seconds in which news of several commits become one message."""


class AtendenteApp(App[int], inherit_bindings=False):
    """The workstation over one workplace."""

    CSS_PATH = Path(__file__).parent / "styles" / "app.tcss"
    TITLE = "Atendente"
    ENABLE_COMMAND_PALETTE = False  # our own palette is an action like any other
    AUTO_FOCUS = None
    TOOLTIP_DELAY = 0.5
    offered: Mapping[str, Action] = WORKING
    """What keys, palette and help have."""
    gather = GATHER

    def __init__(
        self,
        workplace: Workplace,
        *,
        when_warm: Callable[[], None] | None = None,
    ) -> None:
        """when_warm is called in a thread after the first frame: what may wait, such as starting the sync."""
        super().__init__()
        self.workplace = workplace
        self._when_warm = when_warm
        self.animation_level = "none"
        ui = workplace.config.ui
        self.glyphs = glyphs.choose(ui.glyphs)
        self.keymap, self.key_faults = keymap.make(
            workplace.config.keys, source=workplace.config.source, lines=workplace.config.key_lines
        )
        for theme in themes.THEMES:
            self.register_theme(theme)
        self._begin_with(themes.choose(ui.theme))
        self.warm = asyncio.Event()
        """Set once everything that the first frame does not need has been imported."""
        self._early = EarlyKeys(self, self._typed)
        self._settled = asyncio.Event()
        """Set unless an action is under way that has not opened, said or ended anything yet."""
        self._settled.set()
        self._fences: list[LineFilter] = [ControlFilter()]
        if self.glyphs.ascii:
            from atendente_tui.tui.plain_signs import PlainSigns

            self._fences.append(PlainSigns())
        self.handling: Handling | None = None
        """Counts the work on what stands open; None where nothing is worked on."""
        if self.offered is WORKING and workplace.config.metrics.idle_seconds:
            self.handling = Handling(self)
            workplace.desk = workplace.desk._replace(spent=self.handling.take)
        self._reader: Connection | None = None
        self._watches: WeakKeyDictionary[DOMNode, frozenset[str]] = WeakKeyDictionary()
        self._news: set[str] = set()
        self._unsubscribe: Callable[[], None] | None = None
        self._told_in: Context | None = None

    def _begin_with(self, theme: str) -> None:
        """Set the theme before anything is styled: set the usual way, all styles would be made a second time."""
        if self.no_color:
            # Nothing but the terminal's own two colours, bold, reverse and underline.
            self._filters = [one for one in self._filters if not isinstance(one, Monochrome)] + [NoColor()]
            theme = themes.ANSI.name
        if self.available_themes[theme].ansi:
            self.theme = theme
            return
        self.set_reactive(App.theme, theme)
        self.stylesheet.set_variables(self.get_css_variables())
        dark = self.current_theme.dark
        classes = {f"-theme-{theme}": True, "-dark-mode": dark, "-light-mode": not dark}
        self.update_classes(classes, update=False)

    # What panes and verbs ask of the application

    @property
    def read(self) -> Connection:
        """A read-only connection for bounded queries on the screen's own loop."""
        if self._reader is None:
            self._reader = self.workplace.store.reader()
        return self._reader

    def now_ms(self) -> int:
        return to_ms(self.workplace.clock.now())

    async def done(self, future: Future[T]) -> T | None:
        """Wait for something the desk does. A refusal is told to the person and comes back as None.

        The work itself goes on even when the one who waits is cancelled.
        """
        try:
            return await asyncio.shield(asyncio.wrap_future(future))
        except Refused as refused:
            self.refuse(refused)
            return None

    def refuse(self, refused: Refused) -> None:
        """Say why a rule said no."""
        from atendente_tui import labels

        self.say(labels.refusal(refused), severity="warning")

    def say(
        self, text: str, *, severity: Severity = "information", title: str = "", seconds: float | None = None
    ) -> None:
        """A short notice in the corner; foreign text in it is cleaned and markup stays letters."""
        self.notify(text, title=title, severity=severity, timeout=seconds)
        self._settled.set()

    def watch(self, widget: DOMNode, *topics: Any, **textual: Any) -> None:  # type: ignore[override]
        """Send `Moved` to the widget when one of the topics moves in the store. Replaces what it watched before.

        Textual's own `watch` (of a reactive attribute) has the same name: it is told by its callback.
        """
        if textual or any(callable(one) for one in topics):
            super().watch(widget, *topics, **textual)
        elif topics:
            self._watches[widget] = frozenset(topics)
        else:
            self._watches.pop(widget, None)

    def perform(self, action: str, screen: Screen[Any] | None = None) -> None:
        """Do what an action says, as if its key had been pressed on the screen in front."""
        screen = screen or self.screen
        furnished: asyncio.Event | None = getattr(screen, "furnished", None)
        there = furnished is None or furnished.is_set()
        alone = hasattr(screen, f"do_{action}") and (there or action in AT_ONCE)
        if alone or (there and self.warm.is_set()):
            self._perform(action, screen)
        else:
            self.run_worker(self._perform_when_warm(action, screen), name=action, exit_on_error=True)

    def above(self) -> Iterable[Widget]:
        """What stands above every whole screen; nothing at work."""
        return ()

    # Keys

    def contexts(self) -> tuple[str, ...]:
        """The contexts keys count in at this moment, innermost first.

        A screen says so with an attribute or method `contexts`; one that does not has the global keys, or,
        when it asks a question (a modal one), none but quit.
        """
        said = getattr(self.screen, "contexts", None)
        if said is not None:
            return tuple(said() if callable(said) else said)
        return () if isinstance(self.screen, ModalScreen) else (GLOBAL,)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            if isinstance(event, events.Key):
                self.workplace.store.courtesy.pressed()
                if self.handling is not None:
                    self.handling.pressed()
            if not self._early.keep(event):
                await self._typed(event)
            return
        await super().on_event(event)

    async def _typed(self, event: events.Key | events.Paste) -> None:
        if not (self._settled.is_set() and self.screen.is_mounted):
            await self._arrive()
        if isinstance(event, events.Key):
            await self._rest()
            field = self.focused
            if field is not None and not event.is_printable and field.check_consume_key("a", "a"):
                if await self._in_turn(event, field):
                    return
            elif self._take(event) or (not self._is_text(event, field) and await self._bound(event)):
                return
        await super().on_event(event)

    async def _bound(self, event: events.Key) -> bool:
        """Do what a key is bound to now. Sent round through the widgets, it would be overtaken by actions pressed after it."""
        self.app_focus = True
        return await self._check_bindings(event.key, priority=True) or await self._check_bindings(event.key)

    def _is_text(self, event: events.Key, field: Widget | None) -> bool:
        if event.key.startswith("alt+") and self.keymap.find(event.key, self.contexts()) is not None:
            return False  # it comes with its letter all the same
        return field is not None and field.check_consume_key(event.key, event.character)

    async def _arrive(self) -> None:
        """What is typed after an action that opens something is meant for what it opens, and waits for that."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._there(), STUCK)

    async def _there(self) -> None:
        await self._settled.wait()
        screen = self.screen
        mounted: asyncio.Event = screen._mounted_event
        if not mounted.is_set():
            await mounted.wait()
            await self._drained(screen)  # one of its widgets has the focus then

    async def _drained(self, widget: Widget) -> None:
        """Until a widget has dealt with what stands in its queue."""
        done = asyncio.Event()
        if widget.call_later(done.set):
            await done.wait()

    async def _rest(self) -> None:
        """What is pressed while something is being sent is meant for where one will be then."""
        rest: asyncio.Event | None = getattr(self.screen, "at_rest", None)
        if rest is not None and not rest.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(rest.wait(), STUCK)

    async def _in_turn(self, event: events.Key, field: Widget) -> bool:
        """A key that is no letter, in a text field: after the letters typed before it, before those typed after it.

        Left to themselves letters go to the field at once, and such a key only when it has been through every widget
        around it: of what arrives in one piece, as over a slow line, `ab`, backspace, `c` would become `ab`.
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._drained(field), STUCK)
        if self._take(event):
            return True
        tab = getattr(field, "tab_behavior", None)  # of those with several lines
        if (event.key == "enter" and tab is not None) or (event.key == "tab" and tab == "indent"):
            return False  # these are text to it
        return await self._bound(event)

    def _take(self, event: events.Key) -> bool:
        if self._is_text(event, self.focused):
            return False
        action = self.keymap.find(event.key, self.contexts())
        if action is None:
            if event.key not in self.keymap.keys["quit"] or event.is_printable:
                return False
            action = "quit"
        if not self.app_focus:
            self.app_focus = True
        self.perform(action)
        return True

    def _perform(self, action: str, screen: Screen[Any]) -> None:
        handler = getattr(self, f"do_{action}", None)
        found = handlers.find(action, screen) if handler is None else None
        if handler is None and found is None:
            return
        try:
            outcome = handler() if handler is not None else found(screen) if found is not None else None
        except Refused as refused:
            self.refuse(refused)
            return
        if inspect.isawaitable(outcome):
            self.work(outcome, name=action)

    def work(self, outcome: Awaitable[object], *, name: str) -> None:
        """Do it beside everything else; keys wait until it has opened, said or ended something."""
        self._settled.clear()
        self.run_worker(self._finish(outcome), name=name, exit_on_error=True)

    async def _perform_when_warm(self, action: str, screen: Screen[Any]) -> None:
        await self.warm.wait()
        furnished: asyncio.Event | None = getattr(screen, "furnished", None)
        if furnished is not None:  # with all its panes: what is done may be done in one of them
            await furnished.wait()
        self._perform(action, screen)

    async def _finish(self, outcome: Awaitable[object]) -> None:
        try:
            await outcome
        except Refused as refused:
            self.refuse(refused)
        finally:
            self._settled.set()

    def push_screen(self, screen: Any, *args: Any, **more: Any) -> Any:
        """As Textual's, but nothing opens a second time over itself: what was pressed or clicked again while it was
        opening is answered as if one had left it at once. A hundred of them would be more than a screen can draw."""
        if isinstance(screen, Screen) and type(screen) is type(self.screen):
            left: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            left.set_result(None)
            return left
        if isinstance(screen, Screen):
            compositor.remembering(screen)
        pushed = super().push_screen(screen, *args, **more)
        self._settled.set()
        return pushed

    # What the whole program does, wherever one is

    def do_quit(self) -> None:
        self.leave(0)

    def do_theme(self) -> None:
        if self.no_color:
            return
        names = [theme.name for theme in themes.THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def do_sync(self) -> None:
        sync = self.workplace.sync
        if sync is None:
            self.say(_("No helpdesk is connected: everything stays on this machine."), severity="warning")
        else:
            sync.nudge()
            self.say(_("Synchronizing."))

    def do_palette(self) -> None:
        from atendente_tui.tui.palette import open_palette

        open_palette(self)

    async def do_help(self) -> None:
        from atendente_tui.tui.screens.help import HelpScreen

        await self.push_screen(HelpScreen(self.contexts()))

    def post_display_hook(self) -> None:
        self.workplace.store.courtesy.painted()

    # Life

    def get_default_screen(self) -> Screen[Any]:
        from atendente_tui.tui.screens.workstation import Workstation

        return compositor.remembering(Workstation())

    def on_mount(self) -> None:
        self._told_in = copy_context()
        loop = asyncio.get_running_loop()

        def heard(topics: frozenset[str]) -> None:  # on the writer's thread
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._gather, topics, context=self._told_in)

        if not self.is_headless:
            self._heed_signals(loop)
        self._unsubscribe = self.workplace.store.subscribe(heard)
        self.workplace.store.watch()
        if self.handling is not None:
            self.set_interval(handling.SAVE, self.handling.save)
        # A moment later than the frame: imports must not compete with writing it.
        self.call_after_refresh(self.set_timer, WARM_AFTER, self._start_warming)

    def _heed_signals(self, loop: asyncio.AbstractEventLoop) -> None:
        """A terminal that goes away, or the system's wish that we end: drafts are saved, the exit is clean."""
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(number, self.leave, 0)

    def _start_warming(self) -> None:
        loop = asyncio.get_running_loop()

        def warm() -> None:
            try:
                handlers.load()
                if self._when_warm is not None:
                    self._when_warm()
            except Refused as refused:  # no helpdesk to be had: one can work all the same
                tell(self.refuse, refused)
            except Exception as error:
                tell(self._handle_exception, error)
                return
            gc.enable()
            gc.collect()
            gc.freeze()
            gc.set_threshold(10_000, 20, 50)  # a collection of many more young ones would hold a key up
            sys.setswitchinterval(0.0005)  # a key waits for the interpreter behind no thread for longer
            tell(self._warmed)

        def tell(callback: Callable[..., None], *arguments: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the person has left already
                loop.call_soon_threadsafe(callback, *arguments, context=self._told_in)

        threading.Thread(target=warm, name="warming", daemon=True).start()

    def _warmed(self) -> None:
        self.warm.set()
        for screen in self.screen_stack:
            furnish = getattr(screen, "furnish", None)
            if furnish is not None:
                self.run_worker(furnish(), name="furnish", exit_on_error=True)
        for notice in self.workplace.notices:
            self.say(notice, severity="warning", seconds=NOTICED)
        for fault in self.key_faults:
            self.say(str(fault), title=_("Keys in the settings"), severity="warning", seconds=20)

    def _gather(self, topics: frozenset[str]) -> None:
        if not self._news:
            asyncio.get_running_loop().call_later(self.gather, self._spread, context=self._told_in)
        self._news |= topics

    def _spread(self) -> None:
        news, self._news = frozenset(self._news), set()
        for widget, topics in list(self._watches.items()):
            # A store that another process writes only says that something moved.
            moved = topics if EVERYTHING in news else topics & news
            if moved and widget.is_attached:
                widget.post_message(Moved(moved))

    def leave(self, code: int) -> None:
        """Save what is being written and end the program with an exit code."""
        self.save_drafts()
        self.exit(code, return_code=code)

    def save_drafts(self) -> None:
        """Ask everything that holds unsaved words to save them now (`save_now`); the work counted, too."""
        if self.handling is not None:
            self.handling.save()
        for screen in self.screen_stack:
            for widget in screen.walk_children(Widget):
                save = getattr(widget, "save_now", None)
                if save is not None:
                    save()

    async def on_unmount(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    # Fences

    def get_driver_class(self) -> type[Driver]:
        from atendente_tui.tui.pasting import guard

        return guard(super().get_driver_class())

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._fences]

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002
        return ()

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Severity = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 - markup is never read, whoever asks
    ) -> None:
        super().notify(
            safe_text(message, characters=1_000, lines=12),
            title=safe_line(title),
            severity=severity,
            timeout=timeout,
            markup=False,
        )

    def _handle_exception(self, error: Exception) -> None:
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        if not self._exit_renderables:
            self._exit_renderables.append(crash.told(error))
        self._close_messages_no_wait()
