"""Knowledge-base articles as files: Markdown with YAML front matter (`id title audience tags product review lang url`).

The id is the front matter's, else the path below the folder. Front matter may be absent; then the title is the first
heading, else the file's name. Text is taken as written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from atendente_tui.domain.words import Audience
from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fault, Fields, parse

MAX_BYTES = 5_000_000

_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)")
_SCHEMES = ("https:", "http:", "mailto:", "tel:", "#")


@dataclass(frozen=True, slots=True)
class Article:
    id: str
    title: str
    body: str
    """Markdown without the front matter."""
    audience: Audience = Audience.INTERNAL
    tags: tuple[str, ...] = ()
    product: str | None = None
    review: date | None = None
    """The day on which somebody should read it again."""
    language: str | None = None
    url: str | None = None
    """Where a customer can read it; only public articles have one."""
    path: str = ""
    body_line: int = 1
    """The line of the file on which `body` begins."""


def read_article(text: str, path: str) -> tuple[Article, list[Fault]]:
    """The article of one file. Faults never lose the text: what is wrong reads as absent."""
    faults: list[Fault] = []
    text = text.removeprefix("\ufeff")
    front = _FRONT.match(text)
    body = text[front.end() :] if front else text
    tree, unreadable = parse(front.group(1), path, first_line=2) if front else (None, [])
    faults += unreadable
    if front is None and text.startswith("---"):
        faults.append(Fault(path, 1, _("the front matter is never closed by a line of ---")))
    fields = Fields(tree, path, faults)
    name = fields.maybe("id")
    title = fields.maybe("title")
    audience = fields.word("audience", Audience)
    tags = fields.texts("tags")
    product, language, url = fields.maybe("product"), fields.maybe("lang"), fields.maybe("url")
    review = _day(fields, "review")
    fields.close()
    if not title:
        heading = _HEADING.search(body)
        title = heading.group(1) if heading else Path(path).stem
    body_line = text[: front.end()].count("\n") + 1 if front else 1
    lead = len(body) - len(body.lstrip("\n"))
    article = Article(
        name or path, title, body.strip() + "\n", audience or Audience.INTERNAL, tags, product, review, language, url, path,
        body_line + lead,
    )  # fmt: skip
    return article, faults


class Seen(NamedTuple):
    """A file as it was when it was last read, and the id of its article."""

    size: int
    changed: int
    """ns."""
    id: str


class Loaded(NamedTuple):
    articles: list[Article]
    faults: list[Fault]
    seen: dict[str, Seen]
    """Every file that gave or gives an article, by its path below the folder."""
    unchanged: int
    """Files that were not read again."""


def load_articles(folder: Path) -> tuple[list[Article], list[Fault]]:
    """Every `*.md` below the folder, in the order of their paths. Ids used twice are faults; the first stays."""
    loaded = load_changed(folder, {})
    return loaded.articles, loaded.faults


def load_changed(
    folder: Path, before: Mapping[str, Seen], tell: Callable[[int, int], None] = lambda _done, _all: None
) -> Loaded:
    """As `load_articles`, without the files that are as they were `before`. `tell` hears how many files are done, of all."""
    articles: list[Article] = []
    faults: list[Fault] = []
    seen: dict[str, Seen] = {}
    owners: dict[str, str] = {}
    unchanged = 0
    paths = [folder] if folder.is_file() else sorted(folder.rglob("*.md"))
    base = folder.parent if folder.is_file() else folder
    for place, path in enumerate(paths):
        tell(place, len(paths))
        name = path.relative_to(base).as_posix()
        try:
            now = path.stat()
            old = before.get(name)
            same = old is not None and (old.size, old.changed) == (now.st_size, now.st_mtime_ns)
            text = "" if same else read_text(path)
        except (OSError, ValueError) as error:
            faults.append(Fault(name, 0, str(error)))
            continue
        if same and old is not None and old.id not in owners:
            owners[old.id], seen[name] = name, old
            unchanged += 1
            continue
        article, found = read_article(text or read_text(path), name)
        faults += found
        if article.id in owners:
            said = _("this id is already used by {file}").format(file=owners[article.id])
            faults.append(Fault(name, 1, said, "id", article.id))
        else:
            owners[article.id] = name
            seen[name] = Seen(now.st_size, now.st_mtime_ns, article.id)
            articles.append(article)
    return Loaded(articles, faults, seen, unchanged)


def lint_articles(articles: list[Article], *, today: date) -> list[Fault]:
    """What an editor should look at: nothing inside, overdue reviews, links nobody can open, secrets of public pages."""
    return [fault for article in articles for fault in _lint(article, today)]


def _lint(article: Article, today: date) -> list[Fault]:
    faults: list[Fault] = []
    if len(article.body.strip()) < 20:
        faults.append(Fault(article.path, article.body_line, _("has next to no text")))
    if article.review is not None and article.review <= today:
        faults.append(
            Fault(article.path, 1, _("is due to be read again"), "review", article.review.isoformat())
        )
    if article.url is not None and article.audience is Audience.INTERNAL:
        faults.append(
            Fault(article.path, 1, _("an internal article has no public address"), "url", article.url)
        )
    for number, line in enumerate(article.body.splitlines(), article.body_line):
        for link in _LINK.findall(line):
            if ":" in link and not link.lower().startswith(_SCHEMES):
                faults.append(
                    Fault(
                        article.path, number, _("a link with a scheme that is not opened"), "", link, _SCHEMES
                    )
                )
    return faults


def yaml_below(folder: Path, faults: list[Fault]) -> Iterator[tuple[str, str]]:
    """Name and text of every `*.yaml` and `*.yml` below the folder, in the order of their paths; a file is one itself.

    What cannot be read is added to the faults.
    """
    paths = [folder] if folder.is_file() else sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")])
    base = folder.parent if folder.is_file() else folder
    for path in paths:
        name = path.relative_to(base).as_posix()
        try:
            yield name, read_text(path)
        except (OSError, ValueError) as error:
            faults.append(Fault(name, 0, str(error)))


def read_text(path: Path) -> str:
    """The UTF-8 text of a file that people write. Raises OSError, or ValueError when it is too long or not UTF-8."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise ValueError(_("the file is too long"))
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(_("not UTF-8 at byte {place}").format(place=error.start)) from None


def _day(fields: Fields, name: str) -> date | None:
    text = fields.maybe(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        fields.wrong(_("must be a date"), field=name, allowed=("2027-03-31",))
        return None
