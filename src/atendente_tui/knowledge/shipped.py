"""Where the content that comes with the program lies: the demo's scenario, scripts, processes, macros, articles, play,
training and scorecards."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "demo"
SCENARIO = FOLDER / "loja.yaml"
SCRIPTS = FOLDER / "scripts"
PROCESSES = FOLDER / "processes"
MACROS = FOLDER / "macros"
ARTICLES = FOLDER / "articles"
PLAY = FOLDER / "jogada.yaml"
TRAINING = FOLDER / "training"
SCORECARDS = FOLDER / "qa"
