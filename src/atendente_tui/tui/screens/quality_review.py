"""Reviewing a ticket: its history on one side, the items of the card on the other, and an event of the one linked to an item
of the other by a key. What is said is kept as it is said: a draft survives whatever ends the program.

Others' reviews on the history are hidden while one's own is written, so that nobody judges by what another has judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.privacy.masking import masked
from atendente_tui.privacy.safe import safe_line
from atendente_tui.quality.evidence import reference
from atendente_tui.quality.mark import is_ours
from atendente_tui.quality.notes import percent_text
from atendente_tui.quality.scoring import Answer, lacking, score
from atendente_tui.store import quality_reading, reading
from atendente_tui.tui.actions import ACTIONS, GLOBAL
from atendente_tui.tui.form_model import Field, Form, Raw, Values
from atendente_tui.tui.forms import ask
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.quality_rows import item_rows, item_told
from atendente_tui.tui.verbs.running import outcome
from atendente_tui.tui.widgets.line_pane import LinePane
from atendente_tui.tui.widgets.row_list import RowList
from atendente_tui.tui.widgets.timeline import Timeline
from atendente_tui.tui.widgets.timeline_model import TimelineModel

if TYPE_CHECKING:
    from atendente_tui.store.quality_reading import ReviewRow
    from atendente_tui.store.rows import EventRow
    from atendente_tui.tui.app import AtendenteApp

WIDE = 100


class BlindModel(TimelineModel):
    """A history in which notes about reviews do not say what they say."""

    def _page(self, *, before: int | None, limit: int) -> list[EventRow]:
        return [
            row._replace(text=_("A quality review: hidden while you write yours."))
            if is_ours(row.text)
            else row
            for row in super()._page(before=before, limit=limit)
        ]


class ReviewScreen(Screen[None]):
    app: AtendenteApp
    DEFAULT_CSS = """
    ReviewScreen { background: $surface; color: $foreground; }
    ReviewScreen .review-title { height: 1; background: $panel; text-style: bold; padding: 0 1; }
    ReviewScreen #both { height: 1fr; layout: horizontal; }
    ReviewScreen .review-side { width: 1fr; height: 1fr; }
    ReviewScreen Timeline, ReviewScreen .review-items {
      border: round $border-blurred; border-title-color: $text-muted;
    }
    ReviewScreen Timeline:focus, ReviewScreen .review-items:focus-within {
      border: heavy $primary; border-title-color: $text-primary; border-title-style: bold;
    }
    ReviewScreen .review-items { height: 1fr; }
    ReviewScreen .review-told { height: 12; padding: 0 1; }
    ReviewScreen .review-told > Static { height: auto; }
    ReviewScreen .review-keys { height: auto; max-height: 2; background: $panel; color: $text-muted; padding: 0 1; }
    ReviewScreen.-narrow #both { layout: vertical; }
    ReviewScreen.-narrow Timeline { height: 8; border: none; border-bottom: solid $border-blurred; }
    ReviewScreen.-narrow Timeline:focus { height: 12; border: none; border-bottom: heavy $primary; }
    ReviewScreen.-narrow .review-items, ReviewScreen.-narrow .review-items:focus-within { border: none; }
    ReviewScreen.-narrow .review-told { height: 4; border-top: solid $border-blurred; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False),
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
        Binding("space", "mark", show=False),
        *(Binding(str(n), f"give({n})", show=False) for n in range(10)),
    ]

    def __init__(self, review_id: str, *, alone: bool = False) -> None:
        """alone   it is all there is on the screen: leaving it ends the program"""
        super().__init__()
        self.review_id = review_id
        self._alone = alone
        self.items = RowList()
        self._title = Static("", classes="review-title")
        self._told = Static("")
        self._keys = Static("", classes="review-keys")
        self._answers: dict[str, Answer] = {}
        self.row: ReviewRow | None = None
        self._under_way = 0
        """Answers that the store has not taken yet."""

    # -- arrangement ---------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        place = self.app.workplace
        yield self._title
        with Container(id="both"):
            yield Timeline(
                glyphs=self.app.glyphs,
                zone=place.zone,
                clock=place.clock,
                masked=place.config.privacy.mask,
                classes="review-side",
            )
            with Vertical(classes="review-side"):
                with Vertical(classes="review-items"):
                    yield self.items
                with VerticalScroll(classes="review-told", can_focus=False):
                    yield self._told
        yield self._keys

    def on_mount(self) -> None:
        self.timeline = self.query_one(Timeline)
        self._fit()
        self.app.watch(self, "quality")
        self.reload()
        row = self.row
        ticket = reading.ticket(self.app.read, row.ticket_id) if row is not None else None
        if ticket is not None:
            model = BlindModel(self.app.read, ticket.id, ticket.customer_id, self.app.workplace.zone)
            model.load()
            self.timeline.show(model, dict(reading.directory(self.app.read, "agent")))
            subject = masked(ticket.subject, self.app.workplace.config.privacy.mask)
            self.timeline.border_title = cast(str, Content(safe_line(f"{ticket.protocol} {subject}")))
        self.set_focus(self.items)

    def on_resize(self, _event: events.Resize) -> None:
        self._fit()

    def _fit(self) -> None:
        self.set_class(self.app.size.width < WIDE, "-narrow")

    def contexts(self) -> tuple[str, ...]:
        return ("review", GLOBAL)

    def on_moved(self, _event: Moved) -> None:
        self.reload()

    def reload(self) -> None:
        if self._under_way:  # what is on the screen is newer
            return
        self.row = row = quality_reading.review(self.app.read, self.review_id)
        if row is None:
            return
        from atendente_tui.desk.quality import draft_revision

        answers = quality_reading.answers(self.app.read, row.id, draft_revision(row))
        self._answers = {one.item.id: one for one in answers}
        self.items.set_rows(item_rows(answers, self.app.glyphs))
        self._entitle(row, answers)
        self._tell()

    def _entitle(self, row: ReviewRow, answers: Sequence[Answer]) -> None:
        names = dict(reading.directory(self.app.read, "agent"))
        dot = f" {self.app.glyphs.dot} "
        heading = _("Calibration") if row.calibration else _("Quality review")
        done = len(answers) - len(lacking(answers))
        parts = [
            heading,
            f"{done}/{len(answers)}",
            percent_text(score(answers).whole),
            names.get(row.agent, row.agent),
            row.protocol,
            row.title,
        ]
        self._title.update(Content(safe_line(dot.join(parts))))

    @property
    def chosen(self) -> Answer | None:
        """The item under the cursor."""
        return self._answers.get(self.items.row_key or "")

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        self._tell()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        self._tell()

    def _tell(self) -> None:
        one = self.chosen
        place = self.app.workplace
        if one is not None:
            hidden = place.config.privacy.mask
            wide = not self.has_class("-narrow")
            self._told.update(item_told(one, self.app.read, place.zone, hidden, self.app.glyphs, title=wide))
        self._keys.update(Content(safe_line(self._keys_line(one), characters=400)))

    def _keys_line(self, one: Answer | None) -> str:
        keys = self.app.keymap
        if self.focused is not None and self.focused is self.query_one(Timeline):
            return " · ".join([_("Space it shows the item"), _("Enter read all"), _("Esc back to the items")])
        parts = []
        if one is not None:
            names = ["qa_comment", "qa_evidence", "qa_finish"]
            if one.item.may_not_apply:
                names.insert(0, "qa_na")
            if one.item.points > 1:
                parts.append(_("0-{n} points").format(n=one.item.points))
            else:
                names = ["qa_yes", "qa_no", *names]
            parts += [f"{keys.shown(name)} {_(ACTIONS[name].label)}" for name in names if keys.shown(name)]
        return " · ".join([*parts, _("Esc leave")])

    # -- answering -----------------------------------------------------------------------------------------

    def on_line_pane_entered(self, event: LinePane.Entered) -> None:
        event.stop()
        if event.pane is self.items:
            self.do_qa_comment()

    async def on_timeline_read_all(self, event: Timeline.ReadAll) -> None:
        event.stop()
        from atendente_tui import labels
        from atendente_tui.tui.screens.full_text import FullText
        from atendente_tui.tui.widgets.timeline_lines import whole_text

        look = self.timeline.look
        await self.app.push_screen(
            FullText(labels.event(event.row.kind), whole_text(event.row), masked=look.masked)
        )

    def do_qa_yes(self) -> None:
        if (one := self.chosen) is not None:
            self._say(given=one.item.points)

    def do_qa_no(self) -> None:
        self._say(given=0)

    def do_qa_na(self) -> None:
        self._say(given=None)

    def do_qa_clear(self) -> None:
        self._say(answered=False, onward=False)

    def action_give(self, points: int) -> None:
        one = self.chosen
        if one is not None and points <= one.item.points:
            self._say(given=points)

    def _say(self, *, onward: bool = True, **said: Any) -> None:
        """Show it at once and go on, so that keys typed in one go each find their item; the store hears of it in order."""
        one = self.chosen
        if one is None or self.focused is self.timeline:
            return
        if "given" in said:
            if said["given"] is None and not one.item.may_not_apply:
                self.app.refuse(Refused("qa_must_apply", found=one.item.title))
                return
            said["answered"] = True
        self._show(one, **said)
        if onward:
            self.items.action_step(1)
        self._keep(one.item.id, said)

    def _show(self, one: Answer, **said: Any) -> None:
        self._answers[one.item.id] = replace(one, **said)
        answers = list(self._answers.values())
        self.items.set_rows(item_rows(answers, self.app.glyphs))
        if self.row is not None:
            self._entitle(self.row, answers)
        self._tell()

    def _keep(self, item: str, said: dict[str, Any]) -> None:
        from atendente_tui.desk import quality

        future = quality.answer(self.app.workplace.desk, self.review_id, item, **said)
        self._under_way += 1
        self.run_worker(self._kept(future), group="answer")

    async def _kept(self, future: Future[None]) -> None:
        """What the store has made of it counts, once nothing more is on its way."""
        try:
            await outcome(future)
        except Refused as refused:
            self.app.refuse(refused)
        finally:
            self._under_way -= 1
        self.reload()

    def do_qa_comment(self) -> None:
        if (one := self.chosen) is not None:
            self.run_worker(self._comment(one), group="board")

    async def _comment(self, one: Answer) -> None:
        from atendente_tui.desk import quality

        desk = self.app.workplace.desk

        def keep(raw: Raw | None) -> None:
            if raw is not None:
                quality.answer(desk, self.review_id, one.item.id, comment=str(raw["comment"]))

        async def submit(values: Values) -> None:
            await outcome(
                quality.answer(desk, self.review_id, one.item.id, comment=values.text("comment").strip())
            )

        form = Form(
            f"qa:{self.review_id}:{one.item.id}",
            _("Comment"),
            (Field("comment", _("Comment"), "lines", value=one.comment),),
            about=safe_line(one.item.title),
        )
        await ask(self.app, form, submit, keep=keep)
        self.reload()

    def do_qa_evidence(self) -> None:
        self.set_focus(self.timeline)

    def action_mark(self) -> None:
        """Link the event under the cursor of the history to the item, or take it off."""
        one, row = self.chosen, self.timeline.event
        if one is None or row is None or self.focused is not self.timeline:
            return
        name = reference(row.remote_id, row.command_id, row.key)
        kept = tuple(each for each in one.evidence if each != name)
        evidence = kept if name in one.evidence else (*kept, name)
        self.app.say(_("Linked to the item.") if name not in one.evidence else _("No longer linked."))
        self._show(one, evidence=evidence)
        self._keep(one.item.id, {"evidence": evidence})

    # -- the end -------------------------------------------------------------------------------------------

    def do_qa_finish(self) -> None:
        self.run_worker(self._finish(), group="board")

    async def _finish(self) -> None:
        from atendente_tui import labels
        from atendente_tui.desk import quality
        from atendente_tui.tui.screens.confirm import confirm

        row, desk = self.row, self.app.workplace.desk
        if row is None:
            return
        missing = lacking(self._answers.values())
        if missing:
            item, what = missing[0]
            self.items.set_rows(self.items.rows, key=item.id)
            self.set_focus(self.items)
            said = _("Answer first: {item}") if what == "answer" else _("Comment first: {item}")
            self.app.say(said.format(item=item.title), severity="warning")
            return
        if row.changing:
            if await self._changed():
                self._leave()
            return
        try:
            done = await outcome(quality.finish(desk, row.id))
        except Refused as refused:
            self.app.say(labels.refusal(refused), severity="warning")
            return
        names = dict(reading.directory(self.app.read, "agent"))
        if done.calibration:
            self.app.say(_("Finished. It is compared as soon as another is: atendente qa calibrate."))
        elif await confirm(
            self.app,
            _("Deliver it?"),
            safe_line(
                _("{agent} gets it as a note on the ticket, and can acknowledge or dispute it.").format(
                    agent=names.get(done.agent, done.agent)
                )
            ),
            yes=_("deliver"),
            loses=False,
        ):
            if await self.app.done(quality.release(desk, row.id)) is not None:
                self.app.say(_("Delivered."))
        else:
            self.app.say(_("Finished, and not delivered yet: it stands among your reviews."))
        self._leave()

    async def _changed(self) -> bool:
        from atendente_tui.desk import quality

        desk = self.app.workplace.desk

        async def submit(values: Values) -> None:
            await outcome(quality.change(desk, self.review_id, values.text("why")))

        form = Form(
            f"qa-change:{self.review_id}",
            _("Answer the dispute"),
            (Field("why", _("What you say to it"), "lines", required=True),),
            blame={"reason_missing": "why"},
        )
        return await ask(self.app, form, submit) is not None

    def action_back(self) -> None:
        if self.focused is self.timeline:
            self.set_focus(self.items)
        else:
            self._leave()

    def _leave(self) -> None:
        if self._alone:
            self.app.leave(0)
        else:
            self.dismiss(None)
