"""`backend check`: the suite every adapter passes, run against a server, and its report."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui.cli.chosen import Options, backend_of, chosen, shape
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import configuration
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.i18n import _, n_

if TYPE_CHECKING:
    from atendente_tui.desk.checking import Colleague, Outcome

OTHER_TOKEN = "ATENDENTE_OTHER_TOKEN"  # noqa: S105  # nosec B105 # the name of a variable


def check(
    name: Annotated[str | None, typer.Argument(metavar="NAME")] = None,
    url: Annotated[str, typer.Option("--url", help=_("Its address."))] = "",
    user: Annotated[str | None, typer.Option("--user", help=_("Your login there."))] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="KEY=VALUE", help=_("One of its own settings; again for more.")),
    ] = None,
    other_user: Annotated[
        str | None,
        typer.Option("--other-user", help=_("A second login there, for what two people do at once.")),
    ] = None,
    other_token_stdin: Annotated[
        bool,
        typer.Option("--other-token-stdin", help=_("Read the second login's secret from standard input.")),
    ] = False,
    writes: Annotated[
        bool, typer.Option("--writes", help=_("Also open tickets there; for a test system."))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))] = False,
) -> int:
    """The suite every adapter passes, run against the configured server or the one named here."""
    from atendente_tui.desk.checking import backend_check
    from atendente_tui.desk.connecting import backend_list

    options = _options(option or ())
    if options is None:
        return Exit.USAGE
    config = chosen(configuration(), name, url, user, options)
    backend = backend_of(config)
    colleague = _colleague(backend.name, other_user, from_stdin=other_token_stdin)
    outcomes = backend_check(config, writes=writes, colleague=colleague)
    if as_json:
        told = [_shape(one) for one in outcomes]
        print_json(
            [
                shape(one) | {"ok": all(check["ok"] for check in told), "checks": told}
                for one in backend_list(backend.name)
                if one.name == backend.name
            ]
        )
    else:
        report(backend.name, outcomes)
    return Exit.REFUSED if any(one.state == "fails" for one in outcomes) else Exit.DONE


def _shape(one: Outcome) -> dict[str, Any]:
    return {
        "check": one.check,
        "state": one.state,
        "ok": one.state != "fails",
        "detail": one.detail,
        "seconds": one.seconds,
    }


def report(name: str, outcomes: Sequence[Outcome]) -> None:
    """What holds, what is declared absent, what fails; what was not tried, and why; how many of each."""
    groups = {
        state: [one for one in outcomes if one.state == state] for state in ("holds", "absent", "fails")
    }
    for state, heading in (("holds", _("Holds")), ("absent", _("Declared absent")), ("fails", _("Fails"))):
        if groups[state]:
            print_text(heading)
            print_table([_("check"), _("promise"), *_more(state)], map(_row, groups[state]), whole=True)
            print_text("")
    untried = [one for one in outcomes if one.state == "untried"]
    if untried:
        print_text(_("Not tried"))
        reasons = dict.fromkeys(one.detail for one in untried)
        print_table(
            [_("why"), _("checks")],
            ([why, ", ".join(one.check for one in untried if one.detail == why)] for why in reasons),
            whole=True,
        )
        print_text("")
    print_text(
        _("{name}: {held}, {absent}, {failed}, {untried}.").format(
            name=name,
            held=_count(n_("{n} promise holds", "{n} promises hold", len(groups["holds"])), groups["holds"]),
            absent=_count(
                n_("{n} is declared absent", "{n} are declared absent", len(groups["absent"])),
                groups["absent"],
            ),
            failed=_count(n_("{n} fails", "{n} fail", len(groups["fails"])), groups["fails"]),
            untried=_count(n_("{n} was not tried", "{n} were not tried", len(untried)), untried),
        )
    )


def _more(state: str) -> list[str]:
    return {"absent": [_("why")], "fails": [_("what is not so")]}.get(state, [])


def _row(one: Outcome) -> list[str]:
    return [one.check, one.promise] if one.state == "holds" else [one.check, one.promise, one.detail]


def _count(sentence: str, what: Sequence[Outcome]) -> str:
    return sentence.format(n=len(what))


def _options(words: Sequence[str]) -> Options | None:
    """`KEY=VALUE` as the configuration would have it: true, false, numbers, else text. None after saying what is wrong."""
    found: dict[str, str | int | float | bool] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key.strip():
            say(_("--option: found {found}; allowed: {allowed}").format(found=word, allowed="KEY=VALUE"))
            return None
        found[key.strip()] = _value(value)
    return found


def _value(text: str) -> str | int | float | bool:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _colleague(name: str, user: str | None, *, from_stdin: bool) -> Colleague | None:
    """The second login, when there is anything that names one."""
    from atendente_tui.desk.checking import Colleague
    from atendente_tui.secrets import backend_secret

    if from_stdin:
        return Colleague(user, sys.stdin.readline().rstrip("\r\n"))
    if user is None and OTHER_TOKEN not in os.environ:
        return None
    return Colleague(user, backend_secret(name, user, variable=OTHER_TOKEN))
