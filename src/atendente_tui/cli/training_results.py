"""`train`, what comes after playing: exams, cards, replays, reports, and the proof of what was signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from atendente_tui import os_words, paths
from atendente_tui.cli.carrying_out import AsJson
from atendente_tui.cli.exits import Ended, Exit, say
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.training.kept_results import By

ResultFile = Annotated[
    Path, typer.Argument(metavar="RESULT", help=_("A result file: run or exam, --output."))
]
Trainee = Annotated[str, typer.Option("--trainee", help=_("Who it is."))]


def register(train: typer.Typer) -> None:
    train.command("exam", help=_("Play a scenario as an exam: no hints, its time limit, a signed result."))(
        exam
    )
    train.command("replay", help=_("Show a result event by event, and that it comes out the same again."))(
        replay
    )
    train.command("card", help=_("Print the scorecard of a result as Markdown or HTML."))(card)
    train.command("report", help=_("Sum up results by trainee, skill, scenario or day."))(report)
    train.command(
        "verify", help=_("Say whether a result or certificate is as it was signed, and still holds.")
    )(verify)


def results_folder() -> Path:
    return paths.data_dir() / "training-results"


def exam(
    name: Annotated[str, typer.Argument(metavar="FILE", help=_("A scenario file, or its name."))],
    trainee: Trainee,
    answers: Annotated[
        str,
        typer.Option("--answers", metavar="FILE", help=_("What the trainee does. Default: at the screens.")),
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=_("Default: a file of its own among the results."))
    ] = None,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.training import chosen, chosen_scenario
    from atendente_tui.cli.training_on_screen import examined
    from atendente_tui.training.attempt import Attempt, file_name, result_of
    from atendente_tui.training.rehearsing import rehearse
    from atendente_tui.training.signing import own_key

    scenario, acted = chosen(name, answers) if answers else (chosen_scenario(name)[0], None)
    if scenario.training is not None and scenario.training.limit is None:
        raise Refused("exam_without_limit", found=scenario.name)
    if scenario.training is not None and (lacking := _not_passed(scenario.training.requires, trainee)):
        raise Refused("exam_requires", steps=", ".join(lacking))
    key = own_key(make=True)
    assert key is not None  # noqa: S101  # nosec B101 # own_key makes one or raises
    if acted is None:
        return examined(scenario, trainee, key, output, results_folder())
    attempt = Attempt("exam", datetime.now(UTC), trainee, key=key)
    result = result_of(attempt, rehearse(scenario, acted))
    file = output or results_folder() / f"{file_name(attempt, scenario)}.json"
    write(file, result)
    if as_json:
        print_json(result)
    else:
        print_card(result)
        say(_("Written to {file}.").format(file=file))
    return Exit.DONE if result["passed"] else Exit.REFUSED


def replay(file: ResultFile, as_json: AsJson = False) -> int:
    from atendente_tui.cli.training import chosen_scenario
    from atendente_tui.training.judging import original
    from atendente_tui.training.kept_results import acted
    from atendente_tui.training.rehearsing import rehearse
    from atendente_tui.training.results import document, written

    result = read(file)
    scenario, _beside = chosen_scenario(str(result["scenario"]))
    if scenario.digest != result["digest"]:
        raise Refused("scenario_changed", found=scenario.name)
    again = document(rehearse(scenario, acted(result)))
    kept = {name: value for name, value in original(result).items() if name in again}
    same = written({**again, "signature": None}) == written({**kept, "signature": None})
    shown = result if same else again
    if as_json:
        print_json(
            {
                "same": same,
                "score": shown["score"],
                "events": again["events"],
                "criteria": shown["criteria"],
            }
        )
    else:
        began = datetime.fromisoformat(str(again["began"]))
        print_table(
            [_("time"), _("event"), _("what"), _("text")],
            (
                [
                    str(datetime.fromisoformat(one["at"]) - began).partition(".")[0],
                    one["id"],
                    f"{one['kind']} {one['value']}".strip(),
                    one["text"],
                ]
                for one in again["events"]
            ),
        )
        print_card(shown)
        say(
            _("It came out the same again.")
            if same
            else _("It did not come out the same: the file was changed.")
        )
    return Exit.DONE if same else Exit.REFUSED


def card(
    file: ResultFile,
    form: Annotated[str, typer.Option("--format", help=_("md or html."))] = "md",
) -> int:
    from atendente_tui.training import scorecard

    if form not in ("md", "html"):
        raise Refused("card_format", found=form)
    result = read(file)
    print(scorecard.html(result) if form == "html" else scorecard.markdown(result), end="")
    return Exit.DONE


def report(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="RESULT...", help=_("Result files or folders. Default: the exams taken here.")
        ),
    ] = None,
    by: Annotated[str, typer.Option("--by", help=_("trainee, skill, scenario or day."))] = "trainee",
    as_json: AsJson = False,
) -> int:
    from atendente_tui.quality import words
    from atendente_tui.training.attempt import unended
    from atendente_tui.training.kept_results import summed

    if by not in ("trainee", "skill", "scenario", "day"):
        raise Refused("report_by", found=by)
    summary = summed(results_in(files), cast("By", by))
    for one in unended(results_folder()) if files is None else ():
        say(
            _("An exam was begun and never ended: {title}, {trainee}, {taken}, deeds: {deeds}.").format(**one)
        )
    if as_json:
        print_json(summary)
        return Exit.DONE
    heading = {"trainee": _("trainee"), "skill": _("skill"), "scenario": _("scenario"), "day": _("day")}[by]
    print_table(
        [heading, _("results"), _("passed"), _("mean"), _("best"), _("last"), _("to be judged")],
        (
            [
                words.skill(one[by]) if by == "skill" else one[by],
                *(str(one[name]) for name in ("n", "passed", "mean", "best", "last", "pending")),
            ]
            for one in summary
        ),
    )
    return Exit.DONE


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("A result or a certificate."))],
    key: Annotated[
        str,
        typer.Option("--key", help=_("The public key it must be signed with. Default: this profile's own.")),
    ] = "",
    as_json: AsJson = False,
) -> int:
    from atendente_tui.training import judging
    from atendente_tui.training.certificates import expired
    from atendente_tui.training.signing import own_key, public_of, signer

    told = _json(file)
    made_by = signer(told)
    first = judging.original(told) if isinstance(told.get("judged"), dict) else None
    if first is not None and first.get("signature") is not None and signer(first) is None:
        made_by = None
    own = None if key else own_key(make=False)
    wanted = key.lower() or (public_of(own) if own is not None else "")
    over = False
    if "certificate" in told:
        try:
            over = expired(told, datetime.now(UTC))
        except (ValueError, KeyError, TypeError):
            made_by = None
    state: Literal["valid", "expired", "other_key", "broken"] = (
        "broken" if made_by is None else "other_key" if made_by != wanted else "expired" if over else "valid"
    )
    if as_json:
        more = {} if first is None else {"first_key": signer(first)}
        print_json({"state": state, "key": made_by, **more})
    else:
        say(
            {
                "valid": _("It is as it was signed."),
                "expired": _("It is as it was signed, and its time is over."),
                "other_key": _("It is signed by another key: {key}").format(key=made_by),
                "broken": _("It is not signed, or was changed since."),
            }[state]
        )
        if first is not None and state != "broken":
            say(
                _("Before it was judged it was signed by this key, and still is as it was: {key}").format(
                    key=signer(first)
                )
                if first.get("signature") is not None
                else _("Before it was judged it was not signed.")
            )
    return Exit.DONE if state == "valid" else Exit.REFUSED


def print_card(result: Mapping[str, Any]) -> None:
    """Score, criteria and what to do otherwise, for a person at a terminal."""
    from atendente_tui.training import scorecard

    print_text(f"{result['title']}: {result['score']} / 100, {scorecard.verdict(result)}")
    print_table(
        [_("criterion"), _("weight"), _("result"), _("proof")],
        (
            [
                one["title"] or one["id"],
                str(one["weight"]),
                scorecard.outcome(one["result"]),
                ", ".join([*one["evidence"], *scorecard.judgement(one)]),
            ]
            for one in result["criteria"]
        ),
    )
    for one in result["criteria"]:
        if one["feedback"]:
            print_text(f"· {one['feedback']}")


def write(path: Path, result: Mapping[str, Any]) -> None:
    from atendente_tui.training import kept_results

    try:
        kept_results.write(path, result)
    except FileExistsError as error:
        raise Refused("file_exists", path=str(path)) from error
    except OSError as error:
        say(_("{file} cannot be written: {error}").format(file=path, error=os_words.why(error)))
        raise Ended(Exit.REFUSED) from error


def read(path: Path) -> dict[str, Any]:
    from atendente_tui.training import kept_results

    if not path.is_file():
        raise Refused("no_such_file", found=str(path))
    try:
        return kept_results.read(path)
    except kept_results.Unreadable as error:
        raise Refused("result_unreadable", found=str(path)) from error


def _not_passed(scenarios: tuple[str, ...], trainee: str) -> list[str]:
    """Of these scenarios those that the trainee did not pass in an exam taken here."""
    passed = {
        str(one["scenario"])
        for one in (results_in(None) if scenarios else [])
        if one["passed"] and one.get("exam") is True and one.get("trainee") == trainee
    }
    return [one for one in scenarios if one not in passed]


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise Refused("no_such_file", found=str(path))
    try:
        told = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused("result_unreadable", found=str(path)) from error
    if not isinstance(told, dict):
        raise Refused("result_unreadable", found=str(path))
    return told


def results_in(places: list[Path] | None) -> list[dict[str, Any]]:
    if places is None:
        places = [results_folder()] if results_folder().is_dir() else []
    found: list[dict[str, Any]] = []
    for place in places:
        if not place.exists():
            raise Refused("no_such_file", found=str(place))
        found += [read(path) for path in (sorted(place.rglob("*.json")) if place.is_dir() else [place])]
    return found
