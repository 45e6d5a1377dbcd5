"""Names that others chose become names of files that harm nobody, and no two people see two different ones."""

from __future__ import annotations

import os
import random
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.terminal_safety.strings import corpus

from atendente_tui.privacy.file_names import LONGEST, file_name, numbered
from atendente_tui.privacy.safe import is_clean, safe_line

DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))}


def check(name: str) -> None:
    assert name
    assert name not in (".", "..")
    assert not set(name) & set('/\\<>:"|?*\0')
    assert not name.startswith((".", "-", "~", " "))
    assert not name.endswith((".", " "))
    assert name.partition(".")[0].rstrip().upper() not in DEVICES
    assert len(name.encode()) <= LONGEST + 1
    assert is_clean(name)
    assert not {unicodedata.category(one) for one in name} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert safe_line(name) == name, "what is shown is what lies there"
    assert file_name(name, "anexo") == name


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("nota fiscal.pdf", "nota fiscal.pdf"),
        ("Relatório de março (final).xlsx", "Relatório de março (final).xlsx"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\temp\\CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        ("LPT1 .csv", "_LPT1 .csv"),
        ("nota.txt:oculto.exe", "nota.txt_oculto.exe"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("~root", "root"),
        ("fatura\u202efdp.exe", "faturafdp.exe"),
        ("\x1b]0;título\x07nota.csv", "]0;títulonota.csv"),
        ("duas\nlinhas.txt", "duaslinhas.txt"),
        ("muitos   espaços .txt. .", "muitos espaços .txt"),
        ("...", "anexo"),
        ("pasta/", "anexo"),
        ("", "anexo"),
        ("\u200b\ufeff", "anexo"),
    ],
)
def test_known_tricks(given: str, safe: str) -> None:
    assert file_name(given, "anexo") == safe
    check(safe)


def test_a_long_name_keeps_its_ending() -> None:
    for stem in ("a" * 500, "é" * 500, "日本" * 200, "z" + "\u0301" * 900):
        name = file_name(f"{stem}.pdf", "anexo")
        assert name.endswith(".pdf")
        check(name)
    check(file_name("x." + "y" * 500, "anexo"))


def test_numbers_stand_before_the_ending() -> None:
    assert [numbered(one, 2) for one in ("a.csv", "a.tar.gz", "a", "a.")] == [
        "a (2).csv",
        "a.tar (2).gz",
        "a (2)",
        "a (2).",
    ]


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_at_all(text: str) -> None:
    check(file_name(text, "anexo"))


def test_names_of_a_corpus_of_naughty_strings_stay_inside_their_folder(
    shared_data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    names = set()
    for text in corpus(shared_data):
        for one in (text, f"{text}.pdf", f"../{text}"):
            name = file_name(one, "anexo")
            check(name)
            names.add(name)
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT, 0o600)
            os.close(descriptor)
    assert {one.name for one in folder.iterdir()} == names
    assert [one.name for one in tmp_path.iterdir() if one.is_dir()] == ["in"]


def test_five_hundred_hostile_names_stay_in_the_folder(tmp_path: Path) -> None:
    """Each is written for real: inside, under a name of its own, over nothing."""
    from atendente_tui.desk.attachments import Place, _reserved

    chance = random.Random(7)
    pieces = [
        *(
            "../",
            "..\\",
            "/",
            "\\",
            "C:",
            "\0",
            "\n",
            "\r",
            "\x1b]0;x\x07",
            "\u202e",
            "\u200b",
            "\ufeff",
            ".",
            "..",
            "~",
            "-rf",
            " ",
        ),
        *(
            "CON",
            "nul",
            "COM1",
            "lpt9",
            "aux.",
            "a" * 300,
            "ç" * 200,
            "👩‍💻",
            "é",
            "fatura",
            ".exe",
            ".pdf",
            ":stream",
            "%2e%2e",
            "$(id)",
            "`id`",
            "|",
            "*",
            "?",
        ),
    ]
    outside = tmp_path / "fora"
    outside.mkdir()
    folder = tmp_path / "pasta"
    folder.mkdir()
    for n in range(500):
        name = "".join(chance.choices(pieces, k=chance.randint(1, 6)))
        written = _reserved(Place(folder, file_name(name, "anexo")))
        written.write_text(str(n))
        assert written.parent == folder, repr(name)
        check(written.name if " (" not in written.name else file_name(name, "anexo"))
    there = list(folder.iterdir())
    assert sorted(int(one.read_bytes()) for one in there) == list(range(500)), "none was written over"
    assert all(one.stat().st_mode & 0o777 == 0o600 and not one.is_symlink() for one in there)
    assert list(outside.iterdir()) == []
    assert {one.name for one in tmp_path.iterdir()} >= {"fora", "pasta"}
