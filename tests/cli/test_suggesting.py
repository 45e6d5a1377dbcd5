"""`suggest`, and what keeps articles good, at a shell."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_suggest_flag_due_and_what_an_assistant_would_be_told(cli: Cli, tmp_path: Path) -> None:
    kb = tmp_path / "kb"
    kb.mkdir()
    (kb / "boleto.md").write_text(
        "---\nid: boleto\ntitle: Boleto vencido\naudience: public\nreview: 2020-01-01\n---\n\nComo pagar um boleto vencido na loja.\n"
    )
    (kb / "troca.md").write_text(
        "---\nid: troca\ntitle: Troca\n---\n\nGuarde a etiqueta do produto para trocar.\n"
    )
    assert cli("kb", "import", kb, "--json").json()["written"] == 2
    assert cli("kb", "import", kb, "--json").json()["unchanged"] == 2
    made = cli(
        "create", "--customer", "Rosana Prado", "--channel", "email", "--subject", "Boletos",
        "--text", "Rosana aqui, CPF 529.982.247-25. Meu boleto venceu.", "--json",
    ).json()  # fmt: skip
    found = cli("suggest", str(made["ticket"]), "--json").json()
    assert [one["id"] for one in found if one["kind"] == "article"] == ["boleto"]
    assert found[0]["why"][0]["part"] == "words"
    assert "Boleto vencido" in cli("suggest", str(made["ticket"])).out

    assert (
        cli("kb", "flag", "troca", "--as", "wrong", "--text", "mudou", "--json").json()["state"]
        == "confirmed"
    )
    due = cli("kb", "due", "--json").json()
    assert [(one["id"], [each["flag"] for each in one["flags"]]) for one in due] == [
        ("boleto", []),
        ("troca", ["wrong"]),
    ]
    assert cli("kb", "flag", "nada", "--as", "wrong").code == 1
    assert cli("kb", "search", "boletos", "--audience", "internal", "--json").json() == []

    told = cli("assistant", "suggest", str(made["ticket"]), "--show")
    assert told.code == 0
    assert "Boleto vencido" in told.out
    assert "529.982" not in told.out
    assert "Rosana" not in told.out
    assert cli("assistant", "suggest", str(made["ticket"])).code == 2, "none is set up"
    assert cli("kb", "suggest", str(made["ticket"])).code == 1, "nothing was answered yet"
