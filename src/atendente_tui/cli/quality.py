"""`qa`: scorecards, which tickets to review, and reviews on their way between reviewer and agent."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import formats, paths
from atendente_tui.cli import quality_figures, quality_reviewing
from atendente_tui.cli.carrying_out import AsJson, DryRun, Hold, Now, carry_out
from atendente_tui.cli.disclosing import given_in_full
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.knowing import print_faults, tell
from atendente_tui.cli.opening import Session, session
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.cli.quality_shapes import SHORT, review_json, review_lines
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _, n_

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Desk, Submitted

ReviewId = Annotated[
    str, typer.Argument(metavar="REVIEW", help=_("Its id, or how it begins: qa inbox, qa review."))
]
Text = Annotated[str, typer.Option("--text", help=_("The text; - reads it from standard input."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help=_("Quality reviews: scorecards, samples, reviews, calibration, trend."),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("list", help=_("List the scorecards."))(list_cards)
    group.command("check", help=_("Say what is wrong with scorecards, by file, line and column."))(check)
    quality_reviewing.register(group)
    group.command("inbox", help=_("List the reviews about you and those you made."))(inbox)
    group.command("show", help=_("Show a review with all that was said of it."))(show)
    group.command("release", help=_("Deliver a finished review to its agent."))(release)
    group.command("acknowledge", help=_("Say that you have read a review about you."))(acknowledge)
    group.command("dispute", help=_("Say that you see a review about you differently, and why."))(dispute)
    group.command("uphold", help=_("Answer a dispute: the review stands."))(uphold)
    group.command("change", help=_("Answer a dispute: with other answers."))(quality_reviewing.change)
    group.command("discard", help=_("Throw a draft of yours away."))(discard)
    quality_figures.register(group)
    app.add_typer(group, name="qa")


def list_cards(as_json: AsJson = False) -> int:
    from atendente_tui.desk.scorecards import cards_in

    cards, faults = cards_in(paths.data_dir())
    tell(faults)
    if as_json:
        print_json(
            [
                {
                    "id": one.id,
                    "title": one.title,
                    "about": one.about,
                    "items": [
                        {
                            "id": item.id,
                            "title": item.title,
                            "weight": item.weight,
                            "skill": item.skill or None,
                            "points": item.points,
                            "may_not_apply": item.may_not_apply,
                            "critical": item.critical,
                            "fatal": item.fatal,
                            "comment": item.needs,
                            "help": item.help,
                        }
                        for item in one.items
                    ],
                    "rules": len(one.rules),
                }
                for one in cards
            ]
        )
    else:
        print_table(
            [_("id"), _("title"), _("items")],
            ([one.id, one.title, str(len(one.items))] for one in cards),
        )
    return Exit.DONE


def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help=_("Default: every card in the data directory."))
    ] = None,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk.scorecards import cards_in
    from atendente_tui.knowledge.scorecards import card_in

    if file is not None and not file.is_file():
        raise Refused("no_such_file", found=str(file))
    faults = card_in(file)[1] if file is not None else cards_in(paths.data_dir())[1]
    return print_faults(faults, as_json)


def inbox(
    everything: Annotated[bool, typer.Option("--all", help=_("Settled ones, too."))] = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.quality import words
    from atendente_tui.quality.notes import percent_text
    from atendente_tui.quality.scoring import score
    from atendente_tui.store import quality_reading as reading

    with session() as at:
        login = at.desk.agent.login
        rows = [one for one in reading.reviews_with(at.read, login) if everything or one.waits_for(login)]
        if as_json:
            given_in_full(at, _texts(at, rows))
            print_json([{**review_json(at, one), "waits_for_you": one.waits_for(login)} for one in rows])
            return Exit.DONE
        print_table(
            [_("review"), _("when"), _("ticket"), _("about"), _("by"), _("score"), _("state")],
            (
                [
                    one.id[:SHORT],
                    formats.moment(one.at, at.zone, at.now()),
                    one.protocol,
                    one.agent,
                    one.reviewer,
                    percent_text(score(reading.answers(at.read, one.id, one.revision)).whole),
                    words.state(one.state),
                ]
                for one in rows
            ),
        )
        unread = reading.waiting(at.read, login)
        if unread:
            say(n_("{n} review waits for you.", "{n} reviews wait for you.", unread).format(n=unread))
    return Exit.DONE


def show(review: ReviewId, as_json: AsJson = False) -> int:
    from atendente_tui.store import quality_reading as reading

    with session() as at:
        row = reading.review(at.read, named(at, review))
        assert row is not None  # noqa: S101  # nosec B101 # it was found just now
        if as_json:
            given_in_full(at, _texts(at, [row]), ticket_id=row.ticket_id)
            print_json(review_json(at, row))
        else:
            for line in review_lines(at, row):
                print_text(line)
    return Exit.DONE


def release(
    review: ReviewId, hold: Hold = None, now: Now = False, dry_run: DryRun = False, as_json: AsJson = False
) -> int:
    from atendente_tui.desk import quality

    return _say(review, quality.release, hold, now, dry_run, as_json)


def acknowledge(
    review: ReviewId,
    text: Text = "",
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.carrying_out import text_given
    from atendente_tui.desk import quality

    said = text_given(text)
    return _say(
        review, lambda desk, found: quality.acknowledge(desk, found, said), hold, now, dry_run, as_json
    )


def dispute(
    review: ReviewId,
    text: Text,
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.carrying_out import text_given
    from atendente_tui.desk import quality

    said = text_given(text)
    return _say(review, lambda desk, found: quality.dispute(desk, found, said), hold, now, dry_run, as_json)


def uphold(
    review: ReviewId,
    text: Text,
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.carrying_out import text_given
    from atendente_tui.desk import quality

    said = text_given(text)
    return _say(review, lambda desk, found: quality.uphold(desk, found, said), hold, now, dry_run, as_json)


def discard(review: ReviewId) -> int:
    from atendente_tui.desk import quality

    with session(writing=True) as at:
        quality.discard(at.desk, named(at, review)).result()
    say(_("Thrown away."))
    return Exit.DONE


def named(at: Session, text: str) -> str:
    """The review whose id begins so. Refused: no_such_review, qa_several."""
    from atendente_tui.store import quality_reading as reading

    found = reading.find(at.read, text)
    if text in found:
        return text
    if not found or not text:
        raise Refused("no_such_review", found=text)
    if len(found) > 1:
        raise Refused("qa_several", found=text)
    return found[0]


def _say(
    review: str,
    verb: Callable[[Desk, str], Future[Submitted]],
    hold: float | None,
    now: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    return carry_out(
        lambda at: verb(at.desk, named(at, review)), hold=hold, now=now, dry_run=dry_run, as_json=as_json
    )


def _texts(at: Session, rows: list[Any]) -> list[str]:
    from atendente_tui.store import quality_reading as reading

    said = [step.text for one in rows for step in one.steps]
    return said + [
        answer.comment for one in rows for answer in reading.answers(at.read, one.id, one.revision)
    ]
