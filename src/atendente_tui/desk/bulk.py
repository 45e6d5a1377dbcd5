"""One verb on many tickets: shown for each before it is done, and done for each on its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, NamedTuple

from atendente_tui.desk import answering, knowing, merging, moving, owning, promising, triaging
from atendente_tui.domain.refusal import Refused

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Desk, Job, Submitted
    from atendente_tui.store.writing import Tx

CHUNK = 50
"""Tickets in one transaction: what another key does meanwhile waits no longer than that."""

JOBS: Mapping[str, Callable[..., Job]] = {
    "reply": answering.reply_job,
    "note": answering.note_job,
    "claim": owning.claim_job,
    "release": owning.release_job,
    "assign": owning.assign_job,
    "status": moving.status_job,
    "snooze": moving.snooze_job,
    "wrapup": moving.wrap_up_job,
    "priority": triaging.priority_job,
    "team": triaging.team_job,
    "tag": triaging.tag_job,
    "triage": triaging.triage_job,
    "escalate": triaging.escalate_job,
    "promise": promising.promise_job,
    "fact": knowing.fact_job,
    "merge": merging.merge_job,
    "link": merging.link_job,
}
"""Verbs by `Command.type`, and what gives several commands at once; each takes the desk, a ticket and the arguments of its function by name."""


class BulkLine(NamedTuple):
    ticket_id: int
    protocol: str
    subject: str
    ok: bool
    refused: Refused | None
    submitted: Submitted | None = None
    """What was given; None in a preview and where a rule said no."""


def preview(desk: Desk, ids: Sequence[int], verb: str, **arguments: Any) -> Future[list[BulkLine]]:
    """What the verb would do to each ticket, in the order given. Writes nothing. KeyError for an unknown verb."""
    with desk.trying() as dry:
        return _each(dry, ids, verb, arguments)


def perform(desk: Desk, ids: Sequence[int], verb: str, **arguments: Any) -> Future[list[BulkLine]]:
    """Do it to each that allows it; every ticket gets a command of its own."""
    return _each(desk, ids, verb, arguments)


def _each(desk: Desk, ids: Sequence[int], verb: str, arguments: Mapping[str, Any]) -> Future[list[BulkLine]]:
    make = JOBS[verb]
    chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    done: Future[list[BulkLine]] = Future()
    lines: list[BulkLine] = []

    def of(chunk: Sequence[int]) -> Callable[[Tx], list[BulkLine]]:
        jobs = [(ticket_id, make(desk, ticket_id, **arguments)) for ticket_id in chunk]
        return lambda tx: [_line(tx, desk, ticket_id, job) for ticket_id, job in jobs]

    def after(future: Future[list[BulkLine]]) -> None:
        try:
            lines.extend(future.result())
            step()
        except BaseException as wrong:
            done.set_exception(wrong)

    def step() -> None:
        if chunks:
            desk.do(of(chunks.pop(0))).add_done_callback(after)
        else:
            done.set_result(lines)

    step()
    return done


def _line(tx: Tx, desk: Desk, ticket_id: int, job: Job) -> BulkLine:
    found = tx.db.execute(
        "SELECT coalesce(protocol, '#' || id), subject FROM ticket WHERE id = ?", (ticket_id,)
    ).fetchone() or (f"#{ticket_id}", "")
    try:
        submitted = job(tx)
    except Refused as refused:  # rules speak before anything is written
        return BulkLine(ticket_id, found[0], found[1], False, refused)
    return BulkLine(ticket_id, found[0], found[1], True, None, None if desk.dry else submitted)
