"""The configuration file: TOML read into named tuples.

Every fault is named with file, line, key, value found and what is allowed, all of them at once.

Standard library only: the first frame needs it, and named tuples are several times sooner made than dataclasses.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeVar

from atendente_tui import os_words
from atendente_tui.domain.words import Channel, Priority, Segment, Status, Tier
from atendente_tui.goals import DURATIONS, FIGURES, SMALLER, Goal, MetricsConfig
from atendente_tui.i18n import _
from atendente_tui.monitor_config import MonitorConfig

THEMES = ("dark", "light", "high-contrast", "ansi")
GLYPHS = ("unicode", "ascii")
SORTS = ("score", "due", "updated", "opened")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
REVIEW_LEVELS = ("off", "warn", "block")
REVIEW_RULES = [
    "card",
    "document",
    "debt",
    "internal_article",
    "internal_link",
    "new_address",
    "disclosure",
    "wrong_name",
    "phone",
    "email",
    "pix",
    "known_fact",
    "promise",
    "missing_file",
    "shouting",
    "jargon",
    "curt",
    "sms",
    "spelling",
]
"""Rules of the reviewer that may be set (`review.rules`)."""
MASKABLE = ("cpf", "cnpj", "card", "cvv", "phone", "email", "pix", "cep")
"""Kinds of personal data that may be masked on screen (`privacy.personal.Kind`)."""
PRESETS = ("sac-regulado",)
CLASSES = ("tickets", "customers", "drafts", "problems")
"""What is let go after so many days (`store.retaining`)."""
_SECRET = re.compile(
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


class StoreConfig(NamedTuple):
    encryption: bool = True


class BackendConfig(NamedTuple):
    name: str
    url: str = ""
    user: str | None = None
    ca_file: str | None = None
    poll_seconds: float = 15.0
    options: Mapping[str, str | int | float | bool] = MappingProxyType({})
    """The adapter's own keys, `[backend.options]`."""


class AgentConfig(NamedTuple):
    login: str | None = None
    """None: the backend's user."""
    name: str | None = None
    teams: tuple[str, ...] = ()
    tier: Tier = Tier.N1


class UiConfig(NamedTuple):
    language: str | None = None
    theme: str = "dark"
    glyphs: str = "unicode"
    zone: str = "America/Sao_Paulo"
    mouse: bool = True
    low_bandwidth: bool = False


class ViewConfig(NamedTuple):
    """A queue view of one's own. Empty tuples mean "any"; assignee "me", "none" or a login."""

    name: str
    title: str
    statuses: tuple[Status, ...] = ()
    assignee: str | None = None
    teams: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    tier: Tier | None = None
    tags: tuple[str, ...] = ()
    sort: str = "score"


class CalendarConfig(NamedTuple):
    name: str
    zone: str
    hours: tuple[tuple[str, ...], ...]
    """Seven tuples from Monday on, of "HH:MM-HH:MM"."""
    holidays: str | None = None
    """"BR", or with a state: "BR-SP"."""


class SlaConfig(NamedTuple):
    """Targets in seconds, None for no target."""

    name: str
    calendar: str = "always"
    first: float | None = None
    next: float | None = None
    resolution: float | None = None
    channels: tuple[Channel, ...] = ()
    priorities: tuple[Priority, ...] = ()
    segments: tuple[Segment, ...] = ()


class ReviewConfig(NamedTuple):
    """How the reviewer reads texts before they are sent."""

    levels: Mapping[str, str] = MappingProxyType({})
    """Rule → one of `REVIEW_LEVELS`, where it differs from the rule's own."""
    internal_hosts: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    """The company's own addresses, telephone numbers and Pix keys."""
    avoid: Mapping[str, str] = MappingProxyType({})
    """Words not to be used → what to say instead."""
    dictionary: Path | None = None
    """The .dic file of a Hunspell dictionary (its .aff beside it) in place of the system's Brazilian one."""


class AssistantConfig(NamedTuple):
    """An endpoint that speaks OpenAI's chat completions; off unless named."""

    url: str
    """The address that /chat/completions is put behind."""
    model: str
    seconds: float = 30.0
    """How long an answer may take."""
    ca_file: str | None = None


class PrivacyConfig(NamedTuple):
    mask: tuple[str, ...] = MASKABLE[:-1]
    """What of `MASKABLE` is masked on screen until it is revealed."""
    reveal_seconds: float = 60.0
    preset: str = ""
    purpose: str = ""
    """What the data are for, as an export tells it; empty for our own words."""
    retention: Mapping[str, float] = MappingProxyType({})
    """Days by class of `CLASSES`, where they are limited."""


