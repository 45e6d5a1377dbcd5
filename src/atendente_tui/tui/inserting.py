"""From the library into the composer: variables filled, questions asked, internal things kept inside."""

from __future__ import annotations

import json
from typing import Any

from atendente_tui import formats, labels
from atendente_tui.i18n import _, n_
from atendente_tui.knowledge.scripts import Script
from atendente_tui.store import reading
from atendente_tui.store.rows import ArticleRow
from atendente_tui.tui.composing import channel_of
from atendente_tui.tui.widgets.composer import Composer
from atendente_tui.tui.widgets.composer_actions import composer_of


def _ready(screen: Any) -> Composer | None:
    """The composer on the open ticket; None, and a word about it, when no ticket is open."""
    composer = composer_of(screen)
    if composer is None:
        return None
    ticket_id = getattr(screen, "ticket_id", None)
    if composer.ticket_id is None and ticket_id is not None:
        composer.open(ticket_id, "reply")
    if composer.ticket_id is None:
        screen.app.say(_("Open a ticket first: what is inserted goes into its answer."))
        return None
    return composer


def _go(screen: Any) -> None:
    go = getattr(screen, "go", None)
    if go is not None:
        go("composer")


async def insert_script(screen: Any, script: Script) -> bool:
    """Put a script at the cursor of the composer (inside a worker); False when the person went back."""
    from atendente_tui.desk import library
    from atendente_tui.tui.variable_prompts import filled

    composer = _ready(screen)
    if composer is None or composer.ticket is None:
        return False
    ticket = composer.ticket
    kind = composer.kind
    channel = composer.elsewhere or channel_of(ticket.channel)
    values = library.variables(screen.app.workplace.desk, ticket.id, screen.app.read)
    text = await filled(screen.app, script.title, script.for_channel(channel).strip("\n"), values)
    if text is None or (composer.ticket_id, composer.kind) != (ticket.id, kind):
        return False
    _go(screen)
    if composer.templates_only:
        if not script.template:
            screen.app.say(_("The window is closed: only an approved template goes now."), severity="warning")
            return False
        composer.take_template(text, script.template)
        return True
    composer.insert(text)
    return True


async def read_article(screen: Any, article: ArticleRow) -> None:
    """Show an article and do what its reader asks for (inside a worker). Raises Refused for an internal one."""
    from atendente_tui.knowledge.inserting import insertion
    from atendente_tui.tui.markdown_lines import markdown_lines
    from atendente_tui.tui.screens.full_text import FullText

    app = screen.app
    about = [labels.audience(article.audience)]
    about += [_tags(article.tags)] if _tags(article.tags) else []
    about += [_("read again by {day}").format(day=article.review)] if article.review else []
    about += [n_("used once", "used {n} times", article.used).format(n=article.used)] if article.used else []
    if article.updated is not None:
        about.append(_("updated {day}").format(day=formats.day(article.updated, app.workplace.zone)))
    title = f"{app.glyphs.article} {article.title}"
    if article.audience != "public":
        title = f"{title} {app.glyphs.dot} {_('INTERNAL, not for customers')}"
    offers = [
        ("i", _("insert it")),
        ("l", _("the link")),
        ("o", _("the steps")),
        ("f", _("flag it")),
    ]
    screen_of_article = FullText(
        title,
        article.body,
        subtitle=f" {app.glyphs.dot} ".join(about),
        make=lambda width: markdown_lines(article.body, width),
        offers=offers,
    )
    taken = await app.push_screen_wait(screen_of_article)
    if taken is None:
        return
    if taken == "f":
        from atendente_tui.tui.verbs.maintaining import flag

        await flag(screen, article)
        return
    composer = _ready(screen)
    if composer is None:
        return
    piece = {"i": "text", "l": "link", "o": "steps"}[taken]
    text = insertion(
        article.title,
        article.body,
        article.audience,
        article.url,
        piece,  # type: ignore[arg-type]
        public=composer.kind == "reply",
    )
    _go(screen)
    composer.insert(text)
    from atendente_tui.desk.maintaining import count_use

    count_use(app.workplace.desk, article.id)


async def chosen(screen: Any, kind: str, ref: str, scripts: dict[str, Script]) -> None:
    """Do what choosing something in the library means (inside a worker)."""
    if kind == "script":
        if ref in scripts and scripts[ref].guide is not None:
            from atendente_tui.tui.verbs.guiding import begin

            await begin(screen, scripts[ref])
        elif ref in scripts:
            await insert_script(screen, scripts[ref])
    elif kind == "article":
        row = reading.article(screen.app.read, int(ref))
        if row is not None:
            await read_article(screen, row)
    else:
        screen.open_ticket(int(ref), peek=True)


def _tags(text: str) -> str:
    try:
        return ", ".join(str(one) for one in json.loads(text))
    except (ValueError, TypeError):
        return ""
