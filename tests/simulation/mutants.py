"""The program with one promise taken away, each: what the simulation must notice, or it proves nothing.

A mutant is a list of attributes that are put in place of the real ones. `kind` is the sort of history that can tell (None: as the seed has it).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from atendente_tui.desk import undoing
from atendente_tui.domain.command import Command
from atendente_tui.domain.ids import new_id
from atendente_tui.store import effects, gone, ingest, outbox
from atendente_tui.store.writing import Lane, Tx
from atendente_tui.sync import once, pulling
from atendente_tui.sync.pushing import Pushed, Pusher
from atendente_tui.sync.retrying import Gate
from tests.simulation.far_side import FarSide
from tests.simulation.life import Kind

MARKER, NATIVE, NONE = Kind("marker", jumps=False), Kind("native", jumps=False), Kind("none", jumps=False)
CALM = Kind("native", jumps=False, gone=False)


@dataclass(frozen=True)
class Mutant:
    patches: tuple[tuple[Any, str, Any], ...]
    kind: Kind | None
    says: str
    """How the oracle's first sentence about it begins, one of these divided by "|"."""
    first: int = 0
    """The seed to begin with where the first ones do not meet what it takes."""


async def _never_looks(_pusher: Pusher, _command: Command) -> None:
    return None


async def _looks_once(pusher: Pusher, command: Command) -> Any:
    return await pusher._find(command)


async def _sends_blindly(pusher: Pusher, row: Any, wrong: Any, _maybe: bool) -> Pushed:
    pusher._gate.failed()
    await pusher._back(row, pusher._now() + 1000, False, "unreachable", str(wrong))
    return Pushed(waiting=1, error="unreachable")


async def _takes_silence_for_yes(pusher: Pusher, row: Any, _wrong: Any, _maybe: bool) -> Pushed:
    pusher._gate.failed()
    await pusher._write(lambda tx: outbox.settle_here(tx, row.n))
    return Pushed(confirmed=1)


async def _asks_for_ever(pusher: Pusher, row: Any, _code: str, reason: str, maybe: bool) -> Pushed:
    await pusher._back(row, pusher._now() + 1000, maybe, "rejected", reason)
    return Pushed(waiting=1)


async def _recovers_nothing(_pusher: Pusher) -> None:
    return None


async def _forgets_the_pause(pusher: Pusher) -> None:
    await pusher._write(outbox.recover)


def _new_id_each_time(pusher: Pusher, row: Any) -> Command:
    command = _addressed(pusher, row)
    if row.attempts == 1:
        return command
    fresh = command.model_copy(update={"id": new_id(pusher._clock.now())})
    pusher._store.write(
        lambda tx: tx.db.execute("UPDATE outbox SET command_id = ? WHERE n = ?", (str(fresh.id), row.n))
    )
    return fresh


def _cursor_first(store: Any, page: Any, backend: str) -> Any:
    store.write(lambda tx: ingest.keep_cursor(tx, page, backend), Lane.SYNC)
    return ingest.apply_in_slices(store, page, backend)


def _two_transactions(tx: Tx, *given: Any) -> int:
    tx.db.execute("COMMIT")
    tx.db.execute("BEGIN IMMEDIATE")
    return _add(tx, *given)


def _gone_with_the_sending(tx: Tx, n: int) -> Any:
    taken = _mark_sent(tx, n)
    tx.db.execute("DELETE FROM outbox WHERE n = ?", (n,))
    return taken


def _refused_and_gone(tx: Tx, n: int, _code: str, _reason: str = "") -> None:
    effects.withdraw(tx, n)
    tx.db.execute("DELETE FROM outbox WHERE n = ?", (n,))


def _conflict_and_gone(tx: Tx, n: int, *_told: Any) -> bool:
    effects.withdraw(tx, n)
    tx.db.execute("DELETE FROM outbox WHERE n = ?", (n,))
    return False


def _closed_for_now(tx: Tx, ticket_id: int, _incoming: Any) -> None:
    effects.lay_under(tx, ticket_id, {"status": "closed"})


_addressed, _add, _mark_sent = Pusher._addressed, outbox.add, outbox.mark_sent
_anything: Callable[..., None] = lambda *_given, **_more: None  # noqa: E731

