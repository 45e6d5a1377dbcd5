"""The readable text of an HTML message: what a person would see, line by line, nothing fetched or run.

A scanner of our own: the standard library's parser takes minutes for a few kilobytes of hostile markup, and
this text comes from anybody. The time here grows with the length alone.
"""

from __future__ import annotations

import html
import re

_BREAKS = frozenset(
    [
        "br",
        "p",
        "div",
        "tr",
        "li",
        "ul",
        "ol",
        "table",
        "blockquote",
        "hr",
        "pre",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    ]
)
_HIDDEN = frozenset(["script", "style", "head", "title", "template", "noscript"])
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,15})")
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_LONGEST_TAG = 4_000


def html_text(markup: str) -> str:
    """Plain text of `markup`; at most one empty line in a row, no space at line ends."""
    parts: list[str] = []
    href = ""
    for text, closing, name, tag in _pieces(markup):
        if text:
            parts.append(re.sub(r"[ \t\r\n\f]+", " ", html.unescape(text)))
        if name == "a":
            # Where a link leads is said openly: the words may lie about it.
            if closing and href.startswith(("http://", "https://")) and href not in "".join(parts[-2:]):
                parts.append(f" <{href}>")
            found = None if closing else _HREF.search(tag)
            href = html.unescape(next(filter(None, found.groups()), "")) if found else ""
        elif name == "td" and not closing:
            parts.append(" ")
        elif name == "li" and not closing:
            parts.append("\n- ")
        elif name == "p" and closing:
            parts.append("\n\n")
        elif name in _BREAKS and not (closing and name == "br"):
            parts.append("\n")
    lines = [line.strip() for line in "".join(parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _pieces(markup: str) -> list[tuple[str, bool, str, str]]:
    """(text before, closing?, tag's name in lower case, the whole tag) in order; hidden elements are left out."""
    pieces: list[tuple[str, bool, str, str]] = []
    lowered = markup.lower() if len(markup.lower()) == len(markup) else markup
    gone: set[str] = set()  # what is known not to come any more: looking for it again would cost the square
    text_from = at = 0

    def after(what: str, start: int) -> int:
        place = -1 if what in gone else lowered.find(what, start)
        if place < 0:
            gone.add(what)
            return -1
        return place + len(what)

    while (at := markup.find("<", at)) >= 0:
        if markup.startswith("<!--", at) and (end := after("-->", at)) > 0:
            pieces.append((markup[text_from:at], False, "", ""))
            text_from = at = end
            continue
        found = _TAG.match(markup, at)
        other = markup[at + 1 : at + 2] in ("!", "?")
        end = after(">", at) if found or other else -1
        if end < 0 or end - at > _LONGEST_TAG:
            at += 1
            continue
        name = found[2].lower() if found else ""
        closing = bool(found and found[1])
        pieces.append((markup[text_from:at], closing, name, markup[at:end]))
        if name in _HIDDEN and not closing and (over := after(f"</{name}", end)) > 0:
            end = max(after(">", over), over)
        text_from = at = end
    pieces.append((markup[text_from:], False, "", ""))
    return pieces
