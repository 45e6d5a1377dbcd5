"""What a team shares: calendars and SLA policies written as the tables of the configuration file are."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from atendente_tui.config import CalendarConfig, SlaConfig
from atendente_tui.config_reading import Reading
from atendente_tui.config_tables import ConfigError, read_toml, unreadable
from atendente_tui.i18n import _


def read_table(
    heading: Literal["calendars", "sla"], name: str, body: str, file: Path
) -> CalendarConfig | SlaConfig:
    """One `[calendars.NAME]` or `[sla.NAME]` table, written without its heading, as teams share them.

    `file` is named in faults; lines count from the body's first. Whether the calendar that a policy names exists is for
    the caller to ask. Raises ConfigError.
    """
    import json
    import tomllib

    text = f"[{heading}.{json.dumps(name, ensure_ascii=False)}]\n{body}"
    try:
        tree = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = re.search(r"line (\d+)", str(error))
        line = max(int(at[1]) - 1, 1) if at else body.count("\n") + 1
        written = (body.splitlines()[line - 1 : line] or [""])[0].strip()
        allowed = _("TOML ({error})").format(error=str(error).partition(" (at ")[0])
        raise unreadable(file, line, repr(written[:80]), allowed) from error
    reading = Reading(file, text)
    reading.unknown(tree, "", {heading})
    for other in tree[heading]:
        if other != name:
            reading.wrong(f"{heading}.{other}", _("a second table"), _("nothing else"))
    made = (reading.calendar if heading == "calendars" else reading.sla)(name, tree[heading][name])
    if reading.faults:
        raise ConfigError(tuple(one._replace(line=max(one.line - 1, 0)) for one in reading.faults))
    return made


class Shared(NamedTuple):
    """What a team shares in a file of its own, beside its articles and scripts."""

    tree: Mapping[str, Any]
    """As written."""
    words: Mapping[str, Mapping[str, tuple[str, int]]]
    """By heading, each word with its label and its line."""
    calendars: tuple[CalendarConfig, ...]
    sla: tuple[SlaConfig, ...]


def load_shared(path: Path, headings: Iterable[str]) -> Shared:
    """The `[calendars.*]` and `[sla.*]` tables of a file, and tables of words with their labels under `headings`.

    Whether the calendar that a policy names exists is for the caller to ask. Raises ConfigError with every fault.
    """
    text, tree = read_toml(path)
    reading = Reading(path, text)
    reading.unknown(tree, "", {"calendars", "sla", *headings})
    words: dict[str, dict[str, tuple[str, int]]] = {}
    for heading in headings:
        words[heading] = {}
        for word, label in reading.table(tree, heading, None).items():
            if isinstance(label, str):
                words[heading][word] = (label, reading.line(f"{heading}.{word}"))
            else:
                reading.wrong(f"{heading}.{word}", repr(label), _("a text in quotes"))
    made = Shared(
        tree,
        words,
        tuple(reading.calendar(name, one) for name, one in reading.tables(tree, "calendars")),
        tuple(reading.sla(name, one) for name, one in reading.tables(tree, "sla")),
    )
    if reading.faults:
        raise ConfigError(tuple(sorted(reading.faults, key=lambda fault: fault.line)))
    return made
