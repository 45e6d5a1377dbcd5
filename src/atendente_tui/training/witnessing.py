"""From what the far side of a rehearsal tells to what expectations are proved by: one `Happened` for each event.

Besides what stands on the timeline, answers of the trainee are looked at: whether they ask for what is known (`asks_again`), hold
personal data (`reveals`) or tell of the customer's affairs (`discloses`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from atendente_tui.domain.change import Change, CustomerUpsert, EventAppend, TicketUpsert
from atendente_tui.domain.disclosure import disclosed
from atendente_tui.domain.facts import asked_again
from atendente_tui.domain.witnessed import witnessed
from atendente_tui.domain.words import AuthorKind
from atendente_tui.flow.expectation import Happened
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.privacy.personal import find


class Witness:
    """Remembers what is known of each customer while the log is read, in its order."""

    def __init__(self, scenario: Scenario, trainee: str) -> None:
        self._trainee = trainee
        self._facts: dict[str, dict[str, str]] = {
            one.remote_id: dict(one.facts) for one in scenario.customers
        }
        self._wrapped: dict[str, tuple[str, ...]] = {}

    def seen(self, change: Change) -> Happened | None:
        """What a change of the log is; None for what is no event."""
        if isinstance(change, CustomerUpsert):
            self._facts.setdefault(change.remote_id, {}).update(change.facts)
            return None
        if not isinstance(change, EventAppend):
            return None
        kind, value = witnessed(change)
        mine = change.author_kind is AuthorKind.AGENT and change.author == self._trainee
        also: tuple[tuple[str, str], ...] = ()
        if change.author_kind is AuthorKind.AGENT and not mine:
            kind, value = "colleague", kind
        elif kind == "reply":
            also = self._told(change.text, change.customer or "")
        elif kind == "wrap_up":
            self._wrapped[change.ticket or ""] = (value,)
            if change.data.get("reason"):
                also = (("reason", str(change.data["reason"])),)
        elif kind == "escalation":
            also = (("tier", value),)
        return Happened(
            change.remote_id, change.at, kind, value, change.ticket or "", change.text, mine, also
        )

    def fields(self, tickets: Iterable[TicketUpsert]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """The fields of every ticket as they stand, for `finally`."""
        return {
            one.remote_id: {
                **{
                    name: (str(value),)
                    for name in ("status", "priority", "impact", "assignee", "team", "tier", "reason")
                    if (value := getattr(one, name)) is not None
                },
                "tags": tuple(one.tags or ()),
                "wrap_up": self._wrapped.get(one.remote_id, ()),
            }
            for one in tickets
        }

    def _told(self, text: str, customer: str) -> tuple[tuple[str, str], ...]:
        known = self._facts.get(customer, {})
        return (
            *(("asks_again", name) for name in asked_again(text, known)),
            *(("reveals", str(kind)) for kind in dict.fromkeys(one.kind for one in find(text))),
            *(("discloses", kind) for kind in dict.fromkeys(one.kind for one in disclosed(text))),
        )
