"""What a command does here at once: the timeline, the ticket's columns, promises, facts; and how it is taken back.

The ticket row a person sees is what the backend last said with every pending command applied on top, in order.
Each outbox row keeps in `undo` what its command replaced, so that the row below can be laid bare:

    {"status": "open", ..., "@trail": {column: [old, new]}, "@event": key, "@more": {...}}

Plain keys are columns held against incoming news; keys with "@" are no columns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from atendente_tui.domain.instants import from_ms
from atendente_tui.domain.words import AuthorKind, Direction, EventKind, Status
from atendente_tui.quality.mark import MARK
from atendente_tui.store import agent_states, columns, created, merged
from atendente_tui.store.assessing import reassess
from atendente_tui.store.events import append_event, bind_event, forget_event, step_back

if TYPE_CHECKING:
    from atendente_tui.domain.command import Command, Receipt
    from atendente_tui.store.writing import Tx

PENDING = "('held','queued','sent','unknown','refused','conflict')"
_IN_FORCE = ("held", "queued", "sent", "unknown")
_ALL = ("id", "customer_id", "channel", *columns.HELD, *columns.TRAIL)
_BESIDE = ("@event", "@more")
_WORLD = {"status", "assignee", "team", "priority", "tier"}
"""Columns that a backend's account of a conflict may set."""


class _Given(NamedTuple):
    n: int
    body: dict[str, Any]
    undo: dict[str, Any]
    state: str


def perform(tx: Tx, command: Command) -> dict[str, Any]:
    """Write what a person sees of the command; returns the undo record for its outbox row."""
    body = command.model_dump(mode="json")
    if body["type"] == "agent_state":
        agent_states.lay(tx, body["author"], columns.ms(body["at"]), body["state"], body["reason"] or None)
    if "ticket" not in body:
        return {}
    if body["type"] == "create":
        return created.create(tx, body)
    ticket_id = body["ticket"]["id"]
    before = _ticket(tx, ticket_id)
    key = _event(tx, body, before)
    more = _beside(tx, body, before)
    after = dict(before)
    undo = columns.apply(after, body, key)
    _write(tx, before, after)
    return {**undo, "@event": key, "@more": more}


def undo(tx: Tx, n: int) -> None:
    """Take back everything row `n` did here, as if it had never been given; later commands keep their effect."""
    given = _row(tx, n)
    if "ticket" not in given.body:
        return
    more = given.undo.get("@more", {})
    ticket_id = given.body["ticket"]["id"]
    if given.body["type"] == "create":
        created.uncreate(tx, given.body, more)
        return
    if given.body["type"] == "merge" and more:
        merged.unmerge(tx, given.body, more)
    _replay(tx, ticket_id, without=n)
    forget_event(tx, given.body["id"])
    _unbeside(tx, given.body, more)
    # Commands that were given around a merge recorded another newest event than the one that remains.
    step_back(tx, ticket_id)
    reassess(tx, [ticket_id])


def withdraw(tx: Tx, n: int, current: Mapping[str, str | None] | None = None) -> None:
    """The backend said no: the fields go back (to `current` where it told), what was written stays readable."""
    given = _row(tx, n)
    if "ticket" not in given.body or given.body["type"] == "create":
        return
    kept: dict[str, Any] = {name: given.undo[name] for name in _BESIDE if name in given.undo}
    if given.body["type"] == "merge" and kept:
        merged.unmerge(tx, given.body, kept["@more"])
        forget_event(tx, given.body["id"])
        kept = {}
    base = {name: value for name, value in (current or {}).items() if name in _WORLD}
    if base.get("status", "open") not in set(Status):
        del base["status"]
    base = {
        name: value for name, value in base.items() if value is not None or name not in ("status", "priority")
    }
    ticket_id = given.body["ticket"]["id"]
    _replay(tx, ticket_id, without=n, base=base)
    if "status" in base:  # told by the backend: what it tells next is news against this one
        tx.db.execute("UPDATE ticket SET remote_status = ? WHERE id = ?", (base["status"], ticket_id))
    _keep(tx, n, kept)


