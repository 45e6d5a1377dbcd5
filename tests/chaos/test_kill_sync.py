"""`kill -9` of a busy sync at any moment, against a live Request Tracker and a live hub, through a line that fails as well.

Afterwards the server itself is asked: what the desk called saved is there exactly once, in the order it was given, or
stands with its author; and nothing is there that nobody wrote. `CHAOS_KILLS` says how often each is killed (5; `make
chaos` makes 1,000 each), `CHAOS_SEED` the lot, `CHAOS_FAULTS` of how many exchanges in a hundred the proxy spoils one (12).
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from atendente_tui.backends.rt import RequestTracker
from atendente_tui.hub import tables
from atendente_tui.hub.database import Database
from tests.chaos.busy import Plan
from tests.hub.conftest import new_file
from tests.hub.hub_process import people, running, writing
from tests.hub.world import opened
from tests.live.commands import a_ticket
from tests.live.conftest import LiveRT
from tests.live.working import Witness

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("CHAOS_KILLS", "5"))
SEED = int(os.environ.get("CHAOS_SEED", "1"))
FAULTS = os.environ.get("CHAOS_FAULTS", "12")
TICKETS = 6
PATIENCE = 300.0 + KILLS  # what waits after the last kill still goes over a line that fails

pytestmark = [
    pytest.mark.timeout(PATIENCE + 300 + 5 * KILLS),
    pytest.mark.flaky(reruns=0),  # a second try would hide the one time in a hundred
]


@contextmanager
def faulty(upstream: str, *words: str) -> Iterator[tuple[str, dict[str, int]]]:
    """The proxy's address, and afterwards how often it did what."""
    met: dict[str, int] = {}
    asked = [sys.executable, "-m", "tests.chaos.faulty", upstream, str(SEED), FAULTS, *words]
    with subprocess.Popen(
        asked, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as proxy:
        assert proxy.stdout is not None
        assert proxy.stdin is not None
        try:
            yield proxy.stdout.readline().strip(), met
        finally:
            proxy.stdin.close()
            met |= json.loads(proxy.stdout.readline() or "{}")


def lived(plan: Plan, folder: Path) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """How the last life found everything, and what the desk had called saved."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.json").write_text(json.dumps(plan._asdict()), "utf-8")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "ATENDENTE_LANG": "pt-BR"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.busy", str(folder / "plan.json")],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE + 200 + 5 * KILLS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4_000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert "error" not in told, f"{told}\n{done.stderr[-2_000:]}"
    assert told["kills"] == KILLS, done.stderr[-4_000:]
    lines = (folder / "acks").read_text("utf-8").splitlines() if (folder / "acks").exists() else []
    return told, [json.loads(line) for line in lines]


def compare(told: dict[str, Any], acks: list[dict[str, str]], there: dict[str, list[str]]) -> str:
    """`there`: texts by ticket, in the order in which the server has them. Raises; returns a sentence for the summary."""
    rows = {row["id"]: row for row in told["rows"]}
    lost = [one for one in acks if one["id"] not in rows]
    assert lost == [], f"lost: {lost}"
    assert told["check"] == "ok"
    assert acks, "nothing was ever saved"
    times = Counter(text for texts in there.values() for text in texts if text.startswith("vida "))
    doubled = {text: n for text, n in times.items() if n > 1}
    assert doubled == {}, f"doubled: {doubled}"
    written = {row["text"]: row for row in rows.values() if row["text"]}
    strangers = times.keys() - written.keys()
    assert not strangers, f"nobody wrote {strangers}"
    for text, row in written.items():
        assert row["state"] in ("confirmed", "refused", "conflict", "unknown"), row
        if row["state"] == "confirmed":
            assert times[text] == 1, f"called delivered, and is not there: {row}"
        if row["state"] in ("refused", "conflict"):
            assert times[text] == 0, f"called refused, and is there: {row}"
    order = {text: row["n"] for text, row in written.items()}
    for ticket, texts in there.items():
        numbers = [order[text] for text in texts if text in order]
        assert numbers == sorted(numbers), f"order on {ticket}: {numbers}"
    here = Counter(text for _ticket, text in told["local"] if text.startswith("vida "))
    assert here == times, f"not the same here and there: {(here - times) or (times - here)}"
    stopped = Counter(row["state"] for row in rows.values() if row["state"] != "confirmed")
    return (
        f"{told['kills']} kills in {told['seconds']:.0f} s: {len(acks)} commands called saved, {len(rows)} given, "
        f"{times.total()} texts there, once each and in order; with their author: {dict(stopped)}; lost 0, doubled 0"
    )


def plan(
    backend: str, url: str, user: str, secret: str, folder: Path, tickets: list[str], **more: Any
) -> Plan:
    given = {"options": {}} | more
    return Plan(
        backend,
        url,
        user,
        secret,
        folder=str(folder),
        tickets=tickets,
        kills=KILLS,
        seed=SEED,
        patience=PATIENCE,
        **given,
    )


def test_a_hub_has_everything_once(tmp_path: Path) -> None:
    database_url = f"sqlite:///{new_file(tmp_path / 'hub')}"
    database = Database.open(database_url, migrate=False)
    tokens = people(database, ["ana"])
    with writing(database) as writer:
        tickets = [writer.submit(opened).result(60).remote_id for _n in range(TICKETS)]
    with (
        running(database_url, tmp_path / "hub") as hub,
        faulty(f"http://127.0.0.1:{hub.port}", "twice") as (url, met),
    ):
        told, acks = lived(
            plan("hub", url, "ana", tokens["ana"], tmp_path / "ana", tickets), tmp_path / "ana"
        )
    there: dict[str, list[str]] = {}
    with database.read() as db:
        e = tables.event
        for body in db.execute(select(e.c.body).order_by(e.c.id)).scalars():
            event = json.loads(body)
            there.setdefault(event["ticket"], []).append(event["text"])
    database.close()
    print(f"\nhub: {compare(told, acks, there)}; the line: {met}")


@pytest.mark.live
def test_request_tracker_has_everything_once(live_rt: LiveRT, tmp_path: Path) -> None:
    async def begin() -> list[str]:
        adapter = RequestTracker(live_rt.settings("agent1"))
        await adapter.identify()
        made = [await adapter.push(a_ticket(f"aguenta {SEED}-{n}")) for n in range(TICKETS)]
        await adapter.aclose()
        return [str(receipt.ticket) for receipt in made]

    tickets = asyncio.run(begin())
    with faulty(live_rt.url) as (url, met):
        given = plan(
            "rt", url, "agent1", live_rt.tokens["agent1"], tmp_path / "ana", tickets,
            options={"queue": "Support", "find_delay": 1.0},
        )  # fmt: skip
        told, acks = lived(given, tmp_path / "ana")
    witness = Witness(live_rt)
    there = {ticket: witness.written(int(ticket)) for ticket in tickets}
    witness.close()
    print(f"\nRequest Tracker: {compare(told, acks, there)}; the line: {met}")
