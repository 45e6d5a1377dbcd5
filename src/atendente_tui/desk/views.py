"""The views of the queue by name: the built-in ones and the ones of the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atendente_tui.store import queue
from atendente_tui.store.queue import Sort, View

if TYPE_CHECKING:
    from atendente_tui.config import ViewConfig


def views(login: str, teams: tuple[str, ...], own: tuple[ViewConfig, ...] = ()) -> dict[str, View]:
    """In the order in which they are offered; one of one's own may replace a built-in one."""
    found = queue.builtin_views(login, teams)
    for one in own:
        found[one.name] = _own(one, login)
    return found


def _own(one: ViewConfig, login: str) -> View:
    view = View(
        one.name,
        assignee={"me": login, "none": ""}.get(one.assignee or "*any", one.assignee),
        teams=one.teams,
        tags=one.tags,
        channels=tuple(map(str, one.channels)),
        tier=str(one.tier) if one.tier is not None else None,
        sort=_sort(one.sort),
    )
    return view._replace(statuses=tuple(map(str, one.statuses))) if one.statuses else view


def _sort(name: str) -> Sort:
    return next((one for one in queue.SORTS if one == name), "score")
