"""`kb`: what we know, as articles."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import labels
from atendente_tui.cli import shapes
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


def register(app: typer.Typer) -> None:
    kb = typer.Typer(help=_("Articles of the knowledge base."), no_args_is_help=True, rich_markup_mode=None)
    kb.command("search", help=_("Search the articles; accents do not matter."))(search_articles)
    kb.command("show", help=_("Show an article."))(show_article)
    kb.command("import", help=_("Bring in Markdown files with front matter."))(import_articles)
    kb.command("lint", help=_("Say what is wrong with Markdown files, by file and line."))(lint_folder)
    kb.command("export", help=_("Write every article as a Markdown file."))(export_articles)
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
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Read and check; change nothing."))] = False,
    as_json: AsJson = False,
) -> int:
    """Incremental: an article that did not change is not written again."""
    from atendente_tui.store.writing import Lane

    articles, faults = _read(folder)
    tell(faults[:SHOWN])
    if len(faults) > SHOWN:
        say(
            _("and {n} more; all of them: atendente kb lint {folder}").format(
                n=len(faults) - SHOWN, folder=folder
            )
        )
    written = 0
    if not dry_run and articles:
        with session(writing=True) as at:
            for start in range(0, len(articles), 200):
                part = articles[start : start + 200]
                written += at.store.write(lambda tx, part=part: _store_articles(tx, part), Lane.SYNC)  # type: ignore[misc]
    answer = {
        "articles": len(articles),
        "written": written,
        "faults": [{"file": one.file, "line": one.line, "why": str(one)} for one in faults],
    }
    if as_json:
        print_json(answer)
    else:
        say(_("{n} articles read, {written} new or changed.").format(n=len(articles), written=written))
    return Exit.DONE


def _store_articles(tx: Any, articles: list[Article]) -> int:
    from atendente_tui.desk.articles import store_articles

    return store_articles(tx, articles)


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

    if not folder.exists():
        raise Refused("no_such_folder", found=str(folder))
    if folder.is_file() and folder.suffix.lower() not in (".md", ".markdown"):
        raise Refused("not_markdown", found=str(folder))
    return load_articles(folder)


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
