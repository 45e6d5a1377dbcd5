"""The reviews about one's work and those one made: what waits for an answer first, each read, answered and settled here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, ClassVar

from textual.content import Content

from atendente_tui import formats
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line, safe_text
from atendente_tui.quality.states import WAITS_FOR_AGENT, State
from atendente_tui.store import quality_reading, reading
from atendente_tui.store.quality_reading import ReviewRow
from atendente_tui.tui.form_model import Field, Form, Values
from atendente_tui.tui.forms import ask
from atendente_tui.tui.quality_rows import review_row, review_texts
from atendente_tui.tui.verbs.place import app_of, open_ticket
from atendente_tui.tui.verbs.running import outcome
from atendente_tui.tui.widgets.board import Board
from atendente_tui.tui.widgets.rows_pane import Row, heading

if TYPE_CHECKING:
    from textual.screen import Screen

    from atendente_tui.desk.desk import Desk


class QualityBoard(Board):
    topics: ClassVar[tuple[str, ...]] = ("quality", "outbox")
    context = "quality"

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, ReviewRow] = {}

    @property
    def login(self) -> str:
        return self.workplace.desk.agent.login

    def reload(self) -> None:
        rows = quality_reading.reviews_with(self.here.read, self.login)
        self._rows = {row.id: row for row in rows}
        waiting = [row for row in rows if row.waits_for(self.login)]
        title = _("Quality reviews")
        count = n_("{n} waits for you", "{n} wait for you", len(waiting)).format(n=len(waiting))
        self.entitle(safe_line(f"{title} · {count}"))
        self.nothing(safe_text(_("No review yet: neither of your work, nor by you.")) if not rows else None)
        listed: list[Row] = []
        for title, group in (
            (_("Waiting for you"), waiting),
            (_("About your work"), [one for one in rows if one.agent == self.login and one not in waiting]),
            (_("By you"), [one for one in rows if one.reviewer == self.login and one not in waiting]),
        ):
            if group:
                listed.append(heading(safe_line(f"{title} ({len(group)})")))
                listed += map(self._row, group)
        self.list.set_rows(listed)
        self.tell()

    @property
    def _names(self) -> dict[str, str]:
        return dict(reading.directory(self.here.read, "agent"))

    def _row(self, row: ReviewRow) -> Row:
        when = formats.moment(row.at, self.workplace.zone, self.here.now_ms())
        return review_row(row, self.login, self.here.read, self.here.glyphs, when, self._names)

    def told(self, key: str) -> Content:
        lines = self._texts(self._rows[key])
        return Content("\n").join(
            [Content.styled(safe_line(lines[0]), "bold"), *(Content(safe_line(one)) for one in lines[1:])]
        )

    def _texts(self, row: ReviewRow) -> list[str]:
        mask = self.workplace.config.privacy.mask
        return review_texts(row, self.here.read, self.workplace.zone, mask, self._names)

    def enter_does(self) -> str:
        row = self._rows.get(self.list.row_key or "")
        return _("go on") if row is not None and self._is_mine_to_write(row) else _("read all")

    def doing(self, key: str | None) -> Sequence[str]:
        row = self._rows.get(key or "")
        if row is None:
            return ()
        names: list[str] = []
        if row.agent == self.login:
            if row.state in WAITS_FOR_AGENT:
                names.append("qa_acknowledge")
            if row.state in (State.RELEASED, State.ACKNOWLEDGED) and all(
                one.kind != "dispute" for one in row.steps
            ):
                names.append("qa_dispute")
        else:
            if row.state is State.FINISHED:
                names.append("qa_release")
            if row.state is State.DISPUTED:
                names += ["qa_uphold", "qa_change"]
            if row.state is State.DRAFT or row.changing:
                names.append("qa_discard")
        return [*names, "qa_ticket"]

    def _is_mine_to_write(self, row: ReviewRow) -> bool:
        return row.reviewer == self.login and (row.state is State.DRAFT or row.changing)

    async def choose(self, key: str) -> None:
        from atendente_tui.tui.screens.full_text import FullText
        from atendente_tui.tui.screens.quality_review import ReviewScreen

        row = self._rows[key]
        if self._is_mine_to_write(row):
            await self.here.push_screen(ReviewScreen(row.id))
        else:
            lines = self._texts(row)
            mask = self.workplace.config.privacy.mask
            await self.here.push_screen(FullText(lines[0], "\n".join(lines[1:]), masked=mask))

    # -- answers -------------------------------------------------------------------------------------------

    def _here(self, action: str) -> ReviewRow | None:
        """The review under the cursor, where that can be done to it."""
        key = self.list.row_key
        return self._rows.get(key or "") if action in self.doing(key) else None

    def do_qa_acknowledge(self) -> None:
        from atendente_tui.desk import quality

        if (row := self._here("qa_acknowledge")) is not None:
            self._do(quality.acknowledge(self.workplace.desk, row.id), _("Acknowledged."))

    def do_qa_release(self) -> None:
        from atendente_tui.desk import quality

        if (row := self._here("qa_release")) is not None:
            self._do(quality.release(self.workplace.desk, row.id), _("Delivered."))

    def do_qa_discard(self) -> None:
        if (row := self._here("qa_discard")) is not None:
            self.run_worker(self._discard(row), group="board")

    async def _discard(self, row: ReviewRow) -> None:
        from atendente_tui.desk import quality
        from atendente_tui.tui.screens.confirm import confirm

        text = safe_line(_("What you answered in this draft is lost."))
        if await confirm(self.here, _("Throw the draft away?"), text, yes=_("throw it away")):
            self._do(quality.discard(self.workplace.desk, row.id), _("Thrown away."))

    def do_qa_dispute(self) -> None:
        from atendente_tui.desk import quality

        if (row := self._here("qa_dispute")) is not None:
            self._ask(row, _("Dispute the review"), _("Why"), quality.dispute, _("Disputed."))

    def do_qa_uphold(self) -> None:
        from atendente_tui.desk import quality

        if (row := self._here("qa_uphold")) is not None:
            self._ask(row, _("It stands"), _("What you say to it"), quality.uphold, _("Answered."))

    def do_qa_change(self) -> None:
        if (row := self._here("qa_change")) is not None:
            self.run_worker(self._change(row), group="board")

    async def _change(self, row: ReviewRow) -> None:
        from atendente_tui.desk import quality
        from atendente_tui.tui.screens.quality_review import ReviewScreen

        if await self.here.done(quality.begin_change(self.workplace.desk, row.id)) is not None:
            await self.here.push_screen(ReviewScreen(row.id))

    def do_qa_ticket(self) -> None:
        if (row := self._here("qa_ticket")) is not None:
            answers = quality_reading.answers(self.here.read, row.id, row.revision)
            keys = (
                quality_reading.event_key(self.here.read, name) for one in answers for name in one.evidence
            )
            open_ticket(self, row.ticket_id, next((key for key in keys if key is not None), None))

    def _do(self, future: Future[Any], said: str) -> None:
        self.run_worker(self._done(future, said), group="board")

    async def _done(self, future: Future[Any], said: str) -> None:
        from atendente_tui.domain.refusal import Refused

        try:
            await outcome(future)
        except Refused as refused:
            self.here.refuse(refused)
        else:
            self.here.say(said)

    def _ask(
        self,
        row: ReviewRow,
        title: str,
        label: str,
        verb: Callable[[Desk, str, str], Future[Any]],
        said: str,
    ) -> None:
        async def submit(values: Values) -> None:
            await outcome(verb(self.workplace.desk, row.id, values.text("why")))

        form = Form(
            f"qa:{verb.__name__}:{row.id}",
            title,
            (Field("why", label, "lines", required=True),),
            about=safe_line(f"{row.protocol} · {row.title}"),
            blame={"reason_missing": "why"},
        )

        async def asked() -> None:
            if await ask(self.here, form, submit) is not None:
                self.here.say(said)

        self.run_worker(asked(), group="board")


async def open_reviews(screen: Screen[Any]) -> None:
    await app_of(screen).push_screen(QualityBoard())


HANDLERS = {"qa_inbox": open_reviews}
