"""What the composer says around the text: whom it goes to, what stands against it, how its draft is. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui.composing import Review, joined
from atendente_tui.tui.glyphs import Glyphs
from atendente_tui.tui.lines import Line, Span, block

if TYPE_CHECKING:
    from atendente_tui.review.finding import Finding

ALERT = 3
"""Lines of a warning."""


def note_title(glyphs: Glyphs) -> str:
    return f"{glyphs.note} {_('Internal note')} {glyphs.dot} {_('only the team reads it')}"


def note_line(protocol: str, glyphs: Glyphs) -> Line:
    return Line((Span(_("does not go to the customer"), "note"), Span(f" {glyphs.dot} {protocol}", "quiet")))


def reply_title(channel: str, own: str, window: str, glyphs: Glyphs) -> str:
    """`own`: the ticket's channel, which is said where the answer goes by another."""
    other = _("the ticket: {channel}").format(channel=own) if own != channel else ""
    return joined((_("Answer"), channel, window, other), glyphs.dot)


def reply_line(customer: str, channel: str, address: str, glyphs: Glyphs) -> Line:
    who = joined((customer, f"{channel} {address}".strip()), glyphs.dot)
    return Line((Span(_("goes to") + " ", "quiet"), Span(who, "customer")))


def idle_line() -> Line:
    return Line((Span(_("r answers the open ticket, o writes a note about it"), "quiet"),))


def standing(review: Review, text: str, state: str, glyphs: Glyphs, *, sending: bool) -> Line:
    """How long the text is, what keeps it here or should be known, and `state`: how its draft is."""
    return Line(tuple(span for span in _standing(review, text, state, glyphs, sending) if span.text))


def _standing(review: Review, text: str, state: str, glyphs: Glyphs, sending: bool) -> Iterator[Span]:
    dot = Span(f" {glyphs.dot} ", "quiet")
    yield Span(review.size, "bad" if review.blocked and text else "quiet")
    if sending:
        yield dot
        yield Span(_("sending"), "pending")
    elif review.blocked and text:
        yield dot
        yield Span(safe_line(review.blocked), "bad")
    elif review.found[0] and text:
        yield dot
        yield Span(safe_line(review.found[0]), review.found[1])
    elif review.hints:
        yield dot
        yield Span(safe_line(" · ".join(review.hints)), "warning")
    elif text:
        yield dot
        yield Span(_("review ok"), "good")
    if state:
        yield dot
        yield Span(state, "quiet")


def key_words(shown: Callable[[str], str], kind: str, glyphs: Glyphs) -> str:
    """The keys that count most here."""
    keys = [f"{shown('send')} {_('send')}"]
    if kind == "reply":
        keys += [f"{shown('switch_kind')} {_('note')}", f"{shown('channel')} {_('channel')}"]
    else:
        keys += [f"{shown('switch_kind')} {_('answer')}"]
    return joined(keys, glyphs.dot)


def found_words(found: Sequence[Finding], key: str) -> tuple[str, str]:
    """How much the reviewer found, and the first of it; in which looks."""
    if not found:
        return ("", "")
    from atendente_tui.tui.widgets.composer_review import counted

    first = next((one for one in found if one.blocks), found[0])
    said = counted(found)
    if key:
        said = f"{said} ({key})"
    return (f"{said}: {first.sentence}", "bad" if first.blocks else "warning")


def alert_lines(text: str, width: int, glyphs: Glyphs) -> list[Line]:
    """A warning, wrapped and cut."""
    safe = safe_line(text, characters=400)
    return block(safe, width, prefix=f"{glyphs.warning} ", role="warning", prefix_role="bad")[:ALERT]
