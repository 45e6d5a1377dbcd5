"""Mail quotations: what is one's own, what is quoted, and that nothing is ever lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import folding
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.quoting import parts, reply_of

OWN = "Oi! Ainda não chegou.\nPode ver?"


@pytest.mark.parametrize(
    "quoted",
    [
        "Em seg., 3 de nov. de 2026 às 10:02, Loja <sac@loja.com.br> escreveu:\n\n> Boa tarde!\n> Até logo",
        "Em 03/11/2026 10:02, Loja\n<sac@loja.com.br> escreveu:\n> Boa tarde!",
        "-----Mensagem original-----\nDe: Loja\nPara: Maria\nAssunto: Pedido\n\nBoa tarde!",
        "De: Loja <sac@loja.com.br>\nEnviado: segunda-feira, 3 de novembro de 2026 10:02\nPara: Maria\nAssunto: Pedido\n\nBoa tarde!",
        "________________________________\nDe: Loja\nEnviado: ontem\n\nBoa tarde!",
        "On Mon, Nov 3, 2026 at 10:02 AM Loja <sac@loja.com.br> wrote:\n> Boa tarde!",
    ],
)
def test_what_is_quoted_below_is_told_from_what_is_ones_own(quoted: str) -> None:
    text = f"{OWN}\n\n{quoted}"
    assert reply_of(text) == OWN
    assert parts(text)[-1].kind == "quote"
    assert "".join(one.text for one in parts(text)) == text


def test_an_answer_between_the_quoted_lines_and_below_them_stays() -> None:
    text = "Em 03/11/2026, Loja escreveu:\n> Qual o pedido?\n88213\n> E o endereço?\nO mesmo."
    assert reply_of(text) == "88213\nO mesmo."


def test_a_signature_is_a_part_of_its_own() -> None:
    told = parts(f"{OWN}\n\nAtenciosamente,\nMaria\n(11) 3333-4444")
    assert [one.kind for one in told] == ["reply", "signature"]
    assert [one.kind for one in parts(f"{OWN}\nEnviado do meu iPhone")] == ["reply", "signature"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "oi",
        "De: São Paulo, para: Recife?",
        "Atenciosamente,\nMaria",
        "Ele me escreveu: venha.",
        "- um\n- dois",
    ],
)
def test_plain_words_are_left_whole(text: str) -> None:
    assert [one.kind for one in parts(text)] == ["reply"]


@given(
    st.lists(
        st.sampled_from(
            [
                "> a",
                "On x wrote:",
                "De: x",
                "Para: y",
                "--",
                "____________________",
                "Att",
                "",
                "texto",
                "\t> b",
            ]
        ),
        max_size=14,
    ).map("\n".join)
)
def test_the_parts_are_the_text(text: str) -> None:
    assert "".join(one.text for one in parts(text)) == text


def test_nine_of_ten_real_mails_come_out_exactly(shared_data: Path) -> None:
    mails, expected = folding.read(shared_data / "emails-raw")
    hits = [folding.counts(mails, expected, kind, reply_of)[:2] for kind in ("visible", "first_fragment")]
    assert sum(one[0] for one in hits) >= 0.9 * sum(one[1] for one in hits) > 50
    assert all("".join(one.text for one in parts(text)) == text for text in mails.values())
