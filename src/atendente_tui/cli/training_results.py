"""`train`, what comes after playing: exams, cards, replays, reports, tracks, certificates and their proof."""

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
from atendente_tui.cli.knowing import tell
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.training.kept_results import By
    from atendente_tui.training.tracks import Track

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
    train.command("track", help=_("Show the tracks, or how far somebody is in one."))(track)
    train.command("certify", help=_("Write the signed certificate of a track that was passed."))(certify)
    train.command(
        "verify", help=_("Say whether a result or certificate is as it was signed, and still holds.")
    )(verify)


def results_folder() -> Path:
    return paths.data_dir() / "training-results"


def exam(
    name: Annotated[str, typer.Argument(metavar="FILE", help=_("A scenario file, or its name."))],
    answers: Annotated[str, typer.Option("--answers", metavar="FILE", help=_("What the trainee does."))],
    trainee: Trainee,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=_("Default: a file of its own among the results."))
    ] = None,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.training import chosen
    from atendente_tui.training.rehearsing import rehearse
    from atendente_tui.training.results import document
    from atendente_tui.training.signing import own_key, signed

    scenario, acted = chosen(name, answers)
    if scenario.training is not None and scenario.training.limit is None:
        raise Refused("exam_without_limit", found=scenario.name)
    if scenario.training is not None and (lacking := _not_passed(scenario.training.requires, trainee)):
        raise Refused("exam_requires", steps=", ".join(lacking))
    key = own_key(make=True)
    assert key is not None  # noqa: S101  # nosec B101 # own_key makes one or raises
    taken = datetime.now(UTC)
    result = {
        **document(rehearse(scenario, acted)),
        "exam": True,
        "trainee": trainee,
        "taken": taken.isoformat(timespec="seconds"),
    }
    result = signed(result, key)
    file = output or results_folder() / f"{taken:%Y%m%dT%H%M%S%f}-{scenario.name}.json"
    write(file, result)
    if as_json:
        print_json(result)
    else:
        print_card(result)
        say(_("Written to {file}.").format(file=file))
    return Exit.DONE if result["passed"] else Exit.REFUSED


