"""A look at the store that waits until the fingers rest, so that no key waits behind it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING
from weakref import WeakSet

from textual.dom import DOMNode

if TYPE_CHECKING:
    from textual.timer import Timer

    from atendente_tui.tui.app import AtendenteApp

AGAIN = 0.15
"""Seconds between two questions whether somebody is still at the keys."""
LONGEST = 15.0
"""Seconds after which a look is due all the same."""

_all: WeakSet[PutOff] = WeakSet()


def any_owed() -> bool:
    """Whether a look is still to be taken anywhere: the screen will change without anybody's doing."""
    return any(one.owed for one in _all)


class PutOff:
    """`owe` says that a look is due; it is taken `after` seconds later, once for all that was owed until then."""

    def __init__(self, widget: DOMNode, look: Callable[[], object], after: float) -> None:
        self._widget, self._look, self._after = widget, look, after
        self._timer: Timer | None = None
        self._since = 0.0
        _all.add(self)

    @property
    def owed(self) -> bool:
        return self._timer is not None and self._widget.is_attached

    def owe(self) -> None:
        if self._timer is None:
            self._since = monotonic()
            self._timer = self._widget.set_timer(self._after, self._try)

    def _try(self) -> None:
        app: AtendenteApp = self._widget.app  # type: ignore[assignment]
        if app.workplace.store.courtesy.at_the_keys() and monotonic() - self._since < LONGEST:
            self._timer = self._widget.set_timer(AGAIN, self._try)
        else:
            self._timer = None
            self._look()
