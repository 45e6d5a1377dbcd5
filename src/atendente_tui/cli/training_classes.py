"""`train class`: a scenario that several play at once on the team's hub."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from atendente_tui import os_words
from atendente_tui.cli.carrying_out import AsJson
from atendente_tui.cli.exits import Ended, Exit, say
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atendente_tui.desk.classes import Class, HubClasses
    from atendente_tui.knowledge.scenario import Scenario
    from atendente_tui.training.classroom import Heard, Progress

ClassId = Annotated[str, typer.Argument(metavar="ID", help=_("As class list shows it, or how it begins."))]
To = Annotated[str, typer.Option("--to", help=_("One trainee's login. Default: all of the class."))]


def register(train: typer.Typer) -> None:
    room = typer.Typer(
        help=_("A scenario that several play at once on the team's hub."),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    room.command("start", help=_("Start a scenario for several trainees."))(start)
    room.command("list", help=_("List the classes you may see, the newest first."))(listing)
    room.command("join", help=_("Play in a class; your trainer sees how far you are."))(join)
    room.command("watch", help=_("See how far each trainee is, live."))(watch)
    room.command("hint", help=_("Send a hint to one trainee or to all."))(hint)
    room.command("event", help=_("Have something happen in the world of one trainee or of all."))(event)
    room.command("end", help=_("End a class."))(end)
    room.command("report", help=_("Sum up what a class came to."))(report)
    train.add_typer(room, name="class")


def start(
    name: Annotated[str, typer.Argument(metavar="FILE", help=_("A scenario file, or its name."))],
    trainees: Annotated[str, typer.Option("--trainees", help=_("Their logins, with commas between."))],
    mode: Annotated[str, typer.Option("--mode", help=_("practice or exam."))] = "practice",
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.class_shapes import shape
    from atendente_tui.cli.training import chosen_file

    if mode not in ("practice", "exam"):
        raise Refused("class_mode", found=mode)
    scenario, text = chosen_file(name)
    if mode == "exam" and scenario.training is not None and scenario.training.limit is None:
        raise Refused("exam_without_limit", found=scenario.name)
    logins = tuple(dict.fromkeys(one.strip() for one in trainees.split(",") if one.strip()))
    if not logins:
        raise Refused("class_nobody")
    with _classes() as room:
        made = room.start(scenario, text, logins, cast("Literal['practice', 'exam']", mode))
    if as_json:
        print_json(shape(made))
    else:
        say(_("Class {id} has begun. Each trainee: {command}").format(id=made.id, command=_joins(made.id)))
    return Exit.DONE


def listing(as_json: AsJson = False) -> int:
    from atendente_tui.cli.class_shapes import shape, state_of

    with _classes() as room:
        found = room.listed()
    if as_json:
        print_json([shape(one) for one in found])
        return Exit.DONE
    print_table(
        ["ID", _("title"), _("mode"), _("trainer"), _("trainees"), _("state")],
        (
            [
                one.id,
                one.title,
                one.mode,
                one.by,
                ", ".join(each.login for each in one.trainees),
                state_of(one),
            ]
            for one in found
        ),
    )
    return Exit.DONE


def join(
    key: Annotated[
        str, typer.Argument(metavar="ID", help=_("Default: the one class you are in that has not ended."))
    ] = "",
    answers: Annotated[
        str, typer.Option("--answers", metavar="FILE", help=_("Written answers, played without a screen."))
    ] = "",
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.training_results import print_card
    from atendente_tui.training.classroom import attend, end_of_it
    from atendente_tui.training.results import document

    with _classes() as room:
        me = room.me()
        found = _mine(room, me, key)
        if found.ended is not None:
            raise Refused("class_over")
        if any(one.login == me and one.state == "finished" for one in found.trainees):
            raise Refused("class_played")
        scenario = room.scenario(found.id)
        if not answers:
            return _on_screen(room, found, scenario, me)
        acted = _answers(Path(answers), scenario.name)
        line = _Line(room, found.id)
        done = attend(scenario, acted, line, lambda text: say(_("Hint: {text}").format(text=text)))
        result = _signed(document(done), me, exam=found.mode == "exam")
        line.report(end_of_it(done), result)
        if line.lost is not None:
            raise line.lost
    if as_json:
        print_json(result)
    else:
        print_card(result)
        say(_("Your trainer has it."))
    return Exit.DONE if result["passed"] or found.mode == "practice" else Exit.REFUSED


def _on_screen(room: HubClasses, found: Class, scenario: Scenario, me: str) -> int:
    """At the workstation's screens; the result is kept here as well."""
    from datetime import UTC, datetime

    from atendente_tui import paths
    from atendente_tui.cli import training_on_screen
    from atendente_tui.cli.training_results import results_folder
    from atendente_tui.training.attempt import Attempt
    from atendente_tui.training.signing import own_key

    line = _Line(room, found.id)
    if found.mode == "practice":
        attempt = Attempt("practice", datetime.now(UTC), me, 1)
        folder = paths.data_dir() / "training-practice"
        code = training_on_screen.on_screen(scenario, attempt, None, folder, classroom=line)
    else:
        key = own_key(make=True)
        assert key is not None  # noqa: S101  # nosec B101 # own_key makes one or raises
        code = training_on_screen.examined(scenario, me, key, None, results_folder(), line)
    if line.lost is not None:
        say(_("Your result is kept here and did not reach the hub."))
        raise line.lost
    return code


