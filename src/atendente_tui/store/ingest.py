"""What the outside world says goes into the store: a page of changes and its cursor in one transaction.

Applying a page twice alters nothing: what is already so is neither written nor indexed. A change that cannot be
applied is set aside whole (`poison`) and stops nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlcipher3 import dbapi2 as sqlite

from atendente_tui.store.erased import without_erased
from atendente_tui.store.incoming import Batch
from atendente_tui.store.incoming_beside import apply_articles, apply_directory, apply_gone, apply_settings
from atendente_tui.store.incoming_customers import apply_customers
from atendente_tui.store.incoming_events import apply_events, unseen
from atendente_tui.store.incoming_floor import apply_agent_states
from atendente_tui.store.incoming_tickets import read_tickets, write_tickets
from atendente_tui.store.kept import kept, kept_text, kept_tree
from atendente_tui.store.writing import Lane

if TYPE_CHECKING:
    from atendente_tui.domain.change import Change, ChangePage
    from atendente_tui.store.store import Store
    from atendente_tui.store.writing import Tx


class Pace(NamedTuple):
    """`step` changes are applied together; after `seconds` the transaction ends, so that nobody's own write waits long."""

    step: int
    seconds: float


PACE, AT_THE_KEYS = Pace(250, 0.006), Pace(100, 0.006)


