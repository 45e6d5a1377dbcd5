"""The lines of one item of a timeline: every kind of event readable, none to be taken for another.

Notes carry their sign in the margin of every line and a looks of their own, bots another; what is ours and not
settled says so in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo

from atendente_tui import formats, labels
from atendente_tui.event_words import details, headline, values
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.links import with_real_hosts
from atendente_tui.privacy.masking import masked
from atendente_tui.privacy.safe import SafeText, safe_line, safe_text
from atendente_tui.quality.mark import is_ours, readable
from atendente_tui.quoting import parts
from atendente_tui.store.rows import EventRow
from atendente_tui.tui.glyphs import Glyphs
from atendente_tui.tui.lines import Line, Span, block, fitted, line, two_ends
from atendente_tui.tui.masking import masked_event
from atendente_tui.tui.widgets.timeline_model import Day, Entry, Fold, Item

SHOWN = 60
"""Lines of one event shown in the timeline; the rest is one key away."""
CHARACTERS = 8_000
"""Of one event; the same."""
QUOTED = 3
"""Quoted lines in a row that are shown before they are folded."""
SIGNED = 2
"""The same of a signature's lines."""

_ROLES = {"customer": "customer", "agent": "agent", "bot": "bot", "system": "quiet"}
_ALARMING = {"refused", "conflict", "unknown"}


@dataclass(frozen=True, slots=True)
class Look:
    """What drawing depends on besides the item."""

    glyphs: Glyphs
    zone: tzinfo
    today: date
    names: Mapping[str, str] = field(default_factory=dict)
    """What agents are called, by login."""
    masked: tuple[str, ...] = ()
    """Kinds of personal data that are not shown in full."""


def item_lines(item: Item, width: int, look: Look) -> list[Line]:
    """The lines of an item, at most `width` columns each, at least one."""
    if isinstance(item, Entry):
        return entry_lines(item, width, look)
    if isinstance(item, Fold):
        return [fold_line(item, width, look)]
    if isinstance(item, Day):
        return [day_line(item, width, look)]
    return [line((f"  {_('older ones: keep going up')}", "quiet"))]


def is_cut(entry: Entry) -> bool:
    """Whether the timeline shows only the beginning of it."""
    text = entry.row.text
    return len(text) > CHARACTERS or text.count("\n") >= SHOWN


def whole_text(row: EventRow) -> str:
    """What the event says, as a person would want it copied; neither masked nor cleaned."""
    said = "\n".join(details(row.kind, values(row)))
    return "\n".join(one for one in (said, readable(row.text)) if one)


def day_line(item: Day, width: int, look: Look) -> Line:
    name = formats.day(item.at, look.zone)
    days = (look.today - item.day).days
    if days == 0:
        name = f"{_('today')}, {name}"
    elif days == 1:
        name = f"{_('yesterday')}, {name}"
    return line((f"── {name} ".ljust(width, "─")[:width], "day"))


def fold_line(item: Fold, width: int, look: Look) -> Line:
    sign = "-" if item.opened else look.glyphs.fold
    plus = "+" if item.at_least else ""
    events = n_("{n} event", "{n} events", item.count).format(n=f"{formats.number(item.count)}{plus}")
    if item.name:
        what = _("another ticket: {name}").format(name=safe_line(masked(item.name, look.masked)))
    else:
        count = len(item.tickets)
        what = n_("{n} other ticket", "{n} other tickets", count).format(n=f"{count}{plus}")
    since, until = _day(item.since, look), _day(item.until, look)
    when = since if since == until else _("{since} to {until}").format(since=since, until=until)
    made = two_ends(
        (Span(f"  {sign} "), Span(f"{events} {look.glyphs.dot} {what}", "group")), Span(when, "time"), width
    )
    return made._replace(indent=4)


