"""TOML read table by table and value by value, with every fault by file, line, key, value found and what is allowed.

Standard library only: the first frame needs it.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from atendente_tui import os_words
from atendente_tui.i18n import _

SECRET = re.compile(
    r"(password|passphrase|passwd|token|secret|api_?key)$|^key$|(password|token|secret|api_?key)\s*=", re.I
)
"""Names of what must not stand in the file."""
T = TypeVar("T")


class Fault(NamedTuple):
    """One thing wrong with the file. `line` is 1-based, 0 when the file as a whole is meant."""

    file: Path
    line: int
    key: str
    found: str
    allowed: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return _("{place}: {key}: found {found}; allowed: {allowed}").format(
            place=place, key=self.key, found=self.found, allowed=self.allowed
        )


class ConfigError(Exception):
    """The configuration cannot be used; `faults` says everything that is wrong with it, at once."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file and what it says. Raises ConfigError where it cannot be read."""
    import tomllib

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise unreadable(path, 0, os_words.why(error), _("a file this user may read")) from error
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise unreadable(path, line, _("bytes that are not UTF-8"), _("UTF-8 text")) from error
    try:
        return text, tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = re.search(r"line (\d+)", str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        written = (text.splitlines()[line - 1 : line] or [""])[0].strip()
        allowed = _("TOML ({error})").format(error=error)
        if SECRET.search(written):
            written = written.partition("=")[0].strip() + " = …"
        raise unreadable(path, line, repr(written[:80]), allowed) from error


def unreadable(path: Path, line: int, found: str, allowed: str) -> ConfigError:
    return ConfigError((Fault(path, line, "file", found, allowed),))


def one_of(allowed: Iterable[str]) -> str:
    return _("one of {names}").format(names=", ".join(allowed))


class Tables:
    """One pass over the parsed tree that collects every fault instead of stopping at the first."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self.faults: list[Fault] = []

    def beside(self, path: str) -> Path:
        """A path of the file, which may be relative to the file's own folder."""
        return (self.path.parent / Path(path).expanduser()).resolve()

    # -- the kinds of value --------------------------------------------------------------------------------

    def table(self, tree: dict[str, Any], name: str, known: set[str] | None) -> dict[str, Any]:
        value = tree.get(name, {})
        if not isinstance(value, dict):
            self.wrong(name, repr(value), _("a table: {table}").format(table=f"[{name}]"))
            return {}
        if known is not None:
            self.unknown(
                value,
                name,
                known | ({one for one in value if SECRET.search(one)} if name == "backend" else set()),
            )
        return value

    def tables(self, tree: dict[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
        found = []
        for key, value in self.table(tree, name, None).items():
            if isinstance(value, dict):
                found.append((key, value))
            else:
                self.wrong(
                    f"{name}.{key}", repr(value), _("a table: {table}").format(table=f"[{name}.{key}]")
                )
        return found

    def unknown(self, table: dict[str, Any], place: str, known: set[str]) -> None:
        for key in table:
            if key not in known:
                dotted = f"{place}.{key}" if place else key
                self.wrong(dotted, _("a key nobody reads"), one_of(sorted(known)))

    def string(self, table: dict[str, Any], place: str) -> str | None:
        return self.typed(table, place, str, _("a text in quotes"))

    def flag(self, table: dict[str, Any], place: str, default: bool) -> bool:
        value = self.typed(table, place, bool, _("true or false"))
        return default if value is None else value

    def number(self, table: dict[str, Any], place: str, default: float, *, at_least: float) -> float:
        value = table.get(place.rpartition(".")[2])
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not at_least <= value < 1e9:
            self.wrong(place, repr(value), _("a number, {least} or more").format(least=f"{at_least:g}"))
            return default
        return float(value)

    def span(self, table: dict[str, Any], place: str, key: str | None = None) -> float | None:
        """A length of time in seconds from "90s", "5min", "24h" or "3d". `key` where the place does not end in it."""
        value = self.typed(
            {place.rpartition(".")[2]: table.get(key)} if key else table, place, str, _("a text in quotes")
        )
        if value is None:
            return None
        parts = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|min|h|d)", value)
        if parts is None or float(parts[1]) <= 0:
            self.wrong(place, repr(value), _('a length of time such as "30min", "24h" or "3d"'))
            return None
        return float(parts[1]) * {"s": 1, "min": 60, "h": 3600, "d": 86400}[parts[2]]

    def choice(self, table: dict[str, Any], place: str, allowed: tuple[str, ...], default: str) -> str:
        value = table.get(place.rpartition(".")[2])
        if value is None:
            return default
        if value not in allowed:
            self.wrong(place, repr(value), one_of(f'"{one}"' for one in allowed))
            return default
        return str(value)

    def strings(self, table: dict[str, Any], place: str, allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
        value = table.get(place.rpartition(".")[2], [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.wrong(place, repr(value), _('a list of texts: ["a", "b"]'))
            return ()
        good = tuple(one for one in value if not allowed or one in allowed)
        for one in value:
            if one not in good:
                self.wrong(place, repr(one), one_of(f'"{name}"' for name in allowed))
        return good

    def typed(self, table: dict[str, Any], place: str, kind: type[T], allowed: str) -> T | None:
        value = table.get(place.rpartition(".")[2])
        if value is None:
            return None
        if not isinstance(value, kind):
            self.wrong(place, repr(value), allowed)
            return None
        return value

    def check_zone(self, place: str, zone: str) -> None:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(zone)
        except (OSError, ValueError, KeyError):
            self.wrong(place, repr(zone), _('a time zone such as "America/Sao_Paulo"'))

    def wrong(self, key: str, found: str, allowed: str) -> None:
        self.faults.append(Fault(self.path, self.line(key), key, found, allowed))

    def line(self, dotted: str) -> int:
        """The line of a key, found by reading tables and keys as written; 0 when it stands nowhere."""
        table, best = "", 0
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
                table = header[1].replace('"', "").replace("'", "")
                if table == dotted:
                    best = number
            elif entry := re.match(r"""\s*(["']?)([\w.\- ]+?)\1\s*=""", line):
                full = f"{table}.{entry[2]}" if table else entry[2]
                if full == dotted:
                    return number
        return best
