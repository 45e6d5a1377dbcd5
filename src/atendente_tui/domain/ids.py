"""UUIDv7 command ids (RFC 9562, section 5.7): ordered by time, unique without asking anybody."""

from __future__ import annotations

import os
from datetime import datetime
from uuid import UUID

from atendente_tui.domain.instants import to_ms


def new_id(now: datetime) -> UUID:
    """A fresh UUIDv7: 48 bits of milliseconds of `now`, the rest from the system's random generator."""
    tail = int.from_bytes(os.urandom(10)) >> 6
    high, low = tail >> 62, tail & (1 << 62) - 1
    return UUID(int=to_ms(now) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
