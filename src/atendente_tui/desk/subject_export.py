"""What a person is handed who asks for their data (LGPD, art. 18 and 19): the rows as JSON, and the same to be read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atendente_tui import labels, subject_words
from atendente_tui.desk import handing_out
from atendente_tui.domain.instants import from_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.privacy.json_text import harmless_json
from atendente_tui.privacy.safe import safe_line, safe_text
from atendente_tui.store import subject

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.config import Config
    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.retaining import Retention
    from atendente_tui.store.subject import Subject

_MOMENTS = frozenset({"at", "opened", "updated", "solved", "made", "due", "settled", "created", "changed"})
_OURS = frozenset(
    {"why", "score", "mark", "recheck", "sla_target", "sla_due", "sla_state", "undo", "newest_event"}
)
"""Columns that say how we work, not who somebody is."""


def write(
    desk: Desk, db: Connection, config: Config, found: Subject, retention: Retention, folder: Path
) -> list[Path]:
    """Write the person's data below `folder`, made when absent, mode 0600; that it was done is on record first.

    Refused: archive_not_empty (folder). Raises OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Refused("archive_not_empty", folder=str(folder))
    handing_out.on_record(desk, "privacy_export", folder, customer=found.customers[0])
    rows: dict[str, list[dict[str, Any]]] = {}
    for place, row in subject.rows_of(db, found):
        rows.setdefault(place, []).append(
            {name: _told(name, value) for name, value in row.items() if name not in _OURS}
        )
    about = _about(config, retention)
    as_json, as_text = folder / "dados.json", folder / "dados.md"
    _private(
        as_json,
        harmless_json({"made_at": desk.clock.now().isoformat(), **about, "data": rows}, indent=2) + "\n",
    )
    _private(as_text, "\n".join(_lines(about, rows)) + "\n")
    return [as_json, as_text]


def _about(config: Config, retention: Retention) -> dict[str, Any]:
    kept = {
        name: f"{days:g}"
        for name, days in zip(retention._fields, retention, strict=True)
        if isinstance(days, int | float) and days and name != "at_least"
    }
    return {
        "origin": f"{config.backend.name} {config.backend.url}".strip()
        if config.backend
        else _("this workstation"),
        "purpose": config.privacy.purpose
        or _("answering what the person asked us, on the channels they chose"),
        "shared_with": [config.backend.url or config.backend.name] if config.backend else [],
        "kept_days": kept,
        "kept_by": retention.why,
    }


def _told(name: str, value: Any) -> Any:
    if name in _MOMENTS and isinstance(value, int):
        return from_ms(value).isoformat()
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _lines(about: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    yield f"# {_('Personal data held about you')}"
    yield ""
    yield f"- {_('Origin')}: {safe_line(str(about['origin']))}"
    yield f"- {_('Purpose')}: {safe_line(about['purpose'])}"
    shared = ", ".join(map(safe_line, about["shared_with"])) or _("nobody")
    yield f"- {_('Shared with')}: {shared}"
    days = ", ".join(f"{name} {count}" for name, count in about["kept_days"].items())
    yield f"- {_('Kept for (days)')}: {days or _('as long as needed')}{' · ' + about['kept_by'] if about['kept_by'] else ''}"
    for one in rows.get("customer", ()):
        yield f"\n## {_('Who you are')}\n"
        for name in ("name", "social_name", "segment", "preferred_channel", "language"):
            if one.get(name):
                yield f"- {name}: {safe_line(str(one[name]))}"
    for one in rows.get("identity", ()):
        yield f"- {labels.identity(one['kind'])}: {safe_line(one['value'])}"
    for one in rows.get("fact", ()):
        yield f"- {safe_line(labels.fact(one['name']))}: {safe_line(one['value'])}"
    events: dict[Any, list[dict[str, Any]]] = {}
    for one in rows.get("event", ()):
        events.setdefault(one["ticket_id"], []).append(one)
    for ticket in rows.get("ticket", ()):
        yield f"\n## {safe_line(ticket['protocol'] or '#' + str(ticket['id']))} · {safe_line(ticket['subject'])}\n"
        yield f"{ticket['opened']} · {labels.status(ticket['status'])} · {labels.channel(ticket['channel'])}"
        yield from _events(events.pop(ticket["id"], []))
    for rest in events.values():
        yield f"\n## {_('Without a ticket')}\n"
        yield from _events(rest)
    for place in (
        *("promise", "outbox", "draft", "beside", "attachment", "imported", "audit"),
        *("qa_review", "qa_answer", "qa_step"),
    ):
        if rows.get(place):
            yield f"\n## {subject_words.held(place)}\n"
            yield from (
                f"- {safe_line(json.dumps(one, ensure_ascii=False), characters=2_000)}" for one in rows[place]
            )


def _events(rows: list[dict[str, Any]]) -> Iterator[str]:
    for one in rows:
        head = " · ".join(filter(None, (one["at"], one["kind"], one["channel"], safe_line(one["author"]))))
        yield f"\n**{head}**"
        if one["text"]:
            yield ""
            yield "\n".join(f"> {line}" for line in safe_text(one["text"], characters=1_000_000).split("\n"))
        elif one["data"]:
            yield f"\n> {safe_line(json.dumps(one['data'], ensure_ascii=False), characters=2_000)}"


def _private(file: Path, text: str) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
