"""`train judge`: what only a person can judge, said afterwards, and the result signed again."""

from __future__ import annotations

import getpass
import re
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from atendente_tui import os_words
from atendente_tui.cli.carrying_out import AsJson
from atendente_tui.cli.exits import Ended, Exit, say
from atendente_tui.cli.printing import print_json
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

_WORDS = {"yes": 100, "sim": 100, "no": 0, "não": 0, "nao": 0}
_PERCENT = re.compile(r"(\d{1,3})\s*%?")
LONGEST = 2_000
"""Characters of a comment."""


def register(train: typer.Typer) -> None:
    train.command(
        "judge", help=_("Say of a result what only a person can judge; it is graded and signed again.")
    )(judge)


def judge(
    file: Annotated[Path, typer.Argument(metavar="RESULT", help=_("A result file."))],
    criterion: Annotated[str, typer.Argument(metavar="CRITERION", help=_("Its id, as the scenario has it."))],
    verdict: Annotated[
        str, typer.Argument(metavar="VERDICT", help=_("yes, no, or how much of it, in percent."))
    ],
    comment: Annotated[str, typer.Option("--comment", help=_("Why; it stands on the card."))] = "",
    by: Annotated[
        str, typer.Option("--by", help=_("Who judges. Default: the name of your account here."))
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=_("Default: the same file; it keeps what it was."))
    ] = None,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli import training_results
    from atendente_tui.cli.training import chosen_scenario
    from atendente_tui.training import judging, kept_results
    from atendente_tui.training.signing import own_key, signed, signer

    result = training_results.read(file)
    share = read_share(verdict)
    if len(comment) > LONGEST:
        raise Refused("comment_long", limit=LONGEST)
    for one in (result, judging.original(result)):
        if one.get("signature") is not None and signer(one) is None:
            raise Refused("result_changed", found=str(file))
    scenario, _beside = chosen_scenario(str(result["scenario"]))
    if scenario.training is None or scenario.digest != result["digest"]:
        raise Refused("scenario_changed", found=scenario.name)
    try:
        judged = judging.judge(
            result,
            criterion,
            share,
            by=by.strip() or getpass.getuser(),
            at=datetime.now(UTC),
            comment=comment.strip(),
            pass_mark=scenario.training.pass_mark,
        )
    except judging.NotByPerson as wrong:
        raise Refused("not_by_person", found=criterion, allowed=str(wrong) or "—") from wrong
    key = own_key(make=True)
    assert key is not None  # noqa: S101  # nosec B101 # own_key makes one or raises
    judged = signed(judged, key)
    if output is not None:
        training_results.write(output, judged)
    else:
        try:
            kept_results.replace(file, judged)
        except OSError as error:
            say(_("{file} cannot be written: {error}").format(file=file, error=os_words.why(error)))
            raise Ended(Exit.REFUSED) from error
    if as_json:
        print_json(judged)
    else:
        training_results.print_card(judged)
        say(_("Written to {file}.").format(file=output or file))
    return Exit.DONE


def read_share(verdict: str) -> Fraction:
    """Raises Refused for what is neither a word for all or nothing nor a percentage."""
    percent = _WORDS.get(verdict.strip().casefold())
    if percent is None and (found := _PERCENT.fullmatch(verdict.strip())):
        percent = int(found[1])
    if percent is None or percent > 100:
        raise Refused("verdict_unknown", found=verdict)
    return Fraction(percent, 100)
