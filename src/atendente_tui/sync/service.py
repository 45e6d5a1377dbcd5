"""The sync of a running workstation: a thread of its own with its own asyncio loop, beside the screen, never in it.

It fetches on a beat (a slow one while the backend's hints come), on a nudge and on every hint, newest first; it sends
as soon as a hold is over. What it knows of itself stands in `status()` and, under the topic "sync", in the store.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from atendente_tui.backends.port import BackendError, RateLimited, Unauthorized, Unreachable
from atendente_tui.clock import Clock
from atendente_tui.domain.instants import to_ms
from atendente_tui.store.errors import StoreError, StoreFull
from atendente_tui.store.writing import Lane
from atendente_tui.sync.listening import Attention, Listening
from atendente_tui.sync.pulling import LowSpace, MassDisappearance, pull
from atendente_tui.sync.pushing import Pusher
from atendente_tui.sync.remembered import State, SyncStatus, keep, keep_identity, recall, status_of
from atendente_tui.sync.retrying import Gate, asked
from atendente_tui.sync.saying import code_of

if TYPE_CHECKING:
    from atendente_tui.backends.port import Backend
    from atendente_tui.domain.change import ChangePage
    from atendente_tui.store.store import Store
    from atendente_tui.store.writing import Tx

LONGEST_SLEEP = 60.0
"""Seconds between two looks at the outbox, whatever the clock of the rows says."""
_RESTING = ("mass_disappearance", "disk_low", "disk_full")
FULL_REST = 20.0
"""Seconds after which a sync that found no room on the disk begins again."""
STANDING = 4
"""So many beats pass between two pulls that nothing hinted at while a line of hints stands, up to `LONGEST_SLEEP`."""
_log = logging.getLogger(__name__)


class SyncService:
    def __init__(
        self,
        store: Store,
        make_backend: Callable[[], Backend],
        *,
        clock: Clock,
        rng: Random,
        backend_name: str,
        poll_seconds: float = 15.0,
    ) -> None:
        """`make_backend` is called on the service's thread, again after every log-out: it reads the secret anew."""
        self._store, self._make, self._name = store, make_backend, backend_name
        self._clock, self._rng, self._poll = clock, rng, poll_seconds
        self._gate = Gate(clock)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._look, self._send, self._stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._leaving = threading.Event()
        self._full = self._accept_gone = False
        with closing(store.reader()) as db:
            self._status = SyncStatus("off", status_of(db, backend_name).last_ok)
        self._pulling = self._first_pull = False
        self._sending = 0
        self._wrong: tuple[str, str] | None = None
        self._vanished: MassDisappearance | None = None
        """What stopped the last pull, until a pull gets through."""
        self._told: str | None = None
        self._attention = Attention()
        self._listening = self._listener()

    # From any thread.

    def start(self) -> None:
        """Begin; does nothing when it runs already."""
        if self._thread is None or not self._thread.is_alive():
            self._leaving.clear()
            self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 5.0) -> bool:
        """Let what is under way end within `timeout` seconds. Whether the thread ended."""
        self._leaving.set()
        self._call(self._stop.set)
        if self._thread is not None:
            self._thread.join(timeout)
            return not self._thread.is_alive()
        return True

    def nudge(self, *, full: bool = False, accept_gone: bool = False) -> None:
        """Look now: a person asked, so forget the log-out and the breaker.

        full          walk everything again
        accept_gone   the person says that the tickets a mass disappearance spoke of really are gone; counts once
        """

        def now() -> None:
            self._full |= full
            self._accept_gone |= accept_gone
            self._gate.open_now()
            self._look.set()
            self._send.set()

        self._call(now)

    def attend(self, ticket_id: int | None, *, writing: bool = False) -> None:
        """Tell colleagues which ticket we have open, where the backend has such a thing. Returns at once."""
        self._attention = Attention(ticket_id, writing and ticket_id is not None)
        self._call(lambda: self._listening.turn(self._attention))

    def status(self) -> SyncStatus:
        return self._status

    def fetch_attachment(self, remote_id: str, limit: int) -> Future[bytes]:
        """The bytes of an attachment, over a connection of its own beside the one that syncs: nothing waits for it.

        BackendError comes through the future, which is cancelled when the sync ends first.
        """
        loop = self._loop
        if loop is not None:
            fetching = self._fetched(remote_id, limit)
            try:
                return asyncio.run_coroutine_threadsafe(fetching, loop)
            except RuntimeError:  # the loop ended meanwhile
                fetching.close()
        told: Future[bytes] = Future()
        told.set_exception(Unreachable("the sync does not run", sent=False))
        return told

    def _call(self, what: Callable[[], Any]) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop ended meanwhile
                loop.call_soon_threadsafe(what)

    def _heard(self, topics: frozenset[str]) -> None:
        if "outbox" in topics:
            self._call(self._send.set)

    # On the service's thread.

    def _run(self) -> None:
        try:
            while True:
                try:
                    asyncio.run(self._main())
                    break
                except StoreFull:
                    _log.warning("the disk is full: the sync rests")
                    if self._leaving.wait(FULL_REST):
                        break
        except StoreError:
            _log.info("the store closed before the sync ended")
        except Exception:
            _log.exception("the sync ended on an unexpected error")
        finally:
            self._loop = None
            self._status = SyncStatus("off", self._status.last_ok)

    async def _main(self) -> None:
        self._look, self._send, self._stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._listening = self._listener()
        self._listening.turn(self._attention)
        if self._leaving.is_set():  # told to stop before there was a loop to tell it to
            return
        leave = self._store.subscribe(self._heard)
        try:
            recovered = False
            while not self._stop.is_set():
                if (
                    self._gate.logged_out
                ):  # until a person logged in again and says so: the secret is read anew
                    await self._until(self._look, None)
                    continue
                backend = self._made()
                if backend is None:
                    await self._until(self._look, LONGEST_SLEEP)
                    continue
                pusher = Pusher(
                    self._store,
                    backend,
                    self._name,
                    clock=self._clock,
                    rng=self._rng,
                    gate=self._gate,
                    on_change=self._now_sending,
                )
                if not recovered:
                    await pusher.recover()
                    recovered = True
                try:
                    if await self._identified(backend, pusher):
                        await self._session(backend, pusher)
                finally:
                    with contextlib.suppress(Exception):
                        await backend.aclose()
        finally:
            leave()
            self._say("off")
            with contextlib.suppress(StoreError):
                await self._written()

    def _made(self) -> Backend | None:
        try:
            return self._make()
        except Exception as wrong:
            self._wrong = ("backend", f"{type(wrong).__name__}: {wrong}")
            self._say("offline")
            _log.warning("no connection to backend %s can be made: %s", self._name, type(wrong).__name__)
            return None

    async def _identified(self, backend: Backend, pusher: Pusher) -> bool:
        """Log in; waits and says so when that fails."""
        while not self._stop.is_set():
            wait = self._gate.wait()
            if wait == 0:
                try:
                    self._gate.enter()
                    identity = await backend.identify()
                    await self._write(
                        partial(
                            keep_identity,
                            backend=self._name,
                            identity=identity,
                            capabilities=backend.capabilities,
                        )
                    )
                except StoreError:
                    raise
                except Exception as wrong:
                    self._failed(wrong)
                    await pusher.settle_local()
                    if isinstance(wrong, Unauthorized):
                        return False
                else:
                    self._gate.ok()
                    self._wrong = None
                    self._say()
                    return True
            await self._until(self._look, min(LONGEST_SLEEP, max(1.0, self._gate.wait(), self._poll)))
        return False

    async def _session(self, backend: Backend, pusher: Pusher) -> None:
        """Fetch and send side by side until stopped or logged out."""
        self._look.clear()
        work: list[Coroutine[Any, Any, None]] = [self._fetching(backend), self._sending_on(pusher)]
        if backend.capabilities.hints:
            work.append(self._listening.hear(backend))
        if backend.capabilities.presence:
            work.append(self._listening.tell(backend))
        stop = asyncio.create_task(self._stop.wait())
        tasks = [asyncio.create_task(one) for one in work]
        try:
            await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
            pusher.stopping = True
            if self._sending:  # what has left should hear its answer
                await asyncio.wait([tasks[1]], timeout=2.0)
        finally:
            for task in (stop, *tasks):
                task.cancel()
            ended = await asyncio.gather(stop, *tasks, return_exceptions=True)
            await self._listening.leave(backend)
        for one in ended:
            if isinstance(one, StoreError):
                raise one
            if isinstance(one, Exception):
                _log.error("a part of the sync failed", exc_info=one)
                await self._until(self._look, 5.0)

    async def _fetching(self, backend: Backend) -> None:
        while not self._stop.is_set():
            wait = self._gate.wait()
            if wait == 0 and self._gate.enter():
                await self._fetch(backend)
                if self._gate.logged_out:
                    return
                wait = self._poll
                if self._listening.standing and self._wrong is None:
                    wait = max(wait, min(LONGEST_SLEEP, STANDING * wait))
            await self._until(self._look, max(wait, 0.1))

    async def _fetch(self, backend: Backend) -> None:
        full, accept = self._full, self._accept_gone
        self._full = self._accept_gone = False
        with closing(self._store.reader()) as db:
            self._first_pull = full or recall(db, self._name, "caught_up") != "1"
        self._pulling = True
        self._say(done=0, total=None)
        try:
            told = await pull(
                self._store,
                backend,
                self._name,
                full=full,
                accept_gone=accept,
                on_page=self._page,
                may_ask=lambda: self._gate.pause_left() == 0,
            )
            self._gate.ok()
            self._vanished = None
            if self._wrong is not None:
                self._wrong = None
                self._send.set()  # what waits to be sent need not wait for its own try
            if told.caught_up:
                now = to_ms(self._clock.now())
                self._status = SyncStatus("idle", now)
                await self._write(lambda tx: keep(tx, self._name, "last_ok", str(now)))
        except asyncio.CancelledError:
            self._gate.leave()
            raise
        except MassDisappearance as wrong:
            self._gate.ok()
            if self._vanished is None:
                _log.warning("stopped: %s", wrong)
            self._wrong, self._vanished = None, wrong
        except LowSpace as wrong:
            self._gate.ok()
            self._full |= full
            self._wrong = (code_of(wrong), str(wrong))
        except StoreError:
            raise
        except Exception as wrong:
            self._full |= full
            self._failed(wrong)
        finally:
            self._pulling = False
        self._say()

    def _page(self, page: ChangePage, _applied: object) -> None:
        self._gate.ok()
        self._say(done=page.done or self._status.done, total=page.total or self._status.total)

    def _failed(self, wrong: Exception) -> None:
        """Note what kept us from the backend, and how long to stay away."""
        if isinstance(wrong, RateLimited):
            until = self._gate.pause(asked(wrong.retry_after, 1, self._rng))
            with contextlib.suppress(StoreError):
                self._store.submit(lambda tx: keep(tx, self._name, "pause_until", str(until)), Lane.SYNC)
        elif isinstance(wrong, Unauthorized):
            self._gate.leave()
            self._gate.logged_out = True
        else:
            self._gate.failed()
            if not isinstance(wrong, BackendError):
                _log.exception("backend %s failed", self._name, exc_info=wrong)
        self._wrong = (code_of(wrong), str(wrong))
        self._say()

    async def _sending_on(self, pusher: Pusher) -> None:
        while not pusher.stopping:
            self._send.clear()
            told = await pusher.push()
            if told.error is not None:
                self._wrong = (told.error, "")
            elif told.confirmed or told.conflicts or told.lost:
                self._wrong = None
                self._look.set()  # what it made there, or whoever was faster, comes with the next pull
            self._say()
            if self._gate.logged_out:
                return
            wait = pusher.next_due()
            await self._until(
                self._send, LONGEST_SLEEP if wait is None else min(max(wait, 0.05), LONGEST_SLEEP)
            )

    async def _fetched(self, remote_id: str, limit: int) -> bytes:
        try:
            backend = self._make()
        except BackendError:
            raise
        except Exception as wrong:
            raise Unreachable(f"{type(wrong).__name__}: {wrong}", sent=False) from wrong
        try:
            return await backend.fetch_attachment(remote_id, limit)
        finally:
            await backend.aclose()

    def _listener(self) -> Listening:
        return Listening(self._store, self._clock, self._rng, lambda: self._look.set())

    async def _until(self, event: asyncio.Event, seconds: float | None) -> None:
        """Until the event (which is cleared), the stop, or so many seconds."""
        waits = [asyncio.create_task(event.wait()), asyncio.create_task(self._stop.wait())]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
        event.clear()

    def _now_sending(self, active: int) -> None:
        self._sending = active
        self._say()

    def _say(self, state: State | None = None, *, done: int | None = None, total: int | None = None) -> None:
        """Make the status agree, and have the store keep it when it changed."""
        old = self._status
        gone = self._vanished
        code, detail = self._wrong or ((code_of(gone), str(gone)) if gone is not None else (None, ""))
        here = state or self._state(code)
        progress = here == "pulling" and self._first_pull
        new = SyncStatus(
            here,
            old.last_ok,
            (old.done if done is None else done) if progress else 0,
            (old.total if total is None and done is None else total) if progress else None,
            code,
            detail[:500],
            gone.gone if gone is not None else 0,
            gone.known if gone is not None else 0,
        )
        self._status = new
        text = new.as_json()
        if text != self._told:
            self._told = text
            if (here, code) != (old.state, old.error):
                _log.info("the sync is %s (%s)", here, code or "well")
            with contextlib.suppress(StoreError):
                self._store.submit(lambda tx: keep(tx, self._name, "status", text), Lane.SYNC)

    def _state(self, code: str | None) -> State:
        if self._gate.logged_out:
            return "unauthorized"
        if self._gate.paused_until > to_ms(self._clock.now()) or code in _RESTING:
            return "paused"
        if code is not None:
            return "offline"
        if self._pulling and self._first_pull:
            return "pulling"
        return "pushing" if self._sending else "idle"

    async def _write(self, job: Callable[[Tx], None]) -> None:
        await asyncio.wrap_future(self._store.submit(job, Lane.SYNC))

    async def _written(self) -> None:
        """Wait until what was said is in the store."""
        await self._write(lambda _tx: None)
