"""How much the tests try: little at each change, all of it with `ATENDENTE_FULL=1` (`make full`)."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")

FULL = bool(os.environ.get("ATENDENTE_FULL"))


def sized(few: T, many: T) -> T:
    """`few` at each change, `many` at full size: the same promises, held to more cases."""
    return many if FULL else few
