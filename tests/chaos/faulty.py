"""A loopback proxy in a process of its own that refuses, swallows, cuts, delays, stalls and doubles what goes through it.

    python -m tests.chaos.faulty UPSTREAM SEED SHARE [twice]

prints its address, and what it did to whom when its standard input ends. Of a hundred exchanges `SHARE` meet a fault.
A doubled request reaches the server twice: a network does that to nobody, but a retrying middle box may. With "twice"
that happens to commands, too, which only a server that knows their ids survives.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from random import Random

from tests.live.proxy import Fate, Proxy

FATES: tuple[Fate, ...] = ("refuse", "swallow", "cut", "late", "stall", "twice")


async def main(upstream: str, seed: str, share: str, *more: str) -> None:
    rng = Random(seed)

    def fate(method: str, _path: str) -> Fate:
        if rng.random() * 100 >= float(share):
            return "pass"
        drawn = rng.choice(FATES)
        return "swallow" if drawn == "twice" and method != "GET" and "twice" not in more else drawn

    async with Proxy(upstream, lateness=0.7) as proxy:
        proxy.fate = fate
        print(proxy.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)
        told = Counter(what for _method, _path, what in proxy.log)
    print(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