def efface(tx: Tx, n: int) -> None:
    """Take what row `n` put on the timeline off it; its fields went back before (`withdraw`)."""
    given = _row(tx, n)
    forget_event(tx, given.body["id"])
    _unreview(tx, given.body)
    step_back(tx, given.body["ticket"]["id"])


def renew(tx: Tx, n: int) -> None:
    """Apply the fields of a withdrawn row again, at its place in line."""
    given = _row(tx, n)
    if "ticket" not in given.body or given.body["type"] == "create":
        return
    if given.body["type"] == "merge" and "@more" not in given.undo:
        ticket = _ticket(tx, given.body["ticket"]["id"])
        _keep(tx, n, {"@event": _event(tx, given.body, ticket), "@more": merged.merge(tx, given.body)})
    _replay(tx, given.body["ticket"]["id"], anew=n)


def rewrite(tx: Tx, n: int, command: Command) -> None:
    """Give the timeline's entry of row `n` the text, channel and id of the command that takes its place."""
    given = _row(tx, n)
    body = command.model_dump(mode="json")
    tx.db.execute(
        "UPDATE event SET command_id = ?, text = ?, channel = coalesce(?, channel) WHERE command_id = ?",
        (body["id"], _text(body), body.get("channel"), given.body["id"]),
    )
    if (key := given.undo.get("@event")) is not None:
        tx.reindex("event", key)


def confirmed(tx: Tx, n: int, receipt: Receipt) -> None:
    """Bind what the command made to the backend's ids. The pulled echo of it, if it was faster, is folded in."""
    given = _row(tx, n)
    command_id = given.body["id"]
    if "ticket" not in given.body:
        return
    ticket_id = given.body["ticket"]["id"]
    if receipt.ticket is not None and given.body["type"] != "merge":
        rebind(tx, ticket_id, receipt.ticket, receipt.protocol)
    counted_in(tx, n)
    found = tx.db.execute("SELECT key, kind FROM event WHERE command_id = ?", (command_id,)).fetchone()
    if found is None:
        return
    key, kind = found
    if given.body.get("not_before"):
        _said_at_last(tx, ticket_id, given.body, key)
    if receipt.event is not None:
        bind_event(tx, key, receipt.event)
    elif kind == EventKind.FIELD_CHANGE:
        # The backend tells every change of a field itself, under an id that we do not know: keep its account.
        forget_event(tx, command_id)
        step_back(tx, ticket_id)


def counted_in(tx: Tx, n: int) -> None:
    """The fields of row `n` are the backend's now.

    Where its echo is here already, or the ticket is gone, what lies below them is newer.
    """
    given = _row(tx, n)
    if "ticket" not in given.body or given.body["type"] in ("create", "merge"):
        return
    ticket_id = given.body["ticket"]["id"]
    echoed = tx.db.execute(
        "SELECT 1 FROM event WHERE command_id = ? AND remote_id IS NOT NULL", (given.body["id"],)
    ).fetchone()
    if echoed is not None or _is_gone(tx, ticket_id):
        _replay(tx, ticket_id, without=given.n)
    elif "status" in given.undo:
        # The status told next is news, though it be the one told before ours.
        tx.db.execute("UPDATE ticket SET remote_status = NULL WHERE id = ?", (ticket_id,))


def _said_at_last(tx: Tx, ticket_id: int, body: Mapping[str, Any], key: int) -> None:
    """What a reply means for its ticket, once one that was written for later has left."""
    if _is_gone(tx, ticket_id):
        return
    before = _ticket(tx, ticket_id)
    after = dict(before)
    now = from_ms(tx.now).isoformat()
    columns.apply(after, {**body, "not_before": None, "at": now}, key)
    _write(tx, before, after)


def rebind(tx: Tx, ticket_id: int, remote_id: str, protocol: str | None = None) -> None:
    """A ticket made here has its remote id now. Does nothing when it already has one."""
    doubled = created.rebind(tx, ticket_id, remote_id, protocol)
    if doubled is not None:
        _replay(tx, ticket_id, base={name: value for name, value in doubled.items() if name in columns.HELD})
        reassess(tx, [ticket_id])


