"""A draft that asks for what is known already."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.facts import KNOWN_FACTS, asked_again


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Oi, Maria! Qual é o seu CPF?", ["cpf_confirmed"]),
        ("Por favor, informe o CPF e o endereço de entrega.", ["cpf_confirmed", "address_confirmed"]),
        ("Você poderia me confirmar o seu telefone?", ["phone_confirmed"]),
        ("Me passa o CEP, por gentileza", ["address_confirmed"]),
        ("Preciso do número do pedido para localizar.", ["order_number"]),
        ("Qual o seu e-mail de cadastro?", ["email_confirmed"]),
        ("Confirme sua data de nascimento.", ["identity_confirmed"]),
        ("Could you tell me your order number?", ["order_number"]),
        ("Seu CPF já está confirmado, obrigada!", []),
        ("Vou enviar a segunda via para o seu e-mail.", []),
        ("Envie o comprovante para o e-mail abaixo.", []),
        ("O pedido sai hoje e chega no seu endereço até sexta.", []),
        ("Pode ficar tranquila. O endereço está certo.", []),
        ("", []),
    ],
)
def test_asked_again(text: str, asked: list[str]) -> None:
    assert list(asked_again(text, KNOWN_FACTS)) == asked


@given(st.text(max_size=200), st.sets(st.sampled_from(KNOWN_FACTS)))
def test_only_what_is_known_is_reported(text: str, known: set[str]) -> None:
    assert set(asked_again("Qual o seu CPF? Qual o telefone? " + text, known)) <= known


def test_a_long_draft_costs_little() -> None:
    assert asked_again("poderia " * 20_000 + "qual " * 20_000, KNOWN_FACTS) == ()
