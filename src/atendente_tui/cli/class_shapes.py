"""A class as JSON has it and as a terminal shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from atendente_tui.cli.printing import print_table, print_text
from atendente_tui.i18n import _
from atendente_tui.training import class_report

if TYPE_CHECKING:
    from atendente_tui.desk.classes import Class


def shape(one: Class) -> dict[str, Any]:
    return one.model_dump(mode="json")


def state_of(one: Class) -> str:
    return _("ended") if one.ended is not None else _("going on")


def print_class(one: Class) -> None:
    print_text(f"{one.title}: {state_of(one)}")
    print_table(
        [_("trainee"), _("state"), _("time"), _("score"), _("expectations"), _("last event")],
        (
            [
                each.name,
                class_report.state(each.state),
                class_report.clock(each.seconds),
                "" if each.score is None else str(each.score),
                f"{sum(it.met is True for it in each.expectations)} / {len(each.expectations)}",
                each.last,
            ]
            for each in one.trainees
        ),
    )


def print_report(told: Mapping[str, Any]) -> None:
    print_text(f"{told['title']}: {class_report.summary(told)}")
    print_table(class_report.heading(told)[:5], (one[:5] for one in class_report.rows(told)))
    if told["criteria"]:
        print_table(
            [_("criterion"), _("met by")],
            ([one["title"] or one["id"], f"{one['met']} / {one['of']}"] for one in told["criteria"]),
        )