def held_fields(tx: Tx, ticket_id: int) -> frozenset[str]:
    """Columns of the ticket that commands on their way out have set."""
    return frozenset(
        found[0]
        for found in tx.db.execute(
            f"SELECT DISTINCT j.key FROM outbox o, json_each(o.undo) j WHERE o.ticket_id = ? AND o.state IN {PENDING}"
            " AND substr(j.key, 1, 1) != '@'",
            (ticket_id,),
        )
    )


def lay_under(tx: Tx, ticket_id: int, incoming: Mapping[str, Any]) -> None:
    """Write news of held columns under the pending commands of the ticket, which are applied again on top.

    incoming   values of ticket columns as stored (ms, JSON text); other columns are ignored
    """
    base = {name: value for name, value in incoming.items() if name in columns.HELD}
    if "status" not in base:  # these hang on the status: without news of it they are read off our own
        base.pop("solved", None)
        base.pop("snoozed_until", None)
    _replay(tx, ticket_id, base=base)


def pending_tickets(tx: Tx) -> frozenset[int]:
    """Tickets with commands that are not settled: a page of news asks once, not ticket by ticket."""
    return frozenset(
        found[0]
        for found in tx.db.execute(
            f"SELECT DISTINCT ticket_id FROM outbox WHERE state IN {PENDING} AND ticket_id IS NOT NULL"
        )
    )


def _replay(
    tx: Tx,
    ticket_id: int,
    *,
    without: int | None = None,
    anew: int | None = None,
    base: Mapping[str, Any] | None = None,
) -> None:
    """Lift the pending commands off the ticket, change what is below, and put them on again.

    Below those of a ticket that the helpdesk says is gone lies "closed". Does nothing for one that is not here any more.
    """
    if tx.db.execute("SELECT 1 FROM ticket WHERE id = ?", (ticket_id,)).fetchone() is None:
        return
    given = [
        _Given(n, json.loads(body), json.loads(record), state)
        for n, body, record, state in tx.db.execute(
            f"SELECT n, body, undo, state FROM outbox WHERE ticket_id = ? AND state IN {PENDING} ORDER BY n",
            (ticket_id,),
        ).fetchall()
    ]
    if _is_gone(tx, ticket_id):
        base = {**(base or {}), "status": "closed"}
    before = _ticket(tx, ticket_id)
    after = dict(before)
    for one in reversed(given):
        columns.unwind(after, one.undo)
    if base:
        if "status" in base:
            after.update(columns.to_status(after, base["status"], tx.now))
        after.update(base)
    for one in given:
        kept: dict[str, Any] = {name: one.undo[name] for name in _BESIDE if name in one.undo}
        if one.n != without and (one.state in _IN_FORCE or one.n == anew):
            kept = {**columns.apply(after, one.body, one.undo.get("@event")), **kept}
        if kept != one.undo:
            _keep(tx, one.n, kept)
    _write(tx, before, after)


def _is_gone(tx: Tx, ticket_id: int) -> bool:
    found = tx.db.execute("SELECT 1 FROM ticket WHERE id = ? AND gone IS NOT NULL", (ticket_id,)).fetchone()
    return found is not None


