"""What is internal stays inside: sections told apart, and pasted words known again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.knowledge.guarding import RUN, fingerprints, internal_passages, shingles
from atendente_tui.knowledge.inserting import insertion, parts, plain

ARTICLE = """# Estorno

O cliente recebe em até dez dias úteis.

## Interno: alçadas

Até **R$ 300** o atendente aprova sozinho; acima disso peça ao [supervisor](https://intranet/alcadas) antes.

### Exceções

Cliente VIP tem o dobro.

## Como acompanhar

Pelo aplicativo.
"""


def test_an_internal_section_goes_up_to_the_next_heading_of_its_level() -> None:
    public, internal = parts(ARTICLE, "public")
    assert "dez dias" in public
    assert "Pelo aplicativo" in public
    assert "300" not in public
    assert "VIP" not in public
    assert "alçadas" in internal
    assert "dobro" in internal
    assert public + internal != "", "every letter is in one of the two"
    assert sorted(public + internal) == sorted(ARTICLE)
    assert parts(ARTICLE, "internal") == ("", ARTICLE)
    fenced = "```\n## Interno\n```\ntexto\n"
    assert parts(fenced, "public") == (fenced, "")


def test_a_public_insertion_leaves_the_internal_section_out() -> None:
    for piece in ("text", "steps"):
        text = insertion("Estorno", ARTICLE, "public", None, piece, public=True)  # type: ignore[arg-type]
        assert "300" not in text
        assert "dez dias" in text
    assert "300" in insertion("Estorno", ARTICLE, "public", None, "text", public=False)


def test_pasted_internal_words_are_found_whatever_their_case_accents_and_spaces() -> None:
    known = dict.fromkeys(fingerprints(parts(ARTICLE, "public")[1]), "Estorno")
    text = "Oi, Maria! ate r$ 300 o ATENDENTE aprova\nsozinho; acima disso peça ao supervisor. Obrigada!"
    (found,) = internal_passages(text, known)
    assert text[found.start : found.end].startswith("ate r$ 300")
    assert text[found.start : found.end].endswith("supervisor")
    assert internal_passages("Até 300 reais eu mesma aprovo, acima disso falo com o supervisor.", known) == []
    assert internal_passages("", known) == []


WORD = st.text("abcdeé", min_size=1, max_size=6)


@given(
    before=st.lists(WORD, max_size=9),
    inside=st.lists(WORD, min_size=RUN, max_size=20),
    after=st.lists(WORD, max_size=9),
)
def test_any_run_long_enough_is_found_wherever_it_stands(
    before: list[str], inside: list[str], after: list[str]
) -> None:
    text = " ".join([*before, *inside, *after])
    known = {one.hash: "t" for one in shingles(" ".join(inside).upper())}
    start = len(" ".join(before)) + bool(before)
    assert any(
        one.start <= start and one.end >= start + len(" ".join(inside))
        for one in internal_passages(text, known)
    )


def test_what_is_inserted_is_read_by_people() -> None:
    table = "| Como | Quando |\n| :-- | --- |\n| **Pix** | um dia |\n| Boleto | cinco dias |\n\nFim."
    assert plain(table) == "Pix: um dia\nBoleto: cinco dias\n\nFim."
    wide = "| Quem | Até | Prazo |\n| --- | --- | --- |\n| N1 | 5% | 2 dias |\n"
    assert plain(wide) == "N1: Até 5%, Prazo 2 dias"
    assert plain("> *Olá*, veja `isto` e ![foto](x.png)\n\n```\ncódigo_com_traço\n```") == (
        "Olá, veja isto e foto\n\ncódigo_com_traço"
    )
    assert plain("2 * 3 * 4 e meu_nome_de_usuario") == "2 * 3 * 4 e meu_nome_de_usuario"


def test_steps_are_counted() -> None:
    body = "Antes.\n\n- Abra o **app**\n  - na tela inicial\n* Toque em Pedidos\n\nDepois."
    text = insertion("x", body, "public", None, "steps", public=True)
    assert text == "1. Abra o app\n   - na tela inicial\n2. Toque em Pedidos"
    assert insertion("x", "Sem passos.", "public", None, "steps", public=True) == "Sem passos."
