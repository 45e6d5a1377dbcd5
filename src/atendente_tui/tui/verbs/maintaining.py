"""Keeping articles good: saying what is wrong with one, and suggesting one from a ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from atendente_tui import labels, paths
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui.form_model import Field, Form, Values, option
from atendente_tui.tui.forms import ask
from atendente_tui.tui.verbs.place import Handler, app_of, on_tickets, ticket_row, workplace_of
from atendente_tui.tui.verbs.running import outcome

if TYPE_CHECKING:
    from textual.screen import Screen

    from atendente_tui.store.rows import ArticleRow


async def flag(screen: Screen[Any], article: ArticleRow) -> None:
    """Ask what is wrong with an article, and keep it (inside a worker)."""
    from atendente_tui.desk import maintaining

    app = app_of(screen)
    form = Form(
        f"flag:{article.id}",
        _("What is wrong with the article?"),
        (
            Field(
                "flag",
                _("It is"),
                "choice",
                required=True,
                options=tuple(option(one, labels.article_flag(one)) for one in maintaining.FLAGS),
            ),
            Field("text", _("What exactly"), hint=_("One sentence helps its editor.")),
        ),
        about=safe_line(article.title),
    )

    async def submit(values: Values) -> None:
        kind = next(one for one in maintaining.FLAGS if one == values.text("flag"))
        await outcome(
            maintaining.flag_article(workplace_of(screen).desk, article.ref, kind, values.text("text"))
        )

    if await ask(app, form, submit) is not None:
        app.say(_("Noted. Its editors see it among what is due."))


async def suggest_article(screen: Screen[Any], ids: Sequence[int]) -> None:
    from atendente_tui.desk import maintaining

    app = app_of(screen)
    row = ticket_row(screen, ids[0])
    form = Form(
        f"suggest_article:{ids[0]}",
        _("Suggest an article from this ticket"),
        (
            Field(
                "title",
                _("Title"),
                required=True,
                hint=_("The question and the last answer go along; names and personal data are masked."),
            ),
        ),
        about=safe_line(f"{row.protocol} · {row.subject}") if row else safe_line(""),
    )
    files: list[str] = []

    async def submit(values: Values) -> None:
        title = values.text("title")
        note = _("Suggested as an article: {title}").format(title=title)
        desk = workplace_of(screen).desk
        done = await outcome(
            maintaining.propose_article(desk, ids[0], note, desk.own or paths.data_dir(), title=title)
        )
        files.append(str(done.file))

    if await ask(app, form, submit) is not None and files:
        app.say(_("Written for an editor: {file}").format(file=safe_line(files[0])))


HANDLERS: Mapping[str, Handler] = {"suggest_article": on_tickets(suggest_article)}
