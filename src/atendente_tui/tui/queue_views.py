"""The views the queue offers, in the order of their tabs, and a view's rows as the list asks for them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from atendente_tui.desk.views import views
from atendente_tui.i18n import _, later
from atendente_tui.store import queue
from atendente_tui.store.queue import Sort, View
from atendente_tui.store.rows import QueueRow
from atendente_tui.tui.widgets.queue_window import Key

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.config import ViewConfig

__all__ = ["SORTS", "TITLES", "ViewSource", "orders", "titles", "views"]

TITLES = {
    "minha": later("Mine"),
    "livres": later("Unassigned"),
    "equipe": later("My teams"),
    "sla": later("SLA"),
    "adiados": later("Snoozed"),
    "resolvidos": later("Solved"),
    "todos": later("All"),
}
SORTS = {
    "score": later("by priority"),
    "due": later("by deadline"),
    "updated": later("by last change"),
    "opened": later("by age"),
}
_LAST: Key = (99, 0, 0)
_RANKED = 20_000


def titles(own: tuple[ViewConfig, ...] = ()) -> dict[str, str]:
    return {name: _(title) for name, title in TITLES.items()} | {one.name: one.title for one in own}


def orders(view: View) -> tuple[Sort, ...]:
    """The orders that make a difference to a view."""
    return tuple(dict.fromkeys(queue.effective_sort(view, one) for one in queue.SORTS))


class ViewSource:
    """One view in one order. Short questions go to the screen's own connection, the far jump to one of its own."""

    def __init__(
        self, read: Callable[[], Connection], far: Callable[[], Connection], view: View, sort: Sort
    ) -> None:
        self.view = view
        self.sort = queue.effective_sort(view, sort)
        self._read = read
        self._far = far

    def after(self, key: Key | None, limit: int) -> list[QueueRow]:
        return queue.queue_page(self._read(), self.view, self.sort, after=_three(key), limit=limit)

    def before(self, key: Key | None, limit: int) -> list[QueueRow]:
        return queue.queue_page(self._read(), self.view, self.sort, before=_three(key or _LAST), limit=limit)

    def at(self, offset: int, limit: int) -> list[QueueRow]:
        with contextlib.closing(self._far()) as db:
            return queue.queue_page_at(db, self.view, self.sort, offset, limit=limit)

    def key(self, row: QueueRow) -> Key:
        return queue.sort_key(row, self.sort)

    def row(self, ticket_id: int) -> QueueRow | None:
        return queue.queue_row(self._read(), ticket_id)

    def rank(self, row: QueueRow) -> int:
        return queue.queue_rank(self._read(), self.view, self.sort, row, bound=_RANKED)

    def count(self) -> int:
        return queue.count_view(self._read(), self.view).count


def _three(key: Key | None) -> tuple[int, int, int] | None:
    return None if key is None else (key[0], key[1], key[2])
