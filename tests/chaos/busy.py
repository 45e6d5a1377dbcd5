"""A workstation without a screen that works as fast as it can, killed with `kill -9` again and again.

    python -m tests.chaos.busy PLAN.json

The plan (see `Plan`) names a backend, tickets and a number of lives. Each life is a process of its own: it opens the
store the one before left, gives commands at the desk, and syncs with the real service over the real network. What the
desk called saved is written to `acks` at once, one JSON line each, which survives the kill. After the last kill one life
more is left alone until nothing waits. The last line on the standard output says how it went.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from atendente_tui.backends.hub import Hub
from atendente_tui.backends.port import BackendSettings
from atendente_tui.backends.rt import RequestTracker
from atendente_tui.clock import SystemClock
from atendente_tui.desk import answering, triaging
from atendente_tui.desk.desk import Agent, Can, Desk
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.domain.words import OutboxState, Priority
from atendente_tui.store import outbox
from atendente_tui.store.store import Store
from atendente_tui.sync.service import SyncService

ADAPTERS: dict[str, Any] = {"rt": RequestTracker, "hub": Hub}
AT_MOST = 2.0
"""Seconds that a life lasts in which nothing gets saved, as where enough is on its way to a slow backend."""
REST = 3.0
"""Seconds that one life in fifteen goes on: what was under way at a kill is looked for twice, with a wait between."""
MOST = 40
"""Commands on their way, at most: who waits for the end waits for these."""


class Plan(NamedTuple):
    backend: str
    url: str
    user: str
    secret: str
    options: dict[str, Any]
    folder: str
    tickets: list[str]
    """Remote ids of those that are worked on."""
    kills: int
    seed: int
    patience: float
    """Seconds in which all must be at rest after the last kill."""


def opened(plan: Plan) -> Store:
    return Store.open(Path(plan.folder) / "store", key=bytes(32), rules=DEFAULT_RULES, clock=SystemClock())


def syncing(plan: Plan, store: Store, rng: Random) -> SyncService:
    settings = BackendSettings(plan.backend, plan.url, plan.user, plan.secret, options=plan.options)
    return SyncService(
        store,
        lambda: ADAPTERS[plan.backend](settings),
        clock=SystemClock(),
        rng=rng,
        backend_name="chaos",
        poll_seconds=1.0,
    )


def life(plan: Plan, number: int) -> None:
    """Work until killed."""
    rng = Random(f"{plan.seed}-{number}")
    acks = os.open(Path(plan.folder) / "acks", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    store = opened(plan)
    syncing(plan, store, rng).start()
    desk = Desk(
        store, Agent(plan.user, plan.user), store.rules, store.clock, {"default": 0.0}, Can.everything()
    )
    given = 0
    while True:
        db = store.reader()
        waiting = sum(outbox.counts(db).values())
        ids = [
            row[0]
            for row in db.execute(
                f"SELECT id FROM ticket WHERE remote_id IN ({','.join('?' * len(plan.tickets))})",
                plan.tickets,
            )
        ]
        db.close()
        if not ids or waiting >= MOST:
            time.sleep(0.05)
            continue
        given += 1
        ticket, text = rng.choice(ids), f"vida {number} palavra {given} fim"
        with suppress(Refused):
            draw = rng.random()
            if draw < 0.6:
                sent = answering.reply(desk, ticket, text, insist=True).result(30)
            elif draw < 0.9:
                sent = answering.note(desk, ticket, text).result(30)
            else:
                sent, text = triaging.set_priority(desk, ticket, rng.choice(tuple(Priority))).result(30), ""
            told = {"id": str(sent.command_id), "type": sent.type, "text": text}
            os.write(acks, (json.dumps(told) + "\n").encode())
        time.sleep(rng.uniform(0.0, 0.03))


def rest(plan: Plan) -> dict[str, Any]:
    """The last life: sync until nothing waits. What a person would have to decide is told."""
    store = opened(plan)
    service = syncing(plan, store, Random(plan.seed))
    service.start()
    until = time.monotonic() + plan.patience
    moving = {OutboxState.HELD, OutboxState.QUEUED, OutboxState.SENT}
    while True:
        db = store.reader()
        left = outbox.counts(db)
        db.close()
        if not any(left.get(state) for state in moving) and service.status().state == "idle":
            break
        if time.monotonic() > until:
            return {"error": f"not at rest after {plan.patience} s: {dict(left)} {service.status()}"}
        service.nudge()
        time.sleep(0.3)
    time.sleep(2.5)  # what it made there comes with one pull more
    service.stop()
    db = store.reader()
    rows = db.execute("SELECT n, command_id, type, state, body, error FROM outbox ORDER BY n").fetchall()
    remote = dict(db.execute("SELECT id, remote_id FROM ticket").fetchall())
    texts = db.execute("SELECT e.text, e.ticket_id FROM event e WHERE e.remote_id IS NOT NULL").fetchall()
    check = db.execute("PRAGMA quick_check").fetchone()[0]
    db.close()
    store.close()
    return {
        "rows": [
            {"n": n, "id": command, "type": kind, "state": state, "error": error,
             "text": json.loads(body).get("text", ""), "ticket": remote.get(json.loads(body)["ticket"]["id"])}
            for n, command, kind, state, body, error in rows
        ],
        "local": [[remote.get(ticket), text] for text, ticket in texts],
        "check": check,
    }  # fmt: skip


def met(plan: Plan) -> None:
    """A first life that ends by itself once the tickets are here."""
    store = opened(plan)
    service = syncing(plan, store, Random(plan.seed))
    service.start()
    until = time.monotonic() + plan.patience
    marks = ",".join("?" * len(plan.tickets))
    while time.monotonic() < until:
        db = store.reader()
        here = db.execute(
            f"SELECT count(*) FROM ticket WHERE remote_id IN ({marks})", plan.tickets
        ).fetchone()[0]
        db.close()
        if here == len(plan.tickets):
            break
        service.nudge()
        time.sleep(0.1)
    service.stop()
    store.close()


def wait_for(plan: Plan, more: int) -> None:
    """Until so many more commands were called saved."""
    file = Path(plan.folder) / "acks"

    def lines() -> int:
        return file.read_bytes().count(b"\n") if file.exists() else 0

    wanted, until = lines() + more, time.monotonic() + AT_MOST
    while lines() < wanted and time.monotonic() < until:
        time.sleep(0.004)


def forked(work: Any) -> int:
    """A child that does this; `work` may end, or be killed."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException as wrong:
        print(f"a life ended by itself: {type(wrong).__name__}: {wrong}", file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def main(path: str) -> None:
    plan = Plan(**json.loads(Path(path).read_text("utf-8")))
    rng = Random(plan.seed)
    Path(plan.folder).mkdir(parents=True, exist_ok=True)
    gc.freeze()
    began, killed = time.monotonic(), 0
    os.waitpid(forked(lambda: met(plan)), 0)
    for number in range(plan.kills):
        child = forked(lambda number=number: life(plan, number))  # type: ignore[misc]
        wait_for(plan, rng.randint(0, 8))
        time.sleep(rng.uniform(0.0, 0.3) + (REST if number % 15 == 14 else 0.0))
        os.kill(child, signal.SIGKILL)
        _pid, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        if number % 100 == 99:
            print(f"{number + 1} kills, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    told = rest(plan)
    print(json.dumps({**told, "kills": killed, "seconds": round(time.monotonic() - began, 1)}))


if __name__ == "__main__":
    main(sys.argv[1])
