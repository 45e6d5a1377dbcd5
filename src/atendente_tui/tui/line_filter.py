"""The second fence: whatever slipped past `safe_text` is taken out of every line just before it is drawn.

It stops control and bidi characters and hyperlinks (OSC 8); it cannot stop markup, which is why foreign text is
shown as `Content` only.
"""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_DANGEROUS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class ControlFilter(LineFilter):
    """Replaces each dangerous character by U+FFFD and drops hyperlinks from styles."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        for index, segment in enumerate(segments):
            text, style, control = segment
            if control is None and _DANGEROUS.search(text) is not None:
                segments = [*segments[:index], *(self._clean(one) for one in segments[index:])]
                break
            if style is not None and style.link:
                segments = [*segments[:index], *(self._clean(one) for one in segments[index:])]
                break
        return segments

    @staticmethod
    def _clean(segment: Segment) -> Segment:
        text, style, control = segment
        if control is not None:
            return segment
        if style is not None and style.link:
            style = style.update_link(None)
        return Segment(_DANGEROUS.sub("\ufffd", text), style)
