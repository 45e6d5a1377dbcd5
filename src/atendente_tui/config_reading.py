"""The configuration file: TOML read into the named tuples of `config`.

Every fault is named with file, line, key, value found and what is allowed, all of them at once.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from atendente_tui.config import (
    CLASSES,
    GLYPHS,
    MASKABLE,
    PRESETS,
    REVIEW_LEVELS,
    REVIEW_RULES,
    SORTS,
    THEMES,
    WEEKDAYS,
    AgentConfig,
    AssistantConfig,
    BackendConfig,
    CalendarConfig,
    Config,
    PrivacyConfig,
    ReviewConfig,
    SlaConfig,
    StoreConfig,
    UiConfig,
    ViewConfig,
)
from atendente_tui.config_tables import SECRET, ConfigError, Tables, one_of, read_toml
from atendente_tui.domain.words import Channel, Priority, Segment, Status, Tier
from atendente_tui.goals import DURATIONS, FIGURES, SMALLER, Goal, MetricsConfig
from atendente_tui.i18n import _
from atendente_tui.monitor_config import MonitorConfig


def load(path: Path) -> Config:
    """Read the file; a missing one gives the defaults. Raises ConfigError with every fault found."""
    try:
        text, tree = read_toml(path)
    except ConfigError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return Config()
        raise
    return Reading(path, text).config(tree)


_NOT_HEADINGS = {"source", "key_lines", "holds", "signatures", "survey_days", "nps_days", "metrics"}


class Reading(Tables):
    """One pass over the parsed tree that collects every fault instead of stopping at the first."""

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
            if SECRET.search(name):
                self.wrong(
                    f"{place}.{name}",
                    _("a secret in the file"),
                    _("nothing: atendente login keeps it in the keyring"),
                )

    def agent(self, tree: dict[str, Any]) -> AgentConfig:
        table = self.table(tree, "agent", {"login", "name", "teams", "tier", "supervisor"})
        return AgentConfig(
            self.string(table, "agent.login"),
            self.string(table, "agent.name"),
            self.strings(table, "agent.teams"),
            Tier(self.choice(table, "agent.tier", tuple(Tier), Tier.N1)),
            self.flag(table, "agent.supervisor", False),
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
        known = {"csat_positive", "fcr_days", "short_abandon", "service", "session_gap", "idle_seconds"}
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
            self.number(table, "metrics.idle_seconds", plain.idle_seconds, at_least=0.0),
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
