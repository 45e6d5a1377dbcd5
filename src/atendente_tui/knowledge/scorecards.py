"""Scorecards for reviewing the quality of tickets, as YAML files (docs/quality.md lists the fields).

title: Atendimento geral
items:
  - id: prazo
    title: Dá um prazo e diz o próximo passo
    weight: 2
    skill: communication
    comment: failed
sampling:
  window: 7d
  rules:
    - {per_agent: 2}
    - {low_csat: 2, take: 5}
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _
from atendente_tui.knowledge.articles import read_text
from atendente_tui.knowledge.marked import Fault, Fields, columned, parse
from atendente_tui.knowledge.moments import LENGTHS, read_length
from atendente_tui.knowledge.written_training import Skill
from atendente_tui.quality.card import DAYS, Card, Item, Needs, Scale
from atendente_tui.quality.sampling import KINDS, Kind, Rule

MOST_POINTS = 10
MOST_WEIGHT = 100
MOST_ITEMS = 60
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_TAKEN = 3
"""Tickets that a rule takes where it does not say."""


def read_card(text: str, key: str, path: str) -> tuple[Card | None, list[Fault]]:
    """The card of one document. None with a fault: nobody is to be judged by half a card."""
    tree, faults = parse(text, path)
    if tree is None:
        return None, columned(faults, text) or [Fault(path, 0, _("the file is empty"))]
    fields = Fields(tree, path, faults)
    title, about = fields.text("title"), fields.maybe("about") or ""
    items: dict[str, Item] = {}
    for one in fields.each("items"):
        item = _item(one)
        if item.id and items.setdefault(item.id, item) is not item:
            one.wrong(_("named twice"), field="id")
    if not items:
        fields.wrong(_("is required"), field="items")
    elif len(items) > MOST_ITEMS:
        fields.wrong(_("are too many"), field="items", found=str(len(items)), allowed=(f"≤ {MOST_ITEMS}",))
    elif all(one.may_not_apply for one in items.values()):
        fields.wrong(_("may all not apply: at least one must always count"), field="items")
    days, rules = _sampling(fields.fields("sampling"))
    fields.close()
    if faults:
        return None, columned(faults, text)
    return Card(key, title, tuple(items.values()), about, days, rules), []


def load_cards(folder: Path) -> tuple[list[Card], list[Fault]]:
    """Every `*.yaml` and `*.yml` of the folder, in the order of their names; a card's id is its file's name."""
    cards: dict[str, Card] = {}
    faults: list[Fault] = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        card, found = card_in(path)
        faults += found
        if card is not None and cards.setdefault(card.id, card) is not card:
            faults.append(Fault(path.name, 1, _("this id is already used by {file}").format(file=path.stem)))
    return list(cards.values()), faults


def card_in(path: Path) -> tuple[Card | None, list[Fault]]:
    """The card of a file."""
    try:
        text = read_text(path)
    except (OSError, ValueError) as error:
        return None, [Fault(path.name, 0, str(error))]
    return read_card(text, path.stem, path.name)


def _item(fields: Fields) -> Item:
    name = fields.text("id")
    if name and not _ID.fullmatch(name):
        fields.wrong(_("must be small letters, digits, hyphens and underscores"), field="id")
    scale = fields.word("scale", Scale)
    points = fields.whole("points", 2, MOST_POINTS)
    if scale is Scale.POINTS and points is None:
        fields.wrong(_("is required for a scale of points"), field="points")
    elif scale is not Scale.POINTS and "points" in fields:
        fields.wrong(_("belongs to a scale of points"), field="points")
    item = Item(
        name,
        fields.text("title"),
        fields.whole("weight", 1, MOST_WEIGHT) or 1,
        fields.word("skill", Skill) or "",
        points or 1,
        fields.flag("may_not_apply", False),
        fields.flag("critical", False),
        fields.flag("fatal", False),
        fields.word("comment", Needs) or Needs.NEVER,
        (fields.maybe("help") or "").strip(),
    )
    fields.close()
    return item


def _sampling(fields: Fields | None) -> tuple[int, tuple[Rule, ...]]:
    if fields is None:
        return DAYS, ()
    days = DAYS
    if (text := fields.maybe("window")) is not None:
        try:
            days = max(1, round(read_length(text).total_seconds() / 86_400))
        except ValueError:
            fields.wrong(_("is not a length of time"), field="window", allowed=LENGTHS)
    rules = [rule for one in fields.each("rules") if (rule := _rule(one)) is not None]
    fields.close()
    return days, tuple(rules)


def _rule(fields: Fields) -> Rule | None:
    kinds: list[Kind] = [one for one in KINDS if one in fields]
    if len(kinds) != 1:
        fields.wrong(
            _("must be exactly one way to choose"), found=", ".join(kinds) or ", ".join(fields), allowed=KINDS
        )
        for name in fields:
            fields.value(name)
        return None
    kind = kinds[0]
    take = fields.whole("take", 1, 1_000) or _TAKEN if kind not in ("per_agent", "random") else 0
    words: Sequence[str] = ()
    limit = 0.0
    match kind:
        case "per_agent" | "random":
            take = fields.whole(kind, 1, 1_000) or 0
        case "channel":
            words = fields.words(kind, Channel)
        case "reason":
            words = fields.texts(kind)
        case "low_csat":
            limit = fields.number(kind) or 0.0
            if not 1 <= limit <= 5:
                fields.wrong(_("must be from 1 to 5"), field=kind)
        case "long":
            limit = _seconds(fields, kind)
        case "reopened":
            if not fields.flag(kind, False):
                fields.wrong(_("can only be true"), field=kind, allowed=("true",))
    if kind in ("channel", "reason") and not words:
        fields.wrong(_("is required"), field=kind)
    fields.close()
    return Rule(kind, take, tuple(words), limit) if take else None


def _seconds(fields: Fields, name: str) -> float:
    try:
        return read_length(fields.text(name)).total_seconds()
    except ValueError:
        fields.wrong(_("is not a length of time"), field=name, allowed=LENGTHS)
        return 0.0