class Config(NamedTuple):
    source: Path | None = None
    store: StoreConfig = StoreConfig()
    backend: BackendConfig | None = None
    agent: AgentConfig = AgentConfig()
    ui: UiConfig = UiConfig()
    keys: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    key_lines: Mapping[str, int] = MappingProxyType({})
    """Line of each entry of `keys`, for the keymap's own check."""
    holds: Mapping[str, float] = MappingProxyType({"default": 10.0})
    views: tuple[ViewConfig, ...] = ()
    calendars: tuple[CalendarConfig, ...] = ()
    sla: tuple[SlaConfig, ...] = ()
    scripts: tuple[Path, ...] = ()
    downloads: Path | None = None
    """Where attachments are saved; None for the system's folder of downloads."""
    review: ReviewConfig = ReviewConfig()
    signatures: Mapping[str, str] = MappingProxyType({})
    """Text put below an answer, by channel, with "default"; may hold variables."""
    survey_days: float | None = None
    """Days in which a customer is asked at most once how it went, by whichever survey; None asks nobody."""
    nps_days: float | None = None
    """Days after which a customer may be asked for a recommendation (NPS) instead of how it went; None never asks."""
    privacy: PrivacyConfig = PrivacyConfig()
    assistant: AssistantConfig | None = None
    """None: off."""
    metrics: MetricsConfig = MetricsConfig()
    monitor: MonitorConfig = MonitorConfig()


