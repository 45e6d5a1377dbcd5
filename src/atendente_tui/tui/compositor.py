"""Textual's compositor, with a memory of what stands on the terminal.

A layout is painted where it differs from the map of the one before. But Textual (8.2) makes that map again whenever
somebody asks where a widget is that the map may lack, such as one in a pane that is not shown or a notice that is just
being mounted. Asked between the removal of a widget and the layout that follows, the map has forgotten the widget
before it is compared: nothing differs, nothing is painted, and a notice that ended long ago stays over the screen.
"""

from __future__ import annotations

from typing import Any, TypeVar

from textual import _compositor
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.widget import Widget

S = TypeVar("S", bound=Screen[Any])


def remembering(screen: S) -> S:
    """The same screen, not running yet, with a compositor of this kind."""
    screen._compositor = Compositor()
    return screen


class Compositor(_compositor.Compositor):
    def __init__(self) -> None:
        super().__init__()
        self._standing: dict[Widget, tuple[Region, Region]] = {}
        """Where each widget stood, and what it was clipped to, when that was last compared."""

    def reflow(self, parent: Widget, size: Size) -> _compositor.ReflowResult:
        found = super().reflow(parent, size)
        self._compare()
        return found

    def reflow_visible(self, parent: Widget, size: Size) -> set[Widget]:
        found = super().reflow_visible(parent, size)
        self._compare()
        return found

    def render_update(self, *args: Any, **more: Any) -> Any:
        self._compare()  # the map may have been made again since the layout
        return super().render_update(*args, **more)

    def clear(self) -> None:
        super().clear()
        self._standing = {}

    def _compare(self) -> None:
        """Have everything painted that stands elsewhere than it stood, is new, or is gone."""
        visible = self.visible_widgets
        if visible is self._standing:
            return
        self._cuts = self._layers_visible = None  # of another map, perhaps
        changed = visible.items() ^ self._standing.items()
        self._standing = visible
        regions = (region.intersection(clip) for _widget, (region, clip) in changed)
        self._dirty_regions.update(region for region in regions if region)
