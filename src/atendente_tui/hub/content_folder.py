"""A folder of what a team shares, read whole and written whole; what one gives the other takes back unchanged.

articles/*.md      Markdown with front matter; the key is its `id`
scripts/*.yaml     scripts, one or several a file; the key is each one's `id`
macros/*.yaml      a macro each; the key is the file's name without its ending
team.toml          [wrap_ups] [reasons] [tags] CODE = "label", [calendars.NAME], [sla.NAME]
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import tomlkit
import yaml
from sqlalchemy import Connection

from atendente_tui.config_shared import load_shared
from atendente_tui.config_tables import ConfigError
from atendente_tui.domain.change import ArticleUpsert, DirectoryEntry, SettingUpsert, received
from atendente_tui.domain.refusal import Refused
from atendente_tui.hub import content
from atendente_tui.hub.content import Entry, Faulty, GivenArticle, WordKind
from atendente_tui.i18n import _
from atendente_tui.knowledge.articles import load_articles, read_text
from atendente_tui.knowledge.marked import Fault
from atendente_tui.knowledge.reading_scenarios import load_scenario
from atendente_tui.knowledge.scripts import Script, load_scripts
from atendente_tui.knowledge.shipped import FOLDER, SCENARIO
from atendente_tui.paths import private_dir

TEAM = "team.toml"
HEADINGS: dict[str, WordKind] = {"wrap_ups": "wrap_up", "reasons": "reason", "tags": "tag"}
_YAML = ("*.yaml", "*.yml")


def load(folder: Path) -> list[Entry]:
    """Everything in the folder. Raises Refused("no_such_folder", found), and Faulty with every fault by file and line."""
    if not folder.is_dir():
        raise Refused("no_such_folder", found=str(folder))
    found: list[Entry | Fault] = []
    for kind, reader in (("articles", _articles), ("scripts", _scripts), ("macros", _macros)):
        if (folder / kind).is_dir():
            found += reader(folder / kind)
    if (folder / TEAM).exists():
        found += _team(folder / TEAM)
    if faults := [one for one in found if isinstance(one, Fault)]:
        raise Faulty(faults)
    return [one for one in found if isinstance(one, Entry)]


def starter() -> list[Entry]:
    """What comes with the program, for a team to begin with: of the demonstration all that is not its people's."""
    scenario, faults = load_scenario(SCENARIO)
    if scenario is None:
        raise Faulty(faults)
    words = set(HEADINGS.values())
    return [
        *load(FOLDER),
        *(content.word(one.kind, one.key, one.label) for one in scenario.directory if one.kind in words),
        *(content.setting(one.kind, one.key, one.body) for one in scenario.shared),
    ]


def _made(making: Any, *arguments: Any, **named: Any) -> list[Entry | Fault]:
    try:
        return [making(*arguments, **named)]
    except Faulty as faulty:
        return list(faulty.faults)


def _articles(folder: Path) -> Iterator[Entry | Fault]:
    articles, faults = load_articles(folder)
    yield from (_below(fault, "articles") for fault in faults)
    for one in articles:
        try:
            given = GivenArticle.model_validate(
                {
                    "title": one.title,
                    "body": one.body,
                    "audience": one.audience,
                    "tags": one.tags,
                    "product": one.product,
                    "language": one.language,
                    "review": one.review,
                    "url": one.url,
                }
            )
        except ValueError:
            yield Fault(f"articles/{one.path}", 1, _("the file is too long"))
            continue
        yield from (
            _at(made, f"articles/{one.path}") for made in _made(content.article, received(one.id), given)
        )


def _scripts(folder: Path) -> Iterator[Entry | Fault]:
    scripts, faults = load_scripts(folder)
    yield from (_below(fault, "scripts") for fault in faults)
    alone = Counter(one.path for one in scripts)
    for one in scripts:
        # Written as it stands where a file holds one: so its comments come along, and an export comes back the same.
        body = read_text(folder / one.path) if alone[one.path] == 1 else script_body(one)
        made = _made(content.setting, "script", received(one.id), received(body))
        yield from (_at(entry, f"scripts/{one.path}", one.line) for entry in made)


def _macros(folder: Path) -> Iterator[Entry | Fault]:
    for path in sorted(path for pattern in _YAML for path in folder.glob(pattern)):
        name = f"macros/{path.name}"
        try:
            text = read_text(path)
        except (OSError, ValueError) as error:
            yield Fault(name, 0, str(error))
            continue
        yield from _made(content.setting, "macro", received(unquote(path.stem)), received(text), file=name)


