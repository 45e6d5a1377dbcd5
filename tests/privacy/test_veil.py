from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.privacy.veil import unveil, veil

CPF, PHONE, MAIL = "529.982.247-25", "(11) 91234-5678", "rosana@exemplo.com.br"


def test_personal_data_and_names_go_behind_placeholders_and_come_back() -> None:
    text = f"Sou a Rosana Prado, CPF {CPF}, {MAIL}. Liga no {PHONE}? rosana aqui!"
    veiled = veil([text, f"CPF {CPF}"], {"Rosana Prado": "CLIENTE", "Rosana": "CLIENTE"})
    for secret in (CPF, PHONE, MAIL, "Rosana", "rosana", "Prado"):
        assert secret not in veiled.texts[0], secret
    assert unveil(veiled.texts[0], veiled.behind).casefold() == text.casefold()
    (same,) = (key for key, value in veiled.behind.items() if value == CPF)
    assert same in veiled.texts[0]
    assert same in veiled.texts[1], "the same value, the same placeholder"
    assert unveil(f"Seu CPF {same.lower()} não: [CPF_1] sim, [[CPF_9]] não", veiled.behind) == (
        f"Seu CPF {same.lower()} não: {CPF} sim, [[CPF_9]] não"
    )


def test_nobody_chooses_what_comes_back_by_writing_a_placeholder() -> None:
    veiled = veil([f"[[CPF_1]] é meu; o outro é CPF {CPF}"])
    assert veiled.texts[0].count("[[CPF_1]]") == 1


@given(
    st.lists(
        st.sampled_from(["oi", CPF, PHONE, MAIL, "Ana", "semana", "pedido 88213", "é", "\n"]), max_size=12
    )
)
def test_whatever_is_hidden_comes_back(words: list[str]) -> None:
    text = " ".join(words)
    veiled = veil([text], {"Ana": "CLIENTE"})
    assert unveil(veiled.texts[0], veiled.behind) == text
    assert "Ana" not in veiled.texts[0].replace("semana", "")
