"""Where a ticket stands: status, snooze, wrap-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from atendente_tui import formats, labels
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.lifecycle import ALLOWED
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.when import parse_when
from atendente_tui.domain.words import Status
from atendente_tui.i18n import _, language
from atendente_tui.privacy.safe import SafeText, safe_text
from atendente_tui.store import reading
from atendente_tui.tui.form_model import Field, Form, Option, Values, option
from atendente_tui.tui.verbs.place import Body, Handler, about, app_of, on_tickets, ticket_row, workplace_of
from atendente_tui.tui.verbs.running import with_form

if TYPE_CHECKING:
    from concurrent.futures import Future

    from textual.screen import Screen

    from atendente_tui.desk.desk import Desk
    from atendente_tui.desk.processes import Checklist

PRESETS = {
    "pt-BR": ("1h", "3h", "amanhã 9h", "segunda 9h", "em 7 dias"),
    "en": ("1h", "3h", "tomorrow 9h", "monday 9h", "in 7 days"),
}
"""Moments offered for a snooze, in the words one could have typed."""


async def status(screen: Screen[Any], ids: Sequence[int], body: Body = None) -> bool:
    from atendente_tui.desk import moving
    from atendente_tui.tui.verbs import guiding

    moves = allowed_moves(screen, ids)
    if not moves:
        app_of(screen).say(_("A closed ticket stays closed. Create a new one instead."), severity="warning")
        return False
    options = tuple(option(one.value, labels.status(one)) for one in moves)
    form = Form(
        "status",
        _("Change the status"),
        (Field("status", _("New status"), "choice", required=True, options=options),),
        about=_about(screen, ids, await guiding.listed_for(screen, ids)),
        blame={"status_move": "status"},
    )

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        return moving.set_status(desk, ticket_id, Status(values.text("status")))

    def arguments(values: Values) -> Mapping[str, Any]:
        return {"status": Status(values.text("status"))}

    def said(values: Values) -> str:
        return _("Status: {status}.").format(status=labels.status(values.text("status")))

    return await with_form(screen, ids, "status", form, do, arguments, said, body)


def _about(screen: Screen[Any], ids: Sequence[int], listed: Checklist | None) -> SafeText:
    """What the form is about, and what its process still asks for before the ticket is closed."""
    from atendente_tui.tui.verbs import guiding

    said = guiding.gaps(listed) if listed is not None else ""
    head = about(screen, ids)
    return safe_text(f"{head}\n{said}", lines=12) if said else head


def allowed_moves(screen: Screen[Any], ids: Sequence[int]) -> list[Status]:
    """Where at least one of the tickets may go, in the order of the vocabulary.

    Snoozing is a verb of its own, because it needs a moment.
    """
    found: set[Status] = set()
    for ticket_id in ids:
        row = ticket_row(screen, ticket_id)
        if row is not None:
            found |= ALLOWED[Status(row.status)]
    return [one for one in Status if one in found and one != Status.SNOOZED]


async def snooze(screen: Screen[Any], ids: Sequence[int], body: Body = None) -> bool:
    from atendente_tui.desk import moving

    workplace = workplace_of(screen)
    form = Form(
        "snooze",
        _("Snooze"),
        (
            Field(
                "until",
                _("Until"),
                "when",
                required=True,
                options=presets(workplace.clock.now(), workplace.zone),
            ),
            Field(
                "keep_on_reply",
                _("Keep asleep"),
                "check",
                value=False,
                hint=_("Stays snoozed even when the customer writes."),
            ),
        ),
        blame={"when_unreadable": "until", "when_past": "until"},
    )

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        return moving.snooze(desk, ticket_id, values.moment("until"), values.flag("keep_on_reply"))

    def arguments(values: Values) -> Mapping[str, Any]:
        return {"until": values.moment("until"), "keep_on_reply": values.flag("keep_on_reply")}

    def said(values: Values) -> str:
        now = to_ms(workplace.clock.now())
        until = formats.moment(to_ms(values.moment("until")), workplace.zone, now)
        return _("Snoozed until {moment}.").format(moment=until)

    return await with_form(screen, ids, "snooze", form, do, arguments, said, body)


def presets(now: datetime, zone: tzinfo) -> tuple[Option, ...]:
    """The moments offered, without those that cannot be read or are past."""
    found = []
    for words in PRESETS[language()]:
        try:
            moment = parse_when(words, now, zone)
        except Refused:
            continue
        if moment > now + timedelta(minutes=1):
            found.append(option(words, words))
    return tuple(found)


async def wrap_up(screen: Screen[Any], ids: Sequence[int], body: Body = None) -> bool:
    from atendente_tui.desk import moving

    read = app_of(screen).read
    from atendente_tui.tui.verbs import guiding

    listed = await guiding.listed_for(screen, ids)
    usual = listed.process.wrap_ups if listed is not None else ()
    known = sorted(reading.directory(read, "wrap_up"), key=lambda one: one[0] not in usual)
    codes = tuple(option(key, label) for key, label in known)
    reasons = tuple(option(key, label) for key, label in reading.directory(read, "reason"))
    row = ticket_row(screen, ids[0]) if len(ids) == 1 else None
    ends = [
        one
        for one in (Status.SOLVED, Status.PENDING, Status.ON_HOLD, Status.OPEN)
        if _reachable(screen, ids, one)
    ]
    stays = Option("", option("", _("leave it as it is")).label)
    form = Form(
        "wrap_up",
        _("Wrap up"),
        (
            Field("code", _("Outcome"), "choice", required=True, options=codes, free=not codes),
            Field(
                "reason",
                _("Contact reason"),
                "choice",
                options=reasons,
                free=not reasons,
                value=next((one.label for one in reasons if row is not None and one.key == row.reason), ""),
            ),
            Field("note", _("Note"), "lines"),
            Field(
                "status",
                _("The ticket becomes"),
                "choice",
                options=(*(option(one.value, labels.status(one)) for one in ends), stays),
                value=labels.status(Status.SOLVED) if Status.SOLVED in ends else stays.label,
            ),
            Field("survey", _("Send the survey"), "check", value=True),
            Field("why", _("Why no survey"), hint=_("Needed only when no survey is sent.")),
        ),
        about=_about(screen, ids, listed),
        check=survey_has_reason,
        blame={"status_move": "status", "survey_reason": "why", "wrap_up_code": "code"},
    )

    def do(desk: Desk, ticket_id: int, values: Values) -> Future[Any]:
        return moving.wrap_up(desk, ticket_id, **arguments(values))

    def arguments(values: Values) -> Mapping[str, Any]:
        becomes = values.text("status")
        return {
            "code": values.text("code"),
            "reason": values.maybe("reason"),
            "note": "\n".join(filter(None, (values.text("note"), values.text("why")))),
            "status": Status(becomes) if becomes else None,
            "survey": values.flag("survey"),
        }

    return await with_form(screen, ids, "wrapup", form, do, arguments, _("Wrapped up."), body)


def survey_has_reason(values: Values) -> Mapping[str, str]:
    if not values.flag("survey") and not values.text("why"):
        return {"why": _("Say why no survey should be sent.")}
    return {}


def _reachable(screen: Screen[Any], ids: Sequence[int], wanted: Status) -> bool:
    rows = [row for ticket_id in ids if (row := ticket_row(screen, ticket_id)) is not None]
    return any(wanted == row.status or wanted in ALLOWED[Status(row.status)] for row in rows)


HANDLERS: Mapping[str, Handler] = {
    "status": on_tickets(status),
    "snooze": on_tickets(snooze),
    "wrap_up": on_tickets(wrap_up),
}
