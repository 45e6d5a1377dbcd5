"""Shifts out of a file: CSV (`agent,starts,ends`) or iCalendar, where a recurring shift is one entry."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.store import members, shifts

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.writing import Tx

COLUMNS = ("agent", "starts", "ends")
TEAM = "team"
"""A fourth column, which may be left out: the team each agent belongs to."""
BEHIND, AHEAD = timedelta(days=366), timedelta(days=366)
"""How far shifts that recur without an end are followed."""
LONGEST = timedelta(hours=36)
MOST = 200_000
LARGEST = 20_000_000
"""Bytes of a file."""


def import_shifts(desk: Desk, file: Path) -> tuple[int, int]:
    """(shifts read, those of them that are new or other than before).

    Raises Refused("shifts_kind"), Refused("shifts_unreadable", file, where, found, allowed), OSError.
    """
    found = read_shifts(file, ZoneInfo(desk.zone), desk.clock.now())
    if desk.dry:
        return len(found), 0
    teams = read_teams(file)

    def job(tx: Tx) -> int:
        members.put(tx, teams)
        return shifts.replace(tx, found)

    return len(found), desk.store.write(job)


def read_shifts(file: Path, zone: tzinfo, now: datetime) -> list[shifts.Shift]:
    """Everything in the file or nothing. Moments without an offset are meant in `zone`."""
    if file.stat().st_size > LARGEST:
        raise _unreadable(file, "", f"{file.stat().st_size}", f"<= {LARGEST} bytes")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(file, f"byte {error.start}", "?", "UTF-8") from error
    if text.lstrip()[:15].upper() == "BEGIN:VCALENDAR":
        found = _calendar(file, text, zone, now)
    elif file.suffix.lower() == ".csv":
        found = list(_rows(file, text, zone))
    else:
        raise Refused("shifts_kind", file=file.name)
    return sorted(set(found))


def read_teams(file: Path) -> dict[str, set[str]]:
    """The teams of each agent for whom a CSV names any."""
    found: dict[str, set[str]] = {}
    if file.suffix.lower() == ".csv":
        for row in _read(file.read_text(encoding="utf-8-sig")):
            if (agent := (row["agent"] or "").strip()) and (team := (row.get(TEAM) or "").strip()):
                found.setdefault(agent, set()).add(team)
    return found


def _read(text: str) -> csv.DictReader[str]:
    first = text.partition("\n")[0]
    return csv.DictReader(text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ",")


def _rows(file: Path, text: str, zone: tzinfo) -> Iterator[shifts.Shift]:
    first = text.partition("\n")[0]
    reader = _read(text)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise _unreadable(file, "1", first[:80], "agent,starts,ends")
    for row in reader:
        where = str(reader.line_num)
        agent = (row["agent"] or "").strip()
        if not agent:
            raise _unreadable(file, f"{where}: agent", "", "login")
        starts, ends = (_moment(file, f"{where}: {name}", row[name] or "", zone) for name in COLUMNS[1:])
        yield _shift(file, f"{where}: ends", agent, starts, ends)


def _moment(file: Path, where: str, text: str, zone: tzinfo) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise _unreadable(file, where, text, "2026-11-30T08:00") from error
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _calendar(file: Path, text: str, zone: tzinfo, now: datetime) -> list[shifts.Shift]:
    """The attendees of each event, else its summary, are the logins: of an address what stands before the "@"."""
    from ical.calendar_stream import IcsCalendarStream
    from ical.exceptions import CalendarError

    if not text.rstrip().upper().endswith("END:VCALENDAR"):
        raise _unreadable(file, "", text.rstrip()[-40:], "END:VCALENDAR")
    try:
        calendar = IcsCalendarStream.calendar_from_ics(text)
        found: list[shifts.Shift] = []
        # Bounded on both sides: a shift that recurs for ever is read for two years.
        for event in calendar.timeline_tz(zone).overlapping(now - BEHIND, now + AHEAD):
            starts, ends = event.start, event.end
            if not isinstance(starts, datetime) or not isinstance(ends, datetime):
                continue  # a whole day is a holiday or a birthday, no shift
            for agent in _agents(event):
                found.append(_shift(file, event.uid or "", agent, _aware(starts, zone), _aware(ends, zone)))
            if len(found) > MOST:
                raise _unreadable(file, event.uid or "", str(len(found)), f"<= {MOST}")
    except (CalendarError, ValueError) as error:
        raise _unreadable(file, "", " ".join(str(error).split())[:120], "iCalendar (RFC 5545)") from error
    return found


def _agents(event: Any) -> list[str]:
    named = [str(one.uri).rpartition(":")[2].partition("@")[0] for one in event.attendees]
    return [one for one in (*named, *(() if named else (str(event.summary or "").strip(),))) if one]


def _aware(moment: datetime, zone: tzinfo) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _shift(file: Path, where: str, agent: str, starts: datetime, ends: datetime) -> shifts.Shift:
    if not timedelta() < ends - starts <= LONGEST:
        raise _unreadable(file, where, ends.isoformat(), f"{starts.isoformat()} + 36 h")
    return shifts.Shift(agent, to_ms(starts), to_ms(ends))


def _unreadable(file: Path, where: str, found: str, allowed: str) -> Refused:
    return Refused("shifts_unreadable", file=file.name, where=where, found=found, allowed=allowed)
