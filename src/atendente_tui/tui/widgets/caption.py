"""The caption of a presentation: which step it is, what happens in it, and what that proves."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Caption(Static):
    """A few lines below everything; what is longer is cut."""

    DEFAULT_CSS = """
    Caption { dock: bottom; height: 3; padding: 0 1; background: $panel; color: $foreground; border-left: outer $success; }
    Caption.-narrow { height: 4; }
    """

    def show(self, head: str, text: str, proves: str) -> None:
        """All of it cleaned already."""
        parts = [Content.styled(head, "bold reverse"), Content(f"  {text}")]
        told = Content("").join(parts)
        if proves:
            told = Content("\n").join([told, Content.styled(proves, "bold")])
        self.update(told)
