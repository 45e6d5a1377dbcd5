"""Macros: a ready answer together with what shall be done to the ticket, in one YAML document.

    title: Estorno aberto
    text: |
      {{saudacao}}! O estorno do pedido {{pedido.numero}} foi aberto.
    actions:
      - status: pending
      - tag: [estorno]

Either may be absent, not both. An action is one name with its value; they are done in the order written.
"""

from __future__ import annotations

from dataclasses import dataclass

from atendente_tui.domain.words import Priority, Status, Tier
from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fault, Fields, parse
from atendente_tui.knowledge.scripts import check_placeholders

ACTIONS = ("status", "priority", "team", "tier", "tag", "untag", "note", "wrap_up")
MOST = 20


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    """One of `ACTIONS`."""
    values: tuple[str, ...]
    """One, or the tags."""


@dataclass(frozen=True, slots=True)
class Macro:
    id: str
    title: str
    text: str
    """Public; "" when there are actions only."""
    actions: tuple[Action, ...]


def read_macro(text: str, key: str, path: str) -> tuple[Macro | None, list[Fault]]:
    """The macro of one document. None with a fault: half a macro must not be run."""
    tree, faults = parse(text, path)
    if tree is None:
        return None, faults or [Fault(path, 0, _("the file is empty"))]
    fields = Fields(tree, path, faults)
    title, answer = fields.maybe("title"), fields.maybe("text")
    check_placeholders(fields, "text")
    written = fields.each("actions")
    if len(written) > MOST:
        fields.wrong(_("too many"), field="actions", found=str(len(written)), allowed=(f"≤ {MOST}",))
    actions = [made for one in written[:MOST] if (made := _action(one)) is not None]
    if not (answer or "").strip() and not written:
        fields.wrong(_("needs a text, or actions"), field="text")
    fields.close()
    if faults:
        return None, faults
    return Macro(key, title or key, answer or "", tuple(actions)), []


def _action(fields: Fields) -> Action | None:
    names = list(fields)
    if len(names) != 1 or names[0] not in ACTIONS:
        fields.wrong(_("must be one action"), found=", ".join(names) or "—", allowed=ACTIONS)
        return None
    (name,) = names
    if name in ("tag", "untag"):
        values = tuple(one for one in fields.texts(name) if one.strip())
        if not values:
            fields.wrong(_("is required"), field=name)
        return Action(name, values)
    word: str | None
    match name:
        case "status":
            word = fields.word(name, Status)
        case "priority":
            word = fields.word(name, Priority)
        case "tier":
            word = fields.word(name, Tier)
        case _:
            word = fields.text(name) or None
    return None if word is None else Action(name, (str(word),))
