"""`qa calibrate` and `qa trend`: how far reviewers agree, and how quality develops."""

from __future__ import annotations

import csv
import io
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import formats
from atendente_tui.cli import shapes
from atendente_tui.cli.carrying_out import AsJson, TicketName
from atendente_tui.cli.exits import Exit
from atendente_tui.cli.opening import session
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.cli.quality_shapes import calibration_json
from atendente_tui.cli.windows import Since, Until, given_window
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.csv_text import harmless_cell

if TYPE_CHECKING:
    from atendente_tui.desk.calibrating import Calibration
    from atendente_tui.desk.quality_trend import Trend

NOTHING = "—"


class By(StrEnum):
    SKILL = "skill"
    AGENT = "agent"
    ITEM = "item"
    CARD = "card"


def register(group: typer.Typer) -> None:
    group.command("calibrate", help=_("Compare the reviews of one ticket by several reviewers."))(calibrate)
    group.command("trend", help=_("How quality develops, with the period before beside it."))(trend)


def calibrate(
    ticket: TicketName,
    card: Annotated[str | None, typer.Option("--card", help=_("Its name: qa list."))] = None,
    expert: Annotated[
        str | None, typer.Option("--expert", help=_("Compare everybody with this reviewer."))
    ] = None,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk.calibrating import calibrated

    with session() as at:
        found = calibrated(at.read, at.desk, at.ticket(ticket), card, expert)
    if as_json:
        print_json(calibration_json(found))
    else:
        _print(found, expert)
    return Exit.DONE


def _print(found: Calibration, expert: str | None) -> None:
    from atendente_tui.quality.notes import given_text, percent_text
    from atendente_tui.quality.scoring import score

    names = [one.reviewer for one in found.reviews]
    lines = []
    for item in [one.item for one in found.answers[0]]:
        said = [next((one for one in answers if one.item.id == item.id), None) for answers in found.answers]
        same = len({None if one is None else one.value for one in said}) == 1
        given = [NOTHING if one is None else given_text(one) for one in said]
        lines.append([item.title, *given, "" if same else _("apart")])
    totals = [percent_text(score(answers).whole) for answers in found.answers]
    print_table([_("item"), *names, ""], [*lines, [_("score"), *totals, ""]])
    for pair in found.pairs:
        kappa = NOTHING if pair.agreement.kappa is None else formats.number(float(pair.agreement.kappa), 2)
        print_text(
            _("{one} and {other}: {percent} of {items} the same, kappa {kappa}").format(
                one=_("{who} (expert)").format(who=pair.one.reviewer)
                if pair.one.reviewer == expert
                else pair.one.reviewer,
                other=pair.other.reviewer,
                percent=percent_text(pair.agreement.share),
                items=n_("{n} item", "{n} items", len(pair.agreement.items)).format(
                    n=len(pair.agreement.items)
                ),
                kappa=kappa,
            )
        )


def trend(
    by: Annotated[By, typer.Option("--by", help=", ".join(By))] = By.SKILL,
    since: Since = None,
    until: Until = None,
    as_csv: Annotated[bool, typer.Option("--csv", help=_("Write CSV."))] = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk.quality_trend import trend as made

    if as_csv and as_json:
        raise Refused("one_form_only")
    with session() as at:
        window = given_window(since, until, at)
        found = made(at.read, window, by.value)
        if as_json:
            print_json(
                {
                    "window": {
                        "from": shapes.iso(window.start, at.zone),
                        "to": shapes.iso(window.end, at.zone),
                    },
                    "by": str(by),
                    "rows": [_json(one) for one in found],
                }
            )
        elif as_csv:
            print(_csv(found, by), end="")
        else:
            _table(found, by)
    return Exit.DONE


def _json(one: Trend) -> dict[str, Any]:
    return {
        "key": one.key,
        "title": one.title or None,
        "value": _round(one.value),
        "reviews": one.reviews,
        "previous": _round(one.before),
        "steps": [_round(each) for each in one.steps],
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _csv(found: list[Trend], by: By) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([by, "title", "value", "reviews", "previous"])
    for one in found:
        numbers = [
            "" if each is None else each for each in (_round(one.value), one.reviews, _round(one.before))
        ]
        writer.writerow([harmless_cell(one.key), harmless_cell(one.title), *numbers])
    return out.getvalue()


def _table(found: list[Trend], by: By) -> None:
    from atendente_tui.quality import words
    from atendente_tui.tui.sparkline import sparkline

    print_table(
        [_("what"), _("value"), _("reviews"), _("before"), _("difference"), _("course")],
        (
            [
                words.skill(one.key) if by is By.SKILL else one.title or one.key,
                _percent(one.value),
                str(one.reviews),
                _percent(one.before),
                NOTHING
                if one.value is None or one.before is None
                else f"{formats.number(one.value - one.before, 1)}",
                sparkline(one.steps),
            ]
            for one in found
        ),
    )


def _percent(value: float | None) -> str:
    return NOTHING if value is None else f"{formats.number(value, 1)}%"
