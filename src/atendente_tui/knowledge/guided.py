"""Guided scripts read from YAML: `steps` by name, each with a text and the ways on from it.

start: saudar                    # else the first step written
steps:
  saudar:
    title: Cumprimentar          # else the step's name
    text: "{{saudacao}}! Aqui é {{atendente.nome}}."
    variants: {chat: "Oi!"}      # in place of `text` on the channels named
    hint: Sorria.                # for the agent alone
    required: true               # a step that must be done is left out with a reason only
    next: identificar
  identificar:
    text: Pode confirmar seu nome completo?
    choices:
      - {label: Confirmou, goto: ver, fact: identity_confirmed}
      - {label: Não confirmou, goto: encerrar}
  ver:
    branch:                      # decides by itself; the last one has no condition
      - {when: {pedido.atrasado: sim}, goto: atraso}
      - {goto: encerrar}
  encerrar: {text: Obrigado!, end: true, wrap_up: resolvido-informacao}
"""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_lowercase

from atendente_tui.domain.looks import ANSWER
from atendente_tui.domain.words import Channel
from atendente_tui.flow.condition import Condition, names
from atendente_tui.flow.graph import ending, reached
from atendente_tui.flow.guide import Branch, Choice, Guide, Step, graph_of
from atendente_tui.i18n import _
from atendente_tui.knowledge.actions import Action, Ending, read_actions, read_ending
from atendente_tui.knowledge.conditions import read_condition
from atendente_tui.knowledge.marked import Fields
from atendente_tui.knowledge.placeholders import check_placeholders

MOST_CHOICES = 8
"""They are chosen by the letters a to h."""
MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Finish:
    """What is offered at the end of a way through the script."""

    ending: Ending | None = None
    actions: tuple[Action, ...] = ()


def read_guide(fields: Fields) -> tuple[Guide, dict[str, Finish]]:
    """The steps, and what the end steps bring of their own. Faults tell whether it can be used."""
    written = fields.named("steps")
    before = len(fields.faults)
    if not written:
        fields.wrong(_("needs at least one step"), field="steps")
    if len(written) > MOST_STEPS:
        fields.wrong(_("too many"), field="steps", found=str(len(written)), allowed=(f"≤ {MOST_STEPS}",))
    finishes: dict[str, Finish] = {}
    steps = {name: _step(name, one, finishes) for name, one in written}
    start = fields.maybe("start") or next(iter(steps), "")
    guide = Guide(start, steps)
    if start and start not in steps:
        fields.wrong(_("is no step of this script"), field="start", allowed=tuple(steps))
    for name, one in written:
        _check_ways(steps, steps[name], one)
    if len(fields.faults) == before:
        _check_ends(guide, dict(written))
    return guide, finishes


def unreachable(guide: Guide) -> list[Step]:
    """Steps that nothing leads to."""
    there = reached(graph_of(guide))
    return [step for name, step in guide.steps.items() if name not in there]


def _step(name: str, fields: Fields, finishes: dict[str, Finish]) -> Step:
    variants: dict[str, str] = {}
    written = fields.fields("variants")
    if written is not None:
        for channel in written:
            if channel in set(Channel):
                variants[channel] = written.text(channel)
            else:
                written.wrong(_("is not a channel"), field=channel, found=channel, allowed=tuple(Channel))
            check_placeholders(written, channel)
    text, hint = fields.maybe("text") or "", fields.maybe("hint") or ""
    check_placeholders(fields, "text")
    check_placeholders(fields, "hint")
    choices = _choices(fields)
    branches = tuple(_branch(one) for one in fields.each("branch"))
    step = Step(
        name,
        fields.maybe("title") or name,
        text,
        variants,
        hint,
        fields.flag("required", True),
        choices,
        branches,
        fields.maybe("next"),
        fields.flag("end", False),
        fields.line,
    )
    finish = Finish(read_ending(fields), read_actions(fields))
    if finish != Finish():
        finishes[name] = finish
        if not step.end:
            fields.wrong(_("only a step that ends the script is wrapped up"), field="wrap_up")
    fields.close()
    return step


def _choices(fields: Fields) -> tuple[Choice, ...]:
    written = fields.each("choices")
    if len(written) > MOST_CHOICES:
        fields.wrong(_("too many"), field="choices", found=str(len(written)), allowed=(f"≤ {MOST_CHOICES}",))
    choices: dict[str, Choice] = {}
    for letter, one in zip(ascii_lowercase, written[:MOST_CHOICES], strict=False):
        key = one.maybe("id") or letter
        choice = Choice(
            key, one.text("label"), one.text("goto"), read_condition(one), one.maybe("fact") or None
        )
        one.close()
        if choices.setdefault(key, choice) is not choice:
            one.wrong(_("named twice"), field="id", found=key)
    return tuple(choices.values())


def _branch(fields: Fields) -> Branch:
    branch = Branch(fields.text("goto"), read_condition(fields))
    fields.close()
    return branch


def _check_ways(steps: dict[str, Step], step: Step, fields: Fields) -> None:
    for one in (*fields.each("choices"), *fields.each("branch")):
        _check_goto(steps, one, "goto")
        if (when := _again(one)) is not None:
            _check_answers(steps, when, one)
    _check_goto(steps, fields, "next")
    if len(manners := _manners(step)) > 1:
        fields.wrong(
            _("goes on in more than one manner"),
            found=", ".join(manners),
            allowed=("choices", "branch", "next", "end"),
        )
    elif not manners:
        fields.wrong(
            _("is a dead end: nothing leads on from it and it does not say that it ends"),
            found=step.name,
            allowed=("choices", "branch", "next", "end: true"),
        )
    if not step.decides and not (step.text or step.variants or step.hint):
        fields.wrong(_("needs a text, or a hint"), field="text")
    for place, branch in enumerate(step.branches, 1):
        if branch.when is None and place < len(step.branches):
            fields.wrong(_("only the last branch may be without a condition"), field="branch")
    if step.branches and step.branches[-1].when is not None:
        fields.wrong(_("has no default: the last branch must be without a condition"), field="branch")
    if step.choices and all(one.when is not None for one in step.choices):
        fields.wrong(_("has no default: one choice must be without a condition"), field="choices")


def _check_goto(steps: dict[str, Step], fields: Fields, name: str) -> None:
    goto = fields.maybe(name)
    if goto and goto not in steps:
        fields.wrong(_("leads to a step that is not there"), field=name, found=goto, allowed=tuple(steps))


def _again(fields: Fields) -> Condition | None:
    """The condition once more, without saying its faults twice."""
    return read_condition(Fields(fields.whole_value, fields.file, []))


def _check_answers(steps: dict[str, Step], when: Condition, fields: Fields) -> None:
    for name in names(when):
        asked = name.removeprefix(ANSWER)
        if name.startswith(ANSWER) and not (asked in steps and steps[asked].choices):
            choosing = tuple(one for one, step in steps.items() if step.choices)
            fields.wrong(_("is no step with choices"), found=asked, allowed=choosing)


def _manners(step: Step) -> list[str]:
    """In which manners it goes on; `next` beside choices is where one goes who leaves them out."""
    present = {
        "choices": bool(step.choices),
        "branch": bool(step.branches),
        "next": step.next is not None and not step.choices,
        "end": step.end,
    }
    return [name for name, there in present.items() if there]


def _check_ends(guide: Guide, written: dict[str, Fields]) -> None:
    graph = graph_of(guide)
    ended = ending(graph)
    for name in guide.steps:
        if name in reached(graph) and name not in ended:
            written[name].wrong(_("no end can be reached from here"), found=name)
