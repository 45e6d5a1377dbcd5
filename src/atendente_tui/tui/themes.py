"""The looks one can choose. Panes use Textual's theme variables only, so a theme is nothing but this table."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="dark",
    primary="#5fa8d3",
    secondary="#7d8fb3",
    accent="#e0b25a",
    warning="#e0b25a",
    error="#e5707a",
    success="#7fc08a",
    foreground="#dfe3e8",
    background="#14171c",
    surface="#1a1e25",
    panel="#232933",
    dark=True,
    variables={"border": "#5fa8d3", "border-blurred": "#465264"},
)

LIGHT = Theme(
    name="light",
    primary="#0b5c8a",
    secondary="#4a5878",
    accent="#8a5a00",
    warning="#8a5a00",
    error="#a8202f",
    success="#1f6b34",
    foreground="#1b1f24",
    background="#f7f7f4",
    surface="#ffffff",
    panel="#e6e8ea",
    dark=False,
    variables={"border": "#0b5c8a", "border-blurred": "#a3abb5"},
)

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#ffff00",
    secondary="#00ffff",
    accent="#ffff00",
    warning="#ffff00",
    error="#ff9f9f",
    success="#7dff7d",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    dark=True,
    text_alpha=1.0,
    variables={
        "text-muted": "#ffffff",
        "foreground-muted": "#ffffff",
        "border": "#ffffff",
        "border-blurred": "#c0c0c0",
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "input-selection-background": "#ffff00",
        "input-selection-foreground": "#000000",
    },
)

_BASE = BUILTIN_THEMES["ansi-dark"]
ANSI = Theme(
    name="ansi",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    accent="ansi_magenta",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    variables={**_BASE.variables, "border": "ansi_blue", "border-blurred": "ansi_bright_black"},
)
"""The terminal's own sixteen colours, and the fewest bytes a frame."""

THEMES = (DARK, LIGHT, HIGH_CONTRAST, ANSI)


def choose(name: str | None) -> str:
    """The name of a theme that exists: the one asked for, else dark."""
    return name if name in {theme.name for theme in THEMES} else DARK.name
