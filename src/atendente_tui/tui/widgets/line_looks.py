"""The looks of lines: the roles a line or a run of it may have, and the style of each in every theme."""

from __future__ import annotations

ROLES = (
    "time",
    "day",
    "customer",
    "agent",
    "bot",
    "note",
    "quiet",
    "strong",
    "good",
    "warning",
    "bad",
    "pending",
    "group",
    "cursor",
    "code",
    "heading",
    "link",
    "found",
    "bar",
)

STYLES = """
    LinePane > .lines--time { color: $text-muted; }
    LinePane > .lines--day { color: $text-muted; text-style: bold; }
    LinePane > .lines--customer { color: $text-primary; text-style: bold; }
    LinePane > .lines--agent { color: $text-success; text-style: bold; }
    LinePane > .lines--bot { color: $text-muted; text-style: italic; }
    LinePane > .lines--note { color: $text-warning; background: $warning 12%; }
    LinePane > .lines--quiet { color: $text-muted; }
    LinePane > .lines--strong { text-style: bold; }
    LinePane > .lines--good { color: $text-success; }
    LinePane > .lines--warning { color: $text-warning; text-style: bold; }
    LinePane > .lines--bad { color: $text-error; text-style: bold; }
    LinePane > .lines--pending { color: $text-accent; text-style: italic; }
    LinePane > .lines--group { color: $text-secondary; }
    LinePane > .lines--cursor { background: $primary 25%; }
    LinePane > .lines--code { color: $text-secondary; }
    LinePane > .lines--heading { color: $text-primary; text-style: bold; }
    LinePane > .lines--link { text-style: underline; }
    LinePane > .lines--found { text-style: bold underline; }
    LinePane > .lines--bar { color: $text-muted; }
    LinePane:ansi > .lines--note { color: ansi_yellow; background: ansi_default; }
    LinePane:ansi > .lines--cursor { background: ansi_default; text-style: bold underline; }
"""