def watch(
    key: ClassId,
    once: Annotated[bool, typer.Option("--once", help=_("Print how it stands now, and end."))] = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.class_shapes import print_class, shape

    with _classes() as room:
        found = _named(room, key)
        if as_json:
            print_json(shape(found))
        elif once or not sys.stdout.isatty():
            print_class(found)
        else:
            from atendente_tui.tui.class_watch import ClassWatch

            ClassWatch(found, lambda: room.shown(found.id)).run()
    return Exit.DONE


def hint(
    key: ClassId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help=_("What they read."))],
    to: To = "",
    as_json: AsJson = False,
) -> int:
    with _classes() as room:
        room.send(_named(room, key).id, "hint", _written(text), to or None)
    return _sent(as_json)


def event(
    key: ClassId,
    line: Annotated[
        str, typer.Argument(metavar="LINE", help=_("One line of a timeline, or a file that holds it."))
    ],
    to: To = "",
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.knowing import tell
    from atendente_tui.knowledge.reading_scenarios import read_happening

    text = _written(_file_or(line))
    with _classes() as room:
        found = _named(room, key)
        _happening, faults = read_happening(text, room.scenario(found.id), 1)
        if faults:
            tell(faults)
            raise Refused("class_event", why=str(faults[0]))
        room.send(found.id, "event", text, to or None)
    return _sent(as_json)


def end(key: ClassId, as_json: AsJson = False) -> int:
    with _classes() as room:
        room.end(_named(room, key).id)
    if as_json:
        print_json({"ended": True})
    else:
        say(_("The class has ended."))
    return Exit.DONE


def report(
    key: ClassId,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help=_("Comma-separated values."))] = False,
    as_md: Annotated[bool, typer.Option("--md", help=_("Markdown."))] = False,
    as_html: Annotated[bool, typer.Option("--html", help=_("One page of HTML."))] = False,
) -> int:
    from atendente_tui.cli.class_shapes import print_report
    from atendente_tui.training import class_report

    if as_json + as_csv + as_md + as_html > 1:
        raise Refused("one_form_only")
    with _classes() as room:
        found = _named(room, key)
        results = {one.login: room.result(found.id, one.login) for one in found.trainees if one.has_result}
    rows = [
        {"login": one.login, "name": one.name, "state": one.state, "seconds": one.seconds,
         "score": one.score, "passed": one.passed}
        for one in found.trainees
    ]  # fmt: skip
    told = class_report.summed(
        {"id": found.id, "title": found.title, "scenario": found.name, "mode": found.mode}, rows, results
    )
    if as_json:
        print_json(told)
    elif as_csv or as_md or as_html:
        form = class_report.csv if as_csv else class_report.markdown if as_md else class_report.html
        print(form(told), end="")
    else:
        print_report(told)
    return Exit.DONE


