"""`kb`: what we know, as articles."""

from __future__ import annotations

import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from atendente_tui import labels
from atendente_tui.cli import shapes
from atendente_tui.cli.carrying_out import Now, TicketName, carry_out
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import session
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Audience
from atendente_tui.i18n import _
from atendente_tui.store import reading
from atendente_tui.store.passages import CLOSE, OPEN

if TYPE_CHECKING:
    from atendente_tui.knowledge.articles import Article
    from atendente_tui.knowledge.marked import Fault

SECONDS_MS = 5_000
"""Nobody waits at a key here."""
SHOWN = 20  # faults told one by one by an import; lint and --json have them all
AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help=_("How many at the most."))]
Folder = Annotated[Path, typer.Argument(metavar="DIR")]


class FlagKind(StrEnum):
    OUTDATED = "outdated"
    WRONG = "wrong"
    MISSING = "missing"


def register(app: typer.Typer) -> None:
    kb = typer.Typer(help=_("Articles of the knowledge base."), no_args_is_help=True, rich_markup_mode=None)
    kb.command("search", help=_("Search the articles; accents do not matter."))(search_articles)
    kb.command("show", help=_("Show an article."))(show_article)
    kb.command("import", help=_("Bring in Markdown files with front matter."))(import_articles)
    kb.command("lint", help=_("Say what is wrong with Markdown files, by file and line."))(lint_folder)
    kb.command("export", help=_("Write every article as a Markdown file."))(export_articles)
    kb.command("flag", help=_("Say that an article is outdated, wrong, or missing something."))(flag_article)
    kb.command("due", help=_("List what is due to be read again, and what was flagged."))(due_articles)
    kb.command("suggest", help=_("Suggest an article from a ticket: a file for an editor, and a note."))(
        suggest_article
    )
    app.add_typer(kb, name="kb")


# -- articles ----------------------------------------------------------------------------------------------


