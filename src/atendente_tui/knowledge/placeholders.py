"""Whether the `{{…}}` of a written text can be filled; faults point at the line they stand on."""

from __future__ import annotations

from atendente_tui.domain.looks import FACT, LOOKS
from atendente_tui.domain.templates import VARIABLES, placeholders
from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fields, Value


def check_placeholders(fields: Fields, name: str) -> None:
    """Every `{{…}}` must be a question or name a variable known here."""
    value = fields.value(name)
    if value is None or not isinstance(value.data, str):
        return
    for one in placeholders(value.data):
        unknown = [variable for variable in one.names if variable not in VARIABLES]
        if one.readable and not unknown:
            continue
        here = at_line(value, value.data.index(one.source))
        if any(variable in LOOKS or variable.startswith(FACT) for variable in unknown):
            fields.wrong(_("is for conditions only: it would tell the customer what is internal"), here)
        elif unknown:
            fields.wrong(_("is no variable known here"), here, found=", ".join(unknown), allowed=VARIABLES)
        else:
            fields.wrong(
                _("is neither a variable nor a question"),
                here,
                found=one.source,
                allowed=("{{hoje}}", "{{?…}}"),
            )


def at_line(value: Value, offset: int) -> Value:
    """Where a place within the text of `value` stands in its file."""
    text = value.data if isinstance(value.data, str) else ""
    before = text[:offset].count("\n") + (1 if value.block else 0)
    return Value(value.line + before, value.path, None)
