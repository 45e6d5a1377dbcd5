"""What a class came to: every trainee's grade, and of each criterion how many met it. As plain values, CSV, Markdown and HTML."""

from __future__ import annotations

import csv as commas
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from atendente_tui.i18n import _, p_
from atendente_tui.privacy.safe import safe_line
from atendente_tui.training.scorecard import OUTCOMES

if TYPE_CHECKING:
    from atendente_tui.desk.classes import Trainee

_MARKS = str.maketrans({one: f"\\{one}" for one in "\\`*_{}[]()<>#+!|~"})


def summed(
    of: Mapping[str, Any], trainees: Iterable[Mapping[str, Any]], results: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """`of` names the class; `results` by login, of those who are through. Who is not counts nowhere but among the trainees."""
    rows = [dict(one) for one in trainees]
    over = [one for one in rows if one["state"] == "finished" and one["score"] is not None]
    scores = [int(one["score"]) for one in over]
    criteria: dict[str, dict[str, Any]] = {}
    for login, result in results.items():
        for one in result.get("criteria", ()):
            kept = criteria.setdefault(
                str(one["id"]),
                {"id": str(one["id"]), "title": str(one["title"]), "by": {}, "met": 0, "of": 0},
            )
            kept["by"][login] = str(one["result"])
            if one["result"] in ("met", "partly", "failed"):
                kept["of"] += 1
                kept["met"] += one["result"] == "met"
    return {
        **of,
        "trainees": rows,
        "finished": len(over),
        "passed": sum(bool(one["passed"]) for one in over),
        "mean": round(sum(scores) / len(scores), 1) if scores else None,
        "best": max(scores, default=None),
        "lowest": min(scores, default=None),
        "criteria": list(criteria.values()),
    }


def heading(told: Mapping[str, Any]) -> list[str]:
    """The columns of `rows`."""
    return [
        _("trainee"),
        _("state"),
        _("score"),
        _("passed"),
        _("time"),
        *(one["title"] or one["id"] for one in told["criteria"]),
    ]


def rows(told: Mapping[str, Any]) -> list[list[str]]:
    """A line each trainee: how they stand, and each criterion's outcome."""
    return [
        [
            str(one["name"]),
            state(one["state"]),
            "" if one["score"] is None else str(one["score"]),
            "" if one["passed"] is None else _("yes") if one["passed"] else _("no"),
            clock(one["seconds"]),
            *(_outcome(each["by"].get(one["login"])) for each in told["criteria"]),
        ]
        for one in told["trainees"]
    ]


def state(word: str) -> str:
    known = {"invited": _("has not come"), "playing": _("is playing"), "finished": _("is through")}
    return known.get(word, word)


def proved(one: Trainee, signs: Mapping[bool | None, str]) -> list[str]:
    """A line an expectation, behind the sign of whether it came true."""
    return [f"{signs[it.met]} {it.id}" for it in one.expectations] or [_("Nothing was heard yet.")]


def clock(seconds: int) -> str:
    return f"{seconds // 3_600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def summary(told: Mapping[str, Any]) -> str:
    """One line on the whole class."""
    line = _("{finished} of {all} through, {passed} passed").format(
        finished=told["finished"], all=len(told["trainees"]), passed=told["passed"]
    )
    if told["mean"] is None:
        return line
    return line + _("; mean {mean}, from {lowest} to {best}").format(
        mean=told["mean"], lowest=told["lowest"], best=told["best"]
    )


def csv(told: Mapping[str, Any]) -> str:
    """Names of columns stay as they are in every language; what a table would take for a formula is made text."""
    out = io.StringIO()
    lines = commas.writer(out, lineterminator="\n")
    lines.writerow(
        [
            "login",
            "name",
            "state",
            "score",
            "passed",
            "seconds",
            *(_cell(one["id"]) for one in told["criteria"]),
        ]
    )
    for one in told["trainees"]:
        lines.writerow(
            [
                *(_cell(one[name]) for name in ("login", "name", "state", "score", "passed", "seconds")),
                *(_cell(each["by"].get(one["login"], "")) for each in told["criteria"]),
            ]
        )
    return out.getvalue()


def markdown(told: Mapping[str, Any]) -> str:
    lines = [
        f"# {_md(told['title'])}",
        "",
        _md(summary(told)),
        "",
        _row(heading(told)),
        _row(["---"] * len(heading(told)), plain=True),
        *(_row(one) for one in rows(told)),
    ]
    if told["criteria"]:
        lines += ["", f"## {_('By criterion')}", ""]
        lines += [
            f"- {_md(one['title'] or one['id'])}: {one['met']} / {one['of']}" for one in told["criteria"]
        ]
    return "\n".join(lines) + "\n"


def html(told: Mapping[str, Any]) -> str:
    """One page without scripts, styles from elsewhere or foreign markup."""
    head = "".join(f"<th>{_h(one)}</th>" for one in heading(told))
    body = "".join("<tr>" + "".join(f"<td>{_h(cell)}</td>" for cell in one) + "</tr>" for one in rows(told))
    each = "".join(
        f"<li>{_h(one['title'] or one['id'])}: {one['met']} / {one['of']}</li>" for one in told["criteria"]
    )
    return (
        '<!doctype html><html><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{_h(told['title'])}</title>"
        "<style>body{font-family:sans-serif;max-width:70em;margin:2em auto}td,th{border:1px solid #999;padding:.4em;"
        "text-align:left}table{border-collapse:collapse}</style></head><body>"
        f"<h1>{_h(told['title'])}</h1><p>{_h(summary(told))}</p><table><tr>{head}</tr>{body}</table>"
        f"<h2>{_h(_('By criterion'))}</h2><ul>{each}</ul></body></html>\n"
    )


def _outcome(word: str | None) -> str:
    return "" if word is None else p_("criterion", OUTCOMES[word]) if word in OUTCOMES else word


def _cell(value: object) -> str:
    text = "" if value is None else str(safe_line(str(value), characters=400))
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def _row(cells: Sequence[str], *, plain: bool = False) -> str:
    return "| " + " | ".join(one if plain else _md(one) for one in cells) + " |"


def _md(text: object) -> str:
    return str(safe_line(str(text), characters=400)).translate(_MARKS)


def _h(text: object) -> str:
    return escape(str(safe_line(str(text), characters=400)))
