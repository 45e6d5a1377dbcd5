"""The floor as JSON and as lines for people: what the monitor shows, at a shell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from atendente_tui.domain.instants import from_ms
from atendente_tui.metrics.kpi import formula_of
from atendente_tui.metrics.kpis import KPIS
from atendente_tui.privacy.masking import masked
from atendente_tui.tui.glyphs import UNICODE

if TYPE_CHECKING:
    from atendente_tui.config import Config
    from atendente_tui.desk.floor import Floor, Today
    from atendente_tui.store.floor import Risk


def floor_json(floor: Floor, config: Config, zone: tzinfo) -> dict[str, Any]:
    """Subjects and promises with personal data masked, as on the screen."""

    def iso(moment: int | None) -> str | None:
        return None if moment is None else from_ms(moment).astimezone(zone).isoformat(timespec="seconds")

    def risk(one: Risk, name: str) -> dict[str, Any]:
        return {
            "id": one.ticket_id,
            "protocol": one.protocol,
            "subject": masked(one.subject, config.privacy.mask),
            name: iso(one.at),
            "assignee": one.assignee,
        }

    return {
        "at": iso(floor.at),
        "queue": [
            {"tier": one.tier or None, "channel": one.channel, "count": one.number, "oldest": iso(one.oldest)}
            for one in floor.queue
        ],
        "arrivals": list(floor.arrivals),
        "risk": {
            "deadlines": [risk(one, "due") for one in floor.deadlines],
            "promises": [risk(one, "due") for one in floor.promises],
            "waiting": [risk(one, "since") for one in floor.waiting],
            "displeased": [risk(one.risk, "at") | {"words": one.words} for one in floor.upset],
        },
        "counts": floor.numbers._asdict(),
        "agents": [
            {
                "login": one.login,
                "name": one.name,
                "state": one.state,
                "reason": one.reason,
                "since": iso(one.since),
                "open": one.load,
                "long_pause": one.long,
            }
            for one in floor.agents
        ],
        "today": {one.figure.key: _figure(one, config) for one in floor.today},
        "opened": {"channel": dict(floor.channels), "reason": dict(floor.reasons)},
        "notices": {
            "spikes": [
                {
                    "reason": one.reason,
                    "count": one.number,
                    "usual": one.usual,
                    "sigmas": round(one.sigmas, 2),
                }
                for one in floor.spikes
            ],
            "forgotten": [risk(one, "since") for one in floor.forgotten],
            "sent_about": [
                {"id": one.ticket_id, "protocol": one.protocol, "moves": one.moves, "back": one.back}
                for one in floor.sent_about
            ],
        },
    }


def _figure(one: Today, config: Config) -> dict[str, Any]:
    figure = one.figure
    return {
        "value": figure.value,
        "unit": figure.unit,
        "parts": dict(figure.parts),
        "n": figure.count,
        "previous": None if figure.previous is None else figure.previous.value,
        "target": None if figure.target is None else {"min": figure.target.least, "max": figure.target.most},
        "met": figure.met,
        "hours": list(one.hours),
        "formula": formula_of(KPIS[figure.key], config.metrics),
    }


def floor_lines(floor: Floor, config: Config) -> Iterator[str]:
    """The panes one below the other."""
    from atendente_tui.i18n import _
    from atendente_tui.tui import monitor_rows
    from atendente_tui.tui.screens.monitor import PLACES, ROWS

    look = monitor_rows.Look(UNICODE, config.privacy.mask)
    for name, make in ROWS.items():
        yield f"── {_(PLACES[name])}"
        for row in make(floor, look):
            left = "".join(span.text for span in row.left)
            yield f"  {left}  {row.right.text}".rstrip()
