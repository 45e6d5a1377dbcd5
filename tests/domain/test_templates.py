"""Texts with variables: filled, asked for, never sent half done, never read twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.templates import Placeholder, fill, parse, placeholders, unfilled

VALUES = {"cliente.nome": "Maria", "pedido.numero": "88213", "?Qual o novo prazo?": "sexta", "vazio": "  "}


@pytest.mark.parametrize(
    ("text", "filled", "missing"),
    [
        ("Oi, {{cliente.nome}}!", "Oi, Maria!", []),
        ("Oi, {{ cliente.nome }}!", "Oi, Maria!", []),
        ("Oi, {{cliente.nome_social or cliente.nome}}!", "Oi, Maria!", []),
        ("Oi, {{cliente.nome_social ou cliente.nome}}!", "Oi, Maria!", []),
        ("Oi, {{cliente.nome_social|cliente}}!", "Oi, cliente!", []),
        ("Oi{{apelido|}}!", "Oi!", []),
        ("Oi, {{a or b|você}}!", "Oi, você!", []),
        ("Prazo: {{?Qual o novo prazo?}}", "Prazo: sexta", []),
        ("Prazo: {{?Qual a data?}}", "Prazo: {{?Qual a data?}}", ["?Qual a data?"]),
        ("Prazo: {{?Qual a data?|amanhã}}", "Prazo: amanhã", []),
        ("{{pedido.prazo}} e {{pedido.prazo}}", "{{pedido.prazo}} e {{pedido.prazo}}", ["pedido.prazo"]),
        ("{{vazio}}", "{{vazio}}", ["vazio"]),
        ("{{isto não é nada}}", "{{isto não é nada}}", ["{{isto não é nada}}"]),
        ("{{}} {{?}}", "{{}} {{?}}", ["{{}}", "{{?}}"]),
        ("{ {cliente.nome} } {{cliente.nome", "{ {cliente.nome} } {{cliente.nome", []),
        ("", "", []),
    ],
)
def test_filling(text: str, filled: str, missing: list[str]) -> None:
    done = fill(text, VALUES)
    assert done.text == filled
    assert [one.key for one in done.missing] == missing
    assert list(unfilled(done.text)) == [one.source for one in done.missing]


def test_a_customers_name_brings_no_variable_along() -> None:
    done = fill("Oi, {{cliente.nome}}!", {"cliente.nome": "{{atendente.nome}}", "atendente.nome": "Ana"})
    assert done.text == "Oi, {{atendente.nome}}!"
    assert done.missing == ()
    assert unfilled(done.text) == ("{{atendente.nome}}",), "and does not reach the customer either"


def test_what_a_placeholder_says_of_itself() -> None:
    name, question, odd = placeholders("{{a or b|c}} {{?Quem?}} {{!}} {{a or b|c}}")
    assert name == Placeholder("{{a or b|c}}", ("a", "b"), None, "c")
    assert (question.question, question.key, question.readable) == ("Quem?", "?Quem?", True)
    assert not odd.readable


@given(st.text(st.sampled_from("ab {}|?.or\n"), max_size=60))
def test_pieces_joined_are_the_text(text: str) -> None:
    joined = "".join(piece if isinstance(piece, str) else piece.source for piece in parse(text))
    assert joined == text
    assert fill(text, {}).text is not None


@given(st.dictionaries(st.sampled_from(["a", "b.c"]), st.text(min_size=1).filter(str.strip), min_size=2))
def test_known_values_arrive_as_they_are(values: dict[str, str]) -> None:
    assert fill("{{a}}-{{b.c}}", values).text == f"{values['a']}-{values['b.c']}"
