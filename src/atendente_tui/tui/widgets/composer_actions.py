"""What the keys of the composer do."""

from __future__ import annotations

from typing import Any

from atendente_tui.tui.widgets.composer import Composer


def composer_of(screen: Any) -> Composer | None:
    found = screen.query(Composer)
    return found.first() if found else None


async def _send(screen: Any) -> None:
    if (composer := composer_of(screen)) is not None:
        await composer.send()


async def _send_and_solve(screen: Any) -> None:
    if (composer := composer_of(screen)) is not None:
        await composer.send(solve=True)


async def _switch_kind(screen: Any) -> None:
    if (composer := composer_of(screen)) is not None:
        await composer.switch_kind()


async def _discard(screen: Any) -> None:
    if (composer := composer_of(screen)) is not None:
        await composer.discard()


def _editor(screen: Any) -> None:
    if (composer := composer_of(screen)) is not None:
        composer.edit_outside()


HANDLERS = {
    "send": _send,
    "send_and_solve": _send_and_solve,
    "switch_kind": _switch_kind,
    "discard": _discard,
    "editor": _editor,
}
