"""The rows of a form: a label, what is typed, and under it what it is read as, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui.form_model import Field, Live, Option, last_part, matching, shown, with_last_part
from atendente_tui.tui.glyphs import UNICODE

OFFERED = 5
"""How many options are listed at once."""


class FormRow(Widget):
    """One field. `typed` is what stands in it, `put` writes it, `fault` says what is wrong."""

    DEFAULT_CSS = """
    FormRow { height: auto; width: 1fr; }
    FormRow > Horizontal { height: auto; width: 1fr; }
    FormRow .form-label { width: 23; height: auto; color: $text-muted; padding-right: 1; }
    FormRow.-here .form-label { color: $text; text-style: bold; }
    FormRow .form-note { display: none; height: auto; padding-left: 23; color: $text-muted; }
    FormRow .form-note.-said { display: block; }
    FormRow .form-note.-wrong { color: $text-error; text-style: bold; }
    FormRow .form-options { display: none; height: auto; margin-left: 23; text-wrap: nowrap; text-overflow: ellipsis; }
    FormRow.-here .form-options.-some { display: block; }
    FormRow Input, FormRow Input:focus { width: 1fr; background: $panel; }
    FormRow TextArea, FormRow TextArea:focus { width: 1fr; height: 4; background: $panel; margin-bottom: 0; }
    FormRow.-odd Input, FormRow.-odd TextArea { background: $panel-lighten-1; }
    FormRow .form-check { width: 1fr; height: 1; }
    FormRow .form-check:focus { text-style: bold reverse; }
    """

    class Entered(Message):
        """Enter was pressed in the row, where it means "done here"."""

    class Changed(Message):
        """Something else stands in the row."""

        def __init__(self, row: FormRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, field: Field) -> None:
        super().__init__(id=f"row-{field.name}")
        self.field = field
        self._fault: str | None = None
        self._note = Static("", classes="form-note")

    @property
    def typed(self) -> str | bool:
        raise NotImplementedError

    def put(self, typed: str | bool) -> None:
        raise NotImplementedError

    def enter(self) -> None:
        """Put the focus in the row."""
        raise NotImplementedError

    def label(self) -> Static:
        star = " *" if self.field.required else ""
        return Static(Content(safe_line(self.field.label) + star), classes="form-label")

    def fault(self, sentence: str | None) -> None:
        self._fault = sentence
        self._say()

    def live(self) -> Live | None:
        if self.field.live is not None and isinstance(self.typed, str) and self.typed.strip():
            return self.field.live(self.typed)
        return Live(safe_line(self.field.hint)) if self.field.hint else None

    def on_mount(self) -> None:
        self._say()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        self.add_class("-here")
        # With what is listed under it, which is only there from now on.
        self.call_after_refresh(self.scroll_visible, animate=False)

    def on_descendant_blur(self, _event: events.DescendantBlur) -> None:
        self.remove_class("-here")
        self.settle()

    def settle(self) -> None:
        """The cursor leaves: what was half typed becomes what it will be read as."""

    def changed(self) -> None:
        self._fault = None
        self._say()
        self.post_message(self.Changed(self))

    def _say(self) -> None:
        said = Live(safe_line(self._fault, characters=300), wrong=True) if self._fault else self.live()
        self._note.set_class(said is not None, "-said")
        self._note.set_class(said is not None and said.wrong, "-wrong")
        if said is not None:
            self._note.update(Content(f"! {said.text}" if said.wrong else said.text))


class Entry(Input):
    """A one-line input that lends its arrows to the list of options under it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "option(-1)", show=False),
        Binding("down", "option(1)", show=False),
    ]

    def __init__(self, value: str, step: Callable[[int], None]) -> None:
        super().__init__(value, compact=True)
        self._step = step

    def action_option(self, step: int) -> None:
        self._step(step)


