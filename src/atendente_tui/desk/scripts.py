"""Where the ready answers lie: the folders of the configuration, else the data directory's, else what is shipped."""

from __future__ import annotations

from pathlib import Path

from atendente_tui.config import Config


def script_folders(config: Config, data: Path) -> list[Path]:
    """Existing folders only; the shipped scripts serve until there are own ones."""
    own = [*config.scripts, data / "scripts"]
    found = [folder for folder in own if folder.is_dir()]
    if not found:
        from atendente_tui.knowledge.shipped import SCRIPTS

        found = [SCRIPTS]
    return found
