"""The examples of the documentation are files that load, and it names everything there is to name."""

from __future__ import annotations

import re
from pathlib import Path

from atendente_tui.domain.templates import VARIABLES
from atendente_tui.knowledge.answers import read_answers
from atendente_tui.knowledge.articles import read_article
from atendente_tui.knowledge.macros import read_macro
from atendente_tui.knowledge.processes import read_process
from atendente_tui.knowledge.reading_scenarios import load_scenario
from atendente_tui.knowledge.scripts import read_scripts
from atendente_tui.knowledge.written_events import KINDS
from atendente_tui.training.figures import NAMES
from atendente_tui.training.playing import load_play
from atendente_tui.training.tracks import read_track

DOCS = Path(__file__).parents[2] / "docs"


def fences(name: str, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```$", (DOCS / name).read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


def test_the_scenario_and_the_play_load(tmp_path: Path):
    scenario, training, answers, track, play = fences("scenarios.md", "yaml")
    (tmp_path / "artigos").mkdir()
    (tmp_path / "s.yaml").write_text(scenario, "utf-8")
    (tmp_path / "p.yaml").write_text(play, "utf-8")
    assert load_scenario(tmp_path / "s.yaml")[1] == []
    assert load_play(tmp_path / "p.yaml")[1] == []
    assert read_answers(answers, "a.yaml")[1] == []
    assert read_track(track, "t.yaml")[1] == []
    (tmp_path / "s.yaml").write_text(f"{scenario}\n{training}", "utf-8")
    assert load_scenario(tmp_path / "s.yaml")[1] == []


def test_what_is_known_is_written_as_the_page_says():
    (article,) = fences("knowledge.md", "markdown")
    assert read_article(article, "a.md")[1] == []
    plain, meant, guided, macro, process = fences("knowledge.md", "yaml")
    for script in (plain, plain + meant, guided):
        assert read_scripts(script, "a.yaml")[1] == []
    assert read_macro(macro, "m", "m.yaml")[1] == []
    assert read_process(process, "p.yaml")[1] == []


def test_everything_is_named():
    scenarios = (DOCS / "scenarios.md").read_text("utf-8")
    assert [name for name in (*NAMES, *KINDS) if f"`{name}`" not in scenarios] == []
    knowledge = (DOCS / "knowledge.md").read_text("utf-8")
    assert [name for name in VARIABLES if f"`{name}`" not in knowledge] == []
