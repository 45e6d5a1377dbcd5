"""A result as a page to read: Markdown, and HTML in which nothing of a scenario or a trainee is markup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

from atendente_tui import labels
from atendente_tui.i18n import _, later_in, n_, p_
from atendente_tui.privacy.safe import safe_line
from atendente_tui.quality.words import skill

OUTCOMES = {
    "met": later_in("criterion", "met"),
    "partly": later_in("criterion", "partly met"),
    "failed": later_in("criterion", "missed"),
    "not_applicable": later_in("criterion", "does not apply"),
    "pending": later_in("criterion", "to be judged by a person"),
}
LEVELS = {
    "easy": later_in("difficulty", "easy"),
    "medium": later_in("difficulty", "medium"),
    "hard": later_in("difficulty", "hard"),
}
HAPPENED = {
    "customer": later_in("happening", "customer"),
    "reply": later_in("happening", "answer"),
    "note": later_in("happening", "note"),
    "bot": later_in("happening", "bot"),
    "colleague": later_in("happening", "colleague"),
    "status": later_in("happening", "status"),
    "assignee": later_in("happening", "agent"),
    "team": later_in("happening", "team"),
    "tier": later_in("happening", "tier"),
    "priority": later_in("happening", "priority"),
    "impact": later_in("happening", "impact"),
    "tags": later_in("happening", "tags"),
    "reason": later_in("happening", "contact reason"),
    "wrap_up": later_in("happening", "wrap-up"),
    "escalation": later_in("happening", "escalation"),
    "fact": later_in("happening", "fact"),
    "article": later_in("happening", "article"),
    "link": later_in("happening", "link"),
    "promise": later_in("happening", "promise"),
    "promise_settled": later_in("happening", "promise settled"),
    "call": later_in("happening", "call"),
    "survey": later_in("happening", "survey"),
    "order": later_in("happening", "order"),
    "check": later_in("happening", "step of the list"),
    "checklist": later_in("happening", "list of steps"),
    "network": later_in("happening", "network"),
    "refused": later_in("happening", "refused"),
    "undone": later_in("happening", "undone"),
}
"""What a record calls by these words (`flow.expectation.Happened.kind`)."""
_MARKS = str.maketrans({one: f"\\{one}" for one in "\\`*_{}[]()<>#+!|~"})


def outcome(word: str) -> str:
    return p_("criterion", OUTCOMES[word]) if word in OUTCOMES else word


def level(word: str) -> str:
    return p_("difficulty", LEVELS[word]) if word in LEVELS else word


def verdict(result: Mapping[str, Any]) -> str:
    return _("passed") if result["passed"] else _("not passed")


def events_by_id(result: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(one["id"]): one for one in result["events"]}


def proof(result: Mapping[str, Any], criterion: Mapping[str, Any]) -> Iterator[str]:
    """The events that prove a criterion, a line each: time since the start, what, and its words; or who judged it."""
    events = events_by_id(result)
    began = datetime.fromisoformat(str(result["began"]))
    for name in criterion["evidence"]:
        one = events.get(str(name))
        if one is not None:
            seconds = int((datetime.fromisoformat(str(one["at"])) - began).total_seconds())
            what = f"{happening(one['kind'])} {_value(one)}".strip()
            yield f"{_clock(seconds)} {one['id']} {what}: {one['text']}".removesuffix(": ")
        else:
            yield str(name)
    yield from judgement(criterion)


def happening(kind: str) -> str:
    return p_("happening", HAPPENED[kind]) if kind in HAPPENED else kind


def _value(seen: Mapping[str, Any]) -> str:
    """Its value, in words where it is one of ours."""
    kind, value = str(seen["kind"]), str(seen["value"])
    if kind == "status":
        return labels.status(value)
    if kind == "priority":
        return labels.priority(value)
    return happening(value) if kind == "colleague" else value


def judgement(criterion: Mapping[str, Any]) -> Iterator[str]:
    """Who judged it, when, how much of it came true, and why; nothing where nobody did."""
    if judged := criterion.get("judged"):
        percent = 100 * criterion["met"] // criterion["of"]
        yield f"{judged['by']}, {judged['at'][:10]}: {percent}% {judged['comment']}".strip()


def _clock(seconds: int) -> str:
    return f"+{seconds // 3_600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def markdown(result: Mapping[str, Any]) -> str:
    """The scorecard as Markdown; foreign marks are escaped."""
    lines = [
        f"# {_md(result['title'])}",
        "",
        f"**{result['score']}** / 100 · **{_md(verdict(result))}** · {_md(result['scenario'])} v{result['version']}"
        + (f" · {_md(result['trainee'])}" if result.get("trainee") else ""),
        "",
        f"| {_('criterion')} | {_('weight')} | {_('result')} | {_('proof')} |",
        "| --- | ---: | --- | --- |",
    ]
    for one in result["criteria"]:
        shown = " · ".join(proof(result, one))
        name = _md(one["title"] or one["id"]) + _bracketed(one)
        lines.append(f"| {name} | {one['weight']} | {_md(outcome(one['result']))} | {_md(shown)} |")
    if taken := aid(result):
        lines[3:3] = [_md(taken), ""]
    told = [f"- {_md(one['feedback'])}" for one in result["criteria"] if one["feedback"]]
    if told:
        lines += ["", f"## {_('What to do otherwise')}", "", *told]
    if result["skills"]:
        lines += ["", f"## {_('By skill')}", ""]
        lines += [f"- {_md(skill(name))}: {score}" for name, score in result["skills"].items()]
    return "\n".join(lines) + "\n"


def html(result: Mapping[str, Any]) -> str:
    """The scorecard as one page without scripts, styles from elsewhere or foreign markup."""
    rows = "".join(
        f"<tr><td>{_h(one['title'] or one['id'])}{_h(_bracketed(one))}</td><td>{one['weight']}</td>"
        f"<td>{_h(outcome(one['result']))}</td><td><ul>"
        + "".join(f"<li>{_h(line)}</li>" for line in proof(result, one))
        + f"</ul>{_h(one['feedback'])}</td></tr>"
        for one in result["criteria"]
    )
    skills = "".join(f"<li>{_h(skill(name))}: {score}</li>" for name, score in result["skills"].items())
    trainee = f" · {_h(result['trainee'])}" if result.get("trainee") else ""
    return (
        '<!doctype html><html><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{_h(result['title'])}</title>"
        "<style>body{font-family:sans-serif;max-width:60em;margin:2em auto}td,th{border:1px solid #999;padding:.4em;"
        "vertical-align:top;text-align:left}table{border-collapse:collapse}</style></head><body>"
        f"<h1>{_h(result['title'])}</h1><p><b>{result['score']}</b> / 100 · <b>{_h(verdict(result))}</b> · "
        f"{_h(result['scenario'])} v{result['version']}{trainee}</p><table><tr><th>{_h(_('criterion'))}</th>"
        f"<th>{_h(_('weight'))}</th><th>{_h(_('result'))}</th><th>{_h(_('proof'))}</th></tr>{rows}</table>"
        f"<h2>{_h(_('By skill'))}</h2><ul>{skills}</ul></body></html>\n"
    )


def grave(one: Mapping[str, Any]) -> str:
    """What missing it means beyond its weight, "" for nothing."""
    if one["fatal"]:
        return _("fatal")
    return _("critical") if one["critical"] else ""


def _bracketed(one: Mapping[str, Any]) -> str:
    word = grave(one)
    return f" ({word})" if word else ""


def aid(result: Mapping[str, Any]) -> str:
    """What was taken in aid in practice, "" for nothing and for an exam."""
    taken = result.get("practice")
    if not isinstance(taken, Mapping):
        return ""
    hints, rewinds = len(taken.get("hints", ())), int(taken.get("rewinds", 0))
    told = [n_("{n} hint", "{n} hints", hints).format(n=hints)] if hints else []
    told += [n_("{n} step back", "{n} steps back", rewinds).format(n=rewinds)] if rewinds else []
    return _("With help: {what}").format(what=", ".join(told)) if told else ""


def _md(text: object) -> str:
    return str(safe_line(str(text), characters=400)).translate(_MARKS)


def _h(text: object) -> str:
    return escape(str(safe_line(str(text), characters=400)))
