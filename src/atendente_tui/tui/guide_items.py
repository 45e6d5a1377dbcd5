"""What the pane beside the ticket shows of a guided script and of the process's list: items in order, pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import ascii_lowercase
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui import labels
from atendente_tui.domain.templates import Placeholder, fill, parse
from atendente_tui.flow.guide import DECIDED, SKIPPED, may_skip, offered
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import SafeText, safe_line, safe_text
from atendente_tui.tui.glyphs import Glyphs
from atendente_tui.tui.lines import BLANK, Line, Span, block

if TYPE_CHECKING:
    from atendente_tui.desk.guiding import Standing
    from atendente_tui.desk.processes import Checklist
    from atendente_tui.flow.condition import Known

PAST = 4
"""Steps behind one that are shown."""


class Item(NamedTuple):
    """One thing in the pane. `key` says what choosing it does, None for what is only read."""

    key: str | None
    head: str
    """Stands before the first line; the others are set in as far."""
    text: SafeText
    role: str = ""
    tail: SafeText = SafeText("")
    tail_role: str = "quiet"


class Shown(NamedTuple):
    """What the pane is about, for its title."""

    items: tuple[Item, ...]
    title: SafeText
    subtitle: SafeText


def guide_items(
    standing: Standing | None,
    listed: Checklist | None,
    values: Mapping[str, str],
    known: Known,
    channel: str | None,
    glyphs: Glyphs,
) -> Shown:
    """The script one is in, and the list of the process, one below the other."""
    items: list[Item] = []
    title, subtitle = safe_line(_("Step by step")), safe_line("")
    if standing is not None:
        title = safe_line(standing.script.title)
        walked = sum(one.mark != DECIDED for one in standing.state.trail)
        subtitle = safe_line(_("step {n}").format(n=walked + 1))
        items += _script_items(standing, values, known, channel, glyphs)
    if listed is not None:
        if items:
            items.append(Item(None, "", SafeText("")))
        items += _list_items(listed, glyphs)
        if standing is None:
            title = safe_line(listed.process.title)
            subtitle = safe_line(_progress(listed))
    if not items:
        items.append(Item(None, "", safe_line(_("No script is being gone through here.")), "quiet"))
    return Shown(tuple(items), title, subtitle)


def lines_of(item: Item, width: int) -> list[Line]:
    """The item wrapped to the width, one column left for the cursor's sign."""
    prefix = " " + item.head
    if not item.text and not item.head:
        return [BLANK]
    if "\n" not in item.text and not item.tail:
        first, *rest = block(item.text, max(4, width - len(prefix)), role=item.role) or [BLANK]
    else:
        room = width - len(prefix) - (len(item.tail) + 2 if item.tail else 0)
        first, *rest = block(item.text, max(4, room), role=item.role) or [BLANK]
    tail = (Span(f"  {item.tail}", item.tail_role),) if item.tail else ()
    lead = Line((Span(prefix, item.role), *first.spans, *tail), indent=len(prefix))
    blank = " " * len(prefix)
    return [
        lead,
        *(Line((Span(blank), *one.spans), indent=len(blank), continues=one.continues) for one in rest),
    ]


def shown_text(text: str, values: Mapping[str, str]) -> str:
    """The text with what is known in it, and what is missing in brackets."""
    filled = fill(text, values)
    if not filled.missing:
        return filled.text
    return "".join(piece if isinstance(piece, str) else _bracketed(piece, values) for piece in parse(text))


def _bracketed(one: Placeholder, values: Mapping[str, str]) -> str:
    found = fill(one.source, values)
    if not found.missing:
        return found.text
    asked = one.question or (one.names[0] if one.names else one.source)
    return f"[{asked}?]" if one.question is None else f"[{asked.rstrip('?')}?]"


def _script_items(
    standing: Standing, values: Mapping[str, str], known: Known, channel: str | None, glyphs: Glyphs
) -> Iterator[Item]:
    state, guide = standing.state, standing.guide
    behind = [one for one in state.trail if one.mark != DECIDED and one.place in guide.steps]
    if len(behind) > PAST:
        more = n_("{n} step before", "{n} steps before", len(behind) - PAST)
        yield Item(None, "  ", safe_line(more.format(n=len(behind) - PAST)), "quiet")
    for visit in behind[-PAST:]:
        step = guide.steps[visit.place]
        said = visit.value
        if visit.mark == SKIPPED:
            left_out = _("left out: {reason}").format(reason=said) if said else _("left out")
            role = "warning" if step.required else "quiet"
            yield Item(None, "- ", safe_line(step.title), "quiet", safe_line(left_out), role)
            continue
        label = next((one.label for one in step.choices if one.key == said), "")
        yield Item(None, f"{glyphs.done} ", safe_line(step.title), "good", safe_line(label))
    step = guide.steps[state.place]
    must = "" if not step.required or step.end else _("must be done")
    yield Item(None, f"{glyphs.arrow} "[:2], safe_line(step.title), "heading", safe_line(must), "warning")
    if text := step.said(channel).strip("\n"):
        yield Item("insert", "  ", safe_text(shown_text(text, values)))
    if step.hint:
        yield Item(None, f"{glyphs.note} ", safe_text(shown_text(step.hint.strip("\n"), values)), "note")
    for one in offered(step, state, known):
        letter = ascii_lowercase[step.choices.index(one)]
        yield Item(f"choose:{one.key}", f"{letter}  ", safe_line(one.label), "strong")
    if state.ended:
        finish = standing.script.finish(state.place)
        what = _("finish: wrap up, with a preview") if finish.ending or finish.actions else _("finish")
        yield Item("finish", f"{glyphs.arrow} "[:2] + " ", safe_line(what), "strong")
    elif not step.choices:
        yield Item("next", f"{glyphs.arrow} "[:2] + " ", safe_line(_("go on")), "strong")
    if may_skip(step) and (step.choices or not step.required):
        yield Item("skip", "-  ", safe_line(_("leave it out")), "quiet")


def _list_items(listed: Checklist, glyphs: Glyphs) -> Iterator[Item]:
    process = listed.process
    yield Item(None, "", safe_line(process.title), "day", safe_line(_progress(listed)))
    for one in listed.items:
        box = f"[{'x' if one.id in listed.done else ' '}] "
        late = "" if one.required or one.id in listed.done else _("if it fits")
        role = "quiet" if one.id in listed.done else ""
        yield Item(f"item:{one.id}", box, safe_line(one.text), role, safe_line(late))
    for name in process.required:
        box = f"{glyphs.done if name in listed.facts else glyphs.warning} "
        known = name in listed.facts
        said = "" if known else _("still to be confirmed")
        yield Item(
            None if known else f"fact:{name}",
            box,
            safe_line(labels.fact(name)),
            "good" if known else "",
            safe_line(said),
            "warning",
        )
    if process.control:
        yield Item(None, "  ", safe_line(process.control, characters=400), "quiet")


def _progress(listed: Checklist) -> str:
    done = sum(one.id in listed.done for one in listed.items)
    return _("{n} of {all}").format(n=done, all=len(listed.items))
