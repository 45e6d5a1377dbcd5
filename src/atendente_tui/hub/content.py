"""What a team shares and every workstation is told of: articles, scripts, macros, codes, reasons, tags, calendars, SLA policies.

Each is checked by the reader that will read it at its place of use; a thing with a fault is not taken at all.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, cast, get_args

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, select

from atendente_tui.config import SlaConfig
from atendente_tui.config_shared import read_table
from atendente_tui.config_tables import ConfigError
from atendente_tui.domain.change import (
    ArticleUpsert,
    DirectoryEntry,
    SettingKind,
    SettingUpsert,
    Text,
    received,
)
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Audience
from atendente_tui.hub import tables
from atendente_tui.hub.recording import Recording
from atendente_tui.i18n import _
from atendente_tui.knowledge.macros import read_macro
from atendente_tui.knowledge.marked import Fault
from atendente_tui.knowledge.scripts import read_scripts

WordKind = Literal["wrap_up", "reason", "tag"]
Kind = Literal["article", "script", "macro", "calendar", "sla_policy", "wrap_up", "reason", "tag"]
SETTINGS: tuple[SettingKind, ...] = get_args(SettingKind)
WORDS: tuple[WordKind, ...] = get_args(WordKind)
KINDS: tuple[Kind, ...] = get_args(Kind)
ALWAYS_THERE = ("always", "default")
"""Calendars that a policy may name without anybody sharing them."""
KEY = 100
"""Characters of a key."""
KEY_PATTERN = r"^[^\x00-\x20\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f])?$"
_KEY = re.compile(KEY_PATTERN.removeprefix("^").removesuffix("$"))
t = tables.content

Shared = ArticleUpsert | SettingUpsert | DirectoryEntry


class Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Short = Annotated[Text, Field(max_length=400)]


class GivenArticle(Given):
    title: Annotated[Text, Field(min_length=1, max_length=400)]
    body: Annotated[Text, Field(max_length=500_000)]
    """Markdown."""
    audience: Audience = Audience.INTERNAL
    tags: Annotated[tuple[Short, ...], Field(max_length=100)] = ()
    product: Short | None = None
    language: Short | None = None
    review: date | None = None
    url: Short | None = None


class GivenSetting(Given):
    body: Annotated[Text, Field(min_length=1, max_length=200_000)]
    """As `domain.change.SettingUpsert` describes it, by kind."""


class GivenWord(Given):
    label: Annotated[Text, Field(min_length=1, max_length=200)]


class Faulty(Exception):
    """It cannot be taken. `faults` says all that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


class Entry(NamedTuple):
    """One thing shared, by its kind and key."""

    kind: Kind
    key: str
    change: Shared


# -- made of what somebody gave --------------------------------------------------------------------------------------


def article(key: str, given: GivenArticle) -> Entry:
    """Raises Faulty."""
    name = f"article/{key}"
    faults = [Fault(name, 0, _("is required"), "title")] if not given.title.strip() else []
    _done(key, name, faults)
    review = given.review.isoformat() if given.review else None
    return Entry(
        "article",
        key,
        ArticleUpsert(
            remote_id=key,
            title=given.title,
            body=given.body.strip() + "\n",  # as a file would give it
            audience=given.audience,
            tags=given.tags,
            product=given.product or None,
            language=given.language or None,
            review=review,
            url=given.url or None,
        ),
    )


def setting(kind: SettingKind, key: str, body: str, file: str = "") -> Entry:
    """Raises Faulty. `file` is named in faults, KIND/KEY by default."""
    name = file or f"{kind}/{key}"
    match kind:
        case "script":
            faults = _script_faults(key, body, name)
        case "macro":
            faults = read_macro(body, key, name)[1]
        case _:
            faults = _table_faults(kind, key, body, name)
    _done(key, name, faults)
    return Entry(kind, key, SettingUpsert(kind=kind, key=key, body=body))


def word(kind: WordKind, key: str, label: str, file: str = "", line: int = 0) -> Entry:
    """Raises Faulty."""
    name = file or f"{kind}/{key}"
    _done(key, name, [Fault(name, line, _("is required"), "label")] if not label.strip() else [], line)
    return Entry(kind, key, DirectoryEntry(kind=kind, key=key, label=label))


def policy_calendar(body: str) -> str:
    """The calendar that an SLA policy (a sound one) counts in."""
    return cast(SlaConfig, read_table("sla", "policy", body, Path("sla"))).calendar


