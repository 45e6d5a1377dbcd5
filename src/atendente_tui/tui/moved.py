"""The news that what a widget shows has changed in the store."""

from __future__ import annotations

from textual.message import Message


class Moved(Message, bubble=False):
    """Some of the topics the widget watches have moved: it should ask the store again.

    Several commits within a few hundredths of a second come as one message.
    """

    def __init__(self, topics: frozenset[str]) -> None:
        super().__init__()
        self.topics = topics