def replay(file: ResultFile, as_json: AsJson = False) -> int:
    from atendente_tui.cli.training import chosen_scenario
    from atendente_tui.training.kept_results import acted
    from atendente_tui.training.rehearsing import rehearse
    from atendente_tui.training.results import document, written

    result = read(file)
    scenario, _beside = chosen_scenario(str(result["scenario"]))
    if scenario.digest != result["digest"]:
        raise Refused("scenario_changed", found=scenario.name)
    again = document(rehearse(scenario, acted(result)))
    kept = {name: value for name, value in result.items() if name in again}
    same = written({**again, "signature": None}) == written({**kept, "signature": None})
    if as_json:
        print_json(
            {"same": same, "score": again["score"], "events": again["events"], "criteria": again["criteria"]}
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
        print_card(again)
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
    from atendente_tui.training import scorecard
    from atendente_tui.training.kept_results import summed

    if by not in ("trainee", "skill", "scenario", "day"):
        raise Refused("report_by", found=by)
    summary = summed(_results(files), cast("By", by))
    if as_json:
        print_json(summary)
        return Exit.DONE
    heading = {"trainee": _("trainee"), "skill": _("skill"), "scenario": _("scenario"), "day": _("day")}[by]
    print_table(
        [heading, _("results"), _("passed"), _("mean"), _("best"), _("last")],
        (
            [
                scorecard.skill(one[by]) if by == "skill" else one[by],
                *(str(one[name]) for name in ("n", "passed", "mean", "best", "last")),
            ]
            for one in summary
        ),
    )
    return Exit.DONE


def track(
    name: Annotated[str | None, typer.Argument(metavar="TRACK", help=_("Its name."))] = None,
    trainee: Annotated[str, typer.Option("--trainee", help=_("Whose way through it."))] = "",
    as_json: AsJson = False,
) -> int:
    from atendente_tui.training.tracks import standing

    if name is None:
        found = _tracks()
        if as_json:
            print_json([{"id": one.name, "title": one.title, "steps": len(one.steps)} for one in found])
        else:
            print_table(
                [_("name"), _("title"), _("steps")],
                ([one.name, one.title, str(len(one.steps))] for one in found),
            )
        return Exit.DONE
    one = _track(name)
    passed = {
        str(result["scenario"])
        for result in _results(None)
        if result["passed"] and result.get("trainee") == trainee
    }
    # Readings and quizzes leave no result: they stand open, and never close what comes after them.
    through = {step.id for step in one.steps if step.kind != "scenario" or step.of in passed}
    how = dict(standing(one, through))
    how.update(
        {step.id: "open" for step in one.steps if step.kind != "scenario" and how[step.id] == "passed"}
    )
    words = {"passed": _("done"), "open": _("open"), "closed": _("not yet")}
    if as_json:
        print_json(
            {
                "id": one.name,
                "title": one.title,
                "steps": [
                    {"id": step.id, "kind": step.kind, "title": step.title, "state": how[step.id]}
                    for step in one.steps
                ],
            }
        )
    else:
        kinds = {"scenario": _("scenario"), "reading": _("reading"), "quiz": _("quiz")}
        print_table(
            [_("step"), _("kind"), _("title"), _("how it stands")],
            ([step.id, kinds[step.kind], step.title, words[how[step.id]]] for step in one.steps),
        )
    return Exit.DONE


def certify(
    name: Annotated[str, typer.Argument(metavar="TRACK", help=_("Its name."))],
    trainee: Trainee,
    output: Annotated[Path, typer.Option("--output", "-o", help=_("The certificate's file."))],
    results: Annotated[
        list[Path] | None, typer.Option("--results", help=_("Result files or folders of results."))
    ] = None,
    quiz: Annotated[
        list[str] | None,
        typer.Option("--quiz", metavar="STEP=1,3,…", help=_("The options chosen in a quiz, one a question.")),
    ] = None,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.training import certificates
    from atendente_tui.training.signing import own_key, public_of, signed

    one = _track(name)
    key = own_key(make=True)
    assert key is not None  # noqa: S101  # nosec B101 # own_key makes one or raises
    try:
        made = certificates.certificate(
            one, trainee, _results(results), _quizzes(one, quiz or []), datetime.now(UTC), key=public_of(key)
        )
    except certificates.Lacking as lacking:
        raise Refused("certificate_lacks", steps=", ".join(lacking.steps)) from lacking
    certificate = signed(made, key)
    write(output, certificate)
    if as_json:
        print_json(certificate)
    else:
        say(_("Written to {file}.").format(file=output))
    return Exit.DONE


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("A result or a certificate."))],
    key: Annotated[
        str,
        typer.Option("--key", help=_("The public key it must be signed with. Default: this profile's own.")),
    ] = "",
    as_json: AsJson = False,
) -> int:
    from atendente_tui.training.certificates import expired
    from atendente_tui.training.signing import own_key, public_of, signer

    told = _json(file)
    made_by = signer(told)
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
        print_json({"state": state, "key": made_by})
    else:
        say(
            {
                "valid": _("It is as it was signed."),
                "expired": _("It is as it was signed, and its time is over."),
                "other_key": _("It is signed by another key: {key}").format(key=made_by),
                "broken": _("It is not signed, or was changed since."),
            }[state]
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
                ", ".join(one["evidence"]),
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
        for one in (_results(None) if scenarios else [])
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


def _results(places: list[Path] | None) -> list[dict[str, Any]]:
    if places is None:
        places = [results_folder()] if results_folder().is_dir() else []
    found: list[dict[str, Any]] = []
    for place in places:
        if not place.exists():
            raise Refused("no_such_file", found=str(place))
        found += [read(path) for path in (sorted(place.rglob("*.json")) if place.is_dir() else [place])]
    return found


def _tracks() -> list[Track]:
    from atendente_tui.knowledge.articles import read_text
    from atendente_tui.training import library
    from atendente_tui.training.tracks import read_track

    found: dict[str, Track] = {}
    for path in library.files(library.folders(paths.data_dir())):
        try:
            text = read_text(path)
        except (OSError, ValueError):
            continue
        if library.kind_of(text) == "track":
            one, faults = read_track(text, path.name)
            tell(faults)
            if one is not None:
                found.setdefault(one.name, one)
    return list(found.values())


def _track(name: str) -> Track:
    for one in _tracks():
        if one.name == name:
            return one
    raise Refused("no_such_track", found=name)


def _quizzes(track: Track, given: list[str]) -> dict[str, bool]:
    from atendente_tui.training.tracks import passed_quiz

    passed: dict[str, bool] = {}
    for one in given:
        name, _equals, chosen = one.partition("=")
        step = next((each for each in track.steps if each.id == name and each.kind == "quiz"), None)
        if step is None or not all(number.strip().isdigit() for number in chosen.split(",")):
            raise Refused("quiz_unreadable", found=one)
        passed[name] = passed_quiz(step, tuple(int(number) for number in chosen.split(",")))
    return passed
