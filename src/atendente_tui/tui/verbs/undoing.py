"""Take back the last thing done, as long as it has not left; words come back to where they were written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from atendente_tui import labels
from atendente_tui.domain.words import OutboxState
from atendente_tui.i18n import _
from atendente_tui.store import outbox
from atendente_tui.tui.outbox_words import WRITTEN
from atendente_tui.tui.verbs.place import Handler, app_of, chosen, open_ticket, workplace_of

if TYPE_CHECKING:
    from textual.screen import Screen

    from atendente_tui.store.rows import OutboxRow


async def undo(screen: Screen[Any]) -> None:
    """The newest command that may still be taken back: of the tickets chosen here, else of any."""
    from atendente_tui.desk import undoing

    app = app_of(screen)
    rows = outbox.listing(app.read, (OutboxState.HELD, OutboxState.QUEUED), limit=200)
    here = getattr(screen, "command_id", None)
    row = next((one for one in rows if one.command_id == here), None) or newest(rows, chosen(screen))
    if row is None:
        app.say(_("Nothing can be undone: everything has left already."), severity="warning")
        return
    written = row.type in WRITTEN and row.ticket_id is not None
    if written:
        app.save_drafts()  # the words join what is in the draft, so the draft must be whole
    if await app.done(undoing.undo(workplace_of(screen).desk, UUID(row.command_id))) is None:
        return
    what = labels.command(row.type)
    if written:
        bring_back(screen, row)
        app.say(_("Undone: {what}. The text is back in the composer.").format(what=what))
    else:
        app.say(_("Undone: {what}.").format(what=what))


def newest(rows: list[OutboxRow], chosen_ids: list[int]) -> OutboxRow | None:
    """Rows come newest first. What nobody tried to send yet only."""
    fresh = [row for row in rows if row.attempts == 0]
    return next((row for row in fresh if row.ticket_id in chosen_ids), fresh[0] if fresh else None)


def bring_back(screen: Screen[Any], row: OutboxRow) -> None:
    """Show the words of a reply or note, which are a draft again, where they were written."""
    ticket_id = int(row.ticket_id or 0)
    open_ticket(screen, ticket_id)
    front: Any = app_of(screen).screen
    composer = getattr(front, "composer", None)
    if composer is None:
        return
    if (composer.ticket_id, composer.kind) == (ticket_id, row.type):
        if composer.text.strip():
            # Something is being written there: the words go in at the cursor.
            composer.open(ticket_id, row.type)
            composer.insert(str(json.loads(row.body).get("text", "")))
            front.go("composer")
            return
        composer.show(None)  # so that it reads the draft again
    composer.open(ticket_id, row.type)
    front.go("composer")


HANDLERS: Mapping[str, Handler] = {"undo": undo}
