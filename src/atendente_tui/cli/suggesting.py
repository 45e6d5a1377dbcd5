"""`suggest`: what may answer a ticket, each with why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import paths
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import configuration, session
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.i18n import _
from atendente_tui.store import reading

if TYPE_CHECKING:
    from atendente_tui.desk.suggesting import Suggestion

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]
Limit = Annotated[int, typer.Option("--limit", min=1, max=50, help=_("How many of each kind at the most."))]
TicketName = Annotated[str, typer.Argument(metavar="ID", help=_("Its id or protocol number."))]


def register(app: typer.Typer) -> None:
    app.command(
        "suggest", help=_("Suggest scripts, articles and solved tickets for a ticket, each with why.")
    )(suggest)


def suggest(ticket: TicketName, limit: Limit = 5, as_json: AsJson = False) -> int:
    from atendente_tui.desk.scripts import script_folders, scripts_in
    from atendente_tui.desk.suggesting import shelved, suggest

    with session(searching=True) as at:
        number = at.ticket(ticket)
        scripts = scripts_in(script_folders(configuration(), paths.data_dir()), at.read).scripts
        found = suggest(at.store.searcher(), number, shelved(scripts), limit=limit)
        told = [_shape(one, at.read) for kind in found for one in kind]
    if as_json:
        print_json(told)
        return Exit.DONE
    from atendente_tui.desk.suggesting import Why
    from atendente_tui.tui.suggest_words import reasons

    kinds = {"script": _("script"), "article": _("article"), "ticket": _("solved ticket")}
    print_table(
        [_("what"), _("id"), _("title"), _("why")],
        (
            [
                kinds[one["kind"]],
                str(one["id"]),
                one["title"],
                reasons([Why(each["part"], each["text"]) for each in one["why"]]),
            ]
            for one in told
        ),
    )
    if not told:
        say(_("Nothing found."))
    return Exit.DONE


def _shape(one: Suggestion, db: Any) -> dict[str, Any]:
    ref: str = one.ref
    if one.kind == "article":
        row = reading.article(db, int(one.ref))
        ref = row.ref if row else one.ref
    return {
        "kind": one.kind,
        "id": int(ref) if one.kind == "ticket" else ref,
        "title": one.title,
        "score": round(one.score, 4),
        "why": [{"part": each.part, "text": each.text} for each in one.why],
    }
