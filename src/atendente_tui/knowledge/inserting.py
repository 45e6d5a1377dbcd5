"""What of an article goes into an answer, and the guard that keeps internal ones out of public answers.

An article is internal as a whole (`audience: internal`), or a part of it is: a section whose heading begins with
"Interno" ("## Interno: alçadas") belongs to the team, up to the next heading of its level.
"""

from __future__ import annotations

import re
from typing import Literal

from atendente_tui.domain.fold import folded
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Audience

Piece = Literal["link", "steps", "text"]

_STEP = re.compile(r"^([ \t]*)(?:\d+[.)]|[-*+])[ \t]+(.*)$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[ \t]+", re.MULTILINE)
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]+)(?<=\S)\1(?![\w*])")
_CODE = re.compile(r"`([^`\n]+)`")
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"^[ \t]*(?:```|~~~).*\n?|^[ \t]*>[ \t]?", re.MULTILINE)
_ROW = re.compile(r"^[ \t]*\|(.+)\|[ \t]*$")
_RULE = re.compile(r"^[ \t]*\|[ \t:|-]+\|[ \t]*$")
_ANY_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t#]*$", re.MULTILINE)
_INTERNAL = re.compile(r"(?:uso )?intern[oa]s?\b|internal\b")
_FENCE = re.compile(r"^[ \t]*(```|~~~).*?^[ \t]*\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)[^)]*\)")


def may_insert(audience: Audience | str, title: str, *, public: bool) -> None:
    """Raises Refused("article_internal", title=...) when an internal article would reach a customer."""
    if public and audience != Audience.PUBLIC:
        raise Refused("article_internal", title=title)


def parts(body: str, audience: Audience | str) -> tuple[str, str]:
    """(what customers may read, what only the team may) of an article's Markdown."""
    if audience != Audience.PUBLIC:
        return "", body
    fences = [found.span() for found in _FENCE.finditer(body)]
    public: list[str] = []
    internal: list[str] = []
    inside, at, level = False, 0, 0
    for heading in _ANY_HEADING.finditer(body):
        if any(start <= heading.start() < end for start, end in fences):
            continue
        depth = len(heading[1])
        opens = _INTERNAL.match(folded(heading[2])) is not None
        closes = inside and depth <= level and not opens
        if (opens and not inside) or closes:
            (internal if inside else public).append(body[at : heading.start()])
            inside, at, level = opens, heading.start(), depth
    (internal if inside else public).append(body[at:])
    return "".join(public), "".join(internal)


def insertion(
    title: str, body: str, audience: Audience | str, url: str | None, piece: Piece, *, public: bool
) -> str:
    """The text to put at the cursor: plain, because customers read no Markdown.

    link is the title and the address (only the title without one), steps are its numbered or dotted lines (the whole
    text when it has none). Internal sections stay out of what is public. Raises Refused as `may_insert` does.
    """
    may_insert(audience, title, public=public)
    if public:
        body = parts(body, audience)[0]
    if piece == "link":
        return f"{title}: {url}" if url else title
    if piece == "steps":
        body = _numbered(body) or body
    return plain(body)


def _numbered(body: str) -> str:
    """The points of a text, counted from 1; what stands below one keeps its dash."""
    lines: list[str] = []
    count = 0
    for found in _STEP.finditer(body):
        if len(found[1].expandtabs(4)) >= 2 and lines:
            lines.append(f"   - {found[2]}")
        else:
            count += 1
            lines.append(f"{count}. {found[2]}")
    return "\n".join(lines)


def plain(markdown: str) -> str:
    """Markdown made readable in a message: no marks, tables as lines of words, links with their address beside them."""
    text = "\n".join(_untabled(_MARKS.sub("", markdown).split("\n")))
    text = _HEADING.sub("", text)
    text = _STRONG.sub(r"\2", text)
    text = _EMPHASIS.sub(r"\2", text)
    text = _CODE.sub(r"\1", text)
    text = _IMAGE.sub(r"\1", text)
    return _LINK.sub(
        lambda found: found[1] if found[1] == found[2] else f"{found[1]} ({found[2]})", text
    ).strip()


def _untabled(lines: list[str]) -> list[str]:
    """A row of a table is its first cell and, behind it, the others: with the names of their columns where they are many."""
    made: list[str] = []
    heads: list[str] = []
    for place, line in enumerate(lines):
        row = _ROW.match(line)
        if row is None:
            heads = []
            made.append(line)
            continue
        if _RULE.match(line):
            continue
        cells = [cell.strip() for cell in row[1].split("|")]
        if place + 1 < len(lines) and _RULE.match(lines[place + 1]):
            heads = cells
            continue
        rest = cells[1:]
        if len(rest) > 1:
            rest = [
                f"{head} {cell}".strip()
                for head, cell in zip([*heads[1:], *[""] * len(rest)], rest, strict=False)
                if cell
            ]
        made.append(f"{cells[0]}: {', '.join(rest)}" if any(rest) else cells[0])
    return made
