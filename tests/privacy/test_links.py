"""A text says where its addresses lead to, whatever it would like to be taken for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.privacy.links import with_real_hosts
from atendente_tui.privacy.safe import is_clean, safe_text
from atendente_tui.tui.markdown_lines import markdown_lines


@pytest.mark.parametrize(
    ("told", "real"),
    [
        ("https://bаnco.example/entrar", "xn--bnco-53d.example"),
        ("veja http://banco.example@mau.example/boleto agora", "mau.example"),
        ("HTTPS://Lоja.example", "xn--lja-sed.example"),
    ],
)
def test_the_real_host_stands_beside_it(told: str, real: str) -> None:
    assert f"⟦{real}⟧" in with_real_hosts(safe_text(told))


@pytest.mark.parametrize(
    "told", ["https://banco.example/são?x=1", "sem endereço", "a://b", "http://", "http://["]
)
def test_plain_ones_stay_as_they_are(told: str) -> None:
    assert with_real_hosts(safe_text(told)).startswith(told)


def test_in_articles_too() -> None:
    text = "[Banco do Brasil](https://bаnco.example/x) e https://bаnco.example/y"
    shown = " ".join(line.text for line in markdown_lines(text, 200))
    assert shown.count("xn--bnco-53d.example") == 2


@given(st.text(max_size=60), st.text(max_size=30))
def test_whatever_it_is(host: str, rest: str) -> None:
    assert is_clean(with_real_hosts(safe_text(f"vá a https://{host}/{rest}")))
