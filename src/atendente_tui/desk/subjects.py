"""What a data subject may ask for, and what the law asks of us: find, hand over, erase, anonymise, hold, retain.

Who did it, when, to whom (by our number) and why is on record; what was in it is not.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.privacy import personal
from atendente_tui.privacy.personal import mask
from atendente_tui.store import audit, erasing, looked_at, retaining, scrubbing, subject
from atendente_tui.store.retaining import Retention
from atendente_tui.store.subject import Subject

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.config import Config
    from atendente_tui.desk.desk import Desk
    from atendente_tui.desk.handing_out import Copy
    from atendente_tui.store.scrubbing import Scrubbed
    from atendente_tui.store.writing import Tx

LONGEST_REASON = 200
LOGGED = ("reveal", "export", "attachment", "outbox_export", "problems_export")
"""Acts with personal data that are on record beside those named `privacy_...`."""


class Person(NamedTuple):
    """Who was found, and what of them."""

    subject: Subject
    counts: dict[str, int]
    kinds: dict[str, int]
    """Personal data by kind: addresses and documents of theirs, and what stands in the texts."""
    must_stay: list[tuple[str, int | None]]
    """(protocol, until ms) of what must not be erased yet."""
    holds: list[str]
    """Reasons of legal holds."""
    handed_out: list[Copy]
    """Copies that were made outside this store: exports, saved attachments."""


class Files(NamedTuple):
    """Saved attachments of somebody who is erased, by path."""

    removed: list[str]
    left: list[str]
    """Still there: elsewhere, or not as they were saved."""


class Logged(NamedTuple):
    at: int
    actor: str
    action: str
    ticket: int | None
    customer: int | None
    reason: str
    detail: dict[str, Any]


def retention_of(config: Config) -> Retention:
    """What the configuration says of how long things are kept; a preset fills in what it leaves unsaid."""
    days = dict(config.privacy.retention)
    if config.privacy.preset == retaining.SAC:
        return Retention(
            days.get("tickets", retaining.SAC_DAYS),
            days.get("customers", retaining.SAC_DAYS),
            days.get("drafts"),
            days.get("problems"),
            retaining.SAC_DAYS,
            retaining.SAC,
        )
    return Retention(days.get("tickets"), days.get("customers"), days.get("drafts"), days.get("problems"))


def who(db: Connection, kind: str, value: str) -> Subject:
    """Refused: subject_kind (found, allowed), no_such_customer (found)."""
    if kind not in subject.KINDS:
        raise Refused("subject_kind", found=kind, allowed=", ".join(subject.KINDS))
    found = subject.subject_of(db, kind, value)
    if found is None:
        raise Refused("no_such_customer", found=mask(f"{kind}:{value}"))
    return found


def find(desk: Desk, db: Connection, kind: str, value: str, retention: Retention) -> Person:
    """Everything held about a person; that somebody asked is on record. Refused as `who`."""
    found = who(db, kind, value)
    person = _person(db, found, retention, to_ms(desk.clock.now()))
    _recorded(desk, "privacy_find", found, kind)
    return person


def _person(db: Connection, found: Subject, retention: Retention, now: int) -> Person:
    from atendente_tui.desk.handing_out import copies

    return Person(
        found,
        subject.counts(db, found),
        _kinds(db, found),
        retaining.must_stay(db, found, retention, now),
        retaining.holds(db, found),
        copies(db, found),
    )


def _kinds(db: Connection, found: Subject) -> dict[str, int]:
    kinds: Counter[str] = Counter()
    for place, row in subject.rows_of(db, found):
        if place == "identity":
            kinds[row["kind"]] += 1
        elif place in ("event", "draft"):
            kinds.update(one.kind.value for one in personal.find(row["text"]))
    return dict(sorted(kinds.items()))


def erase(
    desk: Desk,
    found: Subject,
    retention: Retention,
    reason: str,
    *,
    anonymous: bool = False,
    everywhere: bool = False,
) -> tuple[dict[str, int], Scrubbed, Files]:
    """Erase a person here, or keep what happened without them (`anonymous`); then every byte of them.

    Returns rows by place, what became of the copies of the store, and of the attachments that were saved: those below
    the data directory go, with `everywhere` all that are as they were saved. Blocks for as long as it takes.
    Refused: reason_missing, held (why), must_stay (protocols, count, rule), still_to_be_sent (count).
    """
    from atendente_tui.desk.handing_out import remove_saved

    why = _reason(reason)
    files = Files([], [])

    def job(tx: Tx) -> dict[str, int]:
        nonlocal files
        now = tx.now
        if kept := retaining.holds(tx.db, found):
            raise Refused("held", why=kept[0])
        if not anonymous and (stays := retaining.must_stay(tx.db, found, retention, now)):
            raise Refused(
                "must_stay",
                protocols=", ".join(one for one, _until in stays[:3]),
                count=len(stays),
                rule=retention.why or f"{retention.at_least:g}",
            )
        if anonymous and (count := retaining.waiting(tx.db, found)):
            raise Refused("still_to_be_sent", count=count)
        files = Files(*remove_saved(tx.db, found, desk.store.path.parent, everywhere=everywhere))
        done = _gone(tx, found, anonymous=anonymous)
        audit.record(
            tx,
            desk.agent.login,
            "privacy_anonymise" if anonymous else "privacy_erase",
            customer=found.customers[0],
            rows=sum(done.values()),
            reason=why,
        )
        return done

    done = desk.store.write(job)
    now = to_ms(desk.clock.now())

    def forget(copy: Connection) -> None:
        there = subject.subject_with(copy, set(found.customers))
        words = tuple(dict.fromkeys((*found.words, *there.words)))
        both = there._replace(words=words, remotes=tuple({*there.remotes, *found.remotes}))
        if anonymous:
            erasing.anonymise(copy, both)
        else:
            erasing.erase(copy, both, now)

    return done, scrubbing.scrub(desk.store, forget), files


def _gone(tx: Tx, found: Subject, *, anonymous: bool = False) -> dict[str, int]:
    """Erase, and have the full text and every pane hear of it."""
    events = subject.event_keys(tx.db, found)
    named: dict[str, list[int]] = {"event": [], "ticket": [], "article": []}
    for kind, key in subject.mentions(tx.db, found):
        if kind in named:
            named[kind].append(int(key[0]))
        elif kind == "attachment":
            named["event"].append(int(key[0]))
    if anonymous:
        done = erasing.anonymise(tx.db, found)
        tx.reindex("event", *events)
        tx.reindex("ticket", *found.tickets)
        tx.reindex("customer", *found.customers)
    else:
        done = erasing.erase(tx.db, found, tx.now)
        tx.reindex("gone_event", *events)
        tx.reindex("gone_ticket", *found.tickets)
        tx.reindex("gone_customer", *found.customers)
    for kind, keys in named.items():
        tx.reindex(kind, *keys)
    tx.touch("queue", "outbox", "promises", "drafts", "sync", *(f"ticket:{one}" for one in found.tickets))
    tx.touch(*(f"customer:{one}" for one in found.customers))
    return done


def hold(desk: Desk, found: Subject, reason: str | None) -> None:
    """Put a person under a legal hold, or with None take it off. Refused: reason_missing."""
    why = None if reason is None else _reason(reason)

    def job(tx: Tx) -> None:
        for one in found.customers:
            tx.db.execute("DELETE FROM legal_hold WHERE customer_id = ?", (one,))
            if why is not None:
                tx.db.execute(
                    "INSERT INTO legal_hold (customer_id, reason, author, at) VALUES (?, ?, ?, ?)",
                    (one, why, desk.agent.login, tx.now),
                )
        action = "privacy_release" if why is None else "privacy_hold"
        audit.record(tx, desk.agent.login, action, customer=found.customers[0], reason=why or "")

    desk.store.write(job)


def retain(desk: Desk, db: Connection, retention: Retention, *, dry: bool = False) -> dict[str, int]:
    """Let go what has been kept long enough; rows by class. Blocks for as long as it takes."""
    now = to_ms(desk.clock.now())
    over = retaining.overdue(db, retention, now)
    told = {name: len(keys) for name, keys in over.items()}
    if dry or not any(told.values()):
        return told

    def job(tx: Tx) -> Subject:
        again = retaining.overdue(tx.db, retention, now)
        found = retaining.as_subject(tx.db, again["tickets"], again["customers"])
        _gone(tx, found)
        _shed(tx.db, again)
        audit.record(tx, desk.agent.login, "privacy_retain", rows=told)
        return found

    found = desk.store.write(job)

    def forget(copy: Connection) -> None:
        erasing.erase(copy, found, now)
        _shed(copy, over)

    scrubbing.scrub(desk.store, forget)
    return told


def _shed(db: Connection, over: dict[str, list[object]]) -> None:
    db.executemany("DELETE FROM draft WHERE slot = ?", [(one,) for one in over["drafts"]])
    db.executemany("DELETE FROM poison WHERE n = ?", [(one,) for one in over["problems"]])


def mask_cards(desk: Desk) -> dict[str, int]:
    """Mask card numbers that an earlier version or another program stored, here and in the copies; rows by table."""

    def job(tx: Tx) -> dict[str, int]:
        done = erasing.mask_cards(tx.db)
        for kind in ("event", "ticket", "customer"):
            tx.reindex(kind, *(key[0] for key in done[kind]))
        told = {table: len(keys) for table, keys in done.items() if keys}
        audit.record(tx, desk.agent.login, "privacy_mask", rows=sum(told.values()))
        return told

    def again(copy: Connection) -> None:
        erasing.mask_cards(copy)

    done = desk.store.write(job)
    scrubbing.scrub(desk.store, again)
    return done


def log(db: Connection, limit: int = 100, folder: Path | None = None) -> list[Logged]:
    """What was done with personal data, newest first.

    folder   the store's: what was looked at while nobody wrote is told, too
    """
    waiting = looked_at.waiting(folder) if folder is not None else []
    acts = [*reversed(waiting), *audit.acts(db, LOGGED, "privacy_", limit)]
    return [
        Logged(
            one.at,
            one.actor,
            one.action,
            one.ticket_id,
            one.detail.pop("customer", None),
            str(one.detail.pop("reason", "")),
            one.detail,
        )
        for one in sorted(acts, key=lambda act: -act.at)[:limit]
    ]


def reason_of(reason: str) -> str:
    """A reason as it may stand on record: short, and without anybody's data. Refused: reason_missing."""
    return _reason(reason)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Refused("reason_missing")
    return mask(reason.strip())[:LONGEST_REASON]


def _recorded(desk: Desk, action: str, found: Subject, kind: str) -> None:
    desk.store.write(
        lambda tx: audit.record(tx, desk.agent.login, action, customer=found.customers[0], by=kind)
    )
