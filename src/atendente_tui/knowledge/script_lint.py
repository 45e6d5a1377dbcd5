"""What an editor should look at in scripts that can be used: what is never said, what is too long, what is not for customers.

Faults that keep a script from being used are found while it is read (`scripts`, `guided`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from atendente_tui.domain.channels import check_reply
from atendente_tui.domain.fold import folded
from atendente_tui.domain.templates import Placeholder, parse
from atendente_tui.domain.words import Channel
from atendente_tui.flow.guide import Step
from atendente_tui.i18n import _
from atendente_tui.knowledge.articles import read_text
from atendente_tui.knowledge.guided import unreachable
from atendente_tui.knowledge.marked import Fault, columned
from atendente_tui.knowledge.scripts import Script, load_scripts

_INTERNAL = re.compile(
    r"\b(?:uso interno|interno:|nota interna|nao (?:ler|dizer|contar|falar|informar) (?:ao|a|para o|para a) cliente"
    r"|so para (?:voce|o atendente|a equipe)|confidencial|internal (?:use|only|note)|do not (?:read|tell))"
)
"""Words, folded, that stand in notes for colleagues and not in what a customer reads."""
_LONG = {
    "cliente.nome": 30,
    "cliente.primeiro_nome": 10,
    "cliente.nome_social": 20,
    "chamado.protocolo": 12,
    "chamado.assunto": 40,
    "atendente.nome": 20,
    "pedido.numero": 8,
    "pedido.prazo": 10,
    "hoje": 10,
    "saudacao": 9,
}
"""Characters that a value usually takes."""
_ASKED = 20


def lint_scripts(folder: Path) -> list[Fault]:
    """Everything wrong with the scripts of a folder or file: what keeps them from being used, and the rest."""
    scripts, faults = load_scripts(folder)
    base = folder.parent if folder.is_file() else folder
    for path in dict.fromkeys(one.path for one in scripts):
        try:
            text = read_text(base / path)
        except (OSError, ValueError):
            continue
        faults += columned([fault for one in scripts if one.path == path for fault in _lint(one, text)], text)
    return sorted(faults, key=lambda one: (one.file, one.line, one.column))


def lint_endings(scripts: Collection[Script], codes: Collection[str]) -> list[Fault]:
    """Wrap-up codes that the helpdesk does not have; nothing where it has none at all."""
    if not codes:
        return []
    return [
        Fault(
            one.path, one.line, _("is no wrap-up code of the helpdesk"), "wrap_up", code, tuple(sorted(codes))
        )
        for one in scripts
        for code in dict.fromkeys(
            ending.code
            for ending in (one.ending, *(finish.ending for finish in one.finishes.values()))
            if ending is not None
        )
        if code not in codes
    ]


def _lint(script: Script, source: str) -> Iterator[Fault]:
    lines = source.splitlines()
    if script.guide is None:
        yield from _texts(script, script.line, script.text, script.variants, lines)
        return
    for step in unreachable(script.guide):
        yield Fault(
            script.path, step.line, _("is never reached from the start"), f"steps.{step.name}", step.name
        )
    for step in script.guide.steps.values():
        yield from _unused(script, step)
        yield from _texts(script, step.line, step.text, step.variants, lines)


def _unused(script: Script, step: Step) -> Iterator[Fault]:
    for channel in step.variants:
        if not script.suits(Channel(channel)):
            allowed = tuple(script.channels)
            yield Fault(
                script.path,
                step.line,
                _("the script is never offered on this channel"),
                f"steps.{step.name}.variants",
                channel,
                allowed,
            )


def _texts(script: Script, line: int, text: str, variants: object, lines: list[str]) -> Iterator[Fault]:
    told = dict(variants) if isinstance(variants, dict) else {}
    for channel in script.channels or tuple(Channel):
        said = told.get(channel, text)
        over = next(
            (
                one
                for one in check_reply(Channel(channel), _filled(said), 0, 0)
                if said and one.code == "too_long"
            ),
            None,
        )
        if over is not None:
            at = _line_of(said, line, lines)
            told_so = _("is {n} too long for {channel} once its variables are filled")
            yield Fault(
                script.path,
                at,
                told_so.format(n=over.values["over"], channel=channel),
                column=_column(folded(_first(said)), lines[at - 1]) if 0 < at <= len(lines) else 0,
            )
    for said in dict.fromkeys((text, *told.values())):
        for part in said.split("\n"):
            if found := _INTERNAL.search(folded(part)):
                at = _line_of(part, line, lines)
                yield replace(
                    Fault(script.path, at, _("internal words in what the customer is told"), found=found[0]),
                    column=_column(found[0], lines[at - 1]) if 0 < at <= len(lines) else 0,
                )


def _filled(text: str) -> str:
    """The text about as long as it will be."""
    return "".join(
        piece if isinstance(piece, str) else "x" * _length(piece) for piece in parse(text.strip("\n"))
    )


def _length(one: Placeholder) -> int:
    if one.question is not None:
        return _ASKED
    return max((_LONG.get(name, _ASKED) for name in one.names), default=0)


def _line_of(text: str, first: int, lines: list[str]) -> int:
    """The line on which a text begins, looked for from `first` on."""
    begin = _first(text)
    for number, line in enumerate(lines[first - 1 :], first):
        if begin and begin in line:
            return number
    return first


def _first(text: str) -> str:
    return next((one.strip() for one in text.split("\n") if one.strip()), "")


def _column(words: str, line: str) -> int:
    return max(0, folded(line).find(words)) + 1
