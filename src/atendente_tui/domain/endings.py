"""What is asked for on the last lines of a text: `/prometo sex 14h ligar`, `/lembrar amanhã 9h`, `/enviar seg 8h`, `/resolver`.

Such lines are orders to the desk and never sent. A line that begins like one and cannot be read is a fault, so that
no order goes to a customer as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Literal, NamedTuple

from atendente_tui.domain.fold import folded
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.when import parse_when

Kind = Literal["promise", "remind", "send", "solve"]
WORDS: Mapping[str, Kind] = {
    "prometo": "promise",
    "promessa": "promise",
    "promise": "promise",
    "lembrar": "remind",
    "lembrete": "remind",
    "adiar": "remind",
    "remind": "remind",
    "enviar": "send",
    "agendar": "send",
    "send": "send",
    "resolver": "solve",
    "solve": "solve",
}
_LINE = re.compile(r"/([^\W\d_]+)(?:\s+(.*))?")
MOST_WORDS = 8
"""Words, at most, that a moment is said in."""


class Ending(NamedTuple):
    kind: Kind
    at: datetime | None
    what: str
    """What is promised, or to be remembered."""


class Ended(NamedTuple):
    text: str
    """Without the orders below it."""
    endings: tuple[Ending, ...]


def read_endings(text: str, now: datetime, zone: tzinfo | str) -> Ended:
    """The text and the orders below it, in their order.

    Refused: ending_when (found: its moment cannot be read), ending_what (found: a promise says what).
    """
    lines = text.rstrip().split("\n")
    found: list[Ending] = []
    while lines:
        line = lines[-1].strip()
        order = _LINE.fullmatch(line)
        kind = WORDS.get(folded(order[1])) if order else None
        if order is None or kind is None:
            if line or not found:
                break
            lines.pop()  # blank lines between the text and its orders
            continue
        found.append(_ending(kind, line, (order[2] or "").strip(), now, zone))
        lines.pop()
    if not found:
        return Ended(text, ())
    return Ended("\n".join(lines).rstrip(), tuple(reversed(found)))


def _ending(kind: Kind, line: str, said: str, now: datetime, zone: tzinfo | str) -> Ending:
    if kind == "solve":
        return Ending(kind, None, said)
    words = said.split()
    for count in range(min(len(words), MOST_WORDS), 0, -1):
        try:
            at = parse_when(" ".join(words[:count]), now, zone)
        except Refused:
            continue
        what = re.sub(r"^[\s:,–-]+", "", " ".join(words[count:]))
        if kind == "promise" and not what:
            raise Refused("ending_what", found=line)
        return Ending(kind, at, what)
    raise Refused("ending_when", found=line)
