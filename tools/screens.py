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
HERE = Path(__file__).parent
PLAYS: tuple[tuple[Path | None, tuple[str, ...]], ...] = (
    (None, ("resposta", "conversa", "busca", "saida", "roteiro", "macro")),
    (HERE / "revisao.yaml", ("revisao", "achados", "motivo")),
    (
        HERE / "ligacao.yaml",
        ("ramo", "outro-chamado", "de-volta", "pergunta", "inserido", "travado", "por-que", "enviado"),
    ),
)
"""What is played (None: the shipped one), and which of its pictures are kept."""


def main() -> int:
    TARGET.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        for play, kept in PLAYS:
            if code := drawn(size, play, kept):
                return code
    return 0


def drawn(size: str, play: Path | None, kept: tuple[str, ...]) -> int:
    """The pictures of one play (None: the one that is shipped) at one size. The exit code of the program."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["demo", "--headless", "--size", size, "--pictures", folder]
        words += ["--play", str(play)] if play is not None else []
        done = subprocess.run([sys.executable, "-m", "atendente_tui", *words], check=False)  # noqa: S603 - our own program
        if done.returncode == 0:
            for name in kept:
                shutil.copyfile(Path(folder) / f"{name}.svg", TARGET / f"{name}-{size}.svg")
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
