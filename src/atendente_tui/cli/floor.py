"""`state` and `shifts`: who is doing what, and who is scheduled when."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atendente_tui import formats, labels, os_words
from atendente_tui.cli.carrying_out import DryRun, carry_out, iso_given
from atendente_tui.cli.exits import Exit, code_of, say
from atendente_tui.cli.opening import session
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.domain.instants import from_ms, to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import AgentState
from atendente_tui.i18n import _, n_
from atendente_tui.store import agent_states, shifts

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]


def register(app: typer.Typer) -> None:
    app.command("state", help=_("Say what you are doing, or see what everybody is doing."))(state)
    group = typer.Typer(
        help=_("When agents are scheduled to work."), no_args_is_help=True, rich_markup_mode=None
    )
    group.command("import", help=_("Read shifts from a CSV or an iCalendar file."))(importing)
    group.command("list", help=_("List shifts, the next seven days unless told otherwise."))(listing)
    app.add_typer(group, name="shifts")


def state(
    to: Annotated[AgentState | None, typer.Argument(metavar="[STATE]", help=", ".join(AgentState))] = None,
    reason: Annotated[str, typer.Option("--reason", help=_("Of a pause, which needs one."))] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    if to is not None:
        from atendente_tui.desk.agent_states import set_state

        return carry_out(
            lambda at: set_state(at.desk, to, reason), hold=None, now=False, dry_run=dry_run, as_json=as_json
        )
    with session() as at:
        found = agent_states.everybody(at.read)
        if as_json:
            print_json(
                [
                    {
                        "agent": one.agent,
                        "state": one.state,
                        "reason": one.reason,
                        "since": from_ms(one.since).astimezone(at.zone).isoformat(),
                    }
                    for one in found
                ]
            )
        else:
            now = at.now()
            print_table(
                [_("agent"), _("state"), _("reason"), _("since")],
                (
                    [
                        one.agent,
                        labels.agent_state(one.state),
                        one.reason or "",
                        formats.moment(one.since, at.zone, now),
                    ]
                    for one in found
                ),
            )
    return Exit.DONE


def importing(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=_("CSV with agent, starts and ends; or .ics."))
    ],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk.shifts import import_shifts

    with session(writing=True) as at:
        try:
            read, new = import_shifts(at.desk._replace(dry=dry_run), file)
        except Refused as refused:
            say(labels.refusal(refused))
            return code_of(refused)
        except OSError as error:
            say(_("{file} cannot be read: {why}").format(file=file, why=os_words.why(error)))
            return Exit.USAGE
        if as_json:
            print_json({"shifts": read, "new": new})
        else:
            say(n_("{n} shift read, {new} new.", "{n} shifts read, {new} new.", read).format(n=read, new=new))
    return Exit.DONE


def listing(
    since: Annotated[str | None, typer.Option("--from", help=_("ISO 8601; today without it."))] = None,
    until: Annotated[str | None, typer.Option("--to", help=_("ISO 8601."))] = None,
    agent: Annotated[str | None, typer.Option("--agent", help=_("Only this login's."))] = None,
    as_json: AsJson = False,
) -> int:
    with session() as at:
        today = from_ms(at.now()).astimezone(at.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        first = to_ms(iso_given(since, at) if since else today)
        last = to_ms(iso_given(until, at)) if until else first + 7 * formats.DAY
        found = shifts.between(at.read, first, last, agent)
        if as_json:
            print_json(
                [
                    {
                        "agent": one.agent,
                        "starts": from_ms(one.starts).astimezone(at.zone).isoformat(),
                        "ends": from_ms(one.ends).astimezone(at.zone).isoformat(),
                    }
                    for one in found
                ]
            )
        else:
            print_table(
                [_("agent"), _("starts"), _("ends")],
                (
                    [one.agent, formats.full(one.starts, at.zone), formats.full(one.ends, at.zone)]
                    for one in found
                ),
            )
    return Exit.DONE
