"""Begin the review of a ticket's quality, or go on with the one that was begun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from atendente_tui import paths
from atendente_tui.i18n import _
from atendente_tui.tui.form_model import Field, Form, Values, option
from atendente_tui.tui.forms import ask
from atendente_tui.tui.verbs.place import Handler, about, app_of, on_tickets, workplace_of
from atendente_tui.tui.verbs.running import outcome

if TYPE_CHECKING:
    from textual.screen import Screen


async def review(screen: Screen[Any], ids: Sequence[int]) -> None:
    """With several cards it asks which; a calibration is a matter of a check box."""
    from atendente_tui.desk import quality
    from atendente_tui.desk.scorecards import cards_in
    from atendente_tui.tui.screens.quality_review import ReviewScreen

    app, desk = app_of(screen), workplace_of(screen).desk
    if (refused := quality.may_review(desk)) is not None:
        app.refuse(refused)
        return
    cards, faults = cards_in(paths.data_dir())
    if faults:
        app.say(str(faults[0]), title=_("Scorecards that cannot be used"), severity="warning", seconds=20)
    cards_by_id = {one.id: one for one in cards}
    options = tuple(option(one.id, one.title) for one in cards)
    begun: list[str] = []

    async def submit(values: Values) -> None:
        card = cards_by_id[values.text("card")]
        begun.append(await outcome(quality.begin(desk, ids[0], card, calibration=values.flag("calibration"))))

    form = Form(
        f"qa:{ids[0]}",
        _("Review the quality"),
        (
            Field("card", _("Scorecard"), "choice", required=True, options=options, value=options[0].label),
            Field("calibration", _("Calibration: only compared with others'"), "check", value=False),
        ),
        about=about(screen, ids[:1]),
        blame={"qa_own": "card", "qa_nobody": "card"},
    )
    if await ask(app, form, submit) is not None and begun:
        await app.push_screen(ReviewScreen(begun[0]))


HANDLERS: Mapping[str, Handler] = {"qa_review": on_tickets(review)}