def load(path: Path) -> Config:
    """Read the file; a missing one gives the defaults. Raises ConfigError with every fault found."""
    try:
        text, tree = read_toml(path)
    except ConfigError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return Config()
        raise
    return _Reading(path, text).config(tree)


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file and what it says. Raises ConfigError where it cannot be read."""
    import tomllib

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, 0, os_words.why(error), _("a file this user may read")) from error
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _unreadable(path, line, _("bytes that are not UTF-8"), _("UTF-8 text")) from error
    try:
        return text, tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = re.search(r"line (\d+)", str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        written = (text.splitlines()[line - 1 : line] or [""])[0].strip()
        allowed = _("TOML ({error})").format(error=error)
        if _SECRET.search(written):
            written = written.partition("=")[0].strip() + " = …"
        raise _unreadable(path, line, repr(written[:80]), allowed) from error


def _unreadable(path: Path, line: int, found: str, allowed: str) -> ConfigError:
    return ConfigError((Fault(path, line, "file", found, allowed),))


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
        raise _unreadable(file, line, repr(written[:80]), allowed) from error
    reading = _Reading(file, text)
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
    reading = _Reading(path, text)
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


def one_of(allowed: Iterable[str]) -> str:
    return _("one of {names}").format(names=", ".join(allowed))


_NOT_HEADINGS = {"source", "key_lines", "holds", "signatures", "survey_days", "nps_days", "metrics"}


class _Reading:
    """One pass over the parsed tree that collects every fault instead of stopping at the first."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self.faults: list[Fault] = []

    def config(self, tree: dict[str, Any]) -> Config:
        self.unknown(
            tree,
            "",
            set(Config._fields) - _NOT_HEADINGS | {"hold", "signature", "survey", "metrics", "goals"},
        )
        result = Config(
            source=self.path,
            store=StoreConfig(
                encryption=self.choice(
                    self.table(tree, "store", {"encryption"}), "store.encryption", ("on", "off"), "on"
                )
                == "on"
            ),
            backend=self.backend(tree),
            agent=self.agent(tree),
            ui=self.ui(tree),
            keys=self.keys(tree),
            key_lines={name: self.line(f"keys.{name}") for name in self.table(tree, "keys", None)},
            holds=self.holds(tree),
            views=tuple(self.view(name, one) for name, one in self.tables(tree, "views")),
            calendars=tuple(self.calendar(name, one) for name, one in self.tables(tree, "calendars")),
            sla=tuple(self.sla(name, one) for name, one in self.tables(tree, "sla")),
            scripts=tuple(
                self.beside(one)
                for one in self.strings(self.table(tree, "scripts", {"folders"}), "scripts.folders")
            ),
            downloads=self.downloads(tree),
            review=self.review(tree),
            signatures=self.signatures(tree),
            survey_days=self.survey_days(tree),
            nps_days=self.nps_days(tree),
            privacy=self.privacy(tree),
            assistant=self.assistant(tree),
            metrics=self.metrics(tree),
            monitor=self.monitor(tree),
        )
        names = {one.name for one in result.calendars} | {"always", "default"}
        for one in result.sla:
            if one.calendar not in names:
                self.wrong(f"sla.{one.name}.calendar", one.calendar, one_of(sorted(names)))
        if self.faults:
            raise ConfigError(tuple(sorted(self.faults, key=lambda fault: fault.line)))
        return result

    # -- the sections --------------------------------------------------------------------------------------

    def backend(self, tree: dict[str, Any]) -> BackendConfig | None:
        keys = {"name", "url", "user", "ca_file", "poll_seconds", "options"}
        table = self.table(tree, "backend", keys)
        if not table:
            return None
        self.no_secrets(table, "backend")
        options = table.get("options", {})
        if not isinstance(options, dict) or not all(
            isinstance(one, str | int | float | bool) for one in options.values()
        ):
            self.wrong("backend.options", repr(options), _("a table of texts, numbers and true/false"))
            options = {}
        self.no_secrets(options, "backend.options")
        name = self.string(table, "backend.name")
        if not name:
            self.wrong(
                "backend.name", _("nothing"), _("the name of an installed backend (atendente backend list)")
            )
        url = self.string(table, "backend.url") or ""
        if "@" in url.partition("://")[2].partition("/")[0]:
            self.wrong(
                "backend.url",
                _("a user or a password in it"),
                _("an address alone; the login is backend.user"),
            )
            url = ""
        if url and not re.match(r"(https?|demo)://", url):
            self.wrong("backend.url", url, _("an address that begins with https:// or http://"))
        poll = self.number(table, "backend.poll_seconds", 15.0, at_least=1.0)
        return BackendConfig(
            name or "",
            url,
            self.string(table, "backend.user"),
            self.string(table, "backend.ca_file"),
            poll,
            options,
        )

    def no_secrets(self, table: Mapping[str, Any], place: str) -> None:
        """A secret in a file is read by backups, colleagues and version control: it is refused, and never repeated."""
        for name in table:
            if _SECRET.search(name):
                self.wrong(
                    f"{place}.{name}",
                    _("a secret in the file"),
                    _("nothing: atendente login keeps it in the keyring"),
                )

    def agent(self, tree: dict[str, Any]) -> AgentConfig:
        table = self.table(tree, "agent", {"login", "name", "teams", "tier"})
        return AgentConfig(
            self.string(table, "agent.login"),
            self.string(table, "agent.name"),
            self.strings(table, "agent.teams"),
            Tier(self.choice(table, "agent.tier", tuple(Tier), Tier.N1)),
        )

    def ui(self, tree: dict[str, Any]) -> UiConfig:
        table = self.table(tree, "ui", set(UiConfig._fields))
        zone = self.string(table, "ui.zone") or "America/Sao_Paulo"
        if "zone" in table:
            self.check_zone("ui.zone", zone)
        return UiConfig(
            self.choice(table, "ui.language", ("pt-BR", "en"), "") or None,
            self.choice(table, "ui.theme", THEMES, "dark"),
            self.choice(table, "ui.glyphs", GLYPHS, "unicode"),
            zone,
            self.flag(table, "ui.mouse", True),
            self.flag(table, "ui.low_bandwidth", False),
        )

    def keys(self, tree: dict[str, Any]) -> Mapping[str, tuple[str, ...]]:
        table = self.table(tree, "keys", None)
        found: dict[str, tuple[str, ...]] = {}
        for name, value in table.items():
            if isinstance(value, str):
                found[name] = tuple(one.strip() for one in value.split(",")) if value != "," else (",",)
            else:
                found[name] = self.strings(table, f"keys.{name}")
        return found

    def holds(self, tree: dict[str, Any]) -> Mapping[str, float]:
        table = self.table(tree, "hold", {"default", *Channel})
        return {"default": 10.0} | {
            name: self.number(table, f"hold.{name}", 10.0, at_least=0.0) for name in table
        }

    def view(self, name: str, table: dict[str, Any]) -> ViewConfig:
        place = f"views.{name}"
        self.unknown(table, place, set(ViewConfig._fields) - {"name"})
        tier = self.choice(table, f"{place}.tier", tuple(Tier), "")
        return ViewConfig(
            name,
            self.string(table, f"{place}.title") or name,
            tuple(Status(one) for one in self.strings(table, f"{place}.statuses", tuple(Status))),
            self.string(table, f"{place}.assignee"),
            self.strings(table, f"{place}.teams"),
            tuple(Channel(one) for one in self.strings(table, f"{place}.channels", tuple(Channel))),
            Tier(tier) if tier else None,
            self.strings(table, f"{place}.tags"),
            self.choice(table, f"{place}.sort", SORTS, "score"),
        )

    def calendar(self, name: str, table: dict[str, Any]) -> CalendarConfig:
        place = f"calendars.{name}"
        self.unknown(table, place, {"zone", "holidays", *WEEKDAYS})
        zone = self.string(table, f"{place}.zone") or "America/Sao_Paulo"
        self.check_zone(f"{place}.zone", zone)
        hours = tuple(self.strings(table, f"{place}.{day}") for day in WEEKDAYS)
        for day, spans in zip(WEEKDAYS, hours, strict=True):
            for span in spans:
                at = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)", span)
                if at is None or span[:5] >= span[6:] or span[6:] > "24:00":
                    self.wrong(f"{place}.{day}", span, _('intervals such as "08:00-12:00"'))
        if not any(hours):
            self.wrong(place, _("no working hours"), _("at least one day with intervals"))
        holidays = self.string(table, f"{place}.holidays")
        if holidays is not None and not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", holidays):
            self.wrong(f"{place}.holidays", holidays, _('"BR", or with a state "BR-SP"'))
        return CalendarConfig(name, zone, hours, holidays)

    def sla(self, name: str, table: dict[str, Any]) -> SlaConfig:
        place = f"sla.{name}"
        self.unknown(table, place, set(SlaConfig._fields) - {"name"})
        return SlaConfig(
            name,
            self.string(table, f"{place}.calendar") or "always",
            self.span(table, f"{place}.first"),
            self.span(table, f"{place}.next"),
            self.span(table, f"{place}.resolution"),
            tuple(Channel(one) for one in self.strings(table, f"{place}.channels", tuple(Channel))),
            tuple(Priority(one) for one in self.strings(table, f"{place}.priorities", tuple(Priority))),
            tuple(Segment(one) for one in self.strings(table, f"{place}.segments", tuple(Segment))),
        )

    def downloads(self, tree: dict[str, Any]) -> Path | None:
        folder = self.string(self.table(tree, "downloads", {"folder"}), "downloads.folder")
        return self.beside(folder) if folder else None

    def review(self, tree: dict[str, Any]) -> ReviewConfig:
        table = self.table(tree, "review", {*REVIEW_RULES, "internal_hosts", "ours", "avoid", "dictionary"})
        levels = {
            name: self.choice(table, f"review.{name}", REVIEW_LEVELS, "")
            for name in REVIEW_RULES
            if name in table
        }
        avoid = table.get("avoid", {})
        if not isinstance(avoid, dict) or not all(isinstance(one, str) for one in avoid.values()):
            self.wrong("review.avoid", repr(avoid), _("a table of words, each with what to say instead"))
            avoid = {}
        dictionary = self.string(table, "review.dictionary")
        return ReviewConfig(
            {name: level for name, level in levels.items() if level},
            self.strings(table, "review.internal_hosts"),
            self.strings(table, "review.ours"),
            avoid,
            self.beside(dictionary) if dictionary else None,
        )

    def signatures(self, tree: dict[str, Any]) -> Mapping[str, str]:
        table = self.table(tree, "signature", {"default", *Channel})
        return {name: text for name in table if (text := self.string(table, f"signature.{name}")) is not None}

    def survey_days(self, tree: dict[str, Any]) -> float | None:
        table = self.table(tree, "survey", {"days", "nps_days"})
        return self.number(table, "survey.days", 30.0, at_least=0.0) if table else None

    def nps_days(self, tree: dict[str, Any]) -> float | None:
        """Of the table that `survey_days` has looked through."""
        table = tree.get("survey")
        if not isinstance(table, dict) or "nps_days" not in table:
            return None
        return self.number(table, "survey.nps_days", 90.0, at_least=0.0)

    def assistant(self, tree: dict[str, Any]) -> AssistantConfig | None:
        table = self.table(tree, "assistant", {"url", "model", "seconds", "ca_file"})
        if not table:
            return None
        url = self.string(table, "assistant.url") or ""
        # Not in the clear, but to this machine itself.
        if not re.match(r"https://|http://(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)", url):
            self.wrong("assistant.url", url or _("nothing"), _("an address that begins with https://"))
        model = self.string(table, "assistant.model")
        if not model:
            self.wrong("assistant.model", _("nothing"), _("the name of a model"))
        seconds = self.number(table, "assistant.seconds", 30.0, at_least=1.0)
        return AssistantConfig(url, model or "", seconds, self.string(table, "assistant.ca_file"))

    def privacy(self, tree: dict[str, Any]) -> PrivacyConfig:
        table = self.table(tree, "privacy", set(PrivacyConfig._fields))
        kept = self.table(table, "retention", None)
        self.unknown(kept, "privacy.retention", set(CLASSES))
        plain = PrivacyConfig()
        return PrivacyConfig(
            self.strings(table, "privacy.mask", MASKABLE) if "mask" in table else plain.mask,
            self.number(table, "privacy.reveal_seconds", plain.reveal_seconds, at_least=1.0),
            self.choice(table, "privacy.preset", PRESETS, ""),
            self.string(table, "privacy.purpose") or "",
            {
                name: self.number(kept, f"privacy.retention.{name}", 0.0, at_least=1.0)
                for name in CLASSES
                if name in kept
            },
        )

    def monitor(self, tree: dict[str, Any]) -> MonitorConfig:
        table = self.table(tree, "monitor", set(MonitorConfig._fields))
        plain = MonitorConfig()
        least = {"refresh_seconds": 1.0, "rotate_seconds": 1.0, "spike_sigmas": 0.5, "spike_weeks": 1.0}

        def number(name: str) -> float:
            return self.number(table, f"monitor.{name}", getattr(plain, name), at_least=least.get(name, 0.0))

        return MonitorConfig(
            number("refresh_seconds"),
            self.strings(table, "monitor.kpis", FIGURES) if "kpis" in table else plain.kpis,
            number("waiting_minutes"),
            number("promise_minutes"),
            number("pause_minutes"),
            number("stale_hours"),
            number("spike_sigmas"),
            int(number("spike_least")),
            int(number("spike_weeks")),
            int(number("ping_pong")),
            number("rotate_seconds"),
            self.flag(table, "monitor.bell", False),
            self.flag(table, "monitor.desktop", False),
        )

    def metrics(self, tree: dict[str, Any]) -> MetricsConfig:
        """[metrics], the numbers that the definitions leave open, and [goals], what the figures should be."""
        plain = MetricsConfig()
        known = {"csat_positive", "fcr_days", "short_abandon", "service", "session_gap"}
        table = self.table(tree, "metrics", known)
        service = self.spans(table, "metrics.service", {"default", *Channel})
        gaps = self.spans(table, "metrics.session_gap", set(Channel))
        goals: dict[str, dict[str, Goal]] = {"": {}}
        for name, value in self.table(tree, "goals", None).items():
            if name == "team":
                for team, own in self.tables({"goals.team": value}, "goals.team"):
                    goals[team] = {
                        key: goal
                        for key, one in own.items()
                        if (goal := self.goal(f"goals.team.{team}.{key}", key, one)) is not None
                    }
            elif (goal := self.goal(f"goals.{name}", name, value)) is not None:
                goals[""][name] = goal
        return MetricsConfig(
            self.number(table, "metrics.csat_positive", plain.csat_positive, at_least=1.0),
            self.number(table, "metrics.fcr_days", plain.fcr_days, at_least=0.0),
            self.number(table, "metrics.short_abandon", plain.short_abandon, at_least=0.0),
            {**plain.service, **service},
            gaps,
            goals,
            frozenset(table),
        )

    def goal(self, place: str, key: str, value: Any) -> Goal | None:
        """A number (the least; of a figure that should be small the most), or a table with `min` and `max`."""
        bounds = value if isinstance(value, dict) else {"max" if key in SMALLER else "min": value}
        if key not in FIGURES:
            self.wrong(place, _("a key nobody reads"), one_of(sorted(FIGURES)))
            return None
        if not bounds or bounds.keys() - {"min", "max"}:
            self.wrong(place, repr(value), _("a number, or a table with min and max"))
            return None
        read: dict[str, float] = {}
        for end, one in bounds.items():
            if isinstance(one, str) and key in DURATIONS:
                span = self.span({end: one}, f"{place}.{end}" if isinstance(value, dict) else place, end)
                if span is None:
                    return None
                read[end] = span
            elif isinstance(one, bool) or not isinstance(one, int | float):
                self.wrong(place, repr(one), _("a number, or a table with min and max"))
                return None
            else:
                read[end] = float(one)
        return Goal(read.get("min"), read.get("max"))

    def spans(self, table: dict[str, Any], place: str, known: set[str]) -> dict[str, float]:
        """Lengths of time by name, in seconds."""
        name = place.rpartition(".")[2]
        value = table.get(name, {})
        if not isinstance(value, dict):
            self.wrong(place, repr(value), _("a table: {table}").format(table=f"[{place}]"))
            return {}
        self.unknown(value, place, known)
        found = {one: self.span(value, f"{place}.{one}") for one in value if one in known}
        return {one: seconds for one, seconds in found.items() if seconds is not None}

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
                known | ({one for one in value if _SECRET.search(one)} if name == "backend" else set()),
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
