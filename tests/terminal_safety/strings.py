"""Texts no customer should be able to hurt anybody with: the shared corpora, and one of every kind we know of."""

from __future__ import annotations

import json
from pathlib import Path

ESCAPES = (
    "\x1b]52;c;UFdORUQ=\x07boa",
    "\x1b]52;c;UFdORUQ=\x1b\\boa",
    "\x1b]0;PWNED\x07boa",
    "\x1b]2;PWNED\x1b\\boa",
    "\x1b]8;;http://mau.example\x07banco\x1b]8;;\x07",
    "\x1b]1337;SetMark\x07boa",
    "\x1b]9;4;1;50\x07boa",
    "\x1b]22;crosshair\x07boa",
    "\x1b[31mvermelho\x1b[0m",
    "\x1b[38;2;255;0;0mcor verdadeira",
    "\x1b[1;38;2;1;2;3;48;2;4;5;6mcomo o programa faz",
    "\x1b[2J\x1b[Hlimpou",
    "\x1b[12;34Hmudou de lugar",
    "\x1b[?1049lsaiu da tela",
    "\x1b[?1000lrato morto",
    "\x1b[?2004hcola",
    "\x1b[21tqual o título",
    "\x1b[6nonde estou",
    "\x1b[cquem és",
    "\x1b[?2026$pmodo",
    "\x1bcreinício",
    "\x1b(0lqqqk",
    "\x1bP+q544e\x1b\\dcs",
    "\x1b_apc\x1b\\apc",
    "\x1b^pm\x1b\\pm",
    "\x1bXsos\x1b\\sos",
    "só um \x1b",
    "\x1b[",
    "\x1b]",
    "\x1b\x1b[31m duplo",
    "\x9b31mc1",
    "\x9d52;c;UFdORUQ=\x9cc1",
    "\x90dcs\x9c",
    "\x85linha nova\x84",
)
CONTROLS = (
    "nul\x00o",
    "sino\x07",
    "volta\x08\x08\x08",
    "\x0e\x0fso",
    "del\x7f",
    "sub\x1a",
    "cr\rlf\nvt\x0bff\x0c",
    "tab\tu",
)
UNICODE = (
    "\u202eodanifed\u202c",
    "\u2066\u202dlri\u2069",
    "\u061c\u200e\u200fmarcas",
    "zw\u200b\u200c\u200d\ufeffsp",
    "ls\u2028ps\u2029fim",
    "z" + "\u0301\u0327" * 200 + "algo",
    "tags\U000e0041\U000e0042\U000e007f",
    "\ue000privado\U0010fffd",
    "seletor\u2764\ufe0f1\ufe0f\u20e3",
    "👩\u200d👩\u200d👧\u200d👦 família",
    "日本語のお客様" * 6,
    "ᄀ\u1160ᅠhangul",
    "नमस्ते ग्राहक",
    "m" * 3_000,
    "w " * 2_000,
)
MARKUP = (
    "[bold]negrito[/bold]",
    "[/]",
    "[/b][/i]",
    "[URGENTE] cliente",
    "[link=http://mau.example]banco[/link]",
    "[@click=app.bell]ver boleto[/]",
    "[@click=app.quit]ver boleto[/]",
    "[@click=app.simulate_key('ctrl+q')]ver boleto[/]",
    "[@click=app.screenshot('boleto.svg','{pwn}')]ver boleto[/]",
    "[$primary on $error]tema[/]",
    ":smile: :warning:",
    "{{cliente.nome}} {{?pergunta}} {0} %s %(x)s ${HOME} $(id) `id`",
    "<script>alert(1)</script> </b> &amp; \\[x]",
    "= HYPERLINK('http://mau.example') @SUM(1)",
)
BLANK = ("", " ", "\n", "\u200b", "\u3000")

ALL = ESCAPES + CONTROLS + UNICODE + MARKUP + BLANK


def corpus(shared_data: Path) -> list[str]:
    """Every string of ../shared/data/naughty-strings, then one of every kind."""
    folder = shared_data / "naughty-strings"

    def load(name: str) -> list[str]:
        rows = json.loads((folder / name).read_text(encoding="ascii"))
        return [row if isinstance(row, str) else row["text"] for row in rows]

    found = [*load("blns.json"), *load("terminal_escapes.json"), *load("bidi_homoglyph_lines.json"), *ALL]
    return list(dict.fromkeys(found))
