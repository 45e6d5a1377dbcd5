"""A form in a dialog: `ask` shows it and gives what was filled in, or None when it was left.

Enter goes on to the next thing that must be filled in and, when nothing is missing, concludes; Ctrl+S concludes
from anywhere; Escape leaves. What was typed before leaving is offered again when the same question is asked, and
a refusal is shown on the form itself, with everything still in it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from atendente_tui import formats, labels
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.when import parse_when
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui.form_model import Field, Form, Live, Raw, Values, raw_of, read
from atendente_tui.tui.widgets.dialog import Box, Dialog
from atendente_tui.tui.widgets.form_rows import FormRow, row_for

if TYPE_CHECKING:
    from atendente_tui.tui.workplace import Workplace

Submit = Callable[[Values], Awaitable[None]]
"""Does what the form is for; raises Refused, which is then said on the form."""

PAUSE = 0.25
"""Seconds after which what is typed is handed to whoever keeps it."""


class Stay(Exception):
    """Raised by a submit that was called off: the form stays as it is."""


_left: WeakKeyDictionary[App[Any], dict[str, Raw]] = WeakKeyDictionary()
"""What stood in forms that were left, by app and form name: nobody should type it twice."""


class FormScreen(Dialog[Values | None]):
    DEFAULT_CSS = """
    FormScreen .form-text { height: auto; max-height: 8; }
    FormScreen VerticalScroll { max-height: 76vh; }
    FormScreen .form-fault { display: none; height: auto; color: $text-error; text-style: bold; }
    FormScreen .form-fault.-said { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f8", "conclude", show=False, priority=True),
        Binding("escape", "leave", show=False, priority=True),
        Binding("ctrl+g", "clear", show=False, priority=True),
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
    ]

    def __init__(
        self,
        form: Form,
        *,
        read_when: Callable[[str], datetime],
        submit: Submit | None = None,
        raw: Raw | None = None,
        again: bool = False,
        keep: Callable[[Raw | None], None] | None = None,
    ) -> None:
        super().__init__()
        raw = raw or {}
        self.form = replace(
            form, fields=tuple(replace(one, value=raw.get(one.name, one.value)) for one in form.fields)
        )
        self._first = raw_of(form)
        self._read_when = read_when
        self._submit = submit
        self._again = again
        self._keep = keep
        self._keeping: Timer | None = None
        self._busy = False
        self._rows = {one.name: row_for(one) for one in self.form.fields}
        self._fault = Static("", classes="form-fault")
        self._keys = Static("", classes="dialog-keys")

    @property
    def raw(self) -> dict[str, str | bool]:
        """What stands in the rows now."""
        return {name: row.typed for name, row in self._rows.items()}

    @property
    def touched(self) -> bool:
        return self.raw != self._first

    def compose(self) -> ComposeResult:
        with Box(self.form.title):
            if self.form.about:
                yield Static(Content(self.form.about), classes="dialog-about")
            if self.form.text:
                yield Static(Content(self.form.text), classes="form-text")
            with VerticalScroll(can_focus=False):
                yield from self._rows.values()
            yield self._fault
            yield self._keys

    def on_mount(self) -> None:
        for n, row in enumerate(self._rows.values()):
            row.set_class(n % 2 == 1, "-odd")
        self._tell_keys(again=self._again)
        next(iter(self._rows.values())).enter()

    def on_form_row_entered(self, event: FormRow.Entered) -> None:
        event.stop()
        rows = list(self._rows.values())
        here = next((n for n, row in enumerate(rows) if row.has_class("-here")), 0)
        for row in rows[here + 1 :]:
            if row.field.required and not str(row.typed).strip():
                row.enter()
                return
        self.action_conclude()

    def on_form_row_changed(self, event: FormRow.Changed) -> None:
        event.stop()
        self.say(None)
        if self._keep is not None and self._keeping is None:
            self._keeping = self.set_timer(PAUSE, self.keep_now)

    def _tell_keys(self, *, again: bool) -> None:
        several = len(self._rows) > 1
        keys = _("Enter go on · Ctrl+S conclude · Esc leave") if several else _("Enter conclude · Esc leave")
        if again:
            keys = _("As you left it (Ctrl+G empties it)") + " · " + keys
        self._keys.update(Content(keys))

    def keep_now(self) -> None:
        """Hand what stands here to whoever keeps it."""
        self._keeping = None
        if self._keep is not None:
            self._keep(self.raw if self.touched else None)

    def action_clear(self) -> None:
        """Everything as in a form nobody touched."""
        for name, row in self._rows.items():
            row.put(self._first[name])
            row.fault(None)
        self._tell_keys(again=False)
        next(iter(self._rows.values())).enter()

    def say(self, sentence: str | None) -> None:
        """What is wrong with the form as a whole."""
        self._fault.set_class(bool(sentence), "-said")
        self._fault.update(Content(f"! {safe_line(sentence, characters=400)}" if sentence else ""))

    def point_out(self, faults: dict[str, str]) -> None:
        for name, row in self._rows.items():
            row.fault(faults.get(name))
        first = next((row for name, row in self._rows.items() if name in faults), None)
        if first is not None:
            first.enter()

    def action_conclude(self) -> None:
        if self._busy or not self.is_active:
            return
        values, faults = read(self.form, self.raw, self._read_when, labels.refusal)
        self.point_out(faults)
        if faults:
            return
        if self._submit is None:
            self._finish(values)
            return
        self._busy = True
        self.run_worker(self._try(values, self._submit), group="submit")

    async def _try(self, values: Values, submit: Submit) -> None:
        try:
            await submit(values)
        except Stay:
            return
        except Refused as refused:
            place = self.form.blame.get(refused.code)
            sentence = labels.refusal(refused)
            if place in self._rows:
                self.point_out({place: sentence})
            else:
                self.say(sentence)
        else:
            self._finish(values)
        finally:
            self._busy = False

    def _finish(self, values: Values) -> None:
        _left.get(self.app, {}).pop(self.form.name, None)
        self._keep = None  # it is done: nothing of it is kept
        self.dismiss(values)

    def action_leave(self) -> None:
        if self._busy:  # it is on its way: the form goes when that is done, or says why it was not
            return
        if self._keep is not None:
            self.keep_now()
        elif self.touched:
            _left.setdefault(self.app, {})[self.form.name] = self.raw
        else:
            _left.get(self.app, {}).pop(self.form.name, None)
        self.dismiss(None)


