"""A report as one HTML file: no script, nothing loaded from anywhere, charts drawn in it. Foreign text is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from html import escape

from atendente_tui import formats
from atendente_tui.i18n import _, language
from atendente_tui.metrics.reporting import Group, Told
from atendente_tui.metrics.scope import Figure, Window
from atendente_tui.metrics.wording import (
    NOTHING,
    change_text,
    target_text,
    value_text,
    window_text,
)
from atendente_tui.privacy.safe import safe_line

WIDTH, HEIGHT, BAR = 640, 120, 22
_STYLE = """body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2.2rem 0 .2rem}table{border-collapse:collapse;margin:.6rem 0}
td,th{padding:.2rem .8rem .2rem 0;text-align:left;border-bottom:1px solid #d8dee4}td.n,th.n{text-align:right}
.value{font-size:1.6rem;font-weight:600}.met{color:#11632b}.missed{color:#a40e26}.dim{color:#57606a;font-size:.9rem}
svg{display:block;max-width:100%;height:auto}rect.bar{fill:#3b6ea5}line.target{stroke:#a40e26;stroke-dasharray:4 3}
text{font:12px system-ui,sans-serif;fill:#57606a}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}.dim,text{color:#9198a1;fill:#9198a1}
td,th{border-color:#30363d}.met{color:#56d364}.missed{color:#ff7b72}rect.bar{fill:#79b0e8}line.target{stroke:#ff7b72}}"""


def page(
    told: Sequence[Told], window: Window, zone: tzinfo, narrowed: Sequence[str], uncounted: int = 0
) -> str:
    """The whole document. `narrowed` are the filters as text."""
    return "\n".join(_page(told, window, zone, narrowed, uncounted)) + "\n"


def _page(
    told: Sequence[Told], window: Window, zone: tzinfo, narrowed: Sequence[str], uncounted: int
) -> Iterator[str]:
    lang = "en" if language() == "en" else "pt-BR"
    title = _t(_("Report"))
    yield f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
    yield f'<p class="dim">{_t(window_text(window, zone))}'
    yield "".join(f"<br>{_t(one)}" for one in narrowed) + "</p>"
    if uncounted:
        yield f"<p>{_t(_('{n} tickets are still to be counted.').format(n=uncounted))}</p>"
    for one in told:
        yield from _figure(one, zone)
    yield "</body></html>"


def _figure(one: Told, zone: tzinfo) -> Iterator[str]:
    figure = one.figure
    mark = {True: " met", False: " missed", None: ""}[figure.met]
    yield f'<section id="{_t(one.kpi.key)}"><h2>{_t(_(one.kpi.label))}</h2>'
    yield f'<p><span class="value{mark}">{_t(value_text(figure.value, figure.unit))}</span> '
    yield f'<span class="dim">{_t(_beside(figure))}</span></p><p class="dim">{_t(one.formula)}</p>'
    parts = [
        (_(part.label), value_text(figure.parts.get(name), part.unit), name)
        for name, part in one.kpi.parts.items()
    ]
    if parts:
        yield "<table>" + "".join(
            f'<tr><th>{_t(label if name not in ("N1", "N2", "N3") else f"{label} {name}")}</th><td class="n">{_t(text)}</td></tr>'
            for label, text, name in parts
        )
        yield "</table>"
    if any(group.figure.value is not None for group in one.over):
        yield columns(one.over, figure)
    if one.groups:
        yield bars(one.groups)
    if one.rows:
        yield _rows(one, zone)
    yield "</section>"


def _beside(figure: Figure) -> str:
    told = [_("{n} behind it").format(n=formats.number(figure.count))]
    if figure.previous is not None:
        before = value_text(figure.previous.value, figure.unit)
        told.append(_("before: {value} ({change})").format(value=before, change=change_text(figure)))
    if figure.target is not None:
        told.append(_("target: {target}").format(target=target_text(figure)))
    return " · ".join(told)


def columns(over: Sequence[Group], whole: Figure) -> str:
    """A column for each stretch; the target as a dashed line. Each says its value when pointed at."""
    values = [group.figure.value for group in over if group.figure.value is not None]
    goals = [end for end in (whole.target or ()) if end is not None]
    top, bottom = max([0.0, *values, *goals]), min([0.0, *values])
    span = (top - bottom) or 1.0
    step = WIDTH / len(over)
    zero = HEIGHT * top / span
    drawn = []
    for n, group in enumerate(over):
        value = group.figure.value
        if value is None:
            continue
        height = abs(value) / span * HEIGHT
        y = zero - height if value >= 0 else zero
        told = _t(f"{group.label}: {value_text(value, group.figure.unit)}")
        drawn.append(
            f'<rect class="bar" x="{n * step:.1f}" y="{y:.1f}" width="{max(step - 1, 0.5):.1f}"'
            f' height="{max(height, 0.5):.1f}"><title>{told}</title></rect>'
        )
    for end in goals:
        y = zero - end / span * HEIGHT
        drawn.append(f'<line class="target" x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
    first, last = _t(over[0].label), _t(over[-1].label)
    below = HEIGHT + 16
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 20}" width="{WIDTH}" role="img" aria-label="{first} – {last}">'
        + "".join(drawn)
        + f'<text x="0" y="{below}">{first}</text><text x="{WIDTH}" y="{below}" text-anchor="end">{last}</text></svg>'
    )


def bars(groups: Sequence[Group]) -> str:
    """A line for each group, with its value and a bar."""
    top = (
        max((abs(group.figure.value) for group in groups if group.figure.value is not None), default=0.0)
        or 1.0
    )
    lines = []
    for group in groups:
        value = group.figure.value
        width = 0 if value is None else abs(value) / top * 240
        bar = (
            f'<svg viewBox="0 0 240 {BAR}" width="240" height="{BAR}" aria-hidden="true">'
            f'<rect class="bar" y="5" width="{width:.1f}" height="12"/></svg>'
        )
        lines.append(
            f'<tr><th>{_t(group.label)}</th><td class="n">{_t(value_text(value, group.figure.unit))}</td>'
            f'<td class="n">{_t(formats.number(group.figure.count))}</td><td>{bar}</td></tr>'
        )
    return "<table>" + "".join(lines) + "</table>"


def _rows(one: Told, zone: tzinfo) -> str:
    headings = (_("no."), _("when"), _("who"), _("amount"), _("share of the figure"))
    told = "".join(f"<th>{_t(heading)}</th>" for heading in headings)
    lines = [
        f"<tr><td>{_t(row.protocol or (str(row.ticket_id) if row.ticket_id else NOTHING))}</td>"
        f"<td>{_t(formats.full(row.at, zone))}</td><td>{_t(row.agent or NOTHING)}</td>"
        f'<td class="n">{_t(formats.number(row.amount, 2))}</td><td class="n">{_t(formats.number(row.contribution, 4))}</td></tr>'
        for row in one.rows
    ]
    return f"<table><tr>{told}</tr>{''.join(lines)}</table>"


def _t(text: str) -> str:
    return escape(safe_line(text, characters=2_000), quote=True)