class Applied(NamedTuple):
    """Rows that were written; `skipped` were set aside, `unchanged` said nothing new."""

    customers: int = 0
    tickets: int = 0
    events: int = 0
    skipped: int = 0
    unchanged: int = 0

    def __add__(self, other: object) -> Applied:
        if not isinstance(other, Applied):
            return NotImplemented
        return Applied(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def apply_page(tx: Tx, page: ChangePage, backend: str) -> Applied:
    """Apply a page and move the cursor, both in this transaction."""
    applied = apply_changes(tx, page.changes, backend)
    applied += set_unreadable_aside(tx, page, backend)
    keep_cursor(tx, page, backend)
    return applied


def apply_in_slices(store: Store, page: ChangePage, backend: str, *, pace: Pace = PACE) -> Applied:
    """Apply a page in short transactions on the sync lane, the cursor in the last; blocks until all are committed.

    Interrupted in the middle, the page comes again and what was applied says nothing new.
    """
    changes = page.changes
    total, at, size = Applied(), 0, pace.step

    def some(tx: Tx) -> tuple[Applied, int, int]:
        """As much as fits in the time: little of what is new, much of what is known."""
        now = min(AT_THE_KEYS, pace) if store.courtesy.at_the_keys() else pace
        applied, here, step = Applied(), at, min(size, now.step) if now is not pace else size
        until = monotonic() + now.seconds
        while here < len(changes) and (begun := monotonic()) < until:
            applied += apply_changes(tx, changes[here : here + step], backend)
            here += step
            step = min(2_000, step * 4) if (monotonic() - begun) * 5 < now.seconds else now.step
        if here >= len(changes):
            applied += set_unreadable_aside(tx, page, backend)
            keep_cursor(tx, page, backend)
        return applied, here, step

    while True:
        store.courtesy.take_turn()
        applied, at, size = store.write(some, Lane.SYNC)
        total += applied
        if at >= len(changes):
            return total


def keep_cursor(tx: Tx, page: ChangePage, backend: str) -> None:
    kept: list[tuple[str, str]] = [("cursor", page.cursor), ("caught_up", "1" if page.caught_up else "0")]
    kept += [(name, str(n)) for name, n in (("done", page.done), ("total", page.total)) if n is not None]
    tx.db.executemany(
        "INSERT INTO sync_state (backend, key, value) VALUES (?, ?, ?)"
        " ON CONFLICT (backend, key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
        [(backend, name, value) for name, value in kept],
    )
    tx.touch("sync")


def apply_changes(tx: Tx, changes: Sequence[Change], backend: str) -> Applied:
    """Apply changes without a cursor."""
    asked = len(changes)
    changes = [_as_kept(change) for change in without_erased(tx, changes)]
    total = Applied(unchanged=asked - len(changes))
    for group, by_type in _groups(changes):
        try:
            with tx.savepoint():
                total += _apply(tx, by_type, backend)
        except LASTING as wrong:
            if len(group) == 1:
                total += _set_aside(tx, group[0], backend, wrong)
                continue
            for change in group:
                try:
                    with tx.savepoint():
                        total += _apply(tx, {change.type: [change]}, backend)
                except LASTING as alone:
                    total += _set_aside(tx, change, backend, alone)
    return total


def _as_kept(change: Change) -> Change:
    try:
        return kept(change)
    except LASTING:
        return change  # it will be set aside for what is wrong with it


def _by_type(changes: Sequence[Change]) -> dict[str, list[Any]]:
    by_type: defaultdict[str, list[Any]] = defaultdict(list)
    for change in changes:
        by_type[change.type].append(change)
    return by_type


def _apply(tx: Tx, by_type: Mapping[str, list[Any]], backend: str) -> Applied:
    if unknown := by_type.keys() - _TYPES:
        raise ValueError(f"no such change: {sorted(unknown)}")
    batch = Batch(tx, backend)
    customers = apply_customers(batch, by_type.get("customer", ()))
    tx.give_way()
    events = unseen(batch, by_type.get("event", ()))
    read_tickets(batch, by_type.get("ticket", ()), events)
    tx.give_way()
    appended = apply_events(batch, events)
    tx.give_way()
    tickets = write_tickets(batch)
    tx.give_way()
    batch.insert_events()
    others = apply_articles(batch, by_type.get("article", ()), by_type.get("article_gone", ()))
    others += apply_directory(batch, by_type.get("directory", ()), by_type.get("directory_gone", ()))
    others += apply_settings(batch, by_type.get("setting", ()), by_type.get("setting_gone", ()))
    others += apply_agent_states(batch, by_type.get("agent_states", ()))
    others += apply_gone(batch, by_type.get("gone", ()))
    batch.tell()
    told = customers + tickets + appended + others
    asked = sum(map(len, by_type.values()))
    return Applied(customers, tickets, appended, 0, max(0, asked - told))


_KIND = {
    "gone": "ticket",
    "article_gone": "article",
    "directory_gone": "directory",
    "setting_gone": "setting",
}
"""What ends a thing, and what it is said to be while it is there."""
_TYPES = {"customer", "event", "agent_states", *_KIND, *_KIND.values()}


def _groups(changes: Sequence[Change]) -> Iterator[tuple[Sequence[Change], dict[str, list[Any]]]]:
    """Runs in which nothing is named twice, in order: a thing and its later state are applied one after the other.

    Each run also by type.
    """
    by_type = _by_type(changes)
    if _KIND.keys().isdisjoint(by_type) and all(
        len(set(map(_NAMES.get(kind, _remote_id), same))) == len(same) for kind, same in by_type.items()
    ):
        yield changes, by_type
        return
    group: list[Change] = []
    seen: set[tuple[str, object]] = set()
    for change in changes:
        name = (_KIND.get(change.type, change.type), _NAMES.get(change.type, _remote_id)(change))
        if name in seen:
            yield group, _by_type(group)
            group, seen = [], set()
        seen.add(name)
        group.append(change)
    if group:
        yield group, _by_type(group)


_remote_id = attrgetter("remote_id")
_NAMES: dict[str, Callable[[Any], object]] = {
    **dict.fromkeys(("directory", "directory_gone", "setting", "setting_gone"), attrgetter("kind", "key")),
    "agent_states": attrgetter("agent"),
}


def _set_aside(tx: Tx, change: Any, backend: str, wrong: Exception) -> Applied:
    try:
        text = json.dumps(kept_tree(json.loads(change.model_dump_json(warnings=False))), ensure_ascii=False)
    except Exception:
        text = kept_text(json.dumps(repr(change)))
    return _keep_aside(tx, backend, text, f"{type(wrong).__name__}: {wrong}")


def set_unreadable_aside(tx: Tx, page: ChangePage, backend: str) -> Applied:
    """Keep what its adapter could not read of a page; the cursor may pass it then."""
    told = Applied()
    for one in page.unreadable:
        try:
            text = json.dumps(kept_tree(json.loads(one.told)), ensure_ascii=False)
        except (ValueError, RecursionError):
            text = kept_text(json.dumps(one.told))
        told += _keep_aside(tx, backend, text, one.error)
    return told


def _keep_aside(tx: Tx, backend: str, text: str, error: str) -> Applied:
    """Once: a full pull tells the same again."""
    tx.db.execute(
        "INSERT INTO poison (at, backend, change, error) SELECT :at, :backend, :change, :error WHERE NOT EXISTS"
        " (SELECT 1 FROM poison WHERE backend = :backend AND change = :change)",
        {
            "at": tx.now,
            "backend": backend,
            "change": text.encode("utf-8", "replace").decode(),
            "error": kept_text(error)[:500],
        },
    )
    tx.touch("sync")
    return Applied(skipped=1)


# What trying again would not cure. A full disk or a damaged file is not the change's fault and goes up.
LASTING = (
    sqlite.IntegrityError,
    sqlite.DataError,
    sqlite.InterfaceError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    OverflowError,
)
