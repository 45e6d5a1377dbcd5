"""What shall be done to a ticket, as it is written in macros and scripts: one name with its value each.

actions:
  - status: pending
  - tag: [estorno]
wrap_up: {code: reembolso-aberto, reason: pagamento/estorno, status: solved}
"""

from __future__ import annotations

from dataclasses import dataclass

from atendente_tui.domain.words import Priority, Status, Tier
from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fields

ACTIONS = ("status", "priority", "team", "tier", "tag", "untag", "note", "wrap_up")
MOST = 20


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    """One of `ACTIONS`."""
    values: tuple[str, ...]
    """One, or the tags."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a contact is wrapped up."""

    code: str
    reason: str | None = None
    status: Status | None = Status.SOLVED
    """What the ticket becomes; None leaves it."""


def read_actions(fields: Fields, name: str = "actions") -> tuple[Action, ...]:
    written = fields.each(name)
    if len(written) > MOST:
        fields.wrong(_("too many"), field=name, found=str(len(written)), allowed=(f"≤ {MOST}",))
    return tuple(made for one in written[:MOST] if (made := _action(one)) is not None)


def read_ending(fields: Fields, name: str = "wrap_up") -> Ending | None:
    """A code alone, or a mapping of `code`, `reason` and `status` ("keep" leaves it)."""
    value = fields.value(name)
    if value is None or value.data is None:
        return None
    if isinstance(value.data, str):
        return Ending(fields.text(name))
    inner = fields.fields(name)
    if inner is None:
        return None
    code, reason = inner.text("code"), inner.maybe("reason")
    status: Status | None = Status.SOLVED
    if inner.maybe("status") == "keep":
        status = None
    elif "status" in inner:
        status = inner.word("status", Status)
        if status is Status.SNOOZED:
            inner.wrong(_("needs a time, which nobody has set"), field="status")
    inner.close()
    return Ending(code, reason, status)


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
            if word == Status.SNOOZED:
                fields.wrong(_("needs a time, which nobody has set"), field=name)
        case "priority":
            word = fields.word(name, Priority)
        case "tier":
            word = fields.word(name, Tier)
        case _:
            word = fields.text(name) or None
    return None if word is None else Action(name, (str(word),))
