"""Conditions as they are written in files.

    when:
      pedido.atrasado: sim                 # is
      chamado.canal: [phone, chat]         # is one of
      pedido.dias_de_atraso: ">= 3"        # >= > <= < for numbers, != for what it is not
      known: [pedido.numero]               # has a value; `unknown` has none
      any: [{cliente.segmento: vip}, {fato.identity_confirmed: "yes"}]
      not: {chamado.status: closed}

All of it must hold. Texts are compared without accents and case.
"""

from __future__ import annotations

from atendente_tui.domain.looks import LOOKS, may_look_at
from atendente_tui.domain.templates import VARIABLES
from atendente_tui.flow.condition import Condition, Every, Look, Never, Op, Some
from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fields

_SIGNS: tuple[tuple[str, Op], ...] = (
    (">=", "at_least"),
    ("<=", "at_most"),
    ("!=", "is_not"),
    (">", "above"),
    ("<", "below"),
)
_MOST = 6
"""Conditions within conditions."""


def read_condition(fields: Fields, name: str = "when") -> Condition | None:
    """The condition in a field; None when the field is absent. Faults go where those of `fields` go."""
    inner = fields.fields(name)
    return None if inner is None else _every(inner, 0)


def _every(fields: Fields, depth: int) -> Condition:
    parts: list[Condition] = []
    if depth > _MOST:
        fields.wrong(_("nested too deeply"))
        return Every()
    for name in fields:
        if name in ("known", "unknown"):
            parts += [Look(one, name) for one in _looked(fields, name, fields.texts(name))]  # type: ignore[arg-type]
        elif name == "any":
            some = fields.each(name)
            if not some:
                fields.wrong(_("is required"), field=name)
            parts.append(Some(tuple(_every(one, depth + 1) for one in some)))
        elif name == "not":
            without = fields.fields(name)
            if without is not None:
                parts.append(Never(_every(without, depth + 1)))
        else:
            parts.append(_test(fields, name))
    if not parts:
        fields.wrong(_("a condition that looks at nothing always holds: leave it out"))
    return Every(tuple(parts))


def _test(fields: Fields, name: str) -> Look:
    values = fields.texts(name)
    _looked(fields, name, (name,))
    if not values or not all(one.strip() for one in values):
        fields.wrong(_("is required"), field=name)
    if len(values) == 1:
        for sign, op in _SIGNS:
            if values[0].strip().startswith(sign):
                value = values[0].strip().removeprefix(sign).strip()
                if op != "is_not" and not value.replace(",", "").replace(".", "").isdigit():
                    fields.wrong(_("must be a number"), field=name)
                return Look(name, op, (value,))
    return Look(name, "is", values)


def _looked(fields: Fields, field: str, names: tuple[str, ...]) -> tuple[str, ...]:
    for one in names:
        if not may_look_at(one):
            fields.wrong(
                _("is nothing a condition can look at"),
                field=field,
                found=one,
                allowed=(*LOOKS, *VARIABLES, "fato.…", "resposta.…"),
            )
    return names
