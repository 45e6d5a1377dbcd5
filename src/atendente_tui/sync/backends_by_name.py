"""Adapters by name: listed without being imported, loaded when the configuration names one."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, cast

from atendente_tui.domain.refusal import Refused

if TYPE_CHECKING:
    from atendente_tui.backends.port import Backend, BackendSettings

GROUP = "atendente.backends"
OURS = "atendente-tui"
"""The package that this is."""


def names() -> list[str]:
    """Of every adapter that is installed; imports none."""
    return sorted({found.name for found in entry_points(group=GROUP)})


def ours() -> frozenset[str]:
    """Adapters that come with this program itself. Imports none."""
    return frozenset(
        found.name
        for found in entry_points(group=GROUP)
        if found.dist is not None and found.dist.name == OURS
    )


def origin(name: str) -> str | None:
    """The package that brings the adapter, and its version; None for one that is not installed. Imports nothing."""
    for found in entry_points(group=GROUP):
        if found.name == name and found.dist is not None:
            return f"{found.dist.name} {found.dist.version}"
    return None


def load(name: str) -> Callable[[BackendSettings], Backend]:
    """The adapter's class. Raises Refused("backend_unknown", name, known) and Refused("backend_broken", name, detail)."""
    found = _entry(name)
    try:
        return cast("Callable[[BackendSettings], Backend]", found.load())
    except Exception as wrong:  # somebody else's code: whatever it does at import is its fault, told by name
        raise Refused("backend_broken", name=name, detail=f"{type(wrong).__name__}: {wrong}") from wrong


def _entry(name: str) -> EntryPoint:
    for found in entry_points(group=GROUP):
        if found.name == name:
            return found
    raise Refused("backend_unknown", name=name, known=", ".join(names()))
