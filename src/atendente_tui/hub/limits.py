"""How often somebody may ask: each token so many times a minute, and each address so many log-ins that fail.

Counted in this process alone; of several processes each counts its own. A token that held a moment ago is let through from
an address whose log-ins fail: one bad workstation shuts out nobody who shares its address.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter, RateLimiter

RATE = 600
"""Requests a minute of one token."""
FAILURES = 30
"""Log-ins a minute that may fail, of one address."""
REMEMBERED = 10_000
"""Tokens of which is known that they held a moment ago."""


class Limits:
    """Called on the event loop. `rate` and `failures` a minute; 0: as often as they like."""

    def __init__(self, rate: int = RATE, failures: int = FAILURES) -> None:
        storage = MemoryStorage()
        self._asking = MovingWindowRateLimiter(storage)
        self._failing = FixedWindowRateLimiter(storage)
        self._rate = RateLimitItemPerMinute(rate) if rate else None
        self._failures = RateLimitItemPerMinute(failures) if failures else None
        self._held: OrderedDict[str, None] = OrderedDict()

    def asked(self, token: str) -> int | None:
        """Count a request of this token (its id). Seconds to wait when it is one too many, else None."""
        if self._rate is None or self._asking.hit(self._rate, "token", token):
            return None
        return _seconds(self._asking, self._rate, "token", token)

    def barred(self, address: str, token_hash: str) -> int | None:
        """Seconds for which an unknown token from this address is not even looked up, else None."""
        if self._failures is None or token_hash in self._held:
            return None
        key = _neighbourhood(address)
        if self._failing.test(self._failures, "address", key):
            return None
        return _seconds(self._failing, self._failures, "address", key)

    def failed(self, address: str, token_hash: str) -> None:
        self._held.pop(token_hash, None)
        if self._failures is not None:
            self._failing.hit(self._failures, "address", _neighbourhood(address))

    def held(self, token_hash: str) -> None:
        self._held[token_hash] = None
        self._held.move_to_end(token_hash)
        if len(self._held) > REMEMBERED:
            self._held.popitem(last=False)


def _seconds(limiter: RateLimiter, item: RateLimitItemPerMinute, *names: str) -> int:
    return max(1, math.ceil(limiter.get_window_stats(item, *names).reset_time - time.time()))


def _neighbourhood(address: str) -> str:
    """The address; of IPv6 the network, of which one person has as many addresses as they like."""
    try:
        found = ip_address(address)
    except ValueError:
        return "?"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
    return str(found)
