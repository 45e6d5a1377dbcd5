"""The classes that go on at the team's hub, a row a trainee, asked anew while they are looked at. It changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from textual.content import Content

from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _, n_, p_
from atendente_tui.labels import refusal
from atendente_tui.privacy.safe import safe_line
from atendente_tui.training import class_report, scorecard
from atendente_tui.tui.lines import Span
from atendente_tui.tui.show import cell
from atendente_tui.tui.widgets.board import Board
from atendente_tui.tui.widgets.rows_pane import Row, heading

if TYPE_CHECKING:
    from atendente_tui.desk.classes import Class, HubClasses, Trainee

EVERY = 2.0
"""Seconds between two looks."""


class Classes(Board):
    context = "monitor"

    def __init__(self) -> None:
        super().__init__()
        self.found: tuple[Class, ...] | None = None
        """None until the hub has answered."""
        self._trainees: dict[str, Trainee] = {}
        self._why = ""
        """Why nothing newer is known."""
        self._kept = ExitStack()
        self._line: HubClasses | None = None

    def on_mount(self) -> None:  # beside the one it inherits: Textual calls both
        self.run_worker(self._go_on(), name="classes", exit_on_error=True)

    async def on_unmount(self) -> None:
        await asyncio.to_thread(self._kept.close)

    async def _go_on(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Ask the hub once."""
        from atendente_tui.desk.connecting import BackendError

        try:
            self.found, self._why = await asyncio.to_thread(self._ask), ""
        except Refused as refused:
            self._why = refusal(refused)
        except BackendError as wrong:
            self._why = _("The hub does not answer: {why}").format(why=wrong)
        self.reload()

    def _ask(self) -> tuple[Class, ...]:
        from atendente_tui.desk.classes import HubClasses

        if self._line is None:
            self._line = self._kept.enter_context(HubClasses(self.workplace.config))
        return tuple(self._line.shown(one.id) for one in self._line.listed() if one.ended is None)

    def reload(self) -> None:
        found = self.found or ()
        self._trainees = {f"{of.id}/{one.login}": one for of in found for one in of.trainees}
        rows = list[Row]()
        for of in found:
            mode = p_("mode", "exam") if of.mode == "exam" else p_("mode", "practice")
            rows.append(heading(safe_line(f"{of.title} · {mode} · {of.by}")))
            rows += [self._row(f"{of.id}/{one.login}", one) for one in of.trainees]
        self.list.set_rows(rows)
        count = n_("{n} class goes on", "{n} classes go on", len(found)).format(n=len(found))
        self.entitle(safe_line(_("Classes") if self.found is None else f"{_('Classes')} · {count}"))
        self.heed(safe_line(self._why) if self._why else None)
        asked = _("The hub is being asked…") if self.found is None and not self._why else ""
        self.nothing(None if found else safe_line(asked or _("No class goes on.")))
        self.tell()

    def _row(self, key: str, one: Trainee) -> Row:
        score = "" if one.score is None else n_("{n} point", "{n} points", one.score).format(n=one.score)
        met = sum(it.met is True for it in one.expectations)
        told = [class_report.clock(one.seconds), f"{met}/{len(one.expectations)}", score]
        return Row(
            key,
            (
                Span(f"{cell(safe_line(one.name), 24)} "),
                Span(f"{cell(safe_line(class_report.state(one.state)), 12)} ", "quiet"),
                Span(safe_line(scorecard.happening(one.last))),
            ),
            Span(safe_line(" · ".join(part for part in told if part)), "quiet"),
        )

    def told(self, key: str) -> Content:
        glyphs = self.here.glyphs
        one = self._trainees[key]
        signs = {True: glyphs.done, False: glyphs.offline, None: glyphs.dot}
        lines = class_report.proved(one, signs)
        return Content("\n").join(
            [Content.styled(safe_line(one.name), "bold"), *map(Content, map(safe_line, lines))]
        )

    def keys_line(self, key: str | None) -> str:
        del key
        return _("Esc back")

    def doing(self, key: str | None) -> Sequence[str]:
        del key
        return ()
