"""Changes that came in and could not be applied: what they were, why they failed, and what to do with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, ClassVar

from textual.content import Content

from atendente_tui import formats
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import SafeText, safe_line, safe_text
from atendente_tui.store import poisoned
from atendente_tui.store.poisoned import PoisonRow
from atendente_tui.tui.lines import Span
from atendente_tui.tui.screens.confirm import confirm
from atendente_tui.tui.screens.full_text import FullText
from atendente_tui.tui.show import cell
from atendente_tui.tui.verbs.place import workplace_of
from atendente_tui.tui.widgets.board import Board
from atendente_tui.tui.widgets.rows_pane import Row


class PoisonScreen(Board):
    topics: ClassVar[tuple[str, ...]] = ("sync",)
    context = "poison"

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, PoisonRow] = {}

    def reload(self) -> None:
        rows = poisoned.listing(self.here.read)
        self._rows = {str(row.n): row for row in rows}
        count = n_("{n} change set aside", "{n} changes set aside", len(rows)).format(n=len(rows))
        self.entitle(safe_line(_("What could not be applied · {count}").format(count=count)))
        self.nothing(safe_text(_("Everything that came in was understood.")) if not rows else None)
        self.list.set_rows([self._row(row) for row in rows])
        self.tell()

    def _row(self, row: PoisonRow) -> Row:
        when = formats.moment(row.at, self.workplace.zone, self.here.now_ms())
        return Row(
            str(row.n),
            (Span(f"{cell(safe_line(when), 13)} {cell(named(row), 26)} {safe_line(row.error)}"),),
        )

    def told(self, key: str) -> Content:
        row = self._rows[key]
        return Content("\n").join(
            [
                Content.styled(safe_line(f"{row.backend} · {named(row)}"), "bold"),
                Content(f"! {safe_line(row.error, characters=500)}"),
                Content(safe_text(row.change, characters=2_000)),
            ]
        )

    def doing(self, key: str | None) -> Sequence[str]:
        return ("poison_retry", "poison_forget") if key is not None else ()

    def enter_does(self) -> str:
        return _("read it whole")

    async def choose(self, key: str) -> None:
        row = self._rows[key]
        try:
            text = json.dumps(json.loads(row.change), ensure_ascii=False, indent=2)
        except ValueError:
            text = row.change
        await self.app.push_screen(
            FullText(named(row), f"{row.error}\n\n{text}", masked=workplace_of(self).config.privacy.mask)
        )

    def do_poison_retry(self) -> None:
        row = self._rows.get(self.list.row_key or "")
        if row is not None:
            self.run_worker(self._retry(row), group="board")

    async def _retry(self, row: PoisonRow) -> None:
        from atendente_tui.desk import poisoned as deciding

        worked = await self._wait(deciding.try_again(self.workplace.desk, row.n))
        if worked is not None:
            said = _("It could be applied this time.") if worked else _("It still cannot be applied.")
            self.here.say(said, severity="information" if worked else "warning")

    def do_poison_forget(self) -> None:
        row = self._rows.get(self.list.row_key or "")
        if row is not None:
            self.run_worker(self._forget(row), group="board")

    async def _forget(self, row: PoisonRow) -> None:
        from atendente_tui.desk import poisoned as deciding

        text = safe_text(
            f"{named(row)}\n{row.error}\n\n" + _("It is thrown away here; the helpdesk keeps its own.")
        )
        if await confirm(self.app, _("Forget this change?"), text, yes=_("forget")):
            await self._wait(deciding.forget(self.workplace.desk, row.n))

    async def _wait(self, future: Future[bool]) -> Any:
        return await self.here.done(future)


def named(row: PoisonRow) -> SafeText:
    """What the change was about: its type and the helpdesk's number."""
    try:
        change = json.loads(row.change)
    except ValueError:
        change = None
    if not isinstance(change, dict):
        return safe_line("?")
    return safe_line(" ".join(str(change.get(name) or "") for name in ("type", "remote_id")).strip() or "?")
