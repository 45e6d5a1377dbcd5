"""docs/cli.md has every command and every option there is, and none that there is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.tree import leaves

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "cli.md").read_text()
SECTIONS = {
    tuple(found[1].split()[1:]): found[2]
    for found in re.finditer(r"^### `(atendente [^`]*)`\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
}
ALWAYS = {"--help", "--jsonl"}


def test_every_command_is_documented_and_no_other() -> None:
    assert set(SECTIONS) == {path for path, _command in leaves()}


@pytest.mark.parametrize(
    ("path", "command"), leaves(), ids=lambda one: " ".join(one) if isinstance(one, tuple) else ""
)
def test_every_option_is_documented_and_no_other(path: tuple[str, ...], command: object) -> None:
    known = {
        option
        for one in command.params  # type: ignore[attr-defined]
        for option in one.opts
        if option.startswith("--")
    } - ALWAYS
    assert set(re.findall(r"--[a-z][a-z-]*", SECTIONS[path])) - ALWAYS == known


def test_whatever_answers_in_json_does_so_a_line_each_too() -> None:
    for path, command in leaves():
        options = {option for one in command.params for option in one.opts}
        assert ("--json" in options) == ("--jsonl" in options), path
    assert "`--jsonl`" in TEXT.partition("\n## ")[0]


def test_the_mapping_of_the_import_page_is_a_mapping(tmp_path: Path) -> None:
    from atendente_tui.desk.import_map import FIELDS, read_map

    page = (ROOT / "docs" / "import.md").read_text()
    (example,) = [one for one in re.findall(r"```toml\n(.*?)```", page, re.DOTALL) if "[fields]" in one]
    (tmp_path / "m.toml").write_text(example)
    assert read_map(tmp_path / "m.toml").source == "procon"
    for name in FIELDS:
        assert f"`{name}`" in page


def test_the_json_of_the_pages_is_what_is_printed(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id\n1\n")
    (tmp_path / "c.toml").write_text(
        '[fields]\nexternal_id="id"\nsubject="id"\nchannel={const="sms"}\ncustomer="id"\n'
    )
    told = cli("import", tmp_path / "c.csv", "--map", tmp_path / "c.toml", "--json").json()
    assert set(told) == {"customers", "tickets", "events", "skipped", "already", "queued"}
