"""The helpdesk at the other end of a simulated line, and everything that can go wrong on the way to it.

It speaks the hub's wire format to the real adapter over `httpx.MockTransport`; what a command makes of a ticket is
decided by the same pure rules as in the hub. What happened there is kept apart from what was answered.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import Any, Literal
from uuid import UUID

import httpx
from pydantic import TypeAdapter

from atendente_tui.backends.demo_commands import carry_out
from atendente_tui.backends.demo_world import DemoWorld
from atendente_tui.backends.hub import Hub
from atendente_tui.backends.hub.adapter import CAPABILITIES
from atendente_tui.backends.port import AgentIdentity, BackendSettings, Capabilities, Conflict, Rejected
from atendente_tui.domain.change import Change, DirectoryEntry, EventAppend, TicketGone, TicketUpsert
from atendente_tui.domain.command import Command, Receipt
from atendente_tui.domain.words import EventKind, Status, Tier
from atendente_tui.knowledge.scenario import Scenario, WrittenAgent
from tests.builders import customer_change, event_change, ticket_change
from tests.simulation.mortal import Fate, Killed
from tests.simulation.virtual import START, VirtualLoop

Idempotency = Literal["native", "marker", "none"]
FIND_DELAY = 2.0
_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)

NOT_SENT = ("refused", "dns", "tls", "connect timeout")
BEFORE = ("reset before", "500 before", "503 before", "502 page", "200 page", "408")
NO = ("403", "404", "409", "412", "422", "404 page", "redirect")
AFTER = (
    "lost",
    "reset after",
    "500 after",
    "503 after",
    "truncated",
    "wrong body",
    "past the time-out",
    *("late",) * 4,
)
FAULTS = {  # how often each kind is drawn among a hundred requests, at the worst of times
    "not sent": (NOT_SENT, 5), "before": (BEFORE, 7), "no": (NO, 2), "after": (AFTER, 13), "429": (("429",), 5),
    "401": (("401",), 1), "slow": (("slow",), 4),
}  # fmt: skip
RETRY_AFTER = (None, "0", "-5", "2", "40", "date", "100000", "logo")

DIRECTORY = (
    DirectoryEntry(kind="agent", key="ana", label="Ana"),
    DirectoryEntry(kind="agent", key="bruno", label="Bruno"),
    DirectoryEntry(kind="team", key="loja", label="Loja"),
    DirectoryEntry(kind="team", key="financeiro", label="Financeiro"),
)


def scenario() -> Scenario:
    return Scenario(
        name="sim", version=1, title="", purpose="", language="pt-BR", seed=1, start=START, zone="UTC",
        agent=WrittenAgent("ana", "Ana Souza", ("loja",), Tier.N1), directory=DIRECTORY, customers=(), events=(), tickets=(),
        timeline=(), personas={}, articles=(), file="", digest="", shared=(), training=None,
    )  # fmt: skip


UNDER_WAY = 0.25
"""Seconds in which a pull that another request's 429 overtook may still come to its end: a page of which the first
request was answered is asked for once more where its cursor is unknown."""


@dataclass
class FarSide:
    """`rng` decides what goes wrong; `calm` ends that. `forgets` is how long it remembers a command's id."""

    loop: VirtualLoop
    rng: Random
    idempotency: Idempotency = "native"
    tickets: int = 3
    forgets: timedelta | None = None
    calm: bool = True
    fate: Fate = field(default_factory=Fate)
    """Of the process that asks: each exchange is two steps of its life."""
    applied: list[tuple[datetime, Command]] = field(default_factory=list)
    """Commands that had an effect, in order."""
    marks: dict[UUID, tuple[datetime, Receipt]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    """Faults that happened, by name."""
    down: tuple[float, float] = (0.0, 0.0)
    """An outage: from, to (seconds of the loop)."""
    not_before: float = 0.0
    """What Retry-After asked for."""
    told_at: float = 0.0
    early: list[str] = field(default_factory=list)
    under_way: int = 0
    """Requests given up on by their client whose effect is yet to come."""
    poisoned: set[str] = field(default_factory=set)
    newest_only: bool = False
    """Of a ticket only its newest state is told, as the hub does."""

    def __post_init__(self) -> None:
        self.world = DemoWorld(scenario(), START, "sim")
        for entry in DIRECTORY:
            self.world.tell(START, entry)
        for n in range(self.tickets):
            self.world.put_customer(customer_change(n), START)
            changed = {
                "remote_id": str(n + 1),
                "protocol": f"2026-{n + 1:06d}",
                "customer": f"c{n}",
                "channel": "email",
            }
            self.world.put_ticket(ticket_change(n * 5 + 1, START, **changed), START)
            self.world.tell(
                START, event_change(0, remote_id=f"m{n}", ticket=str(n + 1), customer=f"c{n}", at=START)
            )

    # -- the connection ------------------------------------------------------------------------------------------------

    def connect(self) -> SimulatedHub:
        if self.fate.dead:
            raise Killed
        hub = SimulatedHub(BackendSettings("sim", "http://localhost:1", "ana", "token"))
        hub.far_side = self
        hub._client.http.transport = httpx.MockTransport(self.answer)
        return hub

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.fate.step(f"request {request.url.path}")
        begun = self.loop.time()
        self.asked[request.url.path.split("/")[2]] += 1
        allowed = UNDER_WAY if request.url.path.endswith("/changes") else 0.001
        if self.told_at + allowed < begun < self.not_before - 0.001:
            self.early.append(
                f"{request.method} {request.url.path} at {begun:.3f}, not before {self.not_before:.3f}"
            )
        fault = self.drawn(request)
        try:
            await asyncio.sleep(self.rng.choice((0.001, 0.01, 0.2)))
        except asyncio.CancelledError:
            if self.fate.dead and self.rng.random() < 0.5:  # it was on the wire already
                self.do(request)
            raise
        if fault is not None:
            self.met[fault] += 1
        answer = await self.meet(request, fault)
        self.fate.step(f"answer {request.url.path}")
        return answer

    def drawn(self, request: httpx.Request) -> str | None:
        if self.calm:
            return None
        if self.down[0] <= self.loop.time() < self.down[1]:
            return "refused"
        draw = self.rng.random() * 100
        for kinds, weight in FAULTS.values():
            if draw < weight:
                return self.rng.choice(kinds)
            draw -= weight
        return None

    async def meet(self, request: httpx.Request, fault: str | None) -> httpx.Response:
        match fault:
            case None:
                return self.do(request)
            case "slow":
                await asyncio.sleep(8)
                return self.do(request)
            case "refused" | "dns" | "tls":
                raise httpx.ConnectError(fault, request=request)
            case "connect timeout":
                await asyncio.sleep(5)
                raise httpx.ConnectTimeout(fault, request=request)
            case "reset before":
                raise httpx.ReadError(fault, request=request)
            case "500 before" | "503 before" | "408":
                return httpx.Response(int(fault[:3]), json={"error": "down"})
            case "502 page":
                return httpx.Response(502, text="<html>Bad Gateway</html>")
            case "200 page":
                return httpx.Response(200, text="<html>Entre na rede do hotel</html>")
            case "404 page":
                return httpx.Response(404, text="<html>Not Found</html>")
            case "redirect":
                return httpx.Response(302, headers={"Location": "https://evil.example/"})
            case "401" | "403" | "404" | "409" | "412" | "422":
                if request.url.path.startswith("/v1/commands/") and fault == "404":
                    return self.do(request)
                return httpx.Response(int(fault), json={"error": "no", "detail": fault})
            case "429":
                return self.later()
            case "late":
                self.under_way += 1
                self.loop.call_later(self.rng.uniform(0.1, FIND_DELAY - 0.5), self.arrive, request)
                raise httpx.ReadTimeout(fault, request=request)
        told = self.do(request)
        match fault:
            case "lost":
                await asyncio.sleep(10)
                raise httpx.ReadTimeout(fault, request=request)
            case "reset after":
                raise httpx.RemoteProtocolError(fault, request=request)
            case "500 after" | "503 after":
                return httpx.Response(int(fault[:3]), json={"error": "down"})
            case "truncated":
                return httpx.Response(told.status_code, content=told.content[: len(told.content) // 2])
            case "wrong body":
                return httpx.Response(200, json={"unexpected": [1, 2, 3]})
            case "past the time-out":
                await asyncio.sleep(70)
                return told
        raise AssertionError(fault)

    def later(self) -> httpx.Response:
        asked = self.rng.choice(RETRY_AFTER)
        now = self.loop.time()
        here = START + timedelta(seconds=int(now))
        headers = {"Date": format_datetime(here, usegmt=True)}
        seconds = 0.0
        if asked == "date":
            headers["Retry-After"] = format_datetime(here + timedelta(seconds=30), usegmt=True)
            seconds = 29.0
        elif asked is not None:
            headers["Retry-After"] = asked
            seconds = {"2": 2.0, "40": 40.0, "100000": 3600.0}.get(asked, 0.0)
        if seconds and now + seconds > self.not_before:
            self.not_before, self.told_at = now + seconds, now
        return httpx.Response(429, headers=headers, json={"error": "busy"})

    def arrive(self, request: httpx.Request) -> None:
        self.under_way -= 1
        self.do(request)

    # -- the hub -------------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return START + timedelta(seconds=self.loop.time())

    def do(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/")
        if path == "me":
            return httpx.Response(
                200, json={"login": "ana", "name": "Ana Souza", "teams": ["loja"], "hub": "sim"}
            )
        if path == "changes":
            return self.changes(request)
        if path == "commands":
            (command,) = json.loads(request.content)["commands"]
            return httpx.Response(200, json={"results": [self.carry_out(_COMMAND.validate_python(command))]})
        found = self.remembered(UUID(path.removeprefix("commands/")))
        if found is None:
            return httpx.Response(404, json={"error": "no_such_command"})
        return httpx.Response(200, content=found.model_dump_json())

    def remembered(self, command_id: UUID) -> Receipt | None:
        at, receipt = self.marks.get(command_id, (START, None))
        forgotten = self.forgets is not None and self.now() - at > self.forgets
        return None if forgotten else receipt

    def carry_out(self, command: Command) -> dict[str, Any]:
        known = self.remembered(command.id) if self.idempotency == "native" else None
        if known is None:
            self.world.receipts.pop(command.id, None)
            try:
                known = carry_out(self.world, command, self.now())
            except Rejected as no:
                return {"command_id": str(command.id), "outcome": "refused", "detail": no.reason}
            except Conflict as clash:
                told = [one.model_dump(mode="json") for one in clash.events]
                return {
                    "command_id": str(command.id), "outcome": "conflict", "detail": str(clash),
                    "current": dict(clash.current), "events": told,
                }  # fmt: skip
            self.applied.append((self.now(), command))
            self.marks[command.id] = (self.now(), known)
        receipt = known.model_dump(mode="json")
        return {"command_id": str(command.id), "outcome": "applied", "receipt": receipt}

    def changes(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        full = asked.get("full") == "true" or "after" not in asked
        at = 0 if full else int(asked["after"])
        log = self.log()
        end = min(len(log), at + self.rng.randint(1, 9))
        begin = max(0, at - self.rng.choice((0, 0, 0, 1, 3))) if at else 0
        body = {
            "changes": [
                self.written(one)
                for n, one in enumerate(log[begin:end], begin)
                if not self.passed(one) and not (self.newest_only and superseded(log, n))
            ],
            "cursor": str(end),
            "caught_up": end >= len(log),
        }
        return httpx.Response(200, json=body)

    def written(self, change: Change) -> dict[str, Any]:
        """On the wire; every second poison cannot even be read."""
        told = change.model_dump(mode="json")
        name = getattr(change, "remote_id", "")
        if name in self.poisoned and int(name.removeprefix("poison")) % 2:
            told["at"] = "ontem"
        return told

    def log(self) -> list[Change]:
        return [change for _at, change in self.world.log]

    def passed(self, change: Change) -> bool:
        """Whether it tells of a ticket that is gone by now."""
        key = change.remote_id if isinstance(change, TicketUpsert) else getattr(change, "ticket", None)
        return key is not None and key not in self.world.tickets

    # -- what others do there ------------------------------------------------------------------------------------------

    def stir(self, what: str) -> None:
        """Somebody else does something: "customer", "colleague", "takes", "tags", "gone", "poison"."""
        rng, world, now = self.rng, self.world, self.now()
        if not world.tickets:
            return
        key = rng.choice(sorted(world.tickets))
        n = len(world.log)
        if what == "customer":
            world.customer_writes(key, world.from_customer(key, f"cliente {n}", now), now)
        elif what == "colleague":
            world.set(key, "bruno", now, status=rng.choice((Status.OPEN, Status.PENDING, Status.SOLVED)))
        elif what == "takes":
            world.set(key, "bruno", now, assignee=rng.choice(("bruno", "ana", None)))
        elif what == "tags":
            world.set(key, "bruno", now, tags=(f"tag{n}",))
        elif what == "poison":
            self.poisoned.add(f"poison{n}")
            bad = EventAppend(remote_id=f"poison{n}", ticket=None, at=now, kind=EventKind.MESSAGE, text="?")
            world.tell(now, bad)
        elif what == "gone" and len(world.tickets) > 2:
            del world.tickets[key]
            world.tell(now, TicketGone(remote_id=key))


def superseded(log: list[Change], n: int) -> bool:
    one = log[n]
    if not isinstance(one, TicketUpsert):
        return False
    return any(isinstance(later, TicketUpsert) and later.remote_id == one.remote_id for later in log[n + 1 :])


class SimulatedHub(Hub):
    """The hub's own adapter, with the idempotency of another kind of helpdesk where the test wants that."""

    far_side: FarSide

    async def identify(self) -> AgentIdentity:
        told = await super().identify()
        self.capabilities = lowered(self.far_side)
        return told


def lowered(far_side: FarSide) -> Capabilities:
    changes: dict[str, Any] = (
        {} if far_side.forgets is None else {"remembers": far_side.forgets.total_seconds()}
    )
    return replace(
        CAPABILITIES,
        idempotency=far_side.idempotency,
        find_delay=FIND_DELAY,
        hints=False,
        presence=False,
        parallel=3,
        **changes,
    )
