"""`assistant`: the optional one, asked at a shell; and its key."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from atendente_tui.cli.carrying_out import TextOption, TicketName, text_given
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import Session, configuration, session
from atendente_tui.cli.printing import print_json, print_text
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from atendente_tui.desk.assisting import Asked

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]
Show = Annotated[bool, typer.Option("--show", help=_("Show what would be sent, and send nothing."))]


def register(app: typer.Typer) -> None:
    assistant = typer.Typer(
        help=_("The optional assistant: off unless the configuration names one."),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    assistant.command("suggest", help=_("Draft an answer for a ticket."))(suggest)
    assistant.command("summarise", help=_("Sum a ticket up for a colleague."))(summarise)
    assistant.command("tone", help=_("Say a text in another tone."))(tone)
    assistant.command("translate", help=_("Translate a text."))(translate)
    assistant.command(
        "key", help=_("Keep the assistant's key in the keyring; it is read from standard input.")
    )(keep)
    app.add_typer(assistant, name="assistant")


def suggest(ticket: TicketName, show: Show = False, as_json: AsJson = False) -> int:
    def asked(at: Session) -> Asked:
        from atendente_tui.desk.assisting import about_ticket
        from atendente_tui.desk.suggesting import shelved
        from atendente_tui.desk.suggesting import suggest as found

        number = at.ticket(ticket)
        articles = found(at.store.searcher(), number, shelved([])).articles
        return about_ticket(at.read, at.desk, number, "suggest", [int(one.ref) for one in articles])

    return _ask(asked, show, as_json, searching=True)


def summarise(ticket: TicketName, show: Show = False, as_json: AsJson = False) -> int:
    def asked(at: Session) -> Asked:
        from atendente_tui.desk.assisting import about_ticket

        return about_ticket(at.read, at.desk, at.ticket(ticket), "summarise")

    return _ask(asked, show, as_json)


def tone(
    text: TextOption,
    how: Annotated[str, typer.Option("--how", help=_("Which tone."))] = "cordial",
    show: Show = False,
    as_json: AsJson = False,
) -> int:
    def asked(at: Session) -> Asked:
        from atendente_tui.desk.assisting import about_text

        return about_text(at.read, at.desk, text_given(text), "tone", how)

    return _ask(asked, show, as_json)


def translate(
    text: TextOption,
    to: Annotated[str, typer.Option("--to", help=_("Into which language."))] = "inglês",
    show: Show = False,
    as_json: AsJson = False,
) -> int:
    def asked(at: Session) -> Asked:
        from atendente_tui.desk.assisting import about_text

        return about_text(at.read, at.desk, text_given(text), "translate", to)

    return _ask(asked, show, as_json)


def keep() -> int:
    from atendente_tui.secrets import keep_backend_secret

    config = configuration().assistant
    if config is None:
        raise Refused("no_assistant")
    keep_backend_secret("assistant", config.url, sys.stdin.readline().strip())
    say(_("The key is in the keyring."))
    return Exit.DONE


def _ask(question: Callable[[Session], Asked], show: bool, as_json: bool, *, searching: bool = False) -> int:
    from atendente_tui.desk.assisting import AssistantError, ask

    with session(searching=searching) as at:
        asked, config = question(at), at.config.assistant
    if show:
        print_json({"messages": list(asked.messages)})
        return Exit.DONE
    try:
        text = ask(config, asked)
    except AssistantError as error:
        say(str(error))
        return Exit.USAGE if config is None else Exit.UNREACHABLE
    if as_json:
        print_json({"text": text})
    else:
        print_text(text)
    return Exit.DONE
