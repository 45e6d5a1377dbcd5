"""The person comes first: while a key's effect is on its way to the screen, work in the background holds still.

Threads of one interpreter take turns at it, so whatever runs beside the screen stretches what a key causes. Bulk work asks
`take_turn` before it begins a step and `give_way` inside it. While somebody is at the keys there is one turn a key, right
after its frame: the moment when the next key is furthest away.
"""

from __future__ import annotations

from time import monotonic, sleep

PAINTED = 0.04
"""Seconds after which a key is taken to have nothing more to paint."""
WRITTEN = 0.002
"""Seconds that a frame takes to the terminal."""
AT_THE_KEYS = 0.12
"""Seconds after a key in which the next one is likely."""
LONGEST = 0.06
"""Seconds that one who asks waits at most: keys that never end do not stop a sync."""
_LOOK = 0.001


class Courtesy:
    """Shared by the screen's thread, which tells, and those in the background, which ask. No method of the teller blocks."""

    def __init__(self) -> None:
        self._pressed = self._turn = 0.0
        self._free = 0.0
        """When the machine is no longer the screen's."""

    def pressed(self) -> None:
        """A person pressed a key just now."""
        self._pressed = now = monotonic()
        self._free = now + PAINTED

    def painted(self) -> None:
        """A frame was handed to the terminal."""
        self._free = min(self._free, monotonic() + WRITTEN)

    def at_the_keys(self) -> bool:
        """Whether somebody is typing or moving about."""
        return monotonic() - self._pressed < AT_THE_KEYS

    def give_way(self, longest: float = LONGEST) -> float:
        """Wait until what was pressed has been painted; returns the seconds that took."""
        begun = now = monotonic()
        while now < self._free and now - begun < longest:
            sleep(_LOOK)
            now = monotonic()
        return now - begun

    def take_turn(self) -> None:
        """Wait for a good moment to begin a step of some milliseconds."""
        begun = monotonic()
        while self.at_the_keys() and self._turn == self._pressed and monotonic() - begun < LONGEST:
            sleep(_LOOK)
        self.give_way()
        self._turn = self._pressed
