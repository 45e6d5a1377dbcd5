"""`review`: what the reviewer says about a text before it is sent, as lines or as JSON; and overriding it by reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atendente_tui.cli.carrying_out import AsJson, TicketName, text_given
from atendente_tui.cli.exits import Exit
from atendente_tui.cli.opening import Session, session
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.domain.addresses import email_addresses
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.desk.answering import Beside
    from atendente_tui.domain.change import Attachment
    from atendente_tui.review.finding import Finding, Situation


def register(app: typer.Typer) -> None:
    app.command("review", help=_("Say what the review finds in a text before it is sent."))(review)


def review(
    ticket: TicketName,
    file: Annotated[
        str | None,
        typer.Option("--file", metavar="FILE", help=_("The text; - reads it from standard input.")),
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", help=_("The text; - reads it from standard input."))
    ] = None,
    note: Annotated[bool, typer.Option("--note", help=_("It is an internal note."))] = False,
    channel: Annotated[
        Channel | None, typer.Option("--channel", help=_("Another channel than the ticket's."))
    ] = None,
    cc: Annotated[
        list[str] | None,
        typer.Option("--cc", metavar="ADDRESS", help=_("Who gets a copy; as often as needed.")),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Exit code 1 where the text would be held back."""
    with session() as at:
        from atendente_tui.desk import reviewing
        from atendente_tui.desk.spelling import speller_of
        from atendente_tui.review import rules

        words = _given(file, text)
        copies = tuple(one for given in cc or () for one in email_addresses(given))
        where = reviewing.situation(
            at.read, at.desk, at.ticket(ticket), public=not note, channel=channel, copies=copies
        )
        speller = speller_of(at.config)
        try:
            where = reviewing.with_passages(at.desk, words, where)
            found = rules.review(words, where, at.desk.review, speller.places(words, where))
        finally:
            speller.close()
        if as_json:
            print_json([shape(one) for one in found])
        else:
            print_table(
                [_("rule"), _("level"), _("place"), _("what"), _("why")],
                (
                    [
                        one.rule,
                        _("stops") if one.blocks else _("warns"),
                        _place(words, one),
                        one.excerpt,
                        one.sentence,
                    ]
                    for one in found
                ),
                whole=True,
            )
        return Exit.REFUSED if any(one.blocks for one in found) else Exit.DONE


def shape(one: Finding) -> dict[str, object]:
    """A finding as the command line prints it. `start` and `end` count code points; 0, 0 is the text as a whole."""
    return {
        "rule": one.rule,
        "level": "block" if one.blocks else "warn",
        "overridable": not one.final,
        "start": one.start,
        "end": one.end,
        "text": one.excerpt,
        "sentence": one.sentence,
        "fixes": list(one.fixes),
    }


def overridden(
    at: Session,
    ticket_id: int,
    text: str,
    channel: Channel | None,
    going: Beside,
    given: Iterable[str],
) -> Mapping[tuple[str, str], str]:
    """What `RULE=WHY` lets pass: each finding of that rule in this text. Refused: override_unreadable (found, allowed)."""
    from atendente_tui.desk import reviewing
    from atendente_tui.review.rules import RULES

    reasons: dict[str, str] = {}
    for one in given:
        rule, equals, why = one.partition("=")
        if not (equals and why.strip()) or rule not in RULES:
            raise Refused("override_unreadable", found=one, allowed=", ".join(RULES))
        reasons[rule] = why.strip()
    if not reasons:
        return {}
    where: Situation = reviewing.situation(
        at.read,
        at.desk,
        ticket_id,
        channel=channel,
        copies=(*going.cc, *going.bcc),
        files=len(going.attachments),
    )
    found = reviewing.findings(at.read, at.desk, ticket_id, text.strip(), where)
    return {one.key: reasons[one.rule] for one in found if one.rule in reasons}


def uploaded(at: Session, files: Iterable[Path]) -> tuple[Attachment, ...]:
    """Hand each file to the helpdesk. Refused: as `desk.uploading`, files_unable."""
    wanted = list(files)
    if not wanted or at.desk.dry:
        return ()
    from atendente_tui.desk import uploading

    if not at.desk.can.uploads:
        raise Refused("files_unable")
    looked = [uploading.looked_at(str(one)) for one in wanted]
    return tuple(uploading.upload(at.config, one) for one in looked)


def _given(file: str | None, text: str | None) -> str:
    if text is not None:
        return text_given(text)
    if file is None or file == "-":
        return text_given("-")
    try:
        return (
            Path(file).expanduser().read_bytes().decode("utf-8-sig").replace("\r\n", "\n").removesuffix("\n")
        )
    except FileNotFoundError as error:
        raise Refused("no_such_file", found=file) from error
    except UnicodeDecodeError as error:
        raise Refused("file_not_utf8", found=file, byte=error.start) from error


def _place(text: str, one: Finding) -> str:
    if one.start == one.end:
        return "–"
    line = text.count("\n", 0, one.start) + 1
    return f"{line}:{one.start - (text.rfind(chr(10), 0, one.start) + 1) + 1}"