def entry_lines(entry: Entry, width: int, look: Look) -> list[Line]:
    whole = entry.row
    row = masked_event(whole._replace(text=readable(whole.text)), look.masked, 2 * CHARACTERS)
    margin, margin_role = _margin(row, look)
    head = _head(entry, row, look)
    state = Span("")
    if row.state is not None:
        sign = look.glyphs.warning if row.state in _ALARMING else look.glyphs.pending
        state = Span(f"{sign} {labels.outbox(row.state)} ", "bad" if row.state in _ALARMING else "pending")
    role = "note" if row.kind == "note" else ""
    lines = [two_ends((Span("  "), *head), state, width, look.glyphs.more)._replace(indent=2, role=role)]
    particulars = details(row.kind, values(row))
    for said in particulars:
        lines += block(safe_text(said, characters=CHARACTERS), width, prefix=margin, prefix_role=margin_role)
    # A promise or an escalation carries its words twice: for the search, and among its particulars.
    if row.text and not any(row.text.strip() in said for said in particulars):
        text_role = {"note": "note", "bot_turn": "bot"}.get(row.kind, "")
        text = _quotes_folded(
            with_real_hosts(safe_text(row.text, characters=CHARACTERS, lines=SHOWN * 4)), look
        )
        body = block(text, width, prefix=margin, role=text_role, prefix_role=margin_role)
        if len(body) > SHOWN or is_cut(entry):
            body = body[:SHOWN]
            left = max(1, whole.text.count("\n") + 1 - SHOWN)
            more = n_("{n} more line", "{n} more lines", left).format(n=formats.number(left))
            said = _("{more}: Enter shows everything").format(more=more)
            body.append(
                line((margin, margin_role), (f"{look.glyphs.more} {said}", "link"), indent=len(margin))
            )
        lines += body
    for file in entry.files:
        size = f" {look.glyphs.dot} {formats.size(file.size)}" if file.size is not None else ""
        said = _("attached: {name}").format(name=safe_line(masked(file.name, look.masked))) + size
        lines.append(
            fitted(line((margin, margin_role), (said, "link"), indent=len(margin)), width, look.glyphs.more)
        )
    if role:
        lines = [one._replace(role=role) for one in lines]
    return lines


def author(row: EventRow, look: Look) -> SafeText:
    name = look.names.get(row.author) or masked(row.author, look.masked)
    return safe_line(name or labels_author(row.author_kind))


def labels_author(kind: str) -> str:
    return {"customer": _("customer"), "bot": _("bot"), "agent": _("agent")}.get(kind, _("system"))


def _margin(row: EventRow, look: Look) -> tuple[str, str]:
    """What stands before each line of the text."""
    if row.kind == "note":
        return f"  {look.glyphs.note} ", "note"
    if row.kind == "bot_turn" or row.author_kind == "bot":
        return f"  {look.glyphs.bot} ", "bot"
    if row.kind == "message" and row.direction == "outbound":
        return "  │ ", "agent"
    return "    ", ""


def _head(entry: Entry, row: EventRow, look: Look) -> tuple[Span, ...]:
    dot = f" {look.glyphs.dot} "
    spans = [Span(formats.hour(row.at, look.zone), "time"), Span(" ")]
    if entry.elsewhere:
        spans += [Span(f"{safe_line(entry.elsewhere)}{dot}", "group")]
    who = Span(author(row, look), _ROLES.get(row.author_kind, "quiet"))
    channel = labels.channel(row.channel)
    data = values(row)
    if row.kind == "message":
        spans += [Span(f"{channel} ", "quiet"), who] if channel else [who]
        if row.direction == "outbound":
            spans.append(Span(f" {look.glyphs.arrow} {_('customer')}", "quiet"))
        elif row.direction == "internal" or not row.public:
            spans.append(Span(f"{dot}{_('internal')}", "note"))
    elif row.kind == "note":
        what = _("quality review") if is_ours(entry.row.text) else _("internal note")
        spans += [Span(f"{look.glyphs.note} {what}", "note"), Span(dot, "quiet"), who]
    elif row.kind == "bot_turn":
        spans += [
            Span(f"{look.glyphs.bot} {_('bot')}", "bot"),
            Span(f"{dot}{channel}" if channel else "", "quiet"),
        ]
        if row.author_kind == "customer":
            spans += [Span(dot, "quiet"), who]
    else:
        said = headline(row.kind, data, look.zone)
        spans += [Span(safe_line(said), "strong")]
        if row.kind not in ("order", "survey_answer") and (row.author or row.author_kind != "system"):
            spans += [Span(dot, "quiet"), who]
    return tuple(span for span in spans if span.text)


# -- small things ----------------------------------------------------------------------------------------------


def _quotes_folded(text: str, look: Look) -> str:
    """Quotations of earlier mails and signatures become one line each; the reader shows them."""
    kept: list[str] = []
    for kind, said in parts(text):
        lines = said.removesuffix("\n").split("\n")
        filled = sum(1 for one in lines if one.strip())
        if kind == "quote" and filled > QUOTED:
            told = n_("quoted: {n} line, Enter shows it", "quoted: {n} lines, Enter shows them", filled)
            kept.append(f"{look.glyphs.fold} {told.format(n=filled)}")
        elif kind == "signature" and filled > SIGNED:
            told = n_("signature: {n} line, Enter shows it", "signature: {n} lines, Enter shows them", filled)
            kept.append(f"{look.glyphs.fold} {told.format(n=filled)}")
        else:
            kept += lines
    return "\n".join(kept)


def _day(at: int, look: Look) -> str:
    shown = formats.day(at, look.zone).split(" ", 1)[1]
    return shown.removesuffix(f"/{look.today.year}")
