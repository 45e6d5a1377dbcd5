"""Cards and answers for the tests of quality reviews."""

from __future__ import annotations

from hypothesis import strategies as st

from atendente_tui.quality.card import Card, Item, Needs
from atendente_tui.quality.scoring import Answer

VECTOR = Card(
    "vetor",
    "Vetor",
    (
        Item("um", "Um", 1, "communication"),
        Item("dois", "Dois", 1, "solving", needs=Needs.FAILED),
        Item("tres", "Três", 2, "communication", critical=True),
        Item("quatro", "Quatro", 1, "empathy", may_not_apply=True),
    ),
)
"""The case of METRICS.md: weights 1, 1, 2 with 1, 0, 1, and one item that does not apply: 75 %."""


@st.composite
def items(draw: st.DrawFn, name: str) -> Item:
    return Item(
        name,
        draw(st.text(min_size=1, max_size=20)),
        draw(st.integers(1, 100)),
        draw(st.sampled_from(["", "communication", "empathy"])),
        draw(st.integers(1, 10)),
        may_not_apply=True,
        critical=draw(st.booleans()),
        fatal=draw(st.booleans()),
        needs=draw(st.sampled_from(list(Needs))),
    )


@st.composite
def answer_lists(draw: st.DrawFn, *, most: int = 12) -> list[Answer]:
    made = []
    for n in range(draw(st.integers(1, most))):
        item = draw(items(f"i{n}"))
        given = draw(st.none() | st.integers(0, item.points))
        made.append(Answer(item, draw(st.booleans()), given, draw(st.text(max_size=40))))
    return made
