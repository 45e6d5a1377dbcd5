"""Draw the pictures of the README: the shipped play, performed on the real screens at two sizes.

python -m tools.screens
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TARGET = Path(__file__).parent.parent / "docs" / "screens"
SIZES = ("160x45", "80x24")
KEPT = ("resposta", "conversa", "busca", "saida", "roteiro", "macro")


def main() -> int:
    TARGET.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            command = [
                sys.executable,
                "-m",
                "atendente_tui",
                "demo",
                "--headless",
                "--size",
                size,
                "--pictures",
                folder,
            ]
            done = subprocess.run(command, check=False)  # noqa: S603 - our own program
            if done.returncode != 0:
                return done.returncode
            for name in KEPT:
                shutil.copyfile(Path(folder) / f"{name}.svg", TARGET / f"{name}-{size}.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
