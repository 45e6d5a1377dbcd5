"""The signs the screen is drawn with: one set for terminals that can, one of plain ASCII.

Only signs whose width terminals agree about; none is an emoji. A sign never stands alone for a meaning that a
colour carries, and no meaning is carried by colour alone.
"""

from typing import NamedTuple


class Glyphs(NamedTuple):
    name: str
    cursor: str
    """Before the row the cursor is on."""
    mark: str
    """A marked row."""
    unread: str
    urgent: str
    """Two columns, as `high` and `low`."""
    high: str
    low: str
    done: str
    open: str
    sync: str
    offline: str
    warning: str
    arrow: str
    more: str
    """Where text was cut."""
    dot: str
    """Between two short facts."""
    fold: str
    pending: str
    """Still in the outbox."""
    reply: str
    note: str
    call: str
    bot: str
    script: str
    article: str
    similar: str
    star: str
    ascii: bool
    """Whether every other sign drawn becomes ASCII, too (`plain_signs`): borders, scroll bars, what customers write."""


UNICODE = Glyphs(
    name="unicode",
    cursor="›",
    mark="✓",
    unread="•",
    urgent="!!",
    high="! ",
    low="· ",
    done="✓",
    open="·",
    sync="↑↓",
    offline="×",
    warning="!",
    arrow="→",
    more="…",
    dot="·",
    fold="+",
    pending="↑",
    reply="›",
    note="#",
    call="≈",
    bot="=",
    script="R",
    article="A",
    similar="=",
    star="*",
    ascii=False,
)

ASCII = Glyphs(
    name="ascii",
    cursor=">",
    mark="x",
    unread="*",
    urgent="!!",
    high="! ",
    low=". ",
    done="v",
    open="-",
    sync="<>",
    offline="x",
    warning="!",
    arrow="->",
    more="~",
    dot="-",
    fold="+",
    pending="^",
    reply=">",
    note="#",
    call="~",
    bot="=",
    script="R",
    article="A",
    similar="=",
    star="*",
    ascii=True,
)

SETS = {one.name: one for one in (UNICODE, ASCII)}


def choose(name: str | None) -> Glyphs:
    """The set of that name; the Unicode one where the name says nothing."""
    return SETS.get(name or "", UNICODE)
