"""`train`, the way of many scenarios: tracks, how far somebody is in one, and its certificate."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atendente_tui import paths
from atendente_tui.cli.carrying_out import AsJson
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.knowing import tell
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.cli.training_results import Trainee, results_in, write
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.training.tracks import Track


def register(train: typer.Typer) -> None:
    train.command("track", help=_("Show the tracks, or how far somebody is in one."))(track)
    train.command("certify", help=_("Write the signed certificate of a track that was passed."))(certify)


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
        for result in results_in(None)
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
            one,
            trainee,
            results_in(results),
            _quizzes(one, quiz or []),
            datetime.now(UTC),
            key=public_of(key),
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