class _Line:
    """What a play has of its class, over the hub. A hub that does not answer stops no play: the next report says more.

    That the result did not get there is in `lost`.
    """

    def __init__(self, room: HubClasses, key: str) -> None:
        self._room, self._key = room, key
        self._seq = int(time() * 1000)
        """Grows, also over one who leaves and comes again."""
        self._after = 0
        self._ended = False
        self.lost: Exception | None = None

    def report(self, progress: Progress, result: dict[str, Any] | None = None) -> None:
        from atendente_tui.desk.connecting import BackendError

        self._seq += 1
        told = {**progress.as_json(), "seq": self._seq, "result": result}
        try:
            self._room.tell(self._key, told)
        except BackendError as wrong:
            if result is not None:
                self.lost = wrong

    def heard(self) -> Sequence[Heard]:
        from atendente_tui.desk.connecting import BackendError
        from atendente_tui.training.classroom import Heard

        try:
            told = self._room.messages(self._key, self._after)
        except BackendError:
            return ()
        self._after = max((one.n for one in told.messages), default=self._after)
        said = [Heard(one.kind, one.text) for one in told.messages]
        if told.ended and not self._ended:
            self._ended = True
            said.append(Heard("hint", _("The class has ended. You can still finish what you are at.")))
        return said


@contextmanager
def _classes() -> Iterator[HubClasses]:
    """Ends, and says why, when the hub does not do it."""
    from atendente_tui.cli.opening import configuration
    from atendente_tui.cli.syncing import code_of_backend_error, told_backend_error
    from atendente_tui.desk.classes import HubClasses
    from atendente_tui.desk.connecting import BackendError

    try:
        with HubClasses(configuration()) as room:
            yield room
    except BackendError as error:
        say(told_backend_error(error))
        raise Ended(code_of_backend_error(error)) from error


def _named(room: HubClasses, key: str) -> Class:
    """Raises Refused("no_such_class")."""
    found = [one for one in room.listed() if one.id.startswith(key)]
    if len(found) != 1:
        raise Refused("no_such_class", found=key)
    return found[0]


def _mine(room: HubClasses, me: str, key: str) -> Class:
    if key:
        return _named(room, key)
    found = [
        one
        for one in room.listed()
        if one.ended is None and any(each.login == me and each.state != "finished" for each in one.trainees)
    ]
    if len(found) != 1:
        raise Refused("class_which", n=len(found))
    return found[0]


def _answers(path: Path, scenario: str) -> Any:
    from atendente_tui.cli.knowing import tell
    from atendente_tui.knowledge.answers import load_answers

    if not path.is_file():
        raise Refused("no_such_file", found=str(path))
    read, faults = load_answers(path)
    if read is None:
        tell(faults)
        raise Refused("answers_unreadable", found=str(path))
    if read.scenario != scenario:
        raise Refused("answers_of_other", found=read.scenario, wanted=scenario)
    return read


def _signed(result: dict[str, Any], me: str, *, exam: bool) -> dict[str, Any]:
    """With who played, and signed where it was an exam."""
    from datetime import UTC, datetime

    from atendente_tui.training.signing import own_key, signed

    told = {**result, "trainee": me, "taken": datetime.now(UTC).isoformat(timespec="seconds")}
    if not exam:
        return told
    key = own_key(make=True)
    assert key is not None  # noqa: S101  # nosec B101 # own_key makes one or raises
    return signed({**told, "exam": True}, key)


def _file_or(line: str) -> str:
    path = Path(line)
    if "\n" in line or ":" in line or not path.is_file():
        return line
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        why = os_words.why(error) if isinstance(error, OSError) else str(error)
        raise Refused("class_event", why=f"{line}: {why}") from error


def _written(text: str) -> str:
    if not text.strip():
        raise Refused("text_empty")
    return text.strip()


def _sent(as_json: bool) -> int:
    if as_json:
        print_json({"sent": True})
    else:
        say(_("Sent."))
    return Exit.DONE


def _joins(key: str) -> str:
    return f"atendente train class join {key[:8]}"
