"""What goes with an answer besides its words: copies, files, a later moment, the signature; each checked before it goes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from atendente_tui.domain.addresses import email_address
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.desk.answering import Beside
    from atendente_tui.desk.desk import Desk
    from atendente_tui.domain.change import Attachment


def check(desk: Desk, way: Channel, beside: Beside, now: datetime) -> None:
    """Refused: address_unreadable (found), copies_channel (channel), copies_unable, files_unable, when_past (found)."""
    check_copies(desk, way, (*beside.cc, *beside.bcc))
    check_files(desk, beside.attachments)
    if beside.at is not None and beside.at <= now:
        raise Refused("when_past", found=beside.at.isoformat())


def check_copies(desk: Desk, way: Channel, copies: Iterable[str]) -> None:
    wanted = list(copies)
    if not wanted:
        return
    if way is not Channel.EMAIL:
        raise Refused("copies_channel", channel=way)
    if not desk.can.copies:
        raise Refused("copies_unable")
    for one in wanted:
        email_address(one)


def check_files(desk: Desk, files: tuple[Attachment, ...]) -> None:
    if files and not desk.can.uploads:
        raise Refused("files_unable")


def check_channel(
    way: Channel, text: str, last_inbound: int | None, now: int, *, template: str | None
) -> None:
    """Refused: too_long, window_closed; an approved template passes a closed window. `now` in ms: when it leaves."""
    from atendente_tui.domain.channels import check_reply

    for finding in check_reply(way, text, last_inbound, now):
        if finding.blocks and not (template and finding.code == "window_closed"):
            raise Refused(finding.code, **finding.values)


def signature(db: Connection, desk: Desk, ticket_id: int, way: Channel | str) -> str:
    """What stands below an answer by this channel, "" for nothing. Refused: variables_unfilled."""
    written = desk.signatures.get(way, desk.signatures.get("default", "")).strip()
    if "{{" not in written:
        return written
    from atendente_tui.desk.desk import filled
    from atendente_tui.desk.library import variables
    from atendente_tui.domain.templates import fill

    return filled(fill(written, variables(desk, ticket_id, db)).text)


def signed(db: Connection, desk: Desk, ticket_id: int, way: Channel, text: str) -> str:
    """The text with the signature below it, unless it ends in it already."""
    below = signature(db, desk, ticket_id, way)
    return f"{text}\n\n{below}" if below and not text.endswith(below) else text