def search_articles(
    query: Annotated[str, typer.Argument(metavar="QUERY")],
    tag: Annotated[str | None, typer.Option("--tag", help=_("Only with this tag."))] = None,
    product: Annotated[str | None, typer.Option("--product", help=_("Only about this product."))] = None,
    audience: Annotated[
        Audience | None, typer.Option("--audience", help=_("Only for customers, or only for the team."))
    ] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.store.article_search import Filters, passage, question, search_articles

    filters = Filters(tag, product, str(audience) if audience else None)
    with session(searching=True) as at:
        db = at.store.searcher()
        found = []
        for hit in search_articles(db, question(query, filters=filters), limit=limit, deadline_ms=SECONDS_MS):
            row = reading.article(at.read, hit.id)
            if row is not None:
                snippet = " ".join(passage(db, hit).replace(OPEN, "").replace(CLOSE, "").split())
                found.append(shapes.article(row, snippet=snippet, score=round(hit.score, 4)))
        print_found(found, as_json)
    return Exit.DONE


def show_article(ref: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> int:
    with session() as at:
        row = reading.article(at.read, ref) or (
            reading.article(at.read, int(ref)) if ref.isdecimal() else None
        )
        if row is None:
            raise Refused("no_such_article", found=ref)
        if as_json:
            print_json(shapes.article(row, whole=True))
        else:
            print_text(f"{row.title}  ({labels.audience(row.audience)})\n")
            print_text(row.body)
    return Exit.DONE


def import_articles(
    folder: Folder,
    prune: Annotated[
        bool, typer.Option("--prune", help=_("Remove articles whose files are no longer there."))
    ] = False,
    again: Annotated[bool, typer.Option("--again", help=_("Read files that did not change, too."))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Read and check; change nothing."))] = False,
    as_json: AsJson = False,
) -> int:
    """Incremental: a file that did not change is not read again, an article that did not is not written again."""
    from atendente_tui.desk.articles import bring

    _check(folder)
    if dry_run:
        brought = bring(folder, None, tell=_tell_progress)
    else:
        with session(writing=True) as at:
            brought = bring(folder, at.store, prune=prune, again=again, tell=_tell_progress)
    _end_progress()
    tell(brought.faults[:SHOWN])
    if len(brought.faults) > SHOWN:
        say(
            _("and {n} more; all of them: atendente kb lint {folder}").format(
                n=len(brought.faults) - SHOWN, folder=folder
            )
        )
    if as_json:
        print_json(
            {
                "articles": brought.read + brought.unchanged,
                "unchanged": brought.unchanged,
                "written": brought.written,
                "gone": brought.gone,
                "removed": brought.removed,
                "faults": [{"file": one.file, "line": one.line, "why": str(one)} for one in brought.faults],
            }
        )
        return Exit.DONE
    say(
        _("{n} articles read, {written} new or changed; {unchanged} files as they were.").format(
            n=brought.read, written=brought.written, unchanged=brought.unchanged
        )
    )
    for ref in brought.gone[:SHOWN]:
        say(_("No longer in the folder: {article}").format(article=ref))
    if brought.gone and not prune:
        say(_("They stay in the store; --prune removes them."))
    return Exit.DONE


def _tell_progress(done: int, every: int) -> None:
    """One line that is written over, on a terminal only."""
    if sys.stderr.isatty() and done % 50 == 0:
        print(
            "\r" + _("{done} of {all}").format(done=done, all=every) + "  ",
            end="",
            file=sys.stderr,
            flush=True,
        )


def _end_progress() -> None:
    if sys.stderr.isatty():
        print("\r" + " " * 30 + "\r", end="", file=sys.stderr, flush=True)


def flag_article(
    ref: Annotated[str, typer.Argument(metavar="ID")],
    flag: Annotated[FlagKind, typer.Option("--as", help=_("What is wrong with it."))],
    text: Annotated[str, typer.Option("--text", help=_("What exactly."))] = "",
    now: Now = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk import maintaining

    return carry_out(
        lambda at: maintaining.flag_article(at.desk, ref, flag.value, text),
        hold=None,
        now=now,
        dry_run=False,
        as_json=as_json,
    )


def due_articles(
    days: Annotated[
        int, typer.Option("--days", min=0, help=_("Also what will be due within so many days."))
    ] = 0,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk.maintaining import due

    with session() as at:
        found = due(at.read, at.desk.clock.now().astimezone(ZoneInfo(at.desk.zone)).date(), days=days)
    if as_json:
        print_json(
            [
                {
                    "id": one.article.ref,
                    "title": one.article.title,
                    "audience": one.article.audience,
                    "review": one.review,
                    "used": one.article.used,
                    "flags": [{"flag": each.flag, "text": each.text, "by": each.by} for each in one.flags],
                }
                for one in found
            ]
        )
        return Exit.DONE
    print_table(
        [_("id"), _("title"), _("read again by"), _("used"), _("said about it")],
        (
            [
                one.article.ref,
                one.article.title,
                one.review or "",
                str(one.article.used),
                "; ".join(
                    " ".join(filter(None, (labels.article_flag(each.flag), each.text))) for each in one.flags
                ),
            ]
            for one in found
        ),
    )
    if not found:
        say(_("Nothing is due."))
    return Exit.DONE


def suggest_article(
    ticket: TicketName,
    title: Annotated[str, typer.Option("--title", help=_("Its title; the ticket's subject otherwise."))] = "",
    as_json: AsJson = False,
) -> int:
    from atendente_tui import paths
    from atendente_tui.desk import maintaining

    with session(writing=True) as at:
        number = at.ticket(ticket)
        row = reading.ticket(at.read, number)
        note = _("Suggested as an article: {title}").format(title=title or (row.subject if row else ""))
        proposed = maintaining.propose_article(at.desk, number, note, paths.data_dir(), title=title).result()
    if as_json:
        print_json({"file": str(proposed.file), "command_id": str(proposed.submitted.command_id)})
    else:
        say(_("Written for an editor: {file}").format(file=proposed.file))
    return Exit.DONE


def lint_folder(folder: Folder, as_json: AsJson = False) -> int:
    from atendente_tui.knowledge.articles import lint_articles

    articles, faults = _read(folder)
    faults += lint_articles(articles, today=date.today())  # noqa: DTZ011 - a review date is a day where the editor is
    return print_faults(faults, as_json)


def export_articles(folder: Folder, as_json: AsJson = False) -> int:
    from atendente_tui.desk.articles import write_articles

    with session() as at:
        files = write_articles(reading.articles(at.read, limit=1_000_000), folder)
    if as_json:
        print_json({"files": [str(file) for file in files]})
    else:
        say(_("{n} articles in {folder}").format(n=len(files), folder=folder))
    return Exit.DONE


def _read(folder: Path) -> tuple[list[Article], list[Fault]]:
    from atendente_tui.knowledge.articles import load_articles

    _check(folder)
    return load_articles(folder)


def _check(folder: Path) -> None:
    if not folder.exists():
        raise Refused("no_such_folder", found=str(folder))
    if folder.is_file() and folder.suffix.lower() not in (".md", ".markdown"):
        raise Refused("not_markdown", found=str(folder))


# -- answers -----------------------------------------------------------------------------------------------


def print_found(found: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print_table(
        [_("id"), _("title"), _("for whom"), _("passage")],
        ([one["id"], one["title"], labels.audience(one["audience"]), one["snippet"]] for one in found),
    )
    if not found:
        say(_("Nothing found."))


def print_faults(faults: list[Fault], as_json: bool) -> int:
    if as_json:
        print_json(
            [{"file": one.file, "line": one.line, "column": one.column, "why": str(one)} for one in faults]
        )
    else:
        tell(faults)
        if not faults:
            say(_("Nothing wrong found."))
    return Exit.REFUSED if faults else Exit.DONE


def tell(faults: list[Fault]) -> None:
    """Each on a line of its own, with its column where it is known: what editors jump to."""
    for one in faults:
        where = f"{one.file}:{one.line}" if one.line else one.file
        say(one.place + str(one).removeprefix(where))