async def ask(
    app: App[Any],
    form: Form,
    submit: Submit | None = None,
    *,
    raw: Raw | None = None,
    keep: Callable[[Raw | None], None] | None = None,
) -> Values | None:
    """Show the form and wait (inside a worker): its values, or None when the person left it.

    submit  does what the form is for; the form stays until that succeeds
    raw     what stands in it at first, instead of the fields' own values
    keep    is given what stands in the form at every pause in typing, None when that is nothing; without it what
            was left is remembered until the program ends
    """
    left = _left.get(app, {}).get(form.name) if keep is None else raw
    workplace: Workplace = app.workplace  # type: ignore[attr-defined]
    screen = FormScreen(
        with_moments(form, workplace),
        read_when=moment_reader(workplace),
        submit=submit,
        raw=left if left is not None else raw,
        again=left is not None,
        keep=keep,
    )
    return await app.push_screen(screen, wait_for_dismiss=True)


def moment_reader(workplace: Workplace) -> Callable[[str], datetime]:
    """Reads what people type for a moment, as of now and in their zone. Raises Refused."""
    return lambda text: parse_when(text, workplace.clock.now(), workplace.zone)


def with_moments(form: Form, workplace: Workplace) -> Form:
    """The form whose moments say how they are read while they are typed."""
    read_when = moment_reader(workplace)

    def live(typed: str) -> Live:
        now = workplace.clock.now()
        try:
            moment = read_when(typed)
        except Refused as refused:
            return Live(safe_line(labels.refusal(refused)), wrong=False)
        left = formats.countdown(to_ms(moment) - to_ms(now))
        return Live(
            safe_line(
                _("{moment} (in {left})").format(
                    moment=formats.moment(to_ms(moment), workplace.zone, to_ms(now)), left=left
                )
            )
        )

    def one(field: Field) -> Field:
        return replace(field, live=live) if field.kind == "when" and field.live is None else field

    return replace(form, fields=tuple(one(field) for field in form.fields))
