"""The configuration: what it reads, and that every fault is named with file, line, key, value and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from atendente_tui.config import Config
from atendente_tui.config_reading import load
from atendente_tui.config_tables import ConfigError
from atendente_tui.domain.words import Channel, Status
from atendente_tui.policies import rules_of

ROOT = Path(__file__).parents[2]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(text)
    return path


def faults(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text))
    for fault in caught.value.faults:
        assert str(fault).startswith(f"{tmp_path}/c.toml:{fault.line}: {fault.key}: ")
        assert fault.found
        assert fault.allowed
    return [(fault.line, fault.key) for fault in caught.value.faults]


def test_no_file_means_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == Config()
    assert Config().store.encryption


def test_the_example_is_a_valid_configuration_and_shows_every_section() -> None:
    config = load(ROOT / "config.example.toml")
    assert config.backend is not None
    assert config.views
    assert config.calendars
    assert config.sla
    assert config.keys
    rules_of(config)


def test_a_whole_configuration(tmp_path: Path) -> None:
    config = load(
        written(
            tmp_path,
            """
[store]
encryption = "off"
[backend]
name = "rt"
url = "https://rt.example.com"
user = "ana"
[backend.options]
auth = "cookie"
[hold]
whatsapp = 0
[keys]
reply = ["r", "f8"]
palette = "ctrl+p, f12"
[views.hoje]
title = "Hoje"
statuses = ["open", "new"]
channels = ["email"]
[calendars.loja]
monday = ["08:00-12:00", "13:00-18:00"]
holidays = "BR-SP"
[sla.vip]
first = "30min"
calendar = "loja"
segments = ["vip"]
""",
        )
    )
    assert not config.store.encryption
    assert config.backend is not None
    assert config.backend.options == {"auth": "cookie"}
    assert config.holds["whatsapp"] == 0
    assert config.holds["default"] == 10
    assert config.keys == {"reply": ("r", "f8"), "palette": ("ctrl+p", "f12")}
    assert config.key_lines["palette"] == 14
    assert config.views[0].statuses == (Status.OPEN, Status.NEW)
    assert config.views[0].channels == (Channel.EMAIL,)
    assert config.sla[0].first == 1800
    assert rules_of(config).policies[0].name == "vip"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[store]\nencryption = true", [(2, "store.encryption")]),
        ("[ui]\ntheme = 'blue'\nglyphs = 'emoji'\n", [(2, "ui.theme"), (3, "ui.glyphs")]),
        ("nope = 1", [(1, "nope")]),
        ("[ui]\n\ncolour = 1", [(3, "ui.colour")]),
        ("[backend]\nname = 'rt'\nurl = 'ftp://x'", [(3, "backend.url")]),
        ("[backend]\nname = 'rt'\ntoken = 'abc'", [(3, "backend.token")]),
        ("[hold]\nemail = -1", [(2, "hold.email")]),
        ("[sla.a]\nfirst = '5 minutes'", [(2, "sla.a.first")]),
        ("[sla.a]\ncalendar = 'moon'", [(2, "sla.a.calendar")]),
        ("[calendars.c]\nmonday = ['18:00-08:00']", [(2, "calendars.c.monday")]),
        ("[calendars.c]\nzone = 'Marte'\nmonday = ['08:00-09:00']", [(2, "calendars.c.zone")]),
        ("[views.v]\nstatuses = ['aberto']", [(2, "views.v.statuses")]),
        ("store = 3", [(1, "store")]),
        ("[ui]\ntheme = ", [(2, "file")]),
    ],
)
def test_faults_say_where_and_what(tmp_path: Path, text: str, expected: list[tuple[int, str]]) -> None:
    assert faults(tmp_path, text) == expected


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(b"[ui]\ntheme = '\xff'")
    with pytest.raises(ConfigError, match="2: file"):
        load(path)


CANARY = "canario-1234"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f'[backend]\nname = "rt"\npassword = "{CANARY}"\n', "backend.password"),
        (f'[backend]\nname = "rt"\napi_key = "{CANARY}"\n', "backend.api_key"),
        (f'[backend]\nname = "rt"\n[backend.options]\nrt_token = "{CANARY}"\n', "backend.options.rt_token"),
        (f'[backend]\nname = "rt"\nurl = "https://ana:{CANARY}@host"\n', "backend.url"),
        (f'[backend]\nname = "rt"\nurl = "ftp://ana:{CANARY}@host"\n', "backend.url"),
        (f'[store]\npassphrase = "{CANARY}"\n', "store.passphrase"),
        (f"[backend]\ntoken = {CANARY} x\n", "file"),
    ],
)
def test_a_secret_in_the_file_is_refused_and_never_repeated(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "c.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as told:
        load(path)
    assert key in [fault.key for fault in told.value.faults]
    assert CANARY not in str(told.value)