def _done(key: str, name: str, faults: list[Fault], line: int = 0) -> None:
    if not _KEY.fullmatch(key) or len(key) > KEY or received(key) != key or key in (".", ".."):
        faults = [Fault(name, line, _("is no key: some characters, no space around them"), "key"), *faults]
    if faults:
        raise Faulty(faults)


def _script_faults(key: str, body: str, name: str) -> list[Fault]:
    scripts, faults = read_scripts(body, name)
    if not faults and [one.id for one in scripts] != [key]:
        found = ", ".join(one.id for one in scripts)
        faults = [Fault(name, 1, _("must be one script, named like its key"), "id", found, (key,))]
    return faults


def _table_faults(kind: SettingKind, key: str, body: str, name: str) -> list[Fault]:
    try:
        read_table("calendars" if kind == "calendar" else "sla", key, body, Path(name))
    except ConfigError as error:
        return told(error, name)
    return []


def told(error: ConfigError, name: str) -> list[Fault]:
    """The configuration's faults as those of a written file."""
    return [Fault(name, one.line, "", one.key, one.found, (one.allowed,)) for one in error.faults]


# -- kept ------------------------------------------------------------------------------------------------------------


def write(recording: Recording, entries: Iterable[Entry]) -> list[Entry]:
    """Keep those that are new or changed, and say which; readers are told of these alone.

    Refused: calendar_unknown (found, by), before anything is kept.
    """
    entries = list(entries)
    calendars = recording.content_keys("calendar") | {one.key for one in entries if one.kind == "calendar"}
    for one in entries:
        if one.kind == "sla_policy" and isinstance(one.change, SettingUpsert):
            named = policy_calendar(one.change.body)
            if named not in calendars and named not in ALWAYS_THERE:
                raise Refused("calendar_unknown", found=named[:KEY], by=one.key)
    written = []
    for one in entries:
        before = recording.content(one.kind, one.key)
        if before is not None and _said(one.kind, json.loads(before)) == _said(one.kind, _plain(one.change)):
            continue
        change: Shared = one.change
        if not isinstance(change, DirectoryEntry):
            change = change.model_copy(update={"updated_at": recording.now})
        recording.put_content(one.kind, one.key, change)
        written.append(one)
    return written


def drop(recording: Recording, kind: Kind, key: str) -> bool:
    """Whether there was such a thing. Refused: calendar_in_use (found, by)."""
    if recording.content(kind, key) is None:
        return False
    if kind == "calendar":
        for policy in sorted(recording.content_keys("sla_policy")):
            kept = json.loads(recording.content("sla_policy", policy) or "{}")
            if policy_calendar(kept.get("body", "")) == key:
                raise Refused("calendar_in_use", found=key, by=policy)
    recording.drop_content(kind, key)
    return True


def listed(db: Connection, kind: str) -> list[tuple[str, str]]:
    """Key and JSON of everything of a kind, by key."""
    rows = db.execute(select(t.c.key, t.c.body).where(t.c.kind == kind)).all()
    return sorted((row.key, row.body) for row in rows)


class Titled(NamedTuple):
    kind: str
    key: str
    title: str


def titles(db: Connection, kinds: Iterable[str]) -> list[Titled]:
    """What people call each thing of these kinds, by kind and key."""
    found = []
    for kind in kinds:
        for key, body in listed(db, kind):
            said = json.loads(body)
            title = said.get("title") or said.get("label") or _title(kind, key, said.get("body", ""))
            found.append(Titled(kind, key, title))
    return found


def _title(kind: str, key: str, body: str) -> str:
    if kind == "script":
        return next((one.title for one in read_scripts(body, key)[0]), "")
    macro = read_macro(body, key, key)[0] if kind == "macro" else None
    return "" if macro is None else macro.title


def stored(db: Connection, kind: str, key: str) -> str | None:
    """The JSON of one."""
    return db.execute(select(t.c.body).where(t.c.kind == kind, t.c.key == key)).scalar()


def _plain(change: Shared) -> dict[str, Any]:
    return change.model_dump(mode="json", exclude_none=True)


def _said(kind: Kind, change: Mapping[str, Any]) -> dict[str, Any]:
    """What it says: neither when it changed, nor how its tables are laid out."""
    said = {name: value for name, value in change.items() if name != "updated_at"}
    if kind in ("calendar", "sla_policy"):
        said["body"] = tomllib.loads(said["body"])
    return said
