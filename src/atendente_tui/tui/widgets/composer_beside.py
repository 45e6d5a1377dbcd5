"""What goes with an answer: copies, files, a later moment. Asked for by keys, shown above the text, kept with its draft."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.suggester import Suggester

from atendente_tui import formats
from atendente_tui.domain.addresses import email_addresses
from atendente_tui.domain.instants import from_ms, to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.when import parse_when
from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _
from atendente_tui.tui.asking import LineScreen, Option, choose
from atendente_tui.tui.form_model import Field, Form, Values
from atendente_tui.tui.forms import ask

if TYPE_CHECKING:
    from atendente_tui.tui.widgets.composer import Composer


class Paths(Suggester):
    """What a path begun may go on as."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        from atendente_tui.desk.uploading import completions

        found = await asyncio.to_thread(completions, value, 1) if value else []
        return found[0] if found else None


async def copies(composer: Composer) -> None:
    """Ask who gets a copy (inside a worker)."""
    app, ticket_id = composer.app, composer.ticket_id
    if composer.ticket is None or composer.sending:
        return
    if composer.way is None or composer.way.channel is not Channel.EMAIL:
        app.say(_("Copies go by e-mail only: F3 chooses the channel."), severity="warning")
        return
    if not app.workplace.desk.can.copies:
        app.say(_("This helpdesk sends no copies from here."), severity="warning")
        return

    async def submit(values: Values) -> None:
        for name in ("cc", "bcc"):
            email_addresses(values.text(name))

    hint = _("Several are divided by commas.")
    form = Form(
        f"copies:{ticket_id}",
        _("Who gets a copy?"),
        (
            Field("cc", _("Copy"), value=", ".join(composer.going.cc), hint=hint),
            Field("bcc", _("Hidden copy"), value=", ".join(composer.going.bcc), hint=hint),
        ),
        blame={"address_unreadable": "cc"},
    )
    values = await ask(app, form, submit)
    if values is not None and composer.ticket_id == ticket_id:
        composer.going.cc = email_addresses(values.text("cc"))
        composer.going.bcc = email_addresses(values.text("bcc"))
        composer.beside_changed()
    composer.write()


async def attach(composer: Composer) -> None:
    """Ask for a file, say what it is, and hand it to the helpdesk; or take one off again (inside a worker)."""
    app, ticket_id = composer.app, composer.ticket_id
    if composer.ticket is None or composer.sending:
        return
    if not app.workplace.desk.can.uploads:
        app.say(_("This helpdesk takes no attachments from here."), severity="warning")
        return
    if composer.going.files:
        options = [Option("more", _("attach another file"))]
        options += [
            Option(str(n), _("take {name} off").format(name=file.get("name")))
            for n, file in enumerate(composer.going.files)
        ]
        chosen = await choose(app, _("Attachments"), "", options)
        if chosen is None:
            composer.write()
            return
        if chosen != "more":
            files = composer.going.files
            composer.going.files = tuple(one for n, one in enumerate(files) if str(n) != chosen)
            composer.beside_changed()
            composer.write()
            return
    from atendente_tui.desk import uploading

    while True:
        told = await app.push_screen_wait(
            LineScreen(
                _("Which file?"),
                "",
                note=_("→ completes the path · up to {size}").format(size=formats.size(uploading.LARGEST)),
                suggester=Paths(),
            )
        )
        if not told:
            composer.write()
            return
        try:
            file = await asyncio.to_thread(uploading.looked_at, told)
            break
        except Refused as refused:
            app.refuse(refused)
    about = (
        f"{file.path.name} {app.glyphs.dot} {file.content_type} {app.glyphs.dot} {formats.size(file.size)}"
    )
    options = [Option("yes", _("attach it")), Option("no", _("leave it"))]
    if await choose(app, _("Attach this file?"), about, options) == "yes":
        app.say(_("Handing {name} to the helpdesk…").format(name=file.path.name))
        try:
            made = await asyncio.to_thread(uploading.upload, app.workplace.config, file)
        except Refused as refused:
            app.refuse(refused)
        else:
            if composer.ticket_id == ticket_id:
                composer.going.files = (*composer.going.files, made.model_dump(mode="json"))
                composer.beside_changed()
                app.say(_("{name} goes with it.").format(name=file.path.name))
    composer.write()


async def schedule(composer: Composer) -> None:
    """Ask when the answer is to leave; an empty line means at once (inside a worker)."""
    app, ticket_id = composer.app, composer.ticket_id
    if composer.ticket is None or composer.sending or composer.kind != "reply":
        return
    note = _("Such as “tomorrow 9am” or “25/12 10:00”; empty: at once.")
    while True:
        told = await app.push_screen_wait(LineScreen(_("When is it to leave?"), "", note=note))
        if told is None:
            break
        try:
            at = parse_when(told, from_ms(app.now_ms()), app.workplace.zone) if told else None
        except Refused as refused:
            app.refuse(refused)
            continue
        if composer.ticket_id == ticket_id:
            composer.going.at = at
            composer.beside_changed()
            if at is not None:
                when = formats.moment(to_ms(at), app.workplace.zone, app.now_ms())
                app.say(_("It will leave {when}, once you send it.").format(when=when))
        break
    composer.write()


def _on(do: Callable[[Composer], Any]) -> Callable[[Any], Any]:
    def handler(screen: Any) -> Any:
        from atendente_tui.tui.widgets.composer_actions import composer_of

        composer = composer_of(screen)
        return do(composer) if composer is not None else None

    return handler


HANDLERS = {"copies": _on(copies), "attach": _on(attach), "schedule": _on(schedule)}
