"""Process files: read, linted, and what they say of a ticket: what is missing, what may not be told yet."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.disclosure import KINDS, disclosed, identified
from atendente_tui.i18n import choose
from atendente_tui.knowledge.processes import (
    ANSWERS,
    lint_processes,
    load_processes,
    missing,
    process_for,
    read_process,
    too_early,
    withheld,
)

WHOLE = """reason: cobranca/parcela
title: Parcela vencida
customer: Quem tem uma parcela vencida.
required: [identity_confirmed]
disclose:
  anyone: []
  identified: [debt, value, payment]
checklist:
  - {id: quem, text: Confirmar quem fala}
  - {id: acordo, text: Oferecer acordo, when: {fato.identity_confirmed: "yes"}}
  - {id: brinde, text: Lembrar do clube, required: false}
owner: Financeiro
targets: {first: 15m, next: 1h, resolution: 2d}
control: Nenhum acordo sem valor e data.
risk: Contar a dívida a outra pessoa.
scripts: [ligacao-cobranca]
articles: [tabela-de-acordos]
wrap_ups: [acordo-feito]
"""


def process(text: str = WHOLE):
    read, faults = read_process(text, "p.yaml")
    assert faults == []
    assert read is not None
    return read


def test_a_whole_process_is_read():
    one = process()
    assert (one.reason, one.open, [item.id for item in one.checklist]) == (
        "cobranca/parcela",
        (),
        ["quem", "acordo", "brinde"],
    )
    assert one.targets.resolution == timedelta(days=2)
    assert lint_processes([one]) == []


def test_what_is_missing_follows_the_ticket():
    one = process()
    lacks = missing(one, set(), set(), {})
    assert (lacks.facts, [item.id for item in lacks.items]) == (("identity_confirmed",), ["quem"])
    there = {"fato.identity_confirmed": ("yes",)}
    assert [item.id for item in missing(one, {"identity_confirmed"}, {"quem"}, there).items] == ["acordo"]
    assert not missing(one, {"identity_confirmed"}, {"quem", "acordo"}, there)


def test_a_debt_is_told_to_nobody_unknown():
    one = process()
    text = "Sua parcela vencida é de R$ 89,90, com desconto."
    assert [found.kind for found in too_early(one, set(), text)] == ["debt", "value"]
    assert too_early(one, {"identity_confirmed"}, text) == ()
    assert "order" in withheld(one, {"cpf_confirmed"})
    assert too_early(one, {"cpf_confirmed"}, "O pedido 88213 saiu")[0].found == "pedido 88213"


@pytest.mark.parametrize(
    ("kind", "yes", "no"),
    [
        ("debt", "Consta uma DÍVIDA em seu nome.", "Pago no débito automático."),
        ("debt", "As parcelas estão vencidas.", "Em quantas parcelas prefere?"),
        ("order", "O pedido nº 88213 chegou.", "Seu pedido chegou às 15h."),
        ("value", "São R$ 1.234,56 à vista.", "São 3 itens."),
        ("value", "custa 50 reais", "reais motivos"),
        ("address", "Entregamos na Rua das Flores, 120.", "Saiu para a rua."),
        ("address", "CEP 01310-100", "protocolo 2026-004821"),
        ("document", "CPF 123.456.789-00", "pedido 12345678900"),
        ("contact", "escreva a maria@exemplo.com.br", "às 9h de 10/10"),
        ("contact", "ligue (11) 90000-1234", "prot. 20260-04821"),
        ("payment", "o cartão terminado em 1234", "o cartão foi aceito"),
        ("delivery", "Ele saiu para entrega hoje.", "O prazo é de 5 dias."),
    ],
)
def test_what_a_text_tells(kind: str, yes: str, no: str):
    assert [one.kind for one in disclosed(yes, {kind})] == [kind]
    assert disclosed(no, {kind}) == ()
    assert disclosed(yes, ()) == ()


@given(st.text())
def test_places_are_those_of_the_text(text: str):
    for one in disclosed(text + " R$ 5,00 ı́ pedido 123"):
        assert (text + " R$ 5,00 ı́ pedido 123")[one.start : one.end] == one.found
        assert one.kind in KINDS
    assert identified(["cpf_confirmed"])
    assert not identified(["order_number"])


def test_the_nearest_reason_answers():
    wide, near = process(WHOLE.replace("cobranca/parcela", "cobranca")), process()
    assert process_for([wide, near], "cobranca/parcela") is near
    assert process_for([wide, near], "cobranca/outra") is wide
    assert process_for([wide, near], "cobrancas") is None
    assert process_for([wide, near], None) is None


FAULTS = {
    "no reason": ("«title: x\n", "is required"),
    "unknown fact": ("reason: x\nrequired: [«signo]\n", "is not a word known here"),
    "unknown kind": ("reason: x\ndisclose: {identified: [«tudo]}\n", "is not a word known here"),
    "unknown disclosure": ("reason: x\ndisclose: {«todos: [order]}\n", "is not a field known here"),
    "item without a text": ("reason: x\nchecklist:\n  «- {id: a}\n", "is required"),
    "item twice": (
        "reason: x\nchecklist:\n  - {id: a, text: b}\n  - {id: «a, text: c}\n",
        "named twice",
    ),
    "condition on nothing known": (
        "reason: x\nchecklist:\n  - {id: a, text: b, when: {«lua: cheia}}\n",
        "nothing a condition can look at",
    ),
    "no length": ("reason: x\ntargets: {first: «logo}\n", "is not a length of time"),
    "a length of nothing": ("reason: x\ntargets: {first: «0m}\n", "is not a length of time"),
    "first after the resolution": (
        "reason: x\n«targets: {first: 3d, resolution: 1h}\n",
        "due after the resolution",
    ),
    "unknown field": ("reason: x\n«dono: eu\n", "is not a field known here"),
    "not YAML": ("reason: «[x\n", "not readable as YAML"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_seeded_fault_is_found_where_it_is(name: str):
    choose("en")
    marked, said = FAULTS[name]
    before = marked.partition("«")[0]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    read, faults = read_process(marked.replace("«", ""), "p.yaml")
    assert read is None
    there = [(one.line, one.column) for one in faults if said in one.message]
    assert there if name == "not YAML" else (line, column) in there, [str(one) for one in faults]


def test_questions_left_open_and_names_that_are_not_there_are_told(tmp_path: Path):
    choose("en")
    (tmp_path / "a.yaml").write_text("reason: x\n", "utf-8")
    (tmp_path / "b.yaml").write_text("reason: x\n", "utf-8")
    processes, faults = load_processes(tmp_path)
    assert [(one.file, one.line, one.column) for one in faults] == [("b.yaml", 1, 9)]
    assert [one.field for one in lint_processes(processes)] == list(ANSWERS)
    told = lint_processes(
        [process(WHOLE.replace("anyone: []", "anyone: [debt]"))],
        scripts={"outro"}, articles={"tabela-de-acordos"}, wrap_ups={"x"}, reasons={"cobranca/outra"},
    )  # fmt: skip
    assert [(one.field, one.found) for one in told] == [
        ("scripts", "ligacao-cobranca"),
        ("wrap_ups", "acordo-feito"),
        ("reason", "cobranca/parcela"),
        ("disclose.anyone", None),
    ]


@given(st.text(max_size=60))
def test_no_text_is_more_than_a_fault(text: str):
    for one in read_process("reason: x\n" + text, "p.yaml")[1]:
        assert str(one)
