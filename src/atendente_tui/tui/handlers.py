"""Who does what an action asks for: found by the action's name, imported when first needed.

A module of `tui.verbs`, `tui.widgets` or `tui.screens` may carry `HANDLERS: dict[str, Handler]`; the verbs are
asked first, then the widgets, then the screen modules, then the screen in front (a method `do_<name>`).
A handler takes the screen in front; it may be a coroutine function, which then runs as a worker.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen

Handler = Callable[[Any], Any]

PACKAGES = ("atendente_tui.tui.verbs", "atendente_tui.tui.widgets", "atendente_tui.tui.screens")

_found: dict[str, Handler] = {}
_loaded = False


def load() -> dict[str, Handler]:
    """Import every module that may carry handlers and collect them; runs in a thread after the first frame."""
    global _loaded
    if _loaded:
        return _found
    for name in _modules():
        module = importlib.import_module(name)
        for action, handler in getattr(module, "HANDLERS", {}).items():
            _found.setdefault(action, handler)
    _loaded = True
    return _found


def find(action: str, screen: Screen[Any]) -> Handler | None:
    """The handler of an action for the screen in front, or None when nobody does it here."""
    handler = load().get(action)
    if handler is not None:
        return handler
    method = getattr(screen, f"do_{action}", None)
    if method is None:
        return None
    return lambda _screen: method()


def _modules() -> list[str]:
    import pkgutil

    names: list[str] = []
    for package_name in PACKAGES:
        try:
            package = importlib.import_module(package_name)
        except ModuleNotFoundError as error:
            if error.name != package_name:
                raise
            continue
        names.append(package_name)
        names += [
            f"{package_name}.{one.name}" for one in pkgutil.iter_modules(getattr(package, "__path__", ()))
        ]
    return names
