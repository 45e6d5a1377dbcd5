"""Which tickets are chosen: the same for a seed, as many as the rules say, each with its reasons."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.quality.sampling import Candidate, Rule, sample

RULES = (
    Rule("per_agent", 2),
    Rule("low_csat", 3, (), 2),
    Rule("reopened", 1),
    Rule("long", 2, (), 3_600),
    Rule("channel", 2, ("whatsapp",)),
    Rule("random", 4),
)


def candidates(count: int, seed: int = 1) -> list[Candidate]:
    chance = random.Random(seed)
    return [
        Candidate(
            n,
            f"t{n}",
            f"2026-{n:06d}",
            chance.choice(["ana", "bruno", "elisa"]),
            chance.choice(["whatsapp", "email"]),
            chance.choice(["troca", None]),
            1_000 + n,
            chance.choice([60.0, 7_200.0]),
            chance.random() < 0.2,
            chance.choice([None, 1.0, 5.0]),
        )
        for n in range(count)
    ]


@given(st.integers(0, 60), st.text(max_size=5), st.randoms())
def test_a_seed_chooses_the_same_in_whatever_order_they_come(
    count: int, seed: str, chance: random.Random
) -> None:
    pool = candidates(count)
    before = sample(pool, RULES, seed)
    chance.shuffle(pool)
    assert sample(pool, RULES, seed) == before
    assert len({one.candidate.ticket_id for one in before}) == len(before)
    assert all(one.why for one in before)
    for rule in RULES:
        took = [one.candidate for one in before if any(each.rule == rule for each in one.why)]
        if rule.kind == "per_agent":
            for agent in ("ana", "bruno", "elisa"):
                own = sum(one.agent == agent for one in pool)
                assert sum(one.agent == agent for one in took) == min(2, own)
        elif rule.kind == "random":
            assert len(took) == min(rule.take, count)
        elif rule.kind == "low_csat":
            assert all(one.csat == 1 for one in took)
            assert len(took) == min(3, sum(one.csat == 1 for one in pool))


def test_another_seed_chooses_others_and_one_ticket_more_leaves_the_rest() -> None:
    pool = candidates(200)
    rules = [Rule("random", 10)]
    chosen = {one.candidate.name for one in sample(pool, rules, "a")}
    assert chosen != {one.candidate.name for one in sample(pool, rules, "b")}
    again = {one.candidate.name for one in sample([*pool, *candidates(201)[200:]], rules, "a")}
    assert len(chosen & again) >= 9