def _ticket(tx: Tx, ticket_id: int) -> columns.Row:
    found = tx.db.execute(f"SELECT {', '.join(_ALL)} FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
    if found is None:
        raise KeyError(f"no ticket {ticket_id}")
    return dict(zip(_ALL, found, strict=True))


def _row(tx: Tx, n: int) -> _Given:
    found = tx.db.execute("SELECT n, body, undo, state FROM outbox WHERE n = ?", (n,)).fetchone()
    return _Given(found[0], json.loads(found[1]), json.loads(found[2]), found[3])


def _keep(tx: Tx, n: int, record: Mapping[str, Any]) -> None:
    tx.db.execute("UPDATE outbox SET undo = ? WHERE n = ?", (json.dumps(record, ensure_ascii=False), n))


def _write(tx: Tx, before: columns.Row, after: columns.Row) -> None:
    """Update what differs, with the tags' own table, the tally, the assessment and who watches."""
    ticket_id = before["id"]
    new = {name: value for name, value in after.items() if before[name] != value}
    if new:
        sets = ", ".join(f"{name} = ?" for name in new)
        tx.db.execute(f"UPDATE ticket SET {sets} WHERE id = ?", (*new.values(), ticket_id))
    if new.keys() & {"status", "assignee", "team"}:
        tx.tally(
            (before["status"], before["assignee"], before["team"]),
            (after["status"], after["assignee"], after["team"]),
        )
    if "tags" in new:
        tx.db.execute("DELETE FROM ticket_tag WHERE ticket_id = ?", (ticket_id,))
        tx.db.executemany(
            "INSERT OR IGNORE INTO ticket_tag (tag, ticket_id) VALUES (?, ?)",
            [(tag, ticket_id) for tag in json.loads(after["tags"])],
        )
    reassess(tx, [ticket_id])
    tx.touch("queue", f"ticket:{ticket_id}", f"customer:{before['customer_id']}")


def _beside(tx: Tx, body: Mapping[str, Any], ticket: columns.Row) -> dict[str, Any]:
    """What the command writes outside its ticket's row and timeline; returns how to take it back."""
    ticket_id, at = body["ticket"]["id"], columns.ms(body["at"])
    match body["type"]:
        case "promise":
            tx.db.execute(
                "INSERT INTO promise (id, ticket_id, due, what, author, made) VALUES (?, ?, ?, ?, ?, ?)",
                (body["id"], ticket_id, columns.ms(body["due"]), body["what"], body["author"], at),
            )
            tx.touch("promises")
            return {"promise": body["id"]}
        case "settle_promise":
            tx.db.execute(
                "UPDATE promise SET outcome = ?, settled = ? WHERE id = ?",
                (body["outcome"], at, body["promise"]),
            )
            tx.touch("promises")
            return {"settled": body["promise"]}
        case "fact":
            customer, name = ticket["customer_id"], body["name"]
            old = tx.db.execute(
                "SELECT value, at, author FROM fact WHERE customer_id = ? AND name = ?", (customer, name)
            ).fetchone()
            tx.db.execute(
                "INSERT INTO fact (customer_id, name, value, at, author) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET value = excluded.value, at = excluded.at, author = excluded.author",
                (customer, name, body["value"], at, body["author"]),
            )
            return {"fact": [customer, name, *(old or ())]}
        case "merge":
            return merged.merge(tx, body)
        case "note" if MARK in body["text"]:
            from atendente_tui.store import quality

            quality.lay(tx, ticket_id, at, body["author"], body["text"], body["id"])
    return {}


def _unbeside(tx: Tx, body: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    _unreview(tx, body)
    if "promise" in more:
        tx.db.execute("DELETE FROM promise WHERE id = ?", (more["promise"],))
        tx.touch("promises")
    if "settled" in more:
        tx.db.execute("UPDATE promise SET outcome = NULL, settled = NULL WHERE id = ?", (more["settled"],))
        tx.touch("promises")
    if "fact" in more:
        _unfact(tx, body, more["fact"])


def _unreview(tx: Tx, body: Mapping[str, Any]) -> None:
    """A note that said something of a quality review has not said it."""
    if body["type"] == "note" and MARK in body["text"]:
        from atendente_tui.store import quality

        quality.unlay(tx, body["text"])


def _unfact(tx: Tx, body: Mapping[str, Any], record: list[Any]) -> None:
    """A later fact of the same name, still on its way, stays: it then replaced what ours had replaced."""
    customer, name, *old = record
    later = tx.db.execute(
        f"SELECT n, undo FROM outbox WHERE type = 'fact' AND state IN {PENDING} AND n >"
        " (SELECT n FROM outbox WHERE command_id = ?) AND json_extract(undo, '$.@more.fact[0]') = ?"
        " AND json_extract(undo, '$.@more.fact[1]') = ? ORDER BY n LIMIT 1",
        (body["id"], customer, name),
    ).fetchone()
    if later is not None:
        undone = json.loads(later[1])
        undone["@more"]["fact"] = record
        _keep(tx, later[0], undone)
        return
    ours = tx.db.execute(
        "DELETE FROM fact WHERE customer_id = ? AND name = ? AND value = ? AND at = ? AND author = ?",
        (customer, name, body["value"], columns.ms(body["at"]), body["author"]),
    ).rowcount
    if ours and old:
        tx.db.execute(
            "INSERT INTO fact (customer_id, name, value, at, author) VALUES (?, ?, ?, ?, ?)", record
        )
    tx.touch(f"customer:{customer}")


_KINDS: Mapping[str, EventKind] = {
    "reply": EventKind.MESSAGE,
    "note": EventKind.NOTE,
    "escalate": EventKind.ESCALATION,
    "wrapup": EventKind.WRAP_UP,
    "promise": EventKind.PROMISE,
    "settle_promise": EventKind.PROMISE,
    "fact": EventKind.FACT,
    "merge": EventKind.LINK,
    "link": EventKind.LINK,
}
"""Timeline entries by command; every other command changes a field."""


def _event(tx: Tx, body: Mapping[str, Any], ticket: columns.Row) -> int:
    public = body["type"] == "reply"
    return append_event(
        tx,
        ticket_id=body["into"]["id"] if body["type"] == "merge" else ticket["id"],
        customer_id=ticket["customer_id"],
        at=columns.ms(body["at"]),
        after=ticket["newest_event"],
        kind=_KINDS.get(body["type"], EventKind.FIELD_CHANGE),
        channel=body.get("channel"),
        direction=Direction.OUTBOUND if public else Direction.INTERNAL,
        author_kind=AuthorKind.AGENT,
        author=body["author"],
        public=public,
        text=_text(body),
        data=_data(body, ticket),
        command_id=body["id"],
    )


def _text(body: Mapping[str, Any]) -> str:
    match body["type"]:
        case "wrapup":
            return str(body["note"])
        case "promise":
            return str(body["what"])
        case "escalate" | "release":
            return str(body["reason"])
    return str(body.get("text") or "")


def _data(body: Mapping[str, Any], ticket: columns.Row) -> dict[str, Any]:
    told = _told(body, ticket)
    if (work := body.get("work")) is not None:
        told |= {name: value for name, value in work.items() if value}
    return told


def _told(body: Mapping[str, Any], ticket: columns.Row) -> dict[str, Any]:
    match body["type"]:
        case "reply":
            return {
                **{name: ", ".join(body[name]) for name in ("cc", "bcc") if body.get(name)},
                **{name: body[name] for name in ("not_before", "template") if body.get(name)},
                **({"survey": body["survey"]} if body.get("survey") is not None else {}),
            }
        case "note":
            return {}
        case "escalate":
            packet = {name: body[name] for name in ("reason", "tried", "workaround", "article") if body[name]}
            return {"from": ticket["tier"], "to": body["tier"], "team": body["team"], **packet}
        case "wrapup":
            return {"code": body["code"], "reason": body["reason"], "survey": body["survey"]}
        case "promise":
            return {"due": body["due"], "what": body["what"]}
        case "settle_promise":
            return {"promise": body["promise"], "outcome": body["outcome"]}
        case "fact":
            return {"name": body["name"], "value": body["value"]}
        case "merge":
            return {"relation": "merged", "other": ticket["id"]}
        case "link":
            return {"relation": body["relation"], "other": body["article"] or body["other"]["id"]}
        case "tag":
            return {"field": "tags", "old": " ".join(body["remove"]), "new": " ".join(body["add"])}
        case "snooze":
            return {"field": "status", "old": ticket["status"], "new": Status.SNOOZED, "until": body["until"]}
        case "claim":
            return {"field": "assignee", "old": ticket["assignee"], "new": body["author"]}
        case "release":
            return {"field": "assignee", "old": ticket["assignee"], "new": None}
        case "assign":
            return {"field": "assignee", "old": ticket["assignee"], "new": body["assignee"]}
    field = body["type"]
    return {"field": field, "old": ticket[field], "new": body[field]}
