"""Files put on an answer: looked at before anything is read, completed as they are typed, refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from atendente_tui import labels
from atendente_tui.config import BackendConfig, Config
from atendente_tui.desk import uploading
from atendente_tui.domain.refusal import Refused


def code(text: str) -> str:
    with pytest.raises(Refused) as caught:
        uploading.looked_at(text)
    assert "{" not in labels.refusal(caught.value)
    return caught.value.code


def test_a_file_is_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nota fiscal.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "sem tipo").write_bytes(b"x")
    found = uploading.looked_at(f" {tmp_path}/nota fiscal.pdf ")
    assert (found.path.name, found.content_type, found.size) == ("nota fiscal.pdf", "application/pdf", 8)
    assert uploading.looked_at(f"{tmp_path}/sem tipo").content_type == "application/octet-stream"
    assert code(f"{tmp_path}/nada.pdf") == "no_such_file"
    assert code(str(tmp_path)) == "no_such_file"
    assert code("a\0b") == "upload_unreadable"
    monkeypatch.setattr(uploading, "LARGEST", 4)
    assert code(f"{tmp_path}/nota fiscal.pdf") == "upload_too_large"


def test_a_path_completes_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Notas").mkdir()
    for name in ("nota.pdf", "outra.txt", ".segredo"):
        (tmp_path / name).write_text("")
    (tmp_path / "Notas" / "maio.pdf").write_text("")
    assert uploading.completions("not") == ["Notas/", "nota.pdf"]
    assert uploading.completions("Notas/m") == ["Notas/maio.pdf"]
    assert uploading.completions(f"{tmp_path}/ou") == [f"{tmp_path}/outra.txt"]
    assert ".segredo" not in uploading.completions("")
    assert uploading.completions(".s") == [".segredo"]
    assert uploading.completions("nada/x") == []
    assert uploading.completions("\0") == []


def test_a_helpdesk_that_does_not_answer_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATENDENTE_TOKEN", "x")
    (tmp_path / "a.txt").write_text("a")
    file = uploading.looked_at(str(tmp_path / "a.txt"))
    for config, wanted in (
        (Config(), "no_backend"),
        (Config(backend=BackendConfig("hub", "http://127.0.0.1:9")), "upload_unreachable"),
        (Config(backend=BackendConfig("demo", "")), "upload_refused"),
    ):
        with pytest.raises(Refused) as caught:
            uploading.upload(config, file)
        assert caught.value.code == wanted
