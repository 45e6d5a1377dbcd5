"""Draw five moments of a presentation: the shipped scenario of a late order, played on the real screens at two sizes.

python -m tools.training_screens
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from atendente_tui import i18n
from atendente_tui.config import Config
from atendente_tui.knowledge.shipped import TRAINING
from atendente_tui.training.attempt import Attempt
from atendente_tui.training.library import library
from atendente_tui.training.presenting import Step, presented
from atendente_tui.tui.training_boot import present_unseen

TARGET = Path(__file__).parent.parent / "docs" / "screens"
SIZES = ((160, 45), (80, 24))
SCENARIO, ANSWERS = "pedido-atrasado", "excelente"


def main() -> int:
    i18n.choose("pt-BR")
    kept = next(one for one in library([TRAINING]) if one.scenario.name == SCENARIO)
    answers = next(one for _path, one in kept.answers if one.name == ANSWERS)
    steps = presented(kept.scenario, answers)
    for size in SIZES:
        attempt = Attempt("presentation", datetime.now(UTC))
        stops = {n: _picture(name, size) for n, name in _moments(steps).items()}
        asyncio.run(present_unseen(kept.scenario, steps, attempt, Config(), size, stops=stops))
    return 0


def _moments(steps: tuple[Step, ...]) -> dict[int, str]:
    """The steps after which a picture is taken, counted from 1, and its name."""
    verbs = [one.action.verb if one.action is not None else "" for one in steps]
    reply = verbs.index("reply")
    heard = next(n for n in range(reply + 1, len(steps)) if not verbs[n])
    return {
        1: "treino-inicio",
        reply + 1: "treino-resposta",
        heard + 1: "treino-cliente",
        verbs.index("promise") + 1: "treino-promessa",
        len(steps): "treino-avaliacao",
    }


def _picture(name: str, size: tuple[int, int]) -> Callable[[Any], None]:
    def taken(app: Any) -> None:
        file = TARGET / f"{name}-{size[0]}x{size[1]}.svg"
        file.write_text(app.export_screenshot(title="Atendente"), encoding="utf-8")

    return taken


if __name__ == "__main__":
    sys.exit(main())
