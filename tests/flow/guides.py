"""Guided scripts made up by Hypothesis: any shape, sound or not."""

from __future__ import annotations

from hypothesis import strategies as st

from atendente_tui.flow.condition import Look
from atendente_tui.flow.guide import Branch, Choice, Guide, Step

TOKEN = "pedido.situacao"


@st.composite
def guides(draw: st.DrawFn) -> Guide:
    """Up to seven steps that lead anywhere among themselves, and now and then nowhere. Each branch has a token of its
    own: it is taken where the token is among the values of `TOKEN`."""
    names = [f"s{n}" for n in range(draw(st.integers(1, 7)))]
    where = st.sampled_from([*names, *names, *names, "lost"])
    steps = {}
    for name in names:
        kind = draw(st.sampled_from(["next", "choices", "branch", "end", "dead"]))
        common = {"name": name, "title": name, "required": draw(st.booleans())}
        if kind == "choices":
            keys = "abc"[: draw(st.integers(1, 3))]
            fact = st.sampled_from([None, "identity_confirmed"])
            choices = tuple(Choice(key, key, draw(where), fact=draw(fact)) for key in keys)
            steps[name] = Step(
                text="?", choices=choices, next=draw(st.sampled_from([None, *names])), **common
            )
        elif kind == "branch":
            ways = [
                Branch(draw(where), Look(TOKEN, "is", (f"{name}.{n}",)))
                for n in range(draw(st.integers(0, 2)))
            ]
            ways.append(Branch(draw(where)))
            steps[name] = Step(text=draw(st.sampled_from(["", "!"])), branches=tuple(ways), **common)
        else:
            onward = draw(where) if kind == "next" else None
            steps[name] = Step(text="!", next=onward, end=kind == "end", **common)
    return Guide("s0", steps)
