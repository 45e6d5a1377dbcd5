"""`report`: the company's figures over a window, each with its formula and the tickets behind it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui.cli import shapes
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import Session, session
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.cli.windows import Since, Until, given_window
from atendente_tui.domain.refusal import Refused
from atendente_tui.goals import FIGURES
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.metrics.reporting import Told
    from atendente_tui.metrics.scope import Figure, Scope


def register(app: typer.Typer) -> None:
    app.command(
        "report", help=_("The figures of a period: value, formula, the period before, the tickets behind.")
    )(report)


def _figures_for(beginning: str) -> list[str]:
    return [key for key in FIGURES if key.startswith(beginning)]


_Filter = Annotated[list[str] | None, typer.Option(help=_("Only these; may be given several times."))]


def report(
    kpi: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KPI]...", autocompletion=_figures_for, help=_("Which figures; all of them without one.")
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
    apart: Annotated[
        str | None,
        typer.Option(
            "--by", help="channel, team, tier, agent, reason, direction, time, hour, day, week, month"
        ),
    ] = None,
    channel: _Filter = None,
    team: _Filter = None,
    tier: _Filter = None,
    agent: _Filter = None,
    reason: _Filter = None,
    direction: _Filter = None,
    business: Annotated[bool, typer.Option("--business", help=_("Durations in business hours."))] = False,
    net: Annotated[
        bool, typer.Option("--net", help=_("Time to resolution less the time spent waiting on the customer."))
    ] = False,
    formula: Annotated[bool, typer.Option("--formula", help=_("Print the formulas, too."))] = False,
    tickets: Annotated[
        bool, typer.Option("--tickets", help=_("List the tickets behind each figure, too."))
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help=_("So many tickets of each figure at the most."))
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help=_("Write CSV."))] = False,
    as_md: Annotated[bool, typer.Option("--md", help=_("Write Markdown."))] = False,
    as_html: Annotated[bool, typer.Option("--html", help=_("Write one HTML file, with charts."))] = False,
    output: Annotated[
        Path | None, typer.Option("--output", help=_("Write to this file instead of standard output."))
    ] = None,
    imported: Annotated[
        Path | None,
        typer.Option(
            "--import",
            metavar="FILE",
            help=_("First take in figures that others counted: CSV with key, from, to, value."),
        ),
    ] = None,
    recount: Annotated[
        bool, typer.Option("--recount", help=_("Count everything anew from the events first."))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))] = False,
) -> int:
    keys = kpi or list(FIGURES)
    unknown = next((key for key in keys if key not in FIGURES), None)
    if unknown is not None:
        raise Refused("no_such_figure", found=unknown, allowed=", ".join(FIGURES))
    if as_csv + as_md + as_html + as_json > 1:
        raise Refused("one_form_only")
    from atendente_tui.metrics.reporting import BY
    from atendente_tui.metrics.reporting import report as made
    from atendente_tui.metrics.scope import Scope
    from atendente_tui.store import counting

    if apart is not None and apart not in BY:
        raise Refused("apart_unknown", found=apart, allowed=", ".join(BY))
    with session(counting=True, writing=recount or imported is not None) as at:
        if imported is not None:
            from atendente_tui.store.imported_figures import read_figures, take

            figures = read_figures(imported, at.zone)
            at.store.write(lambda tx: take(tx, figures))
        if recount:
            at.store.write(lambda tx: counting.recount(tx.db))
            counting.count_all(at.store)
        scope = Scope(
            given_window(since, until, at),
            tuple(channel or ()),
            tuple(team or ()),
            tuple(tier or ()),
            tuple(agent or ()),
            tuple(reason or ()),
            tuple(direction or ()),
            "business" if business else "calendar",
            net,
            at.now(),
        )
        rows = limit if tickets else 0
        try:
            told = made(
                at.read,
                list(dict.fromkeys(keys)),
                scope,
                at.config.metrics,
                at.zone,
                apart=apart,
                rows=rows,
                charts=as_html,
            )
        except ValueError as error:
            raise Refused("window_long") from error
        behind = counting.uncounted(at.read)
    if behind:
        say(_("{n} tickets are still to be counted.").format(n=behind))
    if as_json:
        print_json({one.kpi.key: _json(one, at, scope, apart, tickets) for one in told})
    elif as_csv or as_md or as_html:
        _write(
            _text(told, scope, at, behind, "csv" if as_csv else "md" if as_md else "html", tickets), output
        )
    else:
        _print(told, at, scope, formula=formula)
    return Exit.DONE


def _json(one: Told, at: Session, scope: Scope, apart: str | None, tickets: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        **_numbers(one.figure),
        "label": _(one.kpi.label),
        "formula": one.formula,
        "level": one.kpi.level,
        "clock": scope.clock if one.kpi.clocked else None,
        "direction": one.kpi.direction,
        "parts": dict(one.figure.parts),
        "window": {
            "from": shapes.iso(scope.window.start, at.zone),
            "to": shapes.iso(scope.window.end, at.zone),
        },
        "previous": None if one.figure.previous is None else _numbers(one.figure.previous),
    }
    if one.figure.unknown is not None:
        told["unknown"] = one.figure.unknown
    if apart is not None:
        told["by"] = [
            {
                apart: shapes.iso(group.key, at.zone) if isinstance(group.key, int) else group.key,
                **_numbers(group.figure),
                "parts": dict(group.figure.parts),
            }
            for group in one.groups
        ]
    if tickets:
        told["tickets"] = [
            {
                "id": row.ticket_id,
                "protocol": row.protocol,
                "at": shapes.iso(row.at, at.zone),
                "agent": row.agent,
                "amount": row.amount,
                "contribution": row.contribution,
            }
            for row in one.rows
        ]
    return told


def _numbers(figure: Figure) -> dict[str, Any]:
    goal = figure.target
    return {
        "value": figure.value,
        "unit": figure.unit,
        "n": figure.count,
        "target": None if goal is None else {"min": goal.least, "max": goal.most, "met": figure.met},
    }


def _text(told: Sequence[Told], scope: Scope, at: Session, behind: int, form: str, tickets: bool) -> str:
    narrowed = _narrowed(scope)
    if form == "csv":
        from atendente_tui.metrics.plain_forms import as_csv

        return as_csv(told, scope.window, at.zone, rows=tickets)
    if form == "md":
        from atendente_tui.metrics.plain_forms import as_markdown

        return as_markdown(told, scope.window, at.zone, narrowed, behind)
    from atendente_tui.metrics.page import page

    return page(told, scope.window, at.zone, narrowed, behind)


def _narrowed(scope: Scope) -> list[str]:
    from atendente_tui.metrics.scope import DIMENSIONS
    from atendente_tui.metrics.wording import group_text

    return [
        f"{dimension_text(name)}: {', '.join(group_text(name, one) for one in chosen)}"
        for name in DIMENSIONS
        if (chosen := getattr(scope, name))
    ]


def dimension_text(name: str) -> str:
    return {
        "channel": _("channel"),
        "team": _("team"),
        "tier": _("tier"),
        "agent": _("who"),
        "reason": _("reason"),
        "direction": _("direction"),
    }.get(name, name)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        print(text, end="")
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as out:
            out.write(text)
    except OSError as error:
        raise Refused("file_unwritable", path=str(output)) from error


def _print(told: Sequence[Told], at: Session, scope: Scope, *, formula: bool) -> None:
    from atendente_tui import formats
    from atendente_tui.metrics.wording import NOTHING, change_text, target_text, value_text, window_text

    print_text("\n".join([window_text(scope.window, at.zone), *_narrowed(scope)]))
    lines = []
    for one in told:
        figure = one.figure
        before = value_text(None if figure.previous is None else figure.previous.value, figure.unit)
        row = [
            one.kpi.key,
            _(one.kpi.label),
            value_text(figure.value, figure.unit),
            formats.number(figure.count),
        ]
        lines.append([*row, before, change_text(figure), target_text(figure)])
        for name, part in one.kpi.parts.items():
            label = f"{_(part.label)} {name}" if name in ("N1", "N2", "N3") else _(part.label)
            lines.append(["", f"  {label}", value_text(figure.parts.get(name), part.unit), "", "", "", ""])
        for group in one.groups:
            value = value_text(group.figure.value, group.figure.unit)
            lines.append(["", f"  {group.label}", value, formats.number(group.figure.count), "", "", ""])
    print_table(["", _("figure"), _("value"), "n", _("before"), _("difference"), _("target")], lines)
    if formula:
        for one in told:
            print_text(f"{_(one.kpi.label)}: {one.formula}; {_(one.kpi.when)}.")
    for one in told:
        if one.rows:
            print_text(f"\n{_(one.kpi.label)}")
            print_table(
                [_("no."), _("when"), _("who"), _("amount"), _("share of the figure")],
                (
                    [
                        *(row.protocol or str(row.ticket_id or NOTHING), formats.full(row.at, at.zone)),
                        *(
                            row.agent or NOTHING,
                            formats.number(row.amount, 2),
                            formats.number(row.contribution, 4),
                        ),
                    ]
                    for row in one.rows
                ),
            )
