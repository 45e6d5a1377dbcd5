"""What a reader knows after some pages, and whether two readers who were told differently know the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from atendente_tui.domain.change import (
    AgentStates,
    ArticleGone,
    ArticleUpsert,
    Change,
    ChangePage,
    CustomerUpsert,
    DirectoryEntry,
    DirectoryGone,
    EventAppend,
    SettingGone,
    SettingUpsert,
    TicketGone,
    TicketUpsert,
)
from atendente_tui.i18n import _

Key = tuple[str, ...]
"""What a change is about: ("ticket", "12"), ("directory", "agent", "ana")."""
Standing = Change | None
"""How something stands; None: it is gone."""


def key_of(change: Change) -> Key:
    match change:
        case TicketGone():
            return ("ticket", change.remote_id)
        case ArticleGone():
            return ("article", change.remote_id)
        case DirectoryEntry() | DirectoryGone():
            return ("directory", change.kind, change.key)
        case SettingUpsert() | SettingGone():
            return ("setting", change.kind, change.key)
        case AgentStates():
            return ("agent_states", change.agent)
    return (change.type, change.remote_id)


class World:
    """Everything that was told, each thing with the states it went through."""

    def __init__(self, pages: Iterable[ChangePage] = ()) -> None:
        self.states: dict[Key, list[Standing]] = {}
        self.loose: list[str] = []
        """What was told before what it belongs to, as sentences: it could not be stored."""
        for page in pages:
            self.hear(page.changes)

    def hear(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._hold(change)
            states = self.states.setdefault(key_of(change), [])
            now = None if change.type.endswith("gone") else change
            if not states or states[-1] != now:
                states.append(now)

    def _hold(self, change: Change) -> None:
        if isinstance(change, TicketUpsert):
            belongs = ("customer", change.customer) if change.customer is not None else None
        elif isinstance(change, EventAppend):
            belongs = (
                ("customer", change.customer or "") if change.ticket is None else ("ticket", change.ticket)
            )
        else:
            return
        if belongs is not None and belongs not in self.states:
            self.loose.append(
                _("{thing} stands before {other}").format(thing=named(key_of(change)), other=named(belongs))
            )

    def copy(self) -> World:
        made = World()
        made.states = {key: list(states) for key, states in self.states.items()}
        return made

    def mark(self) -> dict[Key, int]:
        """Where each thing stands now, to ask later what it has been since."""
        return {key: len(states) - 1 for key, states in self.states.items()}

    def final(self, key: Key) -> Standing:
        states = self.states.get(key)
        return states[-1] if states else None

    def ticket(self, remote: str | None) -> TicketUpsert | None:
        found = self.final(("ticket", remote or ""))
        return found if isinstance(found, TicketUpsert) else None

    def events(self, ticket: str | None = None) -> list[EventAppend]:
        """Of one ticket, or all of them, as last told."""
        found = (self.final(key) for key in self.states if key[0] == "event")
        return [
            one for one in found if isinstance(one, EventAppend) and (ticket is None or one.ticket == ticket)
        ]

    def articles(self) -> list[ArticleUpsert]:
        found = (self.final(key) for key in self.states if key[0] == "article")
        return [one for one in found if isinstance(one, ArticleUpsert)]

    def settings(self) -> list[SettingUpsert]:
        found = (self.final(key) for key in self.states if key[0] == "setting")
        return [one for one in found if isinstance(one, SettingUpsert)]

    def names(self, kind: str) -> list[str]:
        """Keys of the pick-list: agents, teams, wrap_up codes, reasons."""
        found = (self.final(key) for key in self.states if key[:2] == ("directory", kind))
        return [one.key for one in found if isinstance(one, DirectoryEntry)]


def differences(told: World, known: World, since: Mapping[Key, int]) -> list[str]:
    """What `told` lacks, or says otherwise, of what `known` has been at `since` or later. Sentences for a person.

    `known` goes on while another pull runs, so whatever it has been meanwhile is right, too.
    """
    found: list[str] = []
    for key, at in since.items():
        states = known.states[key][at:]
        now = told.final(key)
        if key not in told.states:
            if None not in states:
                found.append(_("{thing} is missing").format(thing=named(key)))
        elif not any(_same(now, state) for state in states) and not _newer(now, states[0]):
            found.append(_("{thing} stands differently").format(thing=named(key)))
    for key in told.states:
        if key not in known.states and told.final(key) is not None:
            found.append(_("{thing} is nowhere else").format(thing=named(key)))
    return found


def _same(one: Standing, other: Standing) -> bool:
    if isinstance(one, CustomerUpsert) and isinstance(other, CustomerUpsert):
        return one.name == other.name  # of the rest a page tells what it has at hand: "None means not told"
    return one == other


def _newer(now: Standing, known: Standing) -> bool:
    return (
        isinstance(now, TicketUpsert)
        and isinstance(known, TicketUpsert)
        and now.updated_at > known.updated_at
    )


def named(key: Key) -> str:
    return " ".join(part[:60] for part in key)
