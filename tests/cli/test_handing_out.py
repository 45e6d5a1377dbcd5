"""What leaves the store by command: on record with where it went, masked where it is meant for others, found again by an erasure."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from atendente_tui.store import looked_at
from atendente_tui.store.engine import connect
from tests.cli.conftest import Cli
from tests.privacy.searching_bytes import hits

CPF = "529.982.247-25"
PHONE = "(11) 98765-4321"
CLEAR = '[store]\nencryption = "off"\n[agent]\nlogin = "ana"\n'


@pytest.fixture
def zuleide(cli: Cli, a_profile: Path) -> str:
    (a_profile / "config.toml").write_text(CLEAR, encoding="utf-8")
    made = cli(
        *("create", "--customer", "Zuleide Prado", "--channel", "email", "--subject", f"Sobre o CPF {CPF}"),
        *("--text", f"me liga {PHONE}", "--identity", f"cpf:{CPF}", "--identity", "phone:11987654321"),
        *("--hold", "0", "--json"),
    )
    assert made.code == 0, made.err
    return str(made.json()["protocol"])


def audited(a_profile: Path, action: str) -> list[dict[str, Any]]:
    with closing(connect(a_profile / "data" / "store" / "store.db", None, read_only=True)) as db:
        rows = db.execute("SELECT detail FROM audit WHERE action = ? ORDER BY n", (action,)).fetchall()
    return [json.loads(row[0]) for row in rows]


def test_what_programs_are_given_in_full_is_on_record_though_another_writes(
    cli: Cli, zuleide: str, a_profile: Path
) -> None:
    store = a_profile / "data" / "store"
    assert cli("search", "liga").code == 0, "what is read into the full text now need not be later"
    for words in (("show", zuleide), ("history", CPF), ("search", "liga")):
        assert cli(*words, "--json").code == 0
    assert len(looked_at.waiting(store)) == 3, "who only reads takes no lock"
    assert [one["reason"] for one in cli("privacy", "log", "--json").json()] == ["--json"] * 3
    assert cli("tag", zuleide, "--add", "x", "--hold", "0").code == 0
    assert looked_at.waiting(store) == []
    assert audited(a_profile, "reveal") == [{"customer": 1, "reason": "--json"}] * 2 + [{"reason": "--json"}]
    assert cli("queue", "--json").code == 0
    assert cli("outbox", "list", "--json").code == 0, "the text of what waits"
    assert len(looked_at.waiting(store)) == 1
    assert (store / looked_at.FILE).stat().st_mode & 0o077 == 0
    assert CPF not in (store / looked_at.FILE).read_text()


def test_a_record_that_was_taken_in_is_not_taken_in_again(cli: Cli, zuleide: str, a_profile: Path) -> None:
    """The process ended between the commit and the removal of the file."""
    store = a_profile / "data" / "store"
    assert cli("show", zuleide, "--json").code == 0
    kept = (store / looked_at.FILE).read_text()
    assert cli("privacy", "find", f"cpf:{CPF}").code == 0
    (store / "looked-at.taken.jsonl").write_text(kept + '[1, "cut off')
    assert cli("show", zuleide, "--json").code == 0
    assert cli("privacy", "find", f"cpf:{CPF}").code == 0
    assert len(audited(a_profile, "reveal")) == 2
    assert looked_at.waiting(store) == []


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_an_export_for_others_is_masked_and_not_taken_back(
    cli: Cli, zuleide: str, a_profile: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    assert cli("export", a_profile / "whole", "--reason", f"cópia, {CPF}").code == 0
    assert hits(a_profile / "whole", [CPF, "98765-4321", "11987654321"])
    told = cli("export", a_profile / "out", "--mask", "--format", kind, "--json")
    assert told.code == 0, told.err
    written = "".join(path.read_text("utf-8") for path in (a_profile / "out").iterdir())
    for secret in (CPF, "52998224725", "98765", "11987654321"):
        assert secret not in written
    assert "Zuleide" in written
    first, second = audited(a_profile, "export")
    assert first == {"path": str(a_profile / "whole"), "format": "jsonl", "reason": "cópia, ***.982.247-**"}
    assert (second["path"], "cpf" in second["masked"]) == (str(a_profile / "out"), True)
    monkeypatch.setenv("ATENDENTE_DATA", str(a_profile / "elsewhere"))
    refused = cli("import", a_profile / "out")
    assert refused.code == 1
    assert cli("import", a_profile / "whole").code == 0


def test_copies_outside_are_named_before_and_after(cli: Cli, zuleide: str, a_profile: Path) -> None:
    assert cli("export", a_profile / "whole").code == 0
    assert cli("outbox", "export", a_profile / "saida.jsonl").code == 0
    told = cli("privacy", "find", f"cpf:{CPF}", "--json").json()["handed_out"]
    assert [(one["what"], one["path"], one["there"]) for one in told] == [
        ("outbox_export", str(a_profile / "saida.jsonl"), True),
        ("export", str(a_profile / "whole"), True),
    ]
    (a_profile / "saida.jsonl").unlink()
    seen = cli("privacy", "find", f"cpf:{CPF}").out
    assert str(a_profile / "whole") in seen.replace("\n", "")


def test_saved_attachments_of_who_is_erased_go(cli: Cli, a_profile: Path) -> None:
    """Below the data directory at once, elsewhere when told so; what was changed since is somebody's own."""
    (a_profile / "config.toml").write_text(CLEAR, encoding="utf-8")
    assert cli("backend", "use", "demo", "--url", "demo://loja").code == 0
    assert cli("sync", "--once").code == 0
    every = cli("queue", "--view", "todos", "--json").json()
    ticket = next(one["id"] for one in every if "Boleto cobrado em duplicidade" in one["subject"])
    inside, outside = a_profile / "data" / "anexos", a_profile / "downloads"
    inside.mkdir()
    outside.mkdir()
    for folder in (inside, outside):
        assert cli("attachment", ticket, "--output", folder).code == 0
    content = (inside / "comprovante-88540.txt").read_text("utf-8")
    marker = max(content.split(), key=len)
    (inside / "comprovante-88540.txt").rename(inside / "another name.txt")
    (outside / "boletos.csv").write_text("mine now")
    customer = cli("show", ticket, "--json").json()["customer"]["id"]
    done = cli("privacy", "erase", f"customer:{customer}", "--yes", "--json").json()
    assert done["files"] == {
        "removed": [str(inside / "another name.txt"), str(inside / "boletos.csv")],
        "left": [str(outside / "comprovante-88540.txt")],
    }
    assert not hits(a_profile / "data" / "anexos", [marker])
    assert list(inside.iterdir()) == []
    assert "boletos" not in json.dumps(audited(a_profile, "attachment"))


def test_saved_attachments_go_everywhere_when_told_so(cli: Cli, a_profile: Path) -> None:
    (a_profile / "config.toml").write_text(CLEAR, encoding="utf-8")
    assert cli("backend", "use", "demo", "--url", "demo://loja").code == 0
    assert cli("sync", "--once").code == 0
    every = cli("queue", "--view", "todos", "--json").json()
    ticket = next(one["id"] for one in every if "Boleto cobrado em duplicidade" in one["subject"])
    outside = a_profile / "downloads"
    outside.mkdir()
    assert cli("attachment", ticket, "--output", outside).code == 0
    customer = cli("show", ticket, "--json").json()["customer"]["id"]
    said = cli("privacy", "erase", f"customer:{customer}", "--yes", "--files")
    assert said.code == 0
    assert list(outside.iterdir()) == []
    assert "boletos.csv" in said.err
