"""`surveys`: answers brought from a file, and who may be asked now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atendente_tui import formats, labels, os_words
from atendente_tui.cli.carrying_out import DryRun
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import session
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.domain.instants import from_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.masking import masked

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]
SHOWN = 20


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help=_("What customers answered, and who may be asked."), no_args_is_help=True, rich_markup_mode=None
    )
    group.command("import", help=_("Bring answers to surveys from a CSV file."))(importing)
    group.command("due", help=_("List who may be asked now, and by which survey."))(due)
    app.add_typer(group, name="surveys")


def importing(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=_("CSV with survey, score, at, and ticket or customer."))
    ],
    partial: Annotated[
        bool, typer.Option("--partial", help=_("Bring the good lines though others are bad."))
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk.survey_answers import read_answers, store_answers

    with session(writing=True) as at:
        try:
            found = read_answers(at.read, file, at.zone)
        except OSError as error:
            say(_("{file} cannot be read: {why}").format(file=file, why=os_words.why(error)))
            return Exit.USAGE
        skipped = [{"line": one.line, "why": labels.refusal(one.why)} for one in found.skipped]
        for one in skipped[:SHOWN]:
            say(_("line {n}: {why}").format(n=one["line"], why=one["why"]))
        stopped = bool(skipped) and not partial
        new = 0 if dry_run or stopped else store_answers(at.desk, found.good)
        if stopped and not dry_run:
            say(_("Nothing was written. --partial brings the good lines."))
        if as_json:
            print_json({"answers": len(found.good), "new": new, "skipped": skipped})
        elif not stopped:
            count = len(found.good)
            say(
                n_("{n} answer read, {new} new.", "{n} answers read, {new} new.", count).format(
                    n=count, new=new
                )
            )
    return Exit.REFUSED if stopped else Exit.DONE


def due(
    within: Annotated[
        float, typer.Option("--within", min=0, help=_("Days since the ticket was solved."))
    ] = 7.0,
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("At most so many."))] = 200,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk import survey_answers

    with session() as at:
        if at.config.survey_days is None:
            raise Refused("surveys_not_set")
        now = at.now()
        since = int(now - within * formats.DAY)
        found = list(
            survey_answers.due(at.read, at.config.survey_days, at.config.nps_days, now, since, limit)
        )
        mask = at.config.privacy.mask
        if as_json:
            print_json(
                [
                    {
                        "customer": one.customer_id,
                        "name": masked(one.customer, mask),
                        "ticket": one.ticket_id,
                        "protocol": one.protocol,
                        "solved_at": from_ms(one.solved).astimezone(at.zone).isoformat(timespec="seconds"),
                        "survey": one.survey,
                    }
                    for one in found
                ]
            )
        else:
            print_table(
                [_("customer"), _("ticket"), _("solved at"), _("survey")],
                (
                    [
                        masked(one.customer, mask),
                        one.protocol,
                        formats.moment(one.solved, at.zone, now),
                        one.survey.upper(),
                    ]
                    for one in found
                ),
            )
    return Exit.DONE
