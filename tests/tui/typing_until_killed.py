"""Types into the composer of a store given by path until somebody kills it: `python -m tests.tui.typing_until_killed DIR`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.tui.pane_world import world

from atendente_tui import i18n


async def type_on(folder: Path) -> None:
    async with world(folder) as one:
        await one.open()
        await one.pilot.press("r")
        composer = one.screen.composer
        await one.until(lambda: one.app.focused is composer.area)
        for n in range(10_000):
            composer.area.insert(f"{n}\n" if n % 9 == 8 else f"{n} ")
            sys.stdout.write(f"{n}\n")
            sys.stdout.flush()
            await asyncio.sleep(0.03)


if __name__ == "__main__":
    i18n.choose("pt-BR")
    asyncio.run(type_on(Path(sys.argv[1])))
