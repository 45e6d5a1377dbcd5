"""Where the content that comes with the program lies: the demo's scenario, scripts, articles and play."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "demo"
SCENARIO = FOLDER / "loja.yaml"
SCRIPTS = FOLDER / "scripts"
ARTICLES = FOLDER / "articles"
PLAY = FOLDER / "jogada.yaml"
