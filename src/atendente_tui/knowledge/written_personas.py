"""Personas read from YAML, and what a graph must hold: every `goto` leads somewhere, every node is reached and has a default."""

from __future__ import annotations

from datetime import timedelta

from atendente_tui.flow.persona import Node, Persona, Turn, When
from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fields
from atendente_tui.knowledge.moments import LENGTHS, read_length

Synonyms = dict[str, tuple[str, ...]]
"""Other words for a phrase, by the phrase."""


def widened(phrases: tuple[str, ...], synonyms: Synonyms) -> tuple[str, ...]:
    """Each phrase with its synonyms as alternatives, `a|b`."""
    return tuple(
        "|".join(dict.fromkeys(word for one in phrase.split("|") for word in (one, *synonyms.get(one, ()))))
        for phrase in phrases
    )


def read_persona(fields: Fields, seed: int, synonyms: Synonyms | None = None) -> Persona:
    """The persona, its phrases widened by the scenario's synonyms."""
    told = synonyms or {}
    start = fields.text("start")
    mood = fields.whole("mood", -5, 5) or 0
    turns = fields.whole("max_turns", 1, 100) or 12
    written = fields.named("nodes")
    nodes = {name: _node(one, told) for name, one in written}
    fields.close()
    if start and start not in nodes:
        fields.wrong(_("is no node of this persona"), field="start", allowed=tuple(nodes))
    reached = _reached(nodes, start)
    for name, one in written:
        for goto in _ways(nodes[name]):
            if goto not in nodes:
                one.wrong(_("leads to a node that is not there"), found=goto, allowed=tuple(nodes))
        if nodes[name].on_reply and nodes[name].on_reply[-1].when is not None:
            one.wrong(_("the last of the reactions must have no condition"), field="on_reply")
        if name not in reached:
            one.wrong(_("is never reached from the start"))
    return Persona(start, nodes, mood, turns, seed)


def _node(fields: Fields, synonyms: Synonyms) -> Node:
    patience = _length(fields, "patience")
    impatient = fields.fields("impatient")
    if (patience is None) != (impatient is None):
        fields.wrong(_("patience and impatient go together"), field="patience")
    node = Node(
        tuple(_turn(one, synonyms) for one in fields.each("on_reply")),
        tuple(_turn(one, synonyms) for one in fields.each("on_solved")),
        patience,
        None if impatient is None else _turn(impatient, synonyms),
    )
    fields.close()
    return node


def _turn(fields: Fields, synonyms: Synonyms) -> Turn:
    when = fields.fields("when")
    after = [_read(fields, text) for text in fields.texts("after")]
    if len(after) > 2:
        fields.wrong(_("is one length of time or two"), field="after", allowed=("20s", "[15s, 40s]"))
    rate: int | str | None = fields.maybe("rate")
    if rate is not None and rate != "mood":
        rate = fields.whole("rate", 1, 5)
    turn = Turn(
        says=fields.texts("says"),
        when=None if when is None else _when(when, synonyms),
        after=(min(after[0], after[-1]), max(after[0], after[-1])) if after else Turn().after,
        mood=fields.whole("mood", -10, 10) or 0,
        goto=fields.maybe("goto"),
        rate=rate,
    )
    fields.close()
    return turn


def _when(fields: Fields, synonyms: Synonyms) -> When:
    when = When(
        widened(fields.texts("contains_any"), synonyms),
        widened(fields.texts("contains_all"), synonyms),
        widened(fields.texts("contains_none"), synonyms),
        fields.whole("longer_than", 0, 10_000) or 0,
        fields.whole("mood_at_least", -5, 5),
        fields.whole("mood_at_most", -5, 5),
        fields.texts("happened"),
        fields.texts("not_happened"),
    )
    fields.close()
    return when


def _length(fields: Fields, name: str) -> timedelta | None:
    text = fields.maybe(name)
    return None if text is None else _read(fields, text, name)


def _read(fields: Fields, text: str, name: str = "after") -> timedelta:
    try:
        return read_length(text)
    except ValueError:
        fields.wrong(_("is not a length of time"), field=name, found=text, allowed=LENGTHS)
        return timedelta()


def _ways(node: Node) -> set[str]:
    turns = [*node.on_reply, *node.on_solved, *([node.impatient] if node.impatient else [])]
    return {turn.goto for turn in turns if turn.goto is not None}


def _reached(nodes: dict[str, Node], start: str) -> set[str]:
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name in nodes and name not in reached:
            reached.add(name)
            ahead += _ways(nodes[name])
    return reached
