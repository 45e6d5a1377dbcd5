"""Draw the picture of the wall as a browser shows it: `atendente monitor --wall --serve` on the demonstration, in Chromium.

python -m tools.browser_screen
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.cli.browser import picture, served

TARGET = Path(__file__).parent.parent / "docs" / "screens" / "parede-navegador.png"
SIZE = (1280, 720)
LIMIT = 120.0


async def drawn(folder: Path) -> bytes:
    with served(folder, "--wall", more="[monitor]\nrotate_seconds = 600\n") as address:
        async with asyncio.timeout(LIMIT):
            return await picture(address, "mais antigo", folder=folder / "profile", size=SIZE)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        TARGET.write_bytes(asyncio.run(drawn(Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
