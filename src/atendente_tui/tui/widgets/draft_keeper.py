"""Keeps what is being written as the draft of its ticket: at every pause, cursor and all."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:
    from concurrent.futures import Future

    from atendente_tui.tui.widgets.composer import Composer

PAUSE = 0.2
"""Seconds without a key after which the draft is saved."""
LONGEST = 0.8
"""Seconds of typing without a pause after which it is saved all the same."""

_UNKNOWN = (-1, -1)


class DraftKeeper:
    """`begin` says what the store has, `touched` that something was typed; how a save ended comes as `Saved`."""

    class Saved(Message, bubble=False):
        def __init__(self, serial: int, error: str) -> None:
            super().__init__()
            self.serial = serial
            self.error = error

    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self.text = ""
        """The draft as the store has it, or will have."""
        self.cursor = (0, 0)
        self.saving = 0
        """Drafts on their way to the store."""
        self._dirty_since: float | None = None
        self._touched = 0.0
        self._timing = False
        self._serial = 0

    def begin(self, text: str, cursor: tuple[int, int]) -> None:
        """This is what the store has of what is in the text field now."""
        self.text, self.cursor = text, cursor
        self._dirty_since = None

    def sent(self) -> None:
        """The text has left, and its draft with it: whatever is still being saved is of the past."""
        self.begin("", (0, 0))
        self._serial += 1

    def touched(self) -> None:
        self._touched = monotonic()
        if self._dirty_since is None:
            self._dirty_since = self._touched
        if not self._timing:
            self._timing = True
            self._composer.set_timer(PAUSE, self._maybe_save)

    def _maybe_save(self) -> None:
        self._timing = False
        if self._dirty_since is None:
            return
        now = monotonic()
        rest = self._touched + PAUSE - now
        if rest <= 0.005 or now - self._dirty_since >= LONGEST:
            self.save_now()
        else:
            self._timing = True
            self._composer.set_timer(rest, self._maybe_save)

    def save_now(self) -> None:
        """Hand the text as it is to the store; returns at once."""
        composer = self._composer
        if composer.ticket is None or composer.sending:
            return
        text, cursor = composer.text, composer.area.cursor_location
        if (text, cursor) == (self.text, self.cursor):
            self._dirty_since = None
            return
        from atendente_tui.desk import drafting

        self._dirty_since = None
        self._serial += 1
        self.saving += 1
        serial = self._serial
        self.text, self.cursor = text, cursor
        future = drafting.save_draft(
            composer.app.workplace.desk,
            composer.ticket.id,
            composer.kind,
            text,
            cursor,
            extra=composer.beside() if text.strip() else None,
        )

        def told(done: Future[Any]) -> None:  # on the writer's thread
            error = done.exception()
            composer.post_message(self.Saved(serial, "" if error is None else str(error)))

        future.add_done_callback(told)

    def again(self) -> None:
        """Something kept beside the text is different now."""
        self.cursor = _UNKNOWN
        self.save_now()

    def settled(self, message: Saved) -> bool:
        """Whether the store now has the very text that is on screen."""
        self.saving -= 1
        if message.error:
            self.cursor = _UNKNOWN  # the next pause tries again
        return not message.error and message.serial == self._serial and self._dirty_since is None
