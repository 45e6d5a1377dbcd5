"""Attachments of the event under the cursor, saved where the person says; the screen never waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atendente_tui import formats
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import SafeText, safe_line
from atendente_tui.store import reading
from atendente_tui.tui.asking import Option, choose
from atendente_tui.tui.form_model import Field, Form, Values
from atendente_tui.tui.forms import ask
from atendente_tui.tui.verbs.place import Handler, app_of, workplace_of
from atendente_tui.tui.widgets.ticket_pane import TicketPane

if TYPE_CHECKING:
    from textual.screen import Screen

    from atendente_tui.store.rows import AttachmentRow
    from atendente_tui.tui.app import AtendenteApp

EVERY = "all"
SOON, AGAIN = 0.4, 8.0
"""Seconds after which a fetch that goes on says so, first and from then on."""


async def save_attachment(screen: Screen[Any]) -> None:
    from atendente_tui.desk import attachments

    app, workplace = app_of(screen), workplace_of(screen)
    ticket_id, files = attached(screen)
    if not files:
        app.say(_("Nothing is attached here."), severity="warning")
        return
    chosen = files if len(files) == 1 else await picked(app, files)
    if not chosen:
        return
    config = workplace.config
    told = await asked(app, chosen)
    if told is None:
        return
    saved: list[Path] = []
    for file in chosen:
        where = attachments.place(config, file, told)
        saving = attachments.save(workplace.desk, config, workplace.sync, ticket_id, file, where)
        finishing = app.done(saving)
        done = asyncio.create_task(finishing)
        said, pause = _("Fetching {what}…"), SOON
        while not (await asyncio.wait({done}, timeout=pause))[0]:
            app.say(said.format(what=named(file)))
            said, pause = _("Still fetching {what}…"), AGAIN
        path = done.result()
        if path is None:
            break
        saved.append(path)
    if len(saved) == 1:
        app.say(_("Saved: {path}").format(path=shown(saved[0])))
    elif saved:
        count = n_("{n} file saved in {folder}", "{n} files saved in {folder}", len(saved))
        app.say(count.format(n=len(saved), folder=shown(saved[0].parent)))


def attached(screen: Screen[Any]) -> tuple[int | None, Sequence[AttachmentRow]]:
    """What hangs on the event under the cursor, else on the whole ticket; and the ticket it belongs to."""
    panes = screen.query(TicketPane)
    if not panes:
        return None, ()
    pane, read = panes.first(), app_of(screen).read
    event = pane.timeline.event
    if event is not None and event.attachments:
        return event.ticket_id, reading.attachments(read, event.key)
    if pane.ticket_id is None:
        return None, ()
    return pane.ticket_id, reading.attachments_of(read, pane.ticket_id)


async def picked(app: AtendenteApp, files: Sequence[AttachmentRow]) -> Sequence[AttachmentRow]:
    """The one the person means, or all of them; none when they went back."""
    zone, now = app.workplace.zone, app.now_ms()
    options = [
        Option(str(n), file.name, f"{size_of(file)} {formats.moment(file.event_key >> 6, zone, now)}".strip())
        for n, file in enumerate(files)
    ]
    options.append(Option(EVERY, _("all {n} of them").format(n=len(files))))
    key = await choose(app, _("Save an attachment"), "", options)
    if key is None:
        return ()
    return files if key == EVERY else [files[int(key)]]


async def asked(app: AtendenteApp, files: Sequence[AttachmentRow]) -> str | None:
    """Where to, as the person typed it: a file or a folder for one, a folder for several."""
    from atendente_tui.desk import attachments

    config = app.workplace.config
    several = len(files) > 1
    usual = attachments.downloads(config) if several else attachments.place(config, files[0]).path

    def told(values: Values) -> str:
        return values.text("path") + ("/" if several else "")

    async def submit(values: Values) -> None:
        attachments.place(config, files[0], told(values))

    form = Form(
        f"attachment:{files[0].event_key}:{files[0].n}:{len(files)}",
        _("Save an attachment"),
        (
            Field(
                "path",
                _("Folder") if several else _("Save as"),
                required=True,
                value=shown(usual),
                hint=_("Nothing is written over: a second one of a name gets a number."),
            ),
        ),
        about=safe_line(" · ".join(map(named, files)), characters=300),
        blame={"no_such_folder": "path"},
    )
    values = await ask(app, form, submit)
    return told(values) if values is not None else None


def named(file: AttachmentRow) -> SafeText:
    size = size_of(file)
    return safe_line(f"{safe_line(file.name, characters=80)} ({size})" if size else file.name)


def size_of(file: AttachmentRow) -> str:
    return formats.size(file.size) if file.size is not None else ""


def shown(path: Path) -> SafeText:
    """A path as people write it, short where it lies at home."""
    home = Path.home()
    short = Path("~") / path.relative_to(home) if path.is_relative_to(home) else path
    return safe_line(str(short), characters=4_000)


HANDLERS: Mapping[str, Handler] = {"save_attachment": save_attachment}
