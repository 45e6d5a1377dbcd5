"""What people type to narrow the queue: words for channel, status, priority, tier, #tag and @login, as a view."""

from __future__ import annotations

from atendente_tui import labels
from atendente_tui.domain.fold import folded
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Tier
from atendente_tui.i18n import later
from atendente_tui.store.queue import View

EXAMPLE = later("For example: wpp urgent · open N2 · #delivery · @ana")


def narrowed(view: View, words: str) -> View:
    """The view with only what the words name; several of a kind mean any of them, several tags all of them.

    Raises Refused("filter_word", found=...) for a word that names nothing.
    """
    channels: list[str] = []
    statuses: list[str] = []
    priorities: list[str] = []
    tags = list(view.tags)
    tier, assignee = view.tier, view.assignee
    vocabulary = _vocabulary()
    for word in words.split():
        kind, value = vocabulary.get(folded(word), ("", ""))
        if word.startswith("#") and len(word) > 1:
            tags.append(word[1:])
        elif word.startswith("@"):
            assignee = word[1:]
        elif kind == "channel":
            channels.append(value)
        elif kind == "status":
            statuses.append(value)
        elif kind == "priority":
            priorities.append(value)
        elif kind == "tier":
            tier = value
        else:
            raise Refused("filter_word", found=word)
    return view._replace(
        channels=tuple(channels) or view.channels,
        statuses=tuple(statuses) or view.statuses,
        priorities=tuple(priorities) or view.priorities,
        tags=tuple(tags),
        tier=tier,
        assignee=assignee,
    )


def _vocabulary() -> dict[str, tuple[str, str]]:
    """Every word understood, folded: the interface's, and the stored ones."""
    found: dict[str, tuple[str, str]] = {}
    for kind, table, label in (
        ("status", labels.STATUS, labels.status),
        ("priority", labels.PRIORITY, labels.priority),
        ("channel", labels.CHANNEL, labels.channel),
        ("channel", labels.CHANNEL_SHORT, labels.channel_short),
    ):
        for value in table:
            for word in (value, label(value)):
                found[folded(word).replace(" ", "-")] = (kind, value)
    return found | {folded(one.value): ("tier", one.value) for one in Tier}
