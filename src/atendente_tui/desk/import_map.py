"""The mapping file of an import: where each of our fields comes from in somebody else's table.

A field is a column's name, or a table with one of `column`, `template` ("{A}: {B}") or `const`, and with a column
`format` (of a date, strptime), `map` (their value to ours), `default` (for a value not in the map, or an empty
one) and `kind` (of an identity). Every fault is reported with the file, the key and what is allowed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from atendente_tui.config import ConfigError, Fault, one_of
from atendente_tui.domain.words import IdentityKind
from atendente_tui.i18n import _

FIELDS = [
    "external_id",
    "subject",
    "text",
    "channel",
    "customer",
    "identity",
    "opened_at",
    "first_reply_at",
    "reply_text",
    "closed_at",
    "status",
    "priority",
    "team",
    "assignee",
    "tier",
    "csat",
    "nps",
    "tags",
    "event_kind",
    "event_at",
    "actor",
]
MOMENTS = frozenset({"opened_at", "first_reply_at", "closed_at", "event_at"})
FORMATS = ("csv", "jsonl", "json")
_KEYS = frozenset({"column", "template", "const", "format", "map", "default", "kind"})
_PLACE = re.compile(r"\{([^{}]+)\}")


class BadValue(ValueError):
    """A value of one line that the mapping has no answer for."""

    def __init__(self, column: str, value: str, why: str) -> None:
        super().__init__(why)
        self.column, self.value, self.why = column, value, why

    def __str__(self) -> str:
        return _("column {column}: {value}: {why}").format(
            column=self.column, value=repr(self.value), why=self.why
        )


@dataclass(frozen=True, slots=True)
class Source:
    """Where one field comes from."""

    columns: tuple[str, ...] = ()
    template: str | None = None
    const: str | None = None
    format: str | None = None
    values: Mapping[str, str] | None = None
    default: str | None = None
    kind: IdentityKind | None = None

    def of(self, row: Mapping[str, str]) -> str | None:
        """The text for this row, None when there is nothing. Raises BadValue for a value without a mapping."""
        if self.const is not None:
            return self.const
        if self.template is not None:
            text = _PLACE.sub(lambda place: row[place[1]].strip(), self.template)
            return text if any(row[one].strip() for one in self.columns) or not self.columns else self.default
        value = row[self.columns[0]].strip()
        if not value:
            return self.default
        if self.values is None:
            return value
        if value in self.values:
            return self.values[value]
        if self.default is not None:
            return self.default
        raise BadValue(self.columns[0], value, one_of(sorted(self.values)))


@dataclass(frozen=True, slots=True)
class ImportMap:
    format: Literal["csv", "jsonl", "json"]
    encoding: str
    delimiter: str
    timezone: str
    fields: Mapping[str, Source]
    tags: tuple[str, ...]
    """Columns whose values become tags."""

    def columns(self) -> list[str]:
        return sorted({column for one in self.fields.values() for column in one.columns} | set(self.tags))


def read_map(path: Path) -> ImportMap:
    """Read and check a mapping file. Raises ConfigError with every fault."""
    try:
        text = path.read_text(encoding="utf-8")
        tree = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        found = error.strerror or "" if isinstance(error, OSError) else str(error)
        raise ConfigError((Fault(path, 0, "file", found, _("a readable TOML file in UTF-8")),)) from error
    faults: list[Fault] = []

    def wrong(key: str, found: object, allowed: str) -> None:
        faults.append(Fault(path, _line(text, key), key, repr(found), allowed))

    kind = tree.get("format", "csv")
    if kind not in FORMATS:
        wrong("format", kind, one_of(FORMATS))
    encoding = tree.get("encoding", "utf-8")
    try:
        "".encode(encoding)
    except (LookupError, TypeError):
        wrong("encoding", encoding, _("a text encoding such as utf-8 or cp1252"))
    delimiter = tree.get("delimiter", ",")
    if not isinstance(delimiter, str) or len(delimiter) != 1:
        wrong("delimiter", delimiter, _("one character"))
    zone = tree.get("timezone", "America/Sao_Paulo")
    if not _is_zone(zone):
        wrong("timezone", zone, _('a time zone such as "America/Sao_Paulo"'))
    for key in tree.keys() - {"format", "encoding", "delimiter", "timezone", "fields"}:
        wrong(key, tree[key], one_of(("format", "encoding", "delimiter", "timezone", "fields")))
    table = tree.get("fields")
    if not isinstance(table, dict) or not table:
        wrong("fields", table, _("a table: {table}").format(table="[fields]"))
        table = {}
    fields: dict[str, Source] = {}
    tags: tuple[str, ...] = ()
    for name, value in table.items():
        if name not in FIELDS:
            wrong(name, value, one_of(FIELDS))
        elif name == "tags":
            columns = [value] if isinstance(value, str) else value
            if isinstance(columns, list) and all(isinstance(one, str) for one in columns):
                tags = tuple(columns)
            else:
                wrong("tags", value, _('a list of texts: ["a", "b"]'))
        else:
            source = _source(name, value, wrong)
            if source is not None:
                fields[name] = source
    for needed in ("external_id", "subject", "channel", "customer"):
        if needed not in fields and isinstance(table, dict) and needed not in table:
            wrong("fields", sorted(table), _("a line for {field}").format(field=needed))
    if faults:
        raise ConfigError(tuple(faults))
    return ImportMap(kind, encoding, delimiter, zone, fields, tags)


def _source(name: str, value: Any, wrong: Any) -> Source | None:
    if isinstance(value, str):
        return Source(columns=(value,))
    if not isinstance(value, dict):
        wrong(name, value, _("a column's name, or a table with column, template or const"))
        return None
    if value.keys() - _KEYS or len(value.keys() & {"column", "template", "const"}) != 1:
        wrong(name, value, _("a column's name, or a table with column, template or const"))
        return None
    mapped = value.get("map")
    if mapped is not None and not (
        isinstance(mapped, dict) and all(isinstance(one, str) for one in mapped.values())
    ):
        wrong(name, mapped, _("a table of texts"))
        return None
    if any(key in value and not isinstance(value[key], str) for key in _KEYS - {"map"}):
        wrong(name, value, _("a text in quotes"))
        return None
    kind = value.get("kind")
    if kind is not None and kind not in tuple(IdentityKind):
        wrong(name, kind, one_of(IdentityKind))
        return None
    template = value.get("template")
    columns: Sequence[str] = _PLACE.findall(template) if template is not None else ()
    if "column" in value:
        columns = [value["column"]]
    return Source(
        columns=tuple(columns),
        template=template,
        const=value.get("const"),
        format=value.get("format"),
        values=mapped,
        default=value.get("default"),
        kind=IdentityKind(kind) if kind else None,
    )


def _is_zone(zone: object) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(zone)  # type: ignore[arg-type]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True


def _line(text: str, key: str) -> int:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[?{re.escape(key)}\]?\s*(=|$)", line):
            return number
    return 0
