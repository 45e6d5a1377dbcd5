"""The process of a ticket: its list, what is missing before it is closed, what may not be told yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui import paths
from atendente_tui.desk.desk import Desk, ticket_of
from atendente_tui.desk.known import known
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.sla import SlaPolicy
from atendente_tui.knowledge.processes import (
    Item,
    Missing,
    Process,
    Targets,
    load_processes,
    missing,
    process_for,
    withheld,
)
from atendente_tui.store import beside, reading

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.domain.rules import Rules
    from atendente_tui.knowledge.marked import Fault
    from atendente_tui.store.writing import Tx


def process_folders(data: Path) -> list[Path]:
    """The folder of one's own processes, else the shipped ones."""
    own = data / "processes"
    if own.is_dir():
        return [own]
    from atendente_tui.knowledge.shipped import PROCESSES

    return [PROCESSES]


def processes_in(folders: Sequence[Path]) -> tuple[list[Process], list[Fault]]:
    found: dict[str, Process] = {}
    faults: list[Fault] = []
    for folder in folders:
        processes, wrong = load_processes(folder)
        faults += wrong
        for one in processes:
            found.setdefault(one.reason, one)
    return list(found.values()), faults


def not_yet(reason: str, facts: Collection[str], own: Path | None = None) -> frozenset[str]:
    """Kinds (`domain.disclosure`) that the process of a contact reason withholds while these facts are known.

    own   where the person's own processes may lie, None for the data directory
    """
    folders = tuple(process_folders(own or paths.data_dir()))
    files = tuple(
        (str(file), file.stat().st_mtime_ns) for folder in folders for file in sorted(folder.rglob("*.y*ml"))
    )
    process = process_for(_read(folders, files), reason)
    return withheld(process, facts) if process is not None else frozenset()


@lru_cache(maxsize=2)
def _read(folders: tuple[Path, ...], _files: tuple[tuple[str, int], ...]) -> list[Process]:
    return processes_in(folders)[0]


def timed(rules: Rules, processes: Iterable[Process]) -> Rules:
    """The rules with the target times of the processes laid over them; each process keeps to its ticket's calendar."""
    policies = tuple(
        SlaPolicy(
            f"process:{one.reason}",
            first=one.targets.first,
            next=one.targets.next,
            resolution=one.targets.resolution,
            reasons=frozenset({one.reason}),
        )
        for one in processes
        if one.targets != Targets()
    )
    return replace(rules, policies=(*policies, *rules.policies)) if policies else rules


class Checklist(NamedTuple):
    """The process of a ticket, and how far it is."""

    process: Process
    items: tuple[Item, ...]
    """What of its list counts for this ticket."""
    done: frozenset[str]
    missing: Missing
    facts: frozenset[str]
    """Names of what is known about the customer."""


def checklist(desk: Desk, db: Connection, ticket_id: int, processes: Sequence[Process]) -> Checklist | None:
    """None where no process is written for the ticket's reason."""
    ticket = reading.ticket(db, ticket_id)
    process = process_for(processes, ticket.reason if ticket is not None else None)
    if ticket is None or process is None:
        return None
    done = beside.done(db, ticket_id)
    facts = frozenset(one.name for one in reading.facts(db, ticket.customer_id))
    seen = known(desk, ticket_id, db)
    return Checklist(process, process.items(seen), done, missing(process, facts, done, seen), facts)


def tick(
    desk: Desk, ticket_id: int, process: Process, item: str, *, done: bool | None = None
) -> Future[bool]:
    """Mark an item of the list as done or not; None turns it over. Whether it is done now. Refused: no_such_item."""
    names = [one.id for one in process.checklist]

    def job(tx: Tx) -> bool:
        from atendente_tui.store import audit

        ticket_of(tx, ticket_id)
        if item not in names:
            raise Refused("no_such_item", found=item, allowed=", ".join(names) or "—")
        before = item in beside.done(tx.db, ticket_id)
        after = not before if done is None else done
        if after != before and not desk.dry:
            if after:
                beside.check(tx, ticket_id, item, desk.agent.login)
            else:
                beside.uncheck(tx, ticket_id, item)
            action = "checked" if after else "unchecked"
            audit.record(tx, desk.agent.login, action, ticket_id, process=process.reason, item=item)
        return after

    return desk.do(job)
