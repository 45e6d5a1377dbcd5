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
from pathlib import Path

from atendente_tui.i18n import _
from atendente_tui.knowledge.actions import Action, read_actions
from atendente_tui.knowledge.articles import read_text
from atendente_tui.knowledge.marked import Fault, Fields, columned, parse
from atendente_tui.knowledge.placeholders import check_placeholders


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
        return None, columned(faults, text) or [Fault(path, 0, _("the file is empty"))]
    fields = Fields(tree, path, faults)
    title, answer = fields.maybe("title"), fields.maybe("text")
    check_placeholders(fields, "text")
    actions = read_actions(fields)
    if not (answer or "").strip() and not fields.each("actions"):
        fields.wrong(_("needs a text, or actions"), field="text")
    fields.close()
    if faults:
        return None, columned(faults, text)
    return Macro(key, title or key, answer or "", actions), []


def load_macros(folder: Path) -> tuple[list[Macro], list[Fault]]:
    """Every `*.yaml` and `*.yml` of the folder, in the order of their names; a macro's id is its file's name."""
    macros: dict[str, Macro] = {}
    faults: list[Fault] = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        try:
            text = read_text(path)
        except (OSError, ValueError) as error:
            faults.append(Fault(path.name, 0, str(error)))
            continue
        macro, found = read_macro(text, path.stem, path.name)
        faults += found
        if macro is not None and macros.setdefault(macro.id, macro) is not macro:
            faults.append(Fault(path.name, 1, _("this id is already used by {file}").format(file=path.stem)))
    return list(macros.values()), faults
