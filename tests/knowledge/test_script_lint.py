"""Broken script files: each seeded fault is found, at its line and column.

`«` stands before the place that is at fault and is taken out before the file is written.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.i18n import choose
from atendente_tui.knowledge.script_lint import lint_endings, lint_scripts
from atendente_tui.knowledge.scripts import load_scripts, read_scripts

HEAD = "id: x\ntitle: X\n"


def guided(*steps: str) -> str:
    return HEAD + "steps:\n" + "".join(f"  {one}\n" for one in steps)


END = "fim: {text: Tchau, end: true}"

FAULTS = {
    # what a text says
    "unknown variable": (HEAD + "text: |\n  Oi\n  seu CPF: {{«cliente.cpf}}\n", "is no variable known here"),
    "unknown in a variant": (
        HEAD + "text: oi\nvariants:\n  sms: a {{«pedido.cor}}\n",
        "is no variable known here",
    ),
    "unreadable braces": (HEAD + "text: oi «{{}}\n", "neither a variable nor a question"),
    "unknown in a step": (
        guided("a: {text: oi, next: fim}", "fim: {text: 'Oi {{«x.y}}', end: true}"),
        "is no variable known here",
    ),
    "braces without quotes": (guided("«a: {text: {{x.y}}, end: true}"), "a name must be plain text"),
    "internal variable": (
        HEAD + "text: |\n  «Você é {{cliente.segmento}}.\n",
        "is for conditions only",
    ),
    "internal words": (HEAD + "text: |\n  Oi.\n  «Uso interno: margem de 20%.\n", "internal words"),
    "internal words in a step": (
        guided("a:", "  text: |", "    Olá.", "    Desconto. «Não dizer ao cliente.", "  end: true"),
        "internal words",
    ),
    "internal words, accents": (HEAD + "text: oi\nvariants:\n  chat: «confidencial\n", "internal words"),
    "too long for X": (
        HEAD + "channels: [x]\ntext: «" + "a" * 290 + "\n",
        "too long for x",
    ),
    "too long once filled": (
        HEAD + "channels: [x]\ntext: «" + "a" * 275 + "{{pedido.numero}}\n",
        "is 3 too long for x",
    ),
    "too long in a step's variant": (
        guided("a:", "  text: oi", "  variants:", "    instagram: «" + "é" * 501, "  end: true"),
        "is 2 too long for instagram",
    ),
    "no text at all": (f"«{HEAD}", "needs a text"),
    "text beside steps": (HEAD + "text: «oi\nsteps:\n  fim: {text: x, end: true}\n", "never be said"),
    # how it is offered
    "unknown channel": (HEAD + "channels: [«pombo]\ntext: oi\n", "is not a word known here"),
    "unknown field": (HEAD + "text: oi\n«texto: oi\n", "is not a field known here"),
    "condition on nothing known": (
        HEAD + "text: oi\nwhen: {«cliente.signo: leão}\n",
        "nothing a condition can look at",
    ),
    "empty condition": (HEAD + "text: oi\n«when: {}\n", "looks at nothing"),
    "number that is none": (
        HEAD + "text: oi\nwhen: {pedido.dias_de_atraso: '«> muitos'}\n",
        "must be a number",
    ),
    "wrap-up into a snooze": (
        HEAD + "text: oi\nwrap_up: {code: ok, status: «snoozed}\n",
        "needs a time",
    ),
    "unknown action": (HEAD + "text: oi\nactions:\n  - {«apagar: tudo}\n", "must be one action"),
    "status that is none": (HEAD + "text: oi\nactions:\n  - status: «feito\n", "is not a word known here"),
    # how it goes on
    "unknown start": (HEAD + "start: «inicio\nsteps:\n  fim: {text: x, end: true}\n", "is no step"),
    "next to nowhere": (guided("a: {text: oi, next: «lugar}", END), "a step that is not there"),
    "choice to nowhere": (
        guided("a:", "  text: oi", "  choices:", "    - {label: sim, goto: fim}", "    - {label: não, goto: «nada}", END),
        "a step that is not there",
    ),
    "branch to nowhere": (
        guided("a: {branch: [{goto: «longe}]}", END),
        "a step that is not there",
    ),
    "dead end": (guided("a: {text: oi, next: b}", "«b: {text: e agora}", END), "is a dead end"),
    "unreachable": (guided("a: {text: oi, next: fim}", "«b: {text: oi, next: fim}", END), "is never reached"),
    "circle without an end": (
        guided("«a: {text: oi, next: b}", "b: {text: oi, next: a}", "fim: {text: x, end: true}"),
        "no end can be reached",
    ),
    "branch without a default": (
        guided("a:", "  «branch:", "    - {when: {pedido.atrasado: sim}, goto: fim}", END),
        "has no default",
    ),
    "default before the last": (
        guided("a:", "  «branch:", "    - {goto: fim}", "    - {when: {pedido.atrasado: sim}, goto: fim}", END),
        "only the last branch",
    ),
    "choices without a default": (
        guided("a:", "  text: oi", "  «choices:", "    - {label: s, goto: fim, when: {pedido.atrasado: sim}}", END),
        "has no default",
    ),
    "answer to no question": (
        guided("a:", "  branch:", "    - {when: {resposta.«quem: a}, goto: fim}", "    - {goto: fim}", END),
        "is no step with choices",
    ),
    "two manners": (guided("«a: {text: oi, next: fim, end: true}", END), "more than one manner"),
    "nothing to say": (guided("«a: {next: fim}", END), "needs a text, or a hint"),
    "wrapped up in the middle": (guided("a: {text: oi, next: fim, wrap_up: «ok}", END), "only a step that ends"),
    "no goto": (guided("«a: {text: oi, choices: [{label: s}]}", END), "is required"),
    "choice twice": (
        guided("a:", "  text: oi", "  choices:", "    - {id: s, label: s, goto: fim}", "    - {id: «s, label: t, goto: fim}", END),
        "named twice",
    ),
    "step twice": (guided("fim: {text: x, end: true}", "«fim: {text: y, end: true}"), "named twice"),
    "variant never offered": (
        HEAD + "channels: [phone]\nsteps:\n  a: {text: oi, variants: {«sms: oi}, end: true}\n",
        "never offered on this channel",
    ),
    "no steps": (HEAD + "«steps: {}\n", "needs at least one step"),
    "not YAML": (HEAD + "text: [oi«\n", "not readable as YAML"),
}  # fmt: skip


@pytest.fixture
def english() -> None:
    choose("en")


@pytest.mark.parametrize("name", FAULTS)
def test_a_seeded_fault_is_found_where_it_is(name: str, tmp_path: Path, english: None) -> None:
    marked, said = FAULTS[name]
    before = marked.partition("«")[0]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    (tmp_path / "s.yaml").write_text(marked.replace("«", ""), "utf-8")
    found = lint_scripts(tmp_path)
    assert any(said in one.message for one in found), [one.message for one in found]
    there = [(one.line, one.column) for one in found if said in one.message]
    if name == "not YAML":  # the parser says where it gave up
        assert there[0][0] >= line
    else:
        assert (line, column) in there, [(one.place, str(one)) for one in found]


def test_there_are_faults_enough():
    assert len(FAULTS) >= 40


def test_ids_used_twice_name_both_files(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(HEAD + "text: oi\n", "utf-8")
    (tmp_path / "b.yaml").write_text(HEAD + "text: oi\n", "utf-8")
    (fault,) = lint_scripts(tmp_path)
    assert (fault.file, fault.line, fault.found) == ("b.yaml", 1, "x")
    assert "a.yaml:1" in fault.message


def test_wrap_up_codes_of_the_helpdesk(tmp_path: Path):
    text = guided("a: {text: oi, choices: [{label: s, goto: b}, {label: n, goto: fim}]}",
                  "b: {text: x, end: true, wrap_up: outra}", END) + "wrap_up: resolvido\n"  # fmt: skip
    (tmp_path / "s.yaml").write_text(text, "utf-8")
    scripts, faults = load_scripts(tmp_path)
    assert faults == []
    assert [one.found for one in lint_endings(scripts, {"resolvido"})] == ["outra"]
    assert lint_endings(scripts, ()) == []


def test_a_script_with_a_fault_is_left_out_and_one_to_look_at_is_not(tmp_path: Path):
    faulty, odd = FAULTS["dead end"][0], FAULTS["unreachable"][0]
    for text, count in ((faulty, 0), (odd, 1)):
        assert len(read_scripts(text.replace("«", ""), "s.yaml")[0]) == count


WORDS = st.sampled_from(
    ["a", "b", "fim", "text", "next", "goto", "when", "label", "choices", "branch", "end", "true", "steps", "id",
     "{{hoje}}", "{{", ": ", "[", "]", "{", "}", "- ", "\n", "\n  ", "\n    ", "|", ">=", "é", "\x00", "\t"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=40).map("".join))
def test_no_text_is_more_than_a_fault(text: str):
    scripts, faults = read_scripts(HEAD + "steps:\n  a: " + text, "s.yaml")
    for one in faults:
        assert str(one)
        assert one.place.startswith("s.yaml")
    assert all(one.guide is not None for one in scripts)
