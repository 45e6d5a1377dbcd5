"""`python -m tests.store.power_user PLACE KEY|- COMMANDS [normal]`: works on a store and says what is done, until it dies.

Answers are given as a person gives them, with pages from a helpdesk between; each is told once the store said that it is saved.
`normal` is the mutant: what a person did is committed as news are.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

from tests.builders import BACKEND, NOW, sample_page
from tests.desk.conftest import desk_at

from atendente_tui.clock import VirtualClock
from atendente_tui.desk import answering, drafting
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store import wal, writing
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store


def main(place: Path, key: bytes | None, commands: int, *, normal: bool) -> None:
    if normal:
        kept = writing.Writer._try

        def hasty(self: writing.Writer, *given: object) -> None:
            self._full = True  # it believes that it said so
            self._db.execute("PRAGMA synchronous = NORMAL")
            kept(self, *given)  # type: ignore[arg-type]

        writing.Writer._try = hasty  # type: ignore[method-assign, assignment]
    wal.LONG, wal.LOOK_EVERY = 20, 1  # the log is copied back again and again meanwhile
    clock = VirtualClock(NOW)
    store = Store.open(place, key=key, rules=DEFAULT_RULES, clock=clock)
    desk = desk_at(store)
    told = os.open(place / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for n in range(commands):
        clock.advance(timedelta(seconds=5))
        sent = answering.note(desk, 1 + n % 3, f"nota {n}").result()
        os.write(told, f"{sent.command_id}\n".encode())
        if n % 4 == 1:
            drafting.save_draft(desk, 1 + n % 3, "note", f"rascunho {n}", slot=f"slot{n}").result()
            os.write(told, f"slot{n}\n".encode())
        if n % 5 == 2:
            apply_in_slices(store, sample_page(12, first=10 + 12 * n, cursor=str(n)), BACKEND)
    os._exit(0)  # nothing is closed


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        None if sys.argv[2] == "-" else bytes.fromhex(sys.argv[2]),
        int(sys.argv[3]),
        normal="normal" in sys.argv[4:],
    )
