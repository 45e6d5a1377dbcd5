"""The short way to write a conversation: one line a message, `MOMENT WHO TEXT`.

    -2d@10:02 <      Comprei dia 3 e ainda não chegou.
    -2d@10:40 bruno> Oi! Já estou vendo.
    -2d@10:41 bruno# Transportadora sem posição.
    -2d@10:00 aurora* Posso ajudar?
      uma linha recuada continua a mensagem de cima

`<` is the customer, `NAME>` an agent in public, `NAME#` an internal note, `NAME*` a bot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fields, Value
from atendente_tui.knowledge.moments import MOMENTS, Moment, read_moment

_LINE = re.compile(r"(\S+)[ \t]+([\w.-]*)([<>#*])(?:[ \t]+(.*))?\Z")
FORM = "-12m < …  |  -12m ana> …  |  -12m ana# …  |  -12m bot* …"

Mark = Literal["<", ">", "#", "*"]


@dataclass(frozen=True, slots=True)
class Said:
    line: int
    at: Moment
    mark: Mark
    who: str
    text: str


def read_talk(value: Value, fields: Fields) -> list[Said]:
    """The messages of a block text, in the order written. Lines that say nothing readable are faults of `fields`."""
    if not isinstance(value.data, str):
        fields.wrong(_("must be a text"), value)
        return []
    said: list[Said] = []
    for number, line in enumerate(value.data.splitlines(), value.line + (1 if value.block else 0)):
        if not line.strip():
            continue
        here = Value(number, value.path, line)
        if line[0] in " \t":
            if said:
                last = said[-1]
                said[-1] = Said(last.line, last.at, last.mark, last.who, f"{last.text}\n{line.strip()}")
            else:
                fields.wrong(_("nothing stands above to be continued"), here)
            continue
        found = _LINE.match(line)
        if found is None:
            fields.wrong(_("is not a line of a conversation"), here, allowed=(FORM,))
            continue
        moment, who, mark, text = found.groups()
        if mark in ">#*" and not who:
            fields.wrong(_("says not who speaks"), here, allowed=(FORM,))
            continue
        try:
            said.append(Said(number, read_moment(moment), cast(Mark, mark), who, text or ""))
        except ValueError:
            fields.wrong(_("is not a moment relative to the start"), here, found=moment, allowed=MOMENTS)
    return said
