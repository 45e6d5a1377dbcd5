"""Who this login is, what it may do, and whether an administrator has set up what the promises need."""

from __future__ import annotations

from dataclasses import replace

from atendente_tui.backends.port import AgentIdentity, Capabilities
from atendente_tui.backends.rt.session import PARALLEL, Session
from atendente_tui.domain.words import Status

FIND_DELAY = 5.0
"""Seconds. Must exceed the server's slowest request: one given up on may still be waiting for a worker."""
CAPABILITIES = Capabilities(
    commands=frozenset(
        {
            *(
                "reply",
                "note",
                "claim",
                "release",
                "assign",
                "status",
                "priority",
                "team",
                "escalate",
                "snooze",
            ),
            *("tag", "wrapup", "promise", "settle_promise", "fact", "create", "merge", "link"),
        }
    ),
    local_only=frozenset({"flag_article"}),
    idempotency="marker",
    find_delay=FIND_DELAY,
    statuses=frozenset(Status),
    hints=False,
    attachments=True,
    articles=True,
    parallel=PARALLEL,
    write_fields=frozenset({"status", "assignee", "priority", "impact", "team", "tier", "tags", "reason"}),
)
"""With the custom fields of docs/backends.md in place; `degraded` says what is left without them."""


async def identify(session: Session) -> AgentIdentity:
    me = await session.me()
    queues = sorted((await session.load_queues(again=True)).values(), key=lambda queue: queue.name)
    warnings: list[str] = []
    if not session.client.http.encrypted and not session.client.http.loopback:
        warnings.append("the address is not https: the secret and the customers' data travel in the open")
    if not me.agent:
        warnings.append(f"{me.login} is not privileged in RT")
    if not queues:
        warnings.append(f"{me.login} may see no queue")
    words = session.words
    for field, purpose in (
        (words.ref_field, "a lost answer to a new ticket stays in doubt"),
        (words.tags_field, "tags, snooze, on hold, tier and channel cannot be kept"),
    ):
        if lacking := [queue.name for queue in queues if field not in queue.fields.values()]:
            warnings.append(
                f"ticket custom field {field} is missing or hidden in {', '.join(lacking)}: {purpose}"
            )
    if lacking := [queue.name for queue in queues if words.op_field not in queue.marks]:
        warnings.append(
            f"transaction custom field {words.op_field} is missing or hidden in {', '.join(lacking)}:"
            " a lost answer to a message stays in doubt"
        )
    return AgentIdentity(
        login=me.login,
        name=me.name,
        teams=tuple(queue.name for queue in queues),
        may_write=any(queue.may_create for queue in queues),
        warnings=tuple(warnings),
    )


def degraded(session: Session) -> Capabilities:
    """What this RT with this login can do. One queue without its marks takes the promise from all: which queue a
    lost answer is about cannot be asked."""
    words, queues = session.words, session.queues.values()
    given = session.options.get("find_delay")
    found = replace(CAPABILITIES, find_delay=float(given) if isinstance(given, int | float) else FIND_DELAY)
    if not all(words.op_field in one.marks and words.ref_field in one.fields.values() for one in queues):
        found = replace(found, idempotency="none")
    if queues and not any(words.tags_field in one.fields.values() for one in queues):
        found = replace(
            found,
            commands=found.commands - {"tag", "snooze"},
            local_only=found.local_only | {"tag", "snooze"},
            statuses=found.statuses
            - {Status.SNOOZED}
            - (frozenset() if words.rt_status(Status.ON_HOLD) else {Status.ON_HOLD}),
            write_fields=found.write_fields - {"tags", "tier", "impact"},
        )
    return found
