"""Process files: how one kind of contact is handled, a YAML document for each contact reason.

reason: entrega/atraso             # as the helpdesk names it; "entrega" alone stands for all below it
title: Pedido atrasado
customer: Quem comprou e ainda não recebeu.
required: [identity_confirmed, order_number]     # facts without which it should not be closed
disclose:                          # what may be told to whom (domain.disclosure.KINDS); what is not named, to nobody
  anyone: []
  identified: [order, delivery, address]
checklist:
  - {id: rastreio, text: Conferir o rastreio, required: true, when: {known: [pedido.numero]}}
owner: Varejo
targets: {first: 15m, next: 1h, resolution: 2d}
control: Nenhum pedido atrasado fica sem nova data.
risk: Prometer uma data que a transportadora não confirmou.
scripts: [ligacao-atraso]
articles: [pedido-atrasado]
wrap_ups: [resolvido-informacao, reembolso-aberto]
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from atendente_tui.domain.disclosure import KINDS, Disclosed, disclosed, identified
from atendente_tui.domain.facts import KNOWN_FACTS
from atendente_tui.flow.condition import Condition, Known, holds
from atendente_tui.i18n import _
from atendente_tui.knowledge.articles import yaml_below
from atendente_tui.knowledge.conditions import read_condition
from atendente_tui.knowledge.marked import Fault, Fields, columned, parse
from atendente_tui.knowledge.moments import LENGTHS, read_length

ANSWERS = (
    *("title", "customer", "required", "disclose", "checklist", "owner"),
    *("targets", "control", "risk", "wrap_ups"),
)
"""The ten questions a process answers; lint tells of one that is left open."""
MOST = 40


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be done or checked."""

    id: str
    text: str
    required: bool = True
    when: Condition | None = None
    """Counts only for tickets of which it holds."""


@dataclass(frozen=True, slots=True)
class Targets:
    first: timedelta | None = None
    next: timedelta | None = None
    resolution: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Process:
    reason: str
    title: str
    customer: str = ""
    required: tuple[str, ...] = ()
    """Names of facts."""
    anyone: frozenset[str] = frozenset()
    """Kinds that may be told to whoever asks."""
    identified: frozenset[str] = frozenset()
    """Kinds that may be told once it is known who is there."""
    checklist: tuple[Item, ...] = ()
    owner: str = ""
    targets: Targets = Targets()
    control: str = ""
    risk: str = ""
    scripts: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    wrap_ups: tuple[str, ...] = ()
    path: str = ""
    line: int = 1
    open: tuple[str, ...] = ()
    """Which of `ANSWERS` are left open."""

    def items(self, known: Known) -> tuple[Item, ...]:
        """What of the list counts for a ticket."""
        return tuple(one for one in self.checklist if one.when is None or holds(one.when, known))


class Missing(NamedTuple):
    """What should be there before a ticket is closed."""

    facts: tuple[str, ...]
    items: tuple[Item, ...]

    def __bool__(self) -> bool:
        return bool(self.facts or self.items)


def missing(process: Process, facts: Collection[str], done: Collection[str], known: Known) -> Missing:
    """Required facts that are not known, and required items that are not done."""
    return Missing(
        tuple(one for one in process.required if one not in facts),
        tuple(one for one in process.items(known) if one.required and one.id not in done),
    )


def withheld(process: Process, facts: Collection[str]) -> frozenset[str]:
    """The kinds of things that must not be told now: before one knows who is there, all but what is for anyone."""
    told = process.anyone | (process.identified if identified(facts) else frozenset())
    return frozenset(KINDS) - told


def too_early(process: Process, facts: Collection[str], text: str) -> tuple[Disclosed, ...]:
    """Where a text tells what must not be told now."""
    return disclosed(text, withheld(process, facts))


def process_for(processes: Iterable[Process], reason: str | None) -> Process | None:
    """The process of a contact reason, else that of the longest reason above it (`entrega` for `entrega/atraso`)."""
    if not reason:
        return None
    fitting = [one for one in processes if reason == one.reason or reason.startswith(one.reason + "/")]
    return max(fitting, key=lambda one: len(one.reason), default=None)


