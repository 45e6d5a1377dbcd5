"""E-mail addresses as people type them."""

from __future__ import annotations

import pytest

from atendente_tui.domain.addresses import email_address, email_addresses
from atendente_tui.domain.refusal import Refused


def test_one_and_several() -> None:
    assert email_address(" Ana Souza <ana@loja.com.br> ") == "ana@loja.com.br"
    assert email_addresses("a@x.com, b@x.com; c@x.com.br\na@x.com") == ("a@x.com", "b@x.com", "c@x.com.br")
    assert email_addresses("a@x.com b@x.com") == ("a@x.com", "b@x.com")
    assert email_addresses(" ") == ()


@pytest.mark.parametrize(
    "text",
    ["", "ana", "ana@", "@x.com", "ana@x", "a b@x.com", "ana@x..com", "ana@x.com>\nBcc: z@z.com", "a@-x.com"],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(Refused) as caught:
        email_address(text)
    assert caught.value.code == "address_unreadable"
