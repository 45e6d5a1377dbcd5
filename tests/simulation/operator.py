"""The person at the workstation: gives commands, writes drafts, undoes, decides on what came back, and remembers it all."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from atendente_tui.desk import (
    answering,
    creating,
    drafting,
    moving,
    outgoing,
    owning,
    promising,
    triaging,
    undoing,
)
from atendente_tui.desk.desk import Agent, Can, Desk, Submitted
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, OutboxState, Priority, Status, Tier
from tests.simulation.far_side import FarSide
from tests.simulation.mortal import Killed, MortalStore
from tests.simulation.virtual import done

STOPPED = (OutboxState.REFUSED, OutboxState.CONFLICT, OutboxState.UNKNOWN)
VERBS = (
    ("reply",) * 6
    + ("note",) * 3
    + ("status", "tag", "priority", "claim", "release", "assign", "team", "promise", "create")
)


@dataclass
class Operator:
    """`store` is that of the life being lived; everything else outlives it."""

    rng: Random
    far_side: FarSide
    store: MortalStore | None = None
    given: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Type and text of every command that the screen called saved, by id."""
    lines: dict[str, int] = field(default_factory=dict)
    """Our id of the ticket that each was given on: two rows may turn out to be one ticket later."""
    dropped: set[str] = field(default_factory=set)
    """Commands that the person undid, discarded or replaced by an edited one."""
    resent: set[str] = field(default_factory=set)
    """Commands of which nobody could tell, and which the person sent again after a look."""
    drafts: list[str] = field(default_factory=list)
    """What was typed and saved, each a piece of some draft."""
    written: int = 0

    @property
    def desk(self) -> Desk:
        assert self.store is not None
        holds = {"default": self.rng.choice((0.0, 0.0, 4.0))}
        agent = Agent("ana", "Ana Souza", ("loja",), Tier.N1)
        return Desk(
            self.store, agent, self.store.rules, self.store.clock, holds, Can.everything(), zone="UTC"
        )

    def act(self) -> None:
        """Do something, if the rules allow it."""
        with suppress(Refused):
            draw = self.rng.random()
            if draw < 0.08:
                self.draft()
            elif draw < 0.14:
                self.undo()
            elif draw < 0.22:
                self.decide()
            else:
                self.give(self.rng.choice(VERBS))

    def give(self, verb: str) -> None:
        tickets = [row[0] for row in self.store.reader().execute("SELECT id FROM ticket ORDER BY id")]  # type: ignore[union-attr]
        if not tickets:
            return
        ticket, rng, desk = rng_choice(self.rng, tickets), self.rng, self.desk
        self.written += 1
        text = f"texto {self.written}"
        verbs: dict[str, Callable[[], Future[Submitted]]] = {
            "reply": lambda: answering.reply(desk, ticket, text, channel="email", insist=True),
            "note": lambda: answering.note(desk, ticket, text),
            "status": lambda: moving.set_status(desk, ticket, rng.choice((Status.OPEN, Status.PENDING, Status.SOLVED))),
            "tag": lambda: triaging.tag(desk, ticket, add=[f"t{self.written}"]),
            "priority": lambda: triaging.set_priority(desk, ticket, rng.choice(tuple(Priority))),
            "claim": lambda: owning.claim(desk, ticket),
            "release": lambda: owning.release(desk, ticket),
            "assign": lambda: owning.assign(desk, ticket, rng.choice(("ana", "bruno"))),
            "team": lambda: triaging.set_team(desk, ticket, rng.choice(("loja", "financeiro"))),
            "promise": lambda: promising.promise(desk, ticket, desk.clock.now() + timedelta(hours=4), text),
            "create": lambda: creating.create(
                desk, customer_name=f"Cliente {self.written}", channel=Channel.EMAIL, subject=text, text=text,
                identities=[("email", f"novo{self.written}@exemplo.com.br")],
            ),
        }  # fmt: skip
        sent = done(verbs[verb]())
        self.lines[str(sent.command_id)] = sent.ticket_id
        self.given[str(sent.command_id)] = (
            verb,
            text if verb in ("reply", "note", "promise", "create") else "",
        )

    def draft(self) -> None:
        """Type on where something was typed before, about a ticket or about none."""
        assert self.store is not None
        db = self.store.reader()
        self.written += 1
        tickets = [row[0] for row in db.execute("SELECT id FROM ticket ORDER BY id")]
        ticket = rng_choice(self.rng, tickets) if tickets and self.rng.random() < 0.5 else None
        slot = f"new:{self.rng.randint(1, 4)}" if ticket is None else f"{ticket}:aside"
        there = db.execute("SELECT text FROM draft WHERE slot = ?", (slot,)).fetchone()
        text = f"rascunho {self.written}."
        whole = f"{there[0]}\n{text}" if there is not None else text
        done(drafting.save_draft(self.desk, ticket, "new" if ticket is None else "note", whole, slot=slot))
        self.drafts.append(text)

    def undo(self) -> None:
        if self.given:
            command = self.rng.choice(sorted(self.given))
            done(undoing.undo(self.desk, command))
            self.dropped.add(command)

    def decide(self, *, last: bool = False, give_up: bool = False) -> int:
        """Decide on what waits for a person (`last`: on all of it, `give_up`: against it); returns how many there were."""
        from atendente_tui.store import outbox

        assert self.store is not None
        rows = outbox.listing(self.store.reader(), STOPPED)
        for row in rows if last else rows[:1]:
            with suppress(Refused):
                try:
                    self._decide(
                        row, self.rng.choice(("retry", "edit", "discard")) if not give_up else "discard"
                    )
                except Killed:  # after the choice was saved, perhaps: it stands under an id of its own then
                    self.dropped.add(row.command_id)
                    raise
        return len(rows)

    def _decide(self, row: Any, choice: str) -> None:
        desk = self.desk
        if row.state == OutboxState.UNKNOWN:
            if self.far_side.under_way or row.command_id in self.resent:
                return  # they look again a little later
            if UUID(row.command_id) in self.far_side.marks:
                done(outgoing.mark_delivered(desk, row.command_id))
                return
            choice = "retry" if choice == "edit" else choice
        if choice == "edit" and row.type in ("reply", "note"):
            self.written += 1
            text = f"texto {self.written}"
            sent = done(outgoing.edit(desk, row.command_id, text))
        elif choice == "discard":
            done(outgoing.discard(desk, row.command_id))
            self.dropped.update(self._with(row))
            return
        else:
            sent, text = (
                done(outgoing.retry(desk, row.command_id, insist=True)),
                self.given.get(row.command_id, ("", ""))[1],
            )
        if str(sent.command_id) != row.command_id:
            self.dropped.add(row.command_id)
            self.given[str(sent.command_id)] = (row.type, text)
            self.lines[str(sent.command_id)] = self.lines.get(row.command_id, row.ticket_id)

    def _with(self, row: Any) -> list[str]:
        """The command and, where a ticket goes that was never made, those that were about it."""
        assert self.store is not None
        db = self.store.reader()
        told = db.execute(
            "SELECT command_id FROM outbox WHERE ticket_id IS ? AND state = 'discarded'", (row.ticket_id,)
        )
        return [row.command_id, *(one[0] for one in told if row.type == "create")]


def rng_choice(rng: Random, among: list[int]) -> int:
    return among[rng.randrange(len(among))]