MUTANTS: dict[str, Mutant] = {
    "the helpdesk keeps no ids": Mutant(((FarSide, "remembered", _anything),), NATIVE, "doubled"),
    "a new id at each attempt": Mutant(
        ((Pusher, "_addressed", _new_id_each_time),), NATIVE, "lost|a ghost|order"
    ),
    "no order on a ticket": Mutant(((outbox, "_FREE", "o.state IN ('held','queued')"),), CALM, "order"),
    "the cursor moves first": Mutant(
        ((pulling, "apply_in_slices", _cursor_first),), CALM, "passed by", first=1
    ),
    "the row goes when it is sent": Mutant(((outbox, "mark_sent", _gone_with_the_sending),), NATIVE, "lost"),
    "no answer is an answer": Mutant(
        ((Pusher, "_no_answer", _takes_silence_for_yes),), NATIVE, "called delivered"
    ),
    "message and row in two transactions": Mutant(
        ((outbox, "add", _two_transactions),), NATIVE, "orphan|order|events", first=3
    ),
    "what was under way stays there": Mutant(((Pusher, "recover", _recovers_nothing),), NATIVE, "stuck"),
    "what is refused is sent for ever": Mutant(((Pusher, "_no", _asks_for_ever),), NATIVE, "stuck", first=2),
    "Retry-After is ignored": Mutant(((Gate, "pause", lambda _gate, _s: 0),), NATIVE, "early"),
    "Retry-After is forgotten at the end": Mutant(
        ((Pusher, "recover", _forgets_the_pause),), NATIVE, "early"
    ),
    "a pause stops no request under way": Mutant(
        ((Pusher, "_not_paused", _anything),), NATIVE, "early", first=71
    ),
    "it is not looked for": Mutant(((Pusher, "_looked_up", _never_looks),), MARKER, "doubled"),
    "it is looked for once": Mutant(
        ((Pusher, "_looked_up", _looks_once),), MARKER, "doubled|passed by the cursor", first=15
    ),
    "where nobody can tell it is sent again": Mutant(
        ((Pusher, "_no_answer", _sends_blindly), (Pusher, "_looked_up", _never_looks)), NONE, "doubled"
    ),
    "ids are known for ever": Mutant(
        ((Pusher, "_still_known", _anything),),
        Kind("native", jumps=False, gone=False, forgets=timedelta(hours=24)),
        "doubled",
        first=2,
    ),
    "undo asks nobody": Mutant(
        ((undoing, "_may_have_left", lambda _tx, _n: False),), NATIVE, "undone|order", first=2
    ),
    "what is refused goes": Mutant(
        ((outbox, "refuse", _refused_and_gone), (outbox, "conflict", _conflict_and_gone)),
        NATIVE,
        "lost|orphan",
        first=1,
    ),
    "poison stops the pull": Mutant(((ingest, "LASTING", ()),), CALM, "crashed|stuck|ticket|events|passed"),
    "older than the news, and on top": Mutant(
        ((effects, "counted_in", _anything),), NATIVE, "ticket", first=85
    ),
    "a round of its own asks at once again": Mutant(
        ((once, "asked", lambda *_given: 0.0),), None, "early", first=4
    ),
    "what is gone stays open": Mutant(
        ((effects, "_is_gone", lambda *_given: False),), None, "ticket", first=57
    ),
    "what is gone is closed for now, not for good": Mutant(
        (
            (effects, "_is_gone", lambda *_given: False),
            (
                gone,
                "effects",
                SimpleNamespace(lay_under=_closed_for_now, pending_tickets=effects.pending_tickets),
            ),
        ),
        None,
        "ticket",
        first=100_139,
    ),
    "what only a person said had arrived is waited for": Mutant(
        ((gone, "is_lost", lambda *_given: False),), None, "stuck", first=100_629
    ),
    "waits of a clock set back": Mutant(
        (
            (outbox, "_VOID", "0"),
            (outbox, "_OVER", "(o.hold_until <= :now AND o.next_try <= :now)"),
            (outbox, "_HELD_ENOUGH", "o.hold_until <= :now"),
        ),
        Kind("native"),
        "stuck",
        first=2,
    ),
}