class EntryRow(FormRow):
    """Text, a choice, several choices or a moment; options are listed while the cursor is here."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self._input = Entry(shown(str(field.value)).replace("\n", " "), self._step)
        self._list = Static("", classes="form-options")
        self._found: list[Option] = list(field.options)
        self._at = self._first()
        self._untouched = True

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self.label()
            yield self._input
        yield self._note
        yield self._list

    @property
    def typed(self) -> str:
        return self._input.value

    def put(self, typed: str | bool) -> None:
        self._input.value = shown(str(typed)).replace("\n", " ")

    def enter(self) -> None:
        self.screen.set_focus(self._input)

    def on_mount(self) -> None:
        self._offer()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        super().on_descendant_focus(event)
        self._untouched = True
        self._find()

    def settle(self) -> None:
        if self.field.kind == "choice" and not self.field.free and self.typed.strip():
            found = matching(self.field.options, self.typed)
            if found:
                self._input.value = (
                    found[self._at or 0].label
                    if self._at is not None and self._at < len(found)
                    else found[0].label
                )

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._untouched = False
        self._find()
        self.changed()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._at is not None and not self._untouched and self._takes_marked():
            self._take(self._found[self._at])
        self.post_message(self.Entered())

    def _takes_marked(self) -> bool:
        """Whether Enter means the marked option rather than the letters as they stand."""
        return self.field.kind == "choice" and bool(self.typed.strip()) and not self.field.free

    def _first(self) -> int | None:
        return 0 if self._found and self.field.kind == "choice" and not self.field.free else None

    def _find(self) -> None:
        """List what fits what is typed; everything while it was not touched, so that arrows reach all of it."""
        kind = self.field.kind
        part = last_part(self.typed) if kind == "many" else self.typed
        exact = next((n for n, one in enumerate(self.field.options) if one.label == part), None)
        if self._untouched or exact is not None or kind == "when":
            self._found, self._at = list(self.field.options), exact
        else:
            self._found = matching(self.field.options, part)
            self._at = self._first()
        self._offer()

    def _step(self, step: int) -> None:
        if not self._found:
            return
        at = self._at if self._at is not None else (-1 if step > 0 else len(self._found))
        self._take(self._found[max(0, min(len(self._found) - 1, at + step))])

    def _take(self, one: Option) -> None:
        whole = with_last_part(self.typed, one.label) if self.field.kind == "many" else one.label
        self._at = next((n for n, other in enumerate(self._found) if other.key == one.key), None)
        with self.prevent(Input.Changed):
            self._input.value = whole
            self._input.cursor_position = len(whole)
        self._offer()
        self.changed()

    def _offer(self) -> None:
        self._list.set_class(bool(self._found), "-some")
        at = self._at if self._at is not None else 0
        top = max(0, min(at - OFFERED // 2, len(self._found) - OFFERED))
        sign = getattr(self.app, "glyphs", UNICODE).cursor
        lines = [
            Content.styled(f"{sign} {one.label}", "bold")
            if top + n == self._at
            else Content(f"  {one.label}")
            for n, one in enumerate(self._found[top : top + OFFERED])
        ]
        left = len(self._found) - OFFERED
        if left > 0:
            lines.append(Content.styled("  " + _("{count} more").format(count=left), "dim"))
        self._list.update(Content("\n").join(lines))
        if self.is_mounted:
            self._say()


class LinesRow(FormRow):
    """Several lines of text; Enter begins a new one, Tab goes on."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self._area = TextArea(
            shown(str(field.value)), compact=True, tab_behavior="focus", highlight_cursor_line=False
        )

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self.label()
            yield self._area
        yield self._note

    def on_mount(self) -> None:
        self._area.move_cursor(self._area.document.end)

    @property
    def typed(self) -> str:
        return self._area.text

    def put(self, typed: str | bool) -> None:
        self._area.text = shown(str(typed))

    def enter(self) -> None:
        self.screen.set_focus(self._area)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.changed()


class Tick(Static, can_focus=True):
    """A check box told by a letter, not by a colour."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,x", "turn", show=False),
        Binding("enter", "done", show=False),
    ]

    class Toggled(Message):
        pass

    class Done(Message):
        pass

    def __init__(self, *, on: bool) -> None:
        super().__init__("", classes="form-check")
        self.on = on

    def on_mount(self) -> None:
        self.set(self.on)

    def set(self, on: bool) -> None:
        self.on = on
        self.update(Content(f"[{'x' if on else ' '}] " + (_("yes") if on else _("no"))))

    def action_turn(self) -> None:
        self.set(not self.on)
        self.post_message(self.Toggled())

    def action_done(self) -> None:
        self.post_message(self.Done())

    def on_click(self, _event: events.Click) -> None:
        self.action_turn()


class CheckRow(FormRow):
    """Yes or no; space changes it."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self._tick = Tick(on=field.value is True)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self.label()
            yield self._tick
        yield self._note

    @property
    def typed(self) -> bool:
        return self._tick.on

    def put(self, typed: str | bool) -> None:
        self._tick.set(typed is True)

    def enter(self) -> None:
        self.screen.set_focus(self._tick)

    def on_tick_toggled(self, event: Tick.Toggled) -> None:
        event.stop()
        self.changed()

    def on_tick_done(self, event: Tick.Done) -> None:
        event.stop()
        self.post_message(self.Entered())


def row_for(field: Field) -> FormRow:
    if field.kind == "lines":
        return LinesRow(field)
    if field.kind == "check":
        return CheckRow(field)
    return EntryRow(field)
