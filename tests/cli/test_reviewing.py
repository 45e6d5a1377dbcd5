"""`review`, and answers that go with copies, for later, and over what the review found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Cli

Made = Callable[..., int]
CPF = "Oi! O CPF 529.982.247-25 está no cadastro, pode conferir com a gente."


def test_review_says_what_it_finds_as_json_and_by_its_exit_code(cli: Cli, made: Made, tmp_path: Path) -> None:
    ticket = made()
    text = tmp_path / "resposta.txt"
    text.write_text(CPF)
    told = cli("review", ticket, "--file", str(text), "--json")
    assert told.code == 1
    (one,) = (one for one in told.json() if one["rule"] == "document")
    assert (one["level"], one["overridable"], CPF[one["start"] : one["end"]]) == ("block", True, one["text"])
    assert one["fixes"] == ["***.982.247-**"]
    fine = cli(
        "review", ticket, "--text", "Oi! O pedido chega na sexta, com nota e garantia de um ano.", "--json"
    )
    assert fine.code == 0
    assert [one["rule"] for one in fine.json() if one["level"] == "block"] == []
    assert cli("review", ticket, "--note", "--text", "CPF 529.982.247-25").code == 0
    assert cli("review", ticket, "--file", str(tmp_path / "nada.txt")).code == 2


def test_a_reply_is_held_back_and_sent_over_with_a_reason(cli: Cli, made: Made) -> None:
    ticket = made()
    held = cli("reply", ticket, "--text", CPF, "--json")
    assert (held.code, held.json()["code"]) == (1, "review_blocked")
    assert cli("reply", ticket, "--text", CPF, "--override", "document").code == 2
    assert cli("reply", ticket, "--text", CPF, "--override", "gritos=sim").code == 2
    sent = cli("reply", ticket, "--text", CPF, "--override", "document=o cliente pediu", "--json")
    assert (sent.code, sent.json()["state"]) == (0, "held")
    card = "Oi! O cartão 4111 1111 1111 1111 foi recusado pela operadora hoje."
    assert cli("reply", ticket, "--text", card, "--override", "card=sim").code == 1


def test_a_reply_for_later_with_copies(cli: Cli, made: Made) -> None:
    ticket = made()
    text = "Oi! O pedido chega na sexta, com nota e garantia de um ano."
    assert cli("reply", ticket, "--text", text, "--at", "ontem").code in (1, 2)
    assert cli("reply", ticket, "--text", text, "--cc", "ana").code == 2
    done = cli("reply", ticket, "--text", text, "--at", "amanhã 9h", "--cc", "ana@x.com,bia@x.com", "--json")
    assert (done.code, done.json()["state"]) == (0, "held")
    (row,) = (one for one in cli("outbox", "--json").json() if one["kind"] == "reply")
    assert row["state"] == "held"
    assert cli("undo", done.json()["command_id"]).code == 0
