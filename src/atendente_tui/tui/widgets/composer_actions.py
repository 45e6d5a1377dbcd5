"""What the keys of the composer do, besides sending."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.app import SuspendNotSupported

from atendente_tui import labels
from atendente_tui.desk.reaching import Way, ways, window_closed
from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _
from atendente_tui.tui.asking import Option, choose
from atendente_tui.tui.composing import joined, masked, typed
from atendente_tui.tui.widgets.composer import Composer
from atendente_tui.tui.widgets.composer_sending import send

if TYPE_CHECKING:
    from atendente_tui.domain.refusal import Refused
    from atendente_tui.tui.widgets.composer import Kind


def composer_of(screen: Any) -> Composer | None:
    found = screen.query(Composer)
    return found.first() if found else None


async def switch_kind(composer: Composer) -> None:
    """From answer to note or back; with text in it, ask what becomes of the text (inside a worker)."""
    if composer.ticket is None or composer.sending:
        return
    other: Kind = "note" if composer.kind == "reply" else "reply"
    ticket_id, text, cursor = composer.ticket.id, composer.text, composer.area.cursor_location
    if not text.strip():
        composer.load(ticket_id, other)
        composer.write()
        return
    if other == "note":
        title = _("Write a note instead?")
        carry = Option("carry", _("take the text along into the internal note"))
    else:
        title = _("Write to the customer instead?")
        carry = Option("carry", _("take the text along: THE CUSTOMER WILL READ IT"))
    keep = Option("keep", _("leave the text here as a draft"))
    answer = await choose(composer.app, title, "", [keep, carry] if other == "reply" else [carry, keep])
    if answer is None or (composer.ticket_id, composer.text) != (ticket_id, text):
        return
    if answer == "carry":
        there = composer.stored(ticket_id, other)
        composer.area.load_text("")
        composer.load(ticket_id, other)
        if there is not None and there.text:
            composer.area.put("\n" + text)
        else:
            composer.area.put(text)
            composer.area.move_cursor(cursor)
    else:
        composer.load(ticket_id, other)
    composer.write()


async def choose_channel(composer: Composer) -> None:
    """Ask by which of the channels the customer has the answer is to go (inside a worker)."""
    if composer.ticket is None or composer.sending:
        return
    app, ticket_id = composer.app, composer.ticket.id
    if composer.way is None:
        app.say(_("A note goes to nobody: it has no channel."))
        return
    now = app.now_ms()
    found = ways(app.read, app.workplace.desk.can, ticket_id, now)
    if len(found) == 1:
        app.say(_("No address of this customer on another channel is known."))
        return
    own = joined((masked(found[0]), _("the ticket's channel")), app.glyphs.dot)
    options = [Option(found[0].channel, labels.channel(found[0].channel), own)]
    options += [_option(one, window_closed(one, now)) for one in found[1:]]
    here = composer.way.channel
    answer = await choose(app, _("Answer by which channel?"), "", options, at=here)
    if answer is not None and (composer.ticket_id, composer.kind) == (ticket_id, "reply"):
        composer.choose(Channel(answer))
        composer.write()


def _option(one: Way, closed: Refused | None) -> Option:
    """Another channel with the address there, or with why no answer can go there now."""
    why = ""
    if one.refused is not None:
        why = _("this helpdesk answers by the ticket's own channel only")
    elif closed is not None:
        why = _("window closed")
    return Option(one.channel, labels.channel(one.channel), why or masked(one), able=not why)


async def discard(composer: Composer) -> None:
    """Throw the text away, after asking (inside a worker)."""
    if composer.ticket is None or composer.sending or not composer.text:
        return
    text = composer.text
    options = [Option("keep", _("keep it")), Option("discard", _("throw the text away"))]
    answer = await choose(composer.app, _("Discard this draft?"), "", options)
    if answer != "discard" or composer.text != text:
        return
    composer.going.template = ""
    composer.area.read_only = False
    composer.area.clear()
    composer.save_now()
    composer.beside_changed()


def edit_outside(composer: Composer) -> None:
    """Hand the text to `$EDITOR` and take it back."""
    from atendente_tui.tui import editing

    if composer.ticket is None or composer.sending:
        return
    command = editing.editor()
    if command is None:
        composer.warn(_("no editor is set: give its command in the variable EDITOR"))
        return
    composer.save_now()
    try:
        with composer.app.suspend():
            text = editing.edited(composer.text, command)
    except SuspendNotSupported:
        composer.warn(_("this terminal cannot be handed to another program"))
        return
    except (OSError, ValueError) as error:
        composer.warn(_("the editor did not work: {error}").format(error=error))
        return
    if typed(text) != composer.text:
        end = composer.area.document.end
        composer.area.replace(typed(text), (0, 0), end, maintain_selection_offset=False)
    composer.app.refresh(layout=True)
    composer.write()


def solve(composer: Composer) -> Any:
    """Send and solve; where the process of the ticket still asks for something, that is said first, and the key again does it."""
    from atendente_tui.tui.verbs.guiding import lacking
    from atendente_tui.tui.widgets.guide_pane import guide_of

    pane = guide_of(composer.screen)
    if pane is not None and pane.ticket_id == composer.ticket_id and pane.listed is not None:
        said = lacking(pane.listed)
        if said:
            key = composer.app.keymap.shown("send_and_solve")
            said = f"{said} {_('{key} again solves it all the same').format(key=key)}"
            if composer.alert != said:
                composer.warn(said)
                return None
    return send(composer, solve=True)


def _on(do: Callable[[Composer], Any]) -> Callable[[Any], Any]:
    """The same on a screen: nothing where it has no composer yet."""

    def handler(screen: Any) -> Any:
        composer = composer_of(screen)
        return do(composer) if composer is not None else None

    return handler


HANDLERS = {
    "send": _on(send),
    "send_and_next": _on(lambda composer: send(composer, on=True)),
    "send_and_solve": _on(solve),
    "switch_kind": _on(switch_kind),
    "channel": _on(choose_channel),
    "discard": _on(discard),
    "editor": _on(edit_outside),
}
