"""A child: asks a server over raw asyncio streams and prints what it measured, so that the client is not what is measured.

python -m bench.hub.load commands|rows|batches|pages|hints|echo   < told as JSON   > found as JSON
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from tests.hub.wire import Line, request


def note(lot: random.Random, tickets: int) -> dict[str, Any]:
    return {
        "type": "note",
        "id": str(UUID(int=lot.getrandbits(128), version=4)),
        "at": "2026-11-23T12:00:00Z",
        "author": "somebody",
        "ticket": {"id": 1, "remote": str(lot.randint(1, tickets))},
        "text": "O cliente pediu que ligássemos amanhã de manhã, antes das dez.",
    }


async def ask_all(told: Any, lines: int, made: Sequence[Callable[[int], bytes]]) -> dict[str, float]:
    """Everything over so many lines; seconds, and how long one waited for its answer."""
    raw = [one(n) for n, one in enumerate(made)]
    waited: list[float] = []
    opened = [Line(told["port"]) for _n in range(lines)]

    async def work(line: Line) -> None:
        while raw:
            asked = raw.pop()
            begun = time.perf_counter()
            await line.send(asked)
            answer = await line.answer()
            waited.append(time.perf_counter() - begun)
            if answer.status != 200 or b'"outcome":"refused"' in answer.body:
                raise RuntimeError(f"{answer.status} {answer.body[:300]!r}")

    begun = time.perf_counter()
    await asyncio.gather(*(work(line) for line in opened))
    seconds = time.perf_counter() - begun
    for line in opened:
        line.close()
    waited.sort()
    return {"seconds": seconds, "p50": waited[len(waited) // 2], "p99": waited[len(waited) * 99 // 100]}


async def commands(told: Any, size: int = 1) -> Any:
    lot = random.Random(told["seed"])
    tokens = told["tokens"]

    def one(n: int) -> bytes:
        body = json.dumps({"commands": [note(lot, told["tickets"]) for _n in range(size)]}).encode()
        return request("POST", "/v1/commands", body, tokens[n % len(tokens)])

    return await ask_all(told, told["lines"], [one] * (told["count"] // size))


async def batches(told: Any) -> Any:
    return await commands(told, 100)


async def rows(told: Any) -> Any:
    lot = random.Random(told["seed"])

    def one(_n: int) -> bytes:
        given = note(lot, 1)
        body = {name: given[name] for name in ("id", "at", "author", "text")}
        return request("POST", "/rows", json.dumps(body).encode())

    return await ask_all(told, told["lines"], [one] * told["count"])


async def pages(told: Any) -> Any:
    """Pages after cursors spread over the log; `path` has a place for each."""
    return await ask_all(
        told,
        told["lines"],
        [
            lambda _n, cursor=cursor: request("GET", told["path"] + str(cursor), token=told["tokens"][0])  # type: ignore[misc]
            for cursor in told["cursors"]
        ],
    )


async def hear(told: Any, path: str, cause: Callable[[int], bytes], tokens: Sequence[str]) -> Any:
    """Many listen; something happens again and again; seconds from then until each has heard of it."""
    listeners = told["listeners"]
    lines = [Line(told["port"], tokens[n % len(tokens)] if tokens else "") for n in range(listeners)]
    heard: list[float] = []
    begun = 0.0
    left = 0
    everybody = asyncio.Event()

    async def listen(line: Line) -> None:
        nonlocal left
        await line.send(request("GET", path, token=line.token))
        await line.head()
        reader = line.reader
        while True:
            said = await reader.readuntil(b"\n")
            if said.startswith(b"event: hello"):
                left -= 1
                everybody.set()
            elif said.startswith(b"event: change"):
                heard.append(time.perf_counter() - begun)
                left -= 1
                everybody.set()

    left = listeners
    listening = [asyncio.create_task(listen(line)) for line in lines]

    async def until_all() -> None:
        async with asyncio.timeout(60):
            while left > 0:
                everybody.clear()
                await everybody.wait()

    await until_all()
    asking = Line(told["port"])
    for n in range(told["warm"] + told["count"]):
        if n == told["warm"]:
            heard.clear()
        await asyncio.sleep(told["pause"])
        left, raw = listeners, cause(n)
        begun = time.perf_counter()
        await asking.send(raw)
        await asking.answer()
        await until_all()
    for task in listening:
        task.cancel()
    for line in (*lines, asking):
        line.close()
    heard.sort()
    return {"heard": len(heard), "p50": heard[len(heard) // 2], "p99": heard[len(heard) * 99 // 100]}


async def hints(told: Any) -> Any:
    lot, tokens = random.Random(told["seed"]), told["tokens"]

    def cause(_n: int) -> bytes:
        body = json.dumps({"commands": [note(lot, told["tickets"])]}).encode()
        return request("POST", "/v1/commands", body, tokens[0])

    return await hear(told, "/v1/hints", cause, tokens)


async def echo(told: Any) -> Any:
    return await hear(told, "/listen", lambda n: request("POST", "/echo", json.dumps({"n": n}).encode()), ())


if __name__ == "__main__":
    work = {
        "commands": commands,
        "batches": batches,
        "rows": rows,
        "pages": pages,
        "hints": hints,
        "echo": echo,
    }
    print(json.dumps(asyncio.run(work[sys.argv[1]](json.load(sys.stdin)))))
