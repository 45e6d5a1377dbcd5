"""Outbox and problems: everything on its way out, what went wrong with it, and what can be done about it."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from textual.content import Content

from atendente_tui import formats, labels
from atendente_tui.domain.instants import from_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import PENDING_STATES, OutboxState
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line, safe_text
from atendente_tui.store import outbox
from atendente_tui.store.rows import OutboxRow
from atendente_tui.tui import outbox_words as words
from atendente_tui.tui.form_model import Field, Form, Values, option
from atendente_tui.tui.forms import ask
from atendente_tui.tui.lines import Span
from atendente_tui.tui.screens.confirm import confirm
from atendente_tui.tui.show import cell
from atendente_tui.tui.verbs import vanished
from atendente_tui.tui.verbs.again import FORMS, ask_again
from atendente_tui.tui.verbs.place import app_of, open_ticket
from atendente_tui.tui.verbs.running import outcome
from atendente_tui.tui.widgets.board import Board
from atendente_tui.tui.widgets.rows_pane import Row, heading

if TYPE_CHECKING:
    from textual.screen import Screen

MOST = 2_000
"""Rows listed at once; the newest are left out first, because the oldest hold the lines."""
_GROUPS = (
    (words.PROBLEMS, "problems"),
    (("held",), "held"),
    (("queued", "sent"), "waiting"),
)


class OutboxScreen(Board):
    topics: ClassVar[tuple[str, ...]] = ("outbox", "sync")
    context = "outbox"

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, OutboxRow] = {}
        self._settled = False

    @property
    def command_id(self) -> str | None:
        """The command under the cursor: the one that undo means here."""
        return self.list.row_key

    def reload(self) -> None:
        states = list(OutboxState) if self._settled else sorted(PENDING_STATES)
        rows = outbox.listing(self.here.read, states, limit=MOST)
        self._rows = {row.command_id: row for row in rows}
        problems = sum(row.state in words.PROBLEMS for row in rows)
        waiting = sum(row.state in PENDING_STATES for row in rows) - problems
        self.entitle(
            safe_line(
                _("Outbox and problems · {problems} · {waiting}").format(
                    problems=n_("{n} problem", "{n} problems", problems).format(n=problems),
                    waiting=n_("{n} on its way", "{n} on their way", waiting).format(n=waiting),
                )
            )
        )
        self.heed(vanished.told(self.here))
        self.nothing(safe_text(_("Everything has left. Nothing waits for you here.")) if not rows else None)
        self.list.set_rows(self._listed(rows))
        self.tell()

    def _listed(self, rows: Sequence[OutboxRow]) -> list[Row]:
        titles = {
            "problems": _("Need a decision"),
            "held": _("May still be undone"),
            "waiting": _("On their way"),
            "settled": _("Settled"),
        }
        listed: list[Row] = []
        left = list(rows)
        for states, name in _GROUPS:
            group = [row for row in reversed(left) if row.state in states]
            if group:
                listed.append(heading(safe_line(f"{titles[name]} ({len(group)})")))
                listed += map(self._row, group)
        settled = [row for row in left if row.state not in PENDING_STATES]
        if settled:
            listed.append(heading(safe_line(f"{titles['settled']} ({len(settled)})")))
            listed += map(self._row, settled)
        return listed

    def _row(self, row: OutboxRow) -> Row:
        zone, now = self.workplace.zone, self.here.now_ms()
        problem = row.state in words.PROBLEMS
        tail = words.trouble(row) if problem else safe_line(words.text_of(row))
        if not tail:
            tail = safe_line(" · ".join(value for _name, value in words.contents(row, zone, now)))
        sign = self.here.glyphs.warning if problem else " "
        return Row(
            row.command_id,
            (
                Span(f"{sign} "),
                Span(f"{cell(safe_line(words.state(row, zone)), 19)} ", "strong" if problem else ""),
                Span(f"{cell(safe_line(row.protocol or ''), 12)} "),
                Span(f"{cell(safe_line(labels.command(row.type)), 17)} "),
                Span(tail),
            ),
        )

    def told(self, key: str) -> Content:
        row = self._rows[key]
        zone, now = self.workplace.zone, self.here.now_ms()
        facts = [
            labels.outbox(row.state),
            words.attempts(row, now),
            _("given {moment}").format(moment=formats.moment(row.created, zone, now)),
        ]
        parts: list[Content] = [
            Content.styled(
                safe_line(" · ".join(filter(None, (labels.command(row.type), row.protocol)))), "bold"
            ),
            Content(safe_line(" · ".join(filter(None, facts)), characters=300)),
        ]
        trouble = words.trouble(row)
        if trouble:
            parts.append(Content.styled(f"! {trouble}", "bold"))
        parts += [Content(f"{name}: {value}") for name, value in words.contents(row, zone, now)]
        text = words.text_of(row)
        if text:
            parts.append(Content(safe_text(text)))
        return Content("\n").join(parts)

    def doing(self, key: str | None) -> Sequence[str]:
        row = self._rows.get(key or "")
        names: list[str] = []
        if row is not None:
            if row.state == "unknown":
                names.append("outbox_verify")
            if row.state == "conflict":
                names.append("outbox_compare")
            if row.state in (*words.PROBLEMS, "queued"):
                names.append("outbox_retry")
            if row.state in ("refused", "conflict") and (words.is_written(row) or row.type in FORMS):
                names.append("outbox_edit")
            if row.state in PENDING_STATES and row.state != "sent":
                names.append("outbox_discard")
        return [*names, "outbox_export", "outbox_poison", "outbox_settled"]

    async def choose(self, key: str) -> None:
        row = self._rows[key]
        if row.ticket_id is not None:
            open_ticket(self, row.ticket_id)

    def do_outbox_settled(self) -> None:
        self._settled = not self._settled
        self.reload()

    def do_outbox_retry(self) -> None:
        from atendente_tui.desk import outgoing

        row = self._row_here((*words.PROBLEMS, "queued"))
        if row is None:
            return
        if row.state == "unknown":
            self.do_outbox_verify()  # sending again blindly might say it twice
            return
        if words.since(row):
            self.do_outbox_compare()  # what was said since wants to be read first
            return
        self._do(outgoing.retry(self.workplace.desk, UUID(row.command_id)), _("It will be sent again."))

    def do_outbox_edit(self) -> None:
        row = self._row_here(("refused", "conflict"))
        if row is not None and words.is_written(row):
            self._work(self._edit(row))
        elif row is not None and row.type in FORMS:
            self._work(ask_again(self, row))

    async def _edit(self, row: OutboxRow) -> None:
        from atendente_tui.desk import outgoing

        form = Form(
            f"edit:{row.command_id}",
            _("Edit and send again"),
            (Field("text", _("Text"), "lines", required=True, value=words.text_of(row)),),
            about=safe_line(" · ".join(filter(None, (labels.command(row.type), row.protocol)))),
            text=words.trouble(row),
            blame={"text_empty": "text"},
        )

        async def submit(values: Values) -> None:
            await outcome(outgoing.edit(self.workplace.desk, UUID(row.command_id), values.text("text")))

        if await ask(self.app, form, submit) is not None:
            self.here.say(_("It will be sent again."))

    def do_outbox_discard(self) -> None:
        row = self._row_here(tuple(PENDING_STATES - {OutboxState.SENT}))
        if row is not None:
            self._work(self._discard(row))

    async def _discard(self, row: OutboxRow) -> None:
        from atendente_tui.desk import outgoing

        what = " · ".join(filter(None, (labels.command(row.type), row.protocol)))
        lines = [what, "", words.text_of(row)] if words.text_of(row) else [what]
        lines.append(_("It will not be sent, and what it changed here goes back."))
        if row.state == "unknown":
            lines.append(_("It may have arrived already: discarding does not take it back there."))
        if await confirm(self.app, _("Discard?"), safe_text("\n".join(lines)), yes=_("discard")):
            await self._wait(outgoing.discard(self.workplace.desk, UUID(row.command_id)), _("Discarded."))

    def do_outbox_verify(self) -> None:
        row = self._row_here(("unknown",))
        if row is not None:
            self._work(self._verify(row))

    async def _verify(self, row: OutboxRow) -> None:
        from atendente_tui.desk import outgoing

        answers = (
            option("delivered", _("It is there: count it as delivered")),
            option("again", _("It is not there: send it again")),
        )
        form = Form(
            f"verify:{row.command_id}",
            _("Check in the helpdesk"),
            (Field("found", _("What you found"), "choice", required=True, options=answers),),
            about=safe_line(" · ".join(filter(None, (labels.command(row.type), row.protocol)))),
            text=safe_text(
                _("No answer came when this was sent. Look at the ticket in the helpdesk before you decide.")
                + ("\n" + safe_text(words.text_of(row), characters=400) if words.text_of(row) else "")
            ),
        )

        async def submit(values: Values) -> None:
            ask_desk = outgoing.mark_delivered if values.text("found") == "delivered" else outgoing.retry
            await outcome(ask_desk(self.workplace.desk, UUID(row.command_id)))

        values = await ask(self.app, form, submit)
        if values is not None:
            delivered = values.text("found") == "delivered"
            self.here.say(_("Counted as delivered.") if delivered else _("It will be sent again."))

    def do_outbox_compare(self) -> None:
        row = self._row_here(("conflict",))
        if row is not None:
            from atendente_tui.tui.screens.conflict import decide

            self._work(decide(self, row))

    def do_outbox_export(self) -> None:
        self._work(self._export())

    async def _export(self) -> None:
        from atendente_tui.desk import outgoing

        today = from_ms(self.here.now_ms()).astimezone(self.workplace.zone)
        form = Form(
            "export",
            _("Export the outbox"),
            (
                Field(
                    "path",
                    _("File"),
                    required=True,
                    value=str(Path.home() / f"atendente-{today:%Y%m%d-%H%M}.jsonl"),
                ),
            ),
            text=safe_text(
                _("The file holds what you wrote, unprotected. Keep it where only you can read it.")
            ),
            blame={"file_exists": "path", "file_unwritable": "path"},
        )

        async def submit(values: Values) -> None:
            path = Path(values.text("path")).expanduser()
            try:
                await outcome(outgoing.export(self.workplace.desk, path))
            except FileExistsError as wrong:
                raise Refused("file_exists", path=str(path)) from wrong
            except OSError as wrong:
                raise Refused("file_unwritable", path=str(path), why=wrong.strerror or str(wrong)) from wrong

        values = await ask(self.app, form, submit)
        if values is not None:
            self.here.say(_("Written to {path}.").format(path=safe_line(values.text("path"))))

    def do_outbox_poison(self) -> None:
        from atendente_tui.tui.screens.poison import PoisonScreen

        self.app.push_screen(PoisonScreen())

    def _row_here(self, states: Sequence[str]) -> OutboxRow | None:
        """The row under the cursor, if it is in one of these states."""
        row = self._rows.get(self.list.row_key or "")
        return row if row is not None and row.state in states else None

    def _work(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self.run_worker(coroutine, group="board")

    def _do(self, future: Future[Any], said: str) -> None:
        self._work(self._wait(future, said))

    async def _wait(self, future: Future[Any], said: str) -> None:
        if await self.here.done(future) is not None:
            self.here.say(said)


async def open_outbox(screen: Screen[Any]) -> None:
    await app_of(screen).push_screen(OutboxScreen())


HANDLERS = {"outbox": open_outbox}
