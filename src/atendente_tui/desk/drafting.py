"""Text being typed, kept as it is typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from atendente_tui.domain.instants import to_ms
from atendente_tui.store.rows import DraftRow

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.writing import Tx


def slot_of(ticket_id: int, kind: str) -> str:
    """Where the draft of a ticket's reply or note lies."""
    return f"{ticket_id}:{kind}"


def save_draft(
    desk: Desk,
    ticket_id: int | None,
    kind: str,
    text: str,
    cursor: tuple[int, int] = (0, 0),
    *,
    slot: str | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Future[None]:
    """Keep what was typed so far, on the disk when the future is done; blank text drops the draft.

    kind     "reply", "note" or "new"
    cursor   (line, column)
    slot     only for a draft that belongs to no ticket yet: "new:<uuid>"
    extra    what else belongs to it (channel, status, fields of a form)
    """
    place = slot or slot_of(_needed(ticket_id), kind)
    row = DraftRow(
        place,
        ticket_id,
        kind,
        text,
        cursor[0],
        cursor[1],
        json.dumps(extra or {}, ensure_ascii=False, default=str),
        to_ms(desk.clock.now()),
    )

    def job(tx: Tx) -> None:
        from atendente_tui.store import drafts

        if text.strip() or extra:
            drafts.save_draft(tx, row)
        else:
            drafts.drop_draft(tx, place)

    return desk.do(job)


def drop_draft(desk: Desk, ticket_id: int | None, kind: str, *, slot: str | None = None) -> Future[None]:
    """Throw away what was typed."""
    place = slot or slot_of(_needed(ticket_id), kind)

    def job(tx: Tx) -> None:
        from atendente_tui.store import drafts

        drafts.drop_draft(tx, place)

    return desk.do(job)


def _needed(ticket_id: int | None) -> int:
    if ticket_id is None:
        raise ValueError("a draft without a ticket needs a slot")
    return ticket_id
