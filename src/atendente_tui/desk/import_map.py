"""The mapping file of an import: where each of our fields comes from in somebody else's table.

A field is a column's name, or a table with one of `column`, `template` ("{A}: {B}") or `const`, and with a column
`format` (of a date, strptime), `map` (their value to ours), `default` (for a value not in the map, or an empty
one) and `kind` (of an identity). Every fault is reported with the file, the key and what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from atendente_tui.config_tables import ConfigError, Fault, one_of, read_toml
from atendente_tui.domain.words import Channel, IdentityKind, Priority, Status, Tier
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
WORDS: Mapping[str, tuple[str, ...]] = {
    "channel": tuple(Channel),
    "status": tuple(Status),
    "priority": tuple(Priority),
    "tier": tuple(Tier),
}
"""Fields that know only these values."""
SHOWN = 200
"""Characters of a value that a complaint repeats."""
ROW_NUMBER = "#"
"""A column every file has: the number of the row, from 1. It identifies rows only while the file keeps its order."""
FORMATS = ("csv", "jsonl", "json")
_TOP = ("format", "encoding", "delimiter", "quotes", "timezone", "source", "fields")
_KEYS = frozenset({"column", "template", "const", "format", "map", "default", "kind"})
_PLACE = re.compile(r"\{([^{}]+)\}")


class BadValue(ValueError):
    """A value of one line that the mapping has no answer for."""

    def __init__(self, column: str, value: str, why: str) -> None:
        super().__init__(why)
        self.column, self.value, self.why = column, value, why

    def __str__(self) -> str:
        return _("column {column}: {value}: {why}").format(
            column=self.column, value=repr(self.value[:SHOWN]), why=self.why
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
    quotes: bool
    """Whether a quotation mark at the start of a cell encloses it."""
    timezone: str
    fields: Mapping[str, Source]
    tags: tuple[str, ...]
    """Columns whose values become tags."""

    source: str
    """Whose `external_id` it is: the same number of another system is another ticket."""

    def columns(self) -> list[str]:
        return sorted({column for one in self.fields.values() for column in one.columns} | set(self.tags))


def read_map(path: Path) -> ImportMap:
    """Read and check a mapping file. Raises ConfigError with every fault."""
    text, tree = read_toml(path)
    faults: list[Fault] = []

    def wrong(key: str, found: object, allowed: str) -> None:
        faults.append(Fault(path, _line(text, key), key, repr(found), allowed))

    kind = tree.get("format", "csv")
    if kind not in FORMATS:
        wrong("format", kind, one_of(FORMATS))
    encoding = tree.get("encoding", "utf-8")
    try:
        "".encode(encoding)
    except (LookupError, TypeError, ValueError):
        wrong("encoding", encoding, _("a text encoding such as utf-8 or cp1252"))
    delimiter = tree.get("delimiter", ",")
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n ':
        wrong("delimiter", delimiter, _("one character"))
    quotes = tree.get("quotes", True)
    if not isinstance(quotes, bool):
        wrong("quotes", quotes, _("true or false"))
    zone = tree.get("timezone", "America/Sao_Paulo")
    if not _is_zone(zone):
        wrong("timezone", zone, _('a time zone such as "America/Sao_Paulo"'))
    source = tree.get("source")
    if source is not None and (not isinstance(source, str) or not source.strip()):
        wrong("source", source, _("a text in quotes"))
    for key in tree.keys() - set(_TOP):
        wrong(key, tree[key], one_of(_TOP))
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
            read = _source(name, value, wrong)
            if read is not None:
                fields[name] = read
    for needed in ("external_id", "subject", "channel", "customer"):
        if needed not in fields and isinstance(table, dict) and needed not in table:
            wrong("fields", sorted(table), _("a line for {field}").format(field=needed))
    if faults:
        raise ConfigError(tuple(sorted(faults, key=lambda fault: fault.line)))
    own = fields["external_id"]
    source = source or own.template or own.const or own.columns[0]
    return ImportMap(kind, encoding, delimiter, quotes, zone, fields, tags, source)


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
    for one in [value.get("const"), value.get("default"), *(mapped or {}).values()]:
        if one is not None and one not in WORDS.get(name, (one,)):
            wrong(name, one, one_of(WORDS[name]))
            return None
    if "format" in value and not _is_date_format(value["format"]):
        wrong(name, value["format"], _('a date format such as "%d/%m/%Y"'))
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


def _is_date_format(form: str) -> bool:
    try:
        datetime.strptime("", form)  # noqa: DTZ007 - nothing is read, the form is looked at
    except ValueError as error:
        return "does not match" in str(error) or "unconverted" in str(error)
    except (re.error, LookupError):
        return False
    return True


def _is_zone(zone: object) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(zone)  # type: ignore[arg-type]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True


def _line(text: str, key: str) -> int:
    """The line of a key or of the heading of its table, [fields.status] for one; 0 when it stands nowhere."""
    name = re.escape(key)
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"""\s*(\[+\s*(fields\.)?["']?{name}["']?\s*\]|["']?{name}["']?\s*[.=])""", line):
            return number
    return 0
