"""What the composer says about a text being written: limits, windows, what it asks again. Pure, no widget."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import NamedTuple

from atendente_tui import formats, labels
from atendente_tui.desk.reaching import Way
from atendente_tui.domain import channels, templates
from atendente_tui.domain.channels import CHANNELS, Finding
from atendente_tui.domain.facts import asked_again
from atendente_tui.domain.identities import mask
from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _, later, n_
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store.news import Seen

_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]|[\ud800-\udfff]"
)

UNITS = {
    "characters": later("characters"),
    "bytes": later("bytes"),
    "weighted": later("characters as X counts"),
}


class Review(NamedTuple):
    """What stands against sending (`blocked`, "" for nothing), what to know, and how long the text is."""

    blocked: str
    hints: tuple[str, ...]
    size: str
    window: str
    """Time left in which free text may be sent, "" on channels without a window."""
    found: tuple[str, str] = ("", "")
    """What the reviewer says, and in which looks; "" for nothing."""


def typed(text: str) -> str:
    """Text on its way into the composer: newlines unified, what no terminal should get taken out, NFC."""
    text = (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\v", "\n")
        .replace("\f", "\n")
        .replace("\t", "    ")
    )
    return unicodedata.normalize("NFC", _CONTROLS.sub("", text))


def channel_of(word: object) -> Channel | None:
    """None for a channel that nobody foresaw."""
    try:
        return Channel(str(word))
    except ValueError:
        return None


def masked(way: Way | None) -> str:
    """The address an answer goes to, its telling part hidden."""
    return safe_line(mask(*way.address)) if way is not None and way.address is not None else ""


def review_reply(
    way: Way | None, text: str, now: int, known: Collection[str], *, may: bool = True, template: bool = False
) -> Review:
    """`now` in ms, when it is to leave. `known` are names of facts about the customer; `may`: the backend takes answers;
    `template`: the text is an approved one, which passes a closed window."""
    place, last_inbound = (way.channel, way.last_inbound) if way is not None else (None, None)
    found = channels.check_reply(place, text, last_inbound, now) if place is not None else []
    if template:
        found = [one for one in found if one.code != "window_closed"]
    blocked = [said for one in found if one.blocks and (said := _blocking(one))]
    if missing := templates.unfilled(text):
        blocked.insert(0, _("still to be filled in: {names}").format(names=", ".join(missing[:3])))
    if way is not None and way.refused is not None:
        blocked.insert(0, labels.refusal(way.refused))
    if not may:
        blocked.insert(0, _("this helpdesk takes no answers from here"))
    hints = [said for one in found if not one.blocks and (said := _hint(one))]
    hints += [_("already known: {fact}").format(fact=labels.fact(name)) for name in asked_again(text, known)]
    left = channels.window_left(place, last_inbound, now) if place is not None else None
    window = (
        ""
        if left is None
        else _("window closed")
        if not left
        else _("window {time}").format(time=_left(left))
    )
    return Review(blocked[0] if blocked else "", tuple(hints), _size(place, text), window)


def review_note(text: str, *, may: bool = True) -> Review:
    blocked = ""
    if not may:
        blocked = _("this helpdesk takes no notes from here")
    elif not text.strip():
        blocked = _("there is no text yet")
    return Review(blocked, (), _length(len(text)), "")


def _blocking(finding: Finding) -> str:
    values = finding.values
    if finding.code == "text_empty":
        return _("there is no text yet")
    if finding.code == "too_long":
        unit = _(UNITS.get(str(values.get("unit")), "characters"))
        return _("{over} {unit} too long").format(over=values.get("over"), unit=unit)
    if finding.code == "window_closed":
        return _("the {hours}-hour window is closed: the customer has to write first").format(
            hours=values.get("hours")
        )
    return finding.code


def _hint(finding: Finding) -> str:
    if finding.code == "sms_unicode":
        return _("{characters} shorten the SMS").format(characters=finding.values.get("characters"))
    if finding.code == "public_channel":
        return _("anybody can read this answer")
    return ""


def _size(channel: Channel | None, text: str) -> str:
    rule = CHANNELS.get(channel) if channel is not None else None
    if rule is None:
        return _length(len(text))
    if rule.segments:
        count = channels.sms_segments(text)
        parts = n_("{n} SMS", "{n} SMS", count.segments).format(n=count.segments)
        return f"{count.units}/{max(1, count.segments) * count.per_segment} · {parts}"
    if rule.limit is None:
        return _length(len(text))
    return f"{channels.length(text, rule.unit)}/{rule.limit}"


def _length(count: int) -> str:
    return n_("{n} character", "{n} characters", count).format(n=formats.number(count))


def _left(milliseconds: int) -> str:
    minutes = milliseconds // formats.MINUTE
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def joined(parts: Iterable[str], dot: str) -> str:
    return f" {dot} ".join(part for part in parts if part)


def channel_in(extra: str) -> Channel | None:
    """The channel chosen for a draft."""
    try:
        return channel_of(json.loads(extra).get("channel"))
    except (ValueError, AttributeError):
        return None


def seen_in(extra: str) -> Seen | int | None:
    """What the author of a draft had seen; older drafts tell the key of the newest entry only."""
    try:
        told = json.loads(extra).get("seen")
        return told if isinstance(told, int) else Seen(int(told[0]), tuple(map(int, told[1])), int(told[2]))
    except (ValueError, TypeError, AttributeError, IndexError):
        return None