def read_process(text: str, path: str) -> tuple[Process | None, list[Fault]]:
    """The process of one document. None with a fault: half a process would let through what it should stop."""
    tree, faults = parse(text, path)
    if tree is None:
        return None, columned(faults, text) or [Fault(path, 0, _("the file is empty"))]
    fields = Fields(tree, path, faults)
    anyone, known_people = _disclosed(fields)
    process = Process(
        fields.text("reason"),
        fields.maybe("title") or fields.maybe("reason") or "",
        fields.maybe("customer") or "",
        _facts(fields),
        anyone,
        known_people,
        _checklist(fields),
        fields.maybe("owner") or "",
        _targets(fields),
        fields.maybe("control") or "",
        fields.maybe("risk") or "",
        fields.texts("scripts"),
        fields.texts("articles"),
        fields.texts("wrap_ups"),
        path,
        fields.line,
        tuple(one for one in ANSWERS if one not in fields),
    )
    fields.close()
    return (None if faults else process), columned(faults, text)


def load_processes(folder: Path) -> tuple[list[Process], list[Fault]]:
    """Every `*.yaml` and `*.yml` below the folder, in the order of their paths. A reason used twice is a fault."""
    processes: dict[str, Process] = {}
    faults: list[Fault] = []
    for name, text in yaml_below(folder, faults):
        one, found = read_process(text, name)
        faults += found
        if one is not None and processes.setdefault(one.reason, one) is not one:
            said = _("this reason already has a process: {file}").format(file=processes[one.reason].path)
            faults += columned([Fault(name, one.line, said, "reason", one.reason)], text)
    return list(processes.values()), faults


def lint_processes(
    processes: Iterable[Process],
    *,
    scripts: Collection[str] | None = None,
    articles: Collection[str] | None = None,
    wrap_ups: Collection[str] | None = None,
    reasons: Collection[str] | None = None,
) -> list[Fault]:
    """What an editor should look at: questions left open, and names of what is not there (None: not looked at)."""
    faults = []
    for one in processes:
        for name in one.open:
            faults.append(Fault(one.path, one.line, _("is left open"), name))
        for field, names, there in (
            ("scripts", one.scripts, scripts),
            ("articles", one.articles, articles),
            ("wrap_ups", one.wrap_ups, wrap_ups),
            ("reason", (one.reason,), reasons),
        ):
            for name in names:
                if there and not any(name == other or other.startswith(name + "/") for other in there):
                    faults.append(Fault(one.path, one.line, _("is not there"), field, name))
        if "debt" in one.anyone:
            faults.append(Fault(one.path, one.line, _("a debt is told to nobody unknown"), "disclose.anyone"))
    return faults


def _disclosed(fields: Fields) -> tuple[frozenset[str], frozenset[str]]:
    inner = fields.fields("disclose")
    if inner is None:
        return frozenset(), frozenset()
    kinds = []
    for name in ("anyone", "identified"):
        written = inner.texts(name)
        for one in written:
            if one not in KINDS:
                inner.wrong(_("is not a word known here"), field=name, found=one, allowed=KINDS)
        kinds.append(frozenset(written))
    inner.close()
    return kinds[0], kinds[1]


def _facts(fields: Fields) -> tuple[str, ...]:
    facts = fields.texts("required")
    for one in facts:
        if one not in KNOWN_FACTS:
            fields.wrong(_("is not a word known here"), field="required", found=one, allowed=KNOWN_FACTS)
    return facts


def _checklist(fields: Fields) -> tuple[Item, ...]:
    written = fields.each("checklist")
    if len(written) > MOST:
        fields.wrong(_("too many"), field="checklist", found=str(len(written)), allowed=(f"≤ {MOST}",))
    items: dict[str, Item] = {}
    for one in written[:MOST]:
        item = Item(one.text("id"), one.text("text"), one.flag("required", True), read_condition(one))
        one.close()
        if items.setdefault(item.id, item) is not item:
            one.wrong(_("named twice"), field="id", found=item.id)
    return tuple(items.values())


def _targets(fields: Fields) -> Targets:
    inner = fields.fields("targets")
    if inner is None:
        return Targets()
    lengths: list[timedelta | None] = []
    for name in ("first", "next", "resolution"):
        text = inner.maybe(name)
        try:
            lengths.append(None if text is None else read_length(text))
        except ValueError:
            inner.wrong(_("is not a length of time"), field=name, found=text, allowed=LENGTHS)
            lengths.append(None)
        if lengths[-1] == timedelta():
            inner.wrong(_("is not a length of time"), field=name, found=text, allowed=LENGTHS)
    inner.close()
    first, following, resolution = lengths
    if first is not None and resolution is not None and first > resolution:
        fields.wrong(_("the first answer is due after the resolution"), field="targets")
    return Targets(first, following, resolution)
