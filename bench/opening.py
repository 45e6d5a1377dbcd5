"""Opening a ticket with 50 messages: from our store, from Request Tracker's REST, and by RT's own `rt show`.

Request Tracker runs on loopback for the occasion, with one ticket of as many messages. Three ways of ours are
told: the data in hand (what REST gives), the lines of text (what `rt show` prints), and the painted screen.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from sqlcipher3.dbapi2 import Connection

from atendente_tui import i18n
from atendente_tui.store import reading
from atendente_tui.tui.glyphs import choose
from atendente_tui.tui.widgets.timeline_lines import Look, item_lines
from atendente_tui.tui.widgets.timeline_model import TimelineModel
from bench.dataset import LONG, MESSAGES
from bench.measuring import median, ms
from bench.options import ROOT, Options, child_environment
from bench.probe import Probe
from bench.table import Ratio, skipped
from bench.words import Writer

SERVER = ROOT.parent / "shared" / "rt" / "rt-server"
WIDTH, HEIGHT = 80, 45
_NAMES = (
    "opening: RT's REST against ours, the data in hand",
    "opening: `rt show` against ours, read and laid out as lines",
    "opening: RT's REST against ours, from the key to the painted ticket",
)


def run(options: Options) -> list[Ratio]:
    if not SERVER.exists():
        return skipped(_NAMES, "no rt-server script beside this repository (../shared/rt)")
    if shutil.which("rt") is None or not Path("/usr/share/request-tracker5").exists():
        return skipped(_NAMES, "Request Tracker is not installed; `../shared/rt/rt-server install` does it")
    with _request_tracker(options.scratch / "rt") as there:
        return _measure(options, there)


def _measure(options: Options, there: There) -> list[Ratio]:
    i18n.choose("pt-BR")
    world = options.large
    store = world.open(read_only=True)
    rest, show, data, text, painted = [], [], [], [], []
    with (
        closing(store.reader()) as db,
        Probe(
            [sys.executable, "-m", "atendente_tui"], environment=world.environment, columns=160, rows=45
        ) as probe,
    ):
        probe.until(world.shows)
        probe.rest(1.0)
        probe.key("space")  # the panes have been used once
        there.read()
        for n in range(options.rounds(LONG - 1, 9)):
            ticket = world.tickets - LONG + 1 + n % LONG
            data.append(_took(lambda ticket=ticket: _data(db, ticket)))
            text.append(_took(lambda ticket=ticket: _text(db, ticket)))
            rest.append(_took(there.read))
            probe.key("down")
            painted.append(probe.key("space")[0])
            if n % 2 == 0:
                show.append(_took(there.show))
        probe.leave()
    store.close()
    slow = median(rest)
    return [
        Ratio(_NAMES[0], slow / median(data), ">=", 50, ms(median(data)), ms(slow)),
        Ratio(_NAMES[1], median(show) / median(text), ">=", 100, ms(median(text)), ms(median(show))),
        Ratio(_NAMES[2], slow / median(painted), ours=ms(median(painted)), theirs=ms(slow)),
    ]


def _took(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _data(db: Connection, ticket_id: int) -> None:
    """What the panes read of a ticket: itself, its person, and all its messages."""
    row = reading.ticket(db, ticket_id)
    assert row is not None
    reading.customer(db, row.customer_id)
    reading.identities(db, row.customer_id)
    assert len(reading.timeline(db, ticket_id=ticket_id)) == MESSAGES


def _text(db: Connection, ticket_id: int) -> str:
    """The timeline as its pane opens it: all messages read, the newest two screenfuls laid out."""
    row = reading.ticket(db, ticket_id)
    assert row is not None
    zone = ZoneInfo("America/Sao_Paulo")
    model = TimelineModel(db, ticket_id, row.customer_id, zone)
    model.load()
    look = Look(choose("unicode"), zone, date(2026, 11, 22))
    lines: list[str] = []
    for item in reversed(model.items):
        lines += reversed(["".join(span.text for span in one.spans) for one in item_lines(item, WIDTH, look)])
        if len(lines) > 2 * HEIGHT:
            break
    return "\n".join(reversed(lines))


@dataclass(frozen=True, slots=True)
class There:
    """A running Request Tracker with one long ticket."""

    address: str
    token: str
    environment: Mapping[str, str]
    ticket: int

    def read(self) -> None:
        """The ticket, its history and the texts, page by page: the fewest calls that bring all of it."""
        self.call("GET", f"ticket/{self.ticket}")
        fields = "Type,Field,OldValue,NewValue,Creator,Created,TimeTaken,CustomFields"
        self._all(f"ticket/{self.ticket}/history?fields={fields}")
        texts = quote('[{"field":"ContentType","operator":"LIKE","value":"text/%"}]')
        found = self._all(
            f"ticket/{self.ticket}/attachments?fields=TransactionId,ContentType,Filename,Content&query={texts}"
        )
        if found < MESSAGES:
            raise RuntimeError(f"Request Tracker gave {found} texts of {MESSAGES}")

    def _all(self, path: str) -> int:
        total = 0
        for page in itertools.count(1):
            count = int(self.call("GET", f"{path}&per_page=100&orderby=id&page={page}")["count"])
            total += count
            if count < 100:
                break
        return total

    def show(self) -> None:
        done = subprocess.run(
            ["rt", "show", "-l", f"ticket/{self.ticket}/history"],
            env=dict(self.environment),
            capture_output=True,
            timeout=60,
            check=True,
        )
        if done.stdout.count(b"\nContent:") < MESSAGES:
            raise RuntimeError(f"`rt show` printed {done.stdout[:300]!r}")

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        connection = http.client.HTTPConnection(self.address, timeout=60)
        with closing(connection):
            headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
            connection.request(
                method, f"/REST/2.0/{path}", None if body is None else json.dumps(body), headers
            )
            answer = connection.getresponse()
            text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)


@contextmanager
def _request_tracker(place: Path) -> Iterator[There]:
    environment = child_environment({"RT_DATA": str(place), "RT_WORKERS": "2"})
    environment.pop("PYTHONPATH")
    try:
        _server(environment, "start", "0")
        address = urlsplit(_server(environment, "url").strip()).netloc
        tokens = dict(line.split("\t")[:2] for line in (place / "tokens.tsv").read_text().splitlines())
        home = place / "home"
        home.mkdir()
        told = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "RTSERVER": f"http://{address}",
            "RTUSER": "root",
            "RTPASSWD": "rt-root-pw",
        }
        there = There(address, tokens["agent1"], told, 0)
        yield There(address, tokens["agent1"], told, _long_ticket(there))
    finally:
        if place.exists():
            _server(environment, "destroy")


def _long_ticket(there: There) -> int:
    writer = Writer(3)
    head = {"Queue": "Support", "Subject": writer.subject(), "Requestor": "alice@example.com"}
    ticket = int(
        there.call("POST", "ticket", head | {"Content": writer.message(), "ContentType": "text/plain"})["id"]
    )
    for n in range(1, MESSAGES):
        body = {"Content": writer.message(), "ContentType": "text/plain"}
        there.call("POST", f"ticket/{ticket}/{'comment' if n % 2 else 'correspond'}", body)
    return ticket


def _server(environment: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(
        [str(SERVER), *words], env=dict(environment), capture_output=True, text=True, timeout=180, check=False
    )
    if done.returncode:
        raise RuntimeError(f"rt-server {words[0]}: {done.stderr[-500:]}")
    return done.stdout
