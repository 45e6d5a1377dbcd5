"""Most tickets are gone at the helpdesk, or so it says: the sync stopped, and a person decides whether to believe it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atendente_tui import labels
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import SafeText, safe_text
from atendente_tui.sync.remembered import SyncStatus, status_of
from atendente_tui.tui.screens.confirm import confirm
from atendente_tui.tui.verbs.place import app_of

if TYPE_CHECKING:
    from textual.screen import Screen

    from atendente_tui.tui.app import AtendenteApp


def vanished(app: AtendenteApp) -> SyncStatus | None:
    """The sync's own word, while it is stopped because too many tickets vanished at once."""
    backend = app.workplace.config.backend
    seen = status_of(app.read, backend.name) if backend is not None else None
    return seen if seen is not None and seen.error == "mass_disappearance" else None


def told(app: AtendenteApp) -> SafeText | None:
    """What happened and which key decides, for a screen of problems; None while nothing did."""
    seen = vanished(app)
    if seen is None:
        return None
    happened = labels.vanished(seen.gone, seen.known)
    return safe_text(f"{happened} " + _("{key} decides.").format(key=app.keymap.shown("vanished")))


async def decide(screen: Screen[Any]) -> None:
    app = app_of(screen)
    seen = vanished(app)
    if seen is None:
        app.say(_("No tickets vanished at once."))
        return
    said = "\n\n".join(
        (
            labels.vanished(seen.gone, seen.known),
            _("Often it is a right somebody lost, or a server put up anew. Ask before you say yes."),
            _("With this window closed: {command}").format(
                command="atendente sync --once --full --accept-gone"
            ),
        )
    )
    if await confirm(app, _("Are they really gone?"), safe_text(said), yes=_("remove them here too")):
        sync = app.workplace.sync
        if sync is not None:
            sync.nudge(full=True, accept_gone=True)
            app.say(_("Synchronizing."))


HANDLERS = {"vanished": decide}
