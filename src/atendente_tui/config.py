"""What the configuration file says, as named tuples; `config_reading` reads it.

Standard library only: the first frame needs it, and named tuples are several times sooner made than dataclasses.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from atendente_tui.domain.words import Channel, Priority, Segment, Status, Tier
from atendente_tui.goals import MetricsConfig
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
    supervisor: bool = False
    """Whether they may review others' work; where the helpdesk tells roles, its word counts."""


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
