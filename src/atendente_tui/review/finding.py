"""What a reviewer says about a text, what it knows of where the text goes, and how strict it is. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from atendente_tui.domain.words import Channel, IdentityKind


class Level(StrEnum):
    OFF = "off"
    WARN = "warn"
    BLOCK = "block"


class Place(NamedTuple):
    """Where in the text (code points, half open; 0, 0 for the text as a whole) and why, as a sentence."""

    start: int
    end: int
    sentence: str
    fixes: tuple[str, ...] = ()
    """What could stand there instead, the likeliest first."""


class Finding(NamedTuple):
    rule: str
    """Name of the rule, as in the settings (`review.rules.RULES`)."""
    start: int
    end: int
    sentence: str
    blocks: bool
    """Keeps the text from being sent until it is silenced."""
    final: bool = False
    """Cannot be silenced: nothing sends the text as it is."""
    fixes: tuple[str, ...] = ()
    excerpt: str = ""
    """What stands at the place, "" for the text as a whole."""

    @property
    def key(self) -> tuple[str, str]:
        """By which it is silenced: the same words found by the same rule, wherever they move to in the text."""
        return self.rule, self.excerpt.casefold()


class Passage(NamedTuple):
    """Words of something internal that must not reach a customer."""

    title: str
    text: str


class Situation(NamedTuple):
    """Where the text is about to go, and what is known of whom it goes to. Moments in ms."""

    public: bool = True
    """False for an internal note."""
    channel: Channel | None = None
    last_inbound: int | None = None
    now: int = 0
    names: tuple[str, ...] = ()
    """What the customer is called, the name to be used (nome social) first."""
    colleagues: tuple[str, ...] = ()
    """Names that stand in a text without being the customer's: the author's, the company's."""
    own: frozenset[tuple[IdentityKind, str]] = frozenset()
    """The customer's addresses in their normal form (`domain.identities.normal`)."""
    known: frozenset[str] = frozenset()
    """Names of the facts known about the customer."""
    copies: tuple[str, ...] = ()
    """E-mail addresses that get a copy."""
    familiar: frozenset[str] = frozenset()
    """Of these, in normal form, what this customer's tickets have seen before."""
    internal_links: frozenset[str] = frozenset()
    """Addresses of pages that only the company may open."""
    internal: tuple[Passage, ...] = ()
    files: int = 0
    """How many are attached."""
    due: str = ""
    """Until when the ticket has to be solved, as people read it; "" when nothing is set."""
    reason: str | None = None
    """Why the customer is in contact, by which the process is found."""
    withheld: frozenset[str] = frozenset()
    """What must not be told before one knows who is there (`domain.disclosure.KINDS`)."""
    template: bool = False
    """An approved template: the channel takes it outside its window, too."""


class Settings(NamedTuple):
    levels: Mapping[str, Level] = MappingProxyType({})
    """By rule, where it differs from the rule's own."""
    internal_hosts: tuple[str, ...] = ()
    """Hosts, with everything below them, that customers must not be sent to."""
    ours: tuple[str, ...] = ()
    """The company's own addresses, telephone numbers and Pix keys: they may stand in any answer."""
    jargon: Mapping[str, str] = MappingProxyType({})
    """Words of the company's own to avoid, each with what to say instead ("" for nothing particular)."""
    shortest: Mapping[Channel, int] = MappingProxyType({})
    """Words below which an answer is too curt, by channel, where it differs from ours."""