def _team(path: Path) -> Iterator[Entry | Fault]:
    try:
        shared = load_shared(path, HEADINGS)
    except ConfigError as error:
        yield from content.told(error, TEAM)
        return
    for heading, kind in HEADINGS.items():
        for key, (label, line) in shared.words[heading].items():
            yield from _made(content.word, kind, received(key), received(label), TEAM, line)
    for heading, setting in (("calendars", "calendar"), ("sla", "sla_policy")):
        for key, table in shared.tree.get(heading, {}).items():
            yield from _made(content.setting, setting, received(key), received(tomlkit.dumps(table)), TEAM)


def _below(fault: Fault, folder: str) -> Fault:
    return Fault(f"{folder}/{fault.file}", fault.line, fault.message, fault.field, fault.found, fault.allowed)


def _at(made: Entry | Fault, file: str, line: int = 1) -> Entry | Fault:
    return (
        Fault(file, line, made.message, made.field, made.found, made.allowed)
        if isinstance(made, Fault)
        else made
    )


def script_body(script: Script) -> str:
    """One script as a YAML document of its own."""
    if isinstance(script.written, dict):  # with its steps and conditions, word for word
        return yaml.safe_dump(script.written, allow_unicode=True, sort_keys=False, width=10_000)
    fields: dict[str, Any] = {"id": script.id, "title": script.title}
    if script.channels:
        fields["channels"] = [str(one) for one in script.channels]
    if script.tags:
        fields["tags"] = list(script.tags)
    if script.text:
        fields["text"] = script.text
    if script.variants:
        fields["variants"] = {str(channel): text for channel, text in script.variants.items()}
    return yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=10_000)


# -- writing ---------------------------------------------------------------------------------------------------------


def export(db: Connection, folder: Path) -> int:
    """Write everything shared into an empty or new folder, for its owner alone; how many things.

    Raises Refused("archive_not_empty", folder).
    """
    private_dir(folder)
    if any(folder.iterdir()):
        raise Refused("archive_not_empty", folder=str(folder))
    count = 0
    for number, (key, body) in enumerate(content.listed(db, "article"), 1):
        _write(
            folder / "articles" / f"{number:05d}-{_file_name(key)}.md",
            article_text(ArticleUpsert.model_validate_json(body)),
        )
        count += 1
    for number, (key, body) in enumerate(content.listed(db, "script"), 1):
        _write(
            folder / "scripts" / f"{number:05d}-{_file_name(key)}.yaml",
            SettingUpsert.model_validate_json(body).body,
        )
        count += 1
    for key, body in content.listed(db, "macro"):
        _write(folder / "macros" / f"{_quoted(key)}.yaml", SettingUpsert.model_validate_json(body).body)
        count += 1
    team, more = _team_text(db)
    if more:
        _write(folder / TEAM, team)
    return count + more


def _team_text(db: Connection) -> tuple[str, int]:
    made: dict[str, Any] = {}
    for heading, kind in HEADINGS.items():
        found = [DirectoryEntry.model_validate_json(body) for _key, body in content.listed(db, kind)]
        if found:
            made[heading] = {one.key: one.label for one in found}
    for heading, setting in (("calendars", "calendar"), ("sla", "sla_policy")):
        rows = content.listed(db, setting)
        bodies = {key: SettingUpsert.model_validate_json(body).body for key, body in rows}
        if bodies:
            made[heading] = {key: tomlkit.parse(body).unwrap() for key, body in bodies.items()}
    return tomlkit.dumps(made), sum(len(one) for one in made.values())


def article_text(one: ArticleUpsert) -> str:
    """An article as the Markdown file that gives it again."""
    front = {
        "id": one.remote_id,
        "title": one.title,
        "audience": str(one.audience),
        "tags": list(one.tags),
        "product": one.product,
        "review": one.review,
        "lang": one.language,
        "url": one.url,
    }
    written = {name: value for name, value in front.items() if value}
    head = yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{head}---\n\n{one.body}"


def _file_name(key: str) -> str:
    """A hint for people; the key itself stands in the file."""
    return re.sub(r"[^\w-]+", "-", key.removesuffix(".md"))[:80].strip("-") or "_"


def _quoted(key: str) -> str:
    """A key as the name of a file, from which it can be told again."""
    return re.sub(r'[/\\%:*?"<>|]|^\.', lambda found: f"%{ord(found[0]):02X}", key)


def _write(path: Path, text: str) -> None:
    private_dir(path.parent)
    path.write_text(text, encoding="utf-8", newline="")
    path.chmod(0o600)
