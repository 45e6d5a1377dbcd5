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
    """The newest command that may still be taken back: of the tickets chosen here, else of any; with all that was given
    together with it."""
    from atendente_tui.desk import together

    app = app_of(screen)
    rows = outbox.listing(app.read, (OutboxState.HELD, OutboxState.QUEUED), limit=200)
    here = getattr(screen, "command_id", None)
    row = next((one for one in rows if one.command_id == here), None) or newest(rows, chosen(screen))
    if row is None:
        app.say(_("Nothing can be undone: everything has left already."), severity="warning")
        return
    ids = {one for one, _kind in together.members(app.read, row.command_id)} or {row.command_id}
    group = [one for one in rows if one.command_id in ids]
    worded = next((one for one in group if one.type in WRITTEN and one.ticket_id is not None), None)
    beside = worded is not None and being_written(screen, worded)
    if worded is not None:
        app.save_drafts()  # the words join what is in the draft, so the draft must be whole
    undone = await app.done(together.undo(workplace_of(screen).desk, UUID(row.command_id)))
    if undone is None:
        return
    what = ", ".join(labels.command(one.type) for one in undone.taken_back)
    back = {str(one.command_id) for one in undone.taken_back}
    if worded is not None and worded.command_id in back:
        bring_back(screen, worded, beside=beside)
        app.say(_("Undone: {what}. The text is back in the composer.").format(what=what))
    else:
        app.say(_("Undone: {what}.").format(what=what))
    if undone.left:
        left = ", ".join(map(labels.command, undone.left))
        app.say(_("Had left already and stays: {what}.").format(what=left), severity="warning")


def newest(rows: list[OutboxRow], chosen_ids: list[int]) -> OutboxRow | None:
    """Rows come newest first. What nobody tried to send yet only."""
    fresh = [row for row in rows if row.attempts == 0]
    return next((row for row in fresh if row.ticket_id in chosen_ids), fresh[0] if fresh else None)


def composer_of(screen: Screen[Any]) -> Any:
    """The composer of the workstation, wherever one is; None while there is none."""
    found = (getattr(one, "composer", None) for one in app_of(screen).screen_stack)
    return next((one for one in found if one is not None), None)


def being_written(screen: Screen[Any], row: OutboxRow) -> bool:
    """Whether something else is being written where the words of this command came from."""
    composer = composer_of(screen)
    if composer is None or (composer.ticket_id, composer.kind) != (row.ticket_id, row.type):
        return False
    return bool(composer.text.strip())


def bring_back(screen: Screen[Any], row: OutboxRow, *, beside: bool) -> None:
    """Show the words of a reply or note, which are a draft again, where they were written.

    beside   whether something was being written there when they came back: then they go in at the cursor.
    """
    ticket_id = int(row.ticket_id or 0)
    open_ticket(screen, ticket_id)
    composer = composer_of(screen)
    if composer is None:
        return
    if not beside:
        composer.show(None)  # so that it reads the draft again
    composer.open(ticket_id, row.type)
    if beside:
        composer.insert(str(json.loads(row.body).get("text", "")))
    front: Any = app_of(screen).screen
    if hasattr(front, "go"):
        front.go("composer")


HANDLERS: Mapping[str, Handler] = {"undo": undo}
