"""What training costs: a whole shift played without a screen, and the proving of one event after a hundred and after 100,000.

    python -m bench.training [--repeat N]

The targets are ratios: a shift of eight hours is played at least 3,600 times as fast as it lasts, and an event late in a long
record costs at most twice what an early one does. A play has one thread and waits for nothing, so its speed is told by the
processor's time: what else the machine does is no part of it.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from atendente_tui.flow import expectation as proving
from atendente_tui.flow.expectation import Happened
from atendente_tui.knowledge.answers import Answers, read_answers
from atendente_tui.knowledge.reading_scenarios import read_scenario
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.training.rehearsing import rehearse

HOURS = 8
TICKETS = 96
"""One every five minutes."""
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SIZES = (100, 1_000, 10_000, 100_000)


def shift() -> tuple[Scenario, Answers]:
    """Eight hours with 96 contacts, each taken, answered twice and wrapped up, every one with a persona that answers."""
    tickets, personas, actions = [], [], []
    for n in range(TICKETS):
        key, at = str(1_000 + n), n * 5
        tickets.append(
            f'  - {{at: +{at}m, opens: "{key}", ticket: {{customer: c, subject: Caso {n}, channel: chat, team: T,'
            f' talk: "+{at}m < bom dia"}}}}'
        )
        personas.append(
            f'  p{n}: {{ticket: "{key}", start: a, nodes: {{a: {{on_reply: [{{when: {{contains_any: [prazo]}}, says: ok}},'
            " {says: e o prazo?}], patience: 10m, impatient: {says: oi?}}}}"
        )
        actions += [
            f'  - {{at: +{at}m20s, ticket: "{key}", claim: true}}',
            f'  - {{at: +{at}m40s, ticket: "{key}", reply: Bom dia! Já estou vendo.}}',
            f'  - {{at: +{at + 2}m, ticket: "{key}", reply: O prazo é amanhã.}}',
            f'  - {{at: +{at + 4}m, ticket: "{key}", wrap_up: ok}}',
        ]
    text = "\n".join(
        [
            "scenario: turno\ntitle: Um turno\nseed: 5\nclock: {start: 2026-03-02T09:00:00-03:00}",
            "agent: {login: a, name: A, teams: [T]}\ndirectory: {teams: {T: T}, wrap_ups: {ok: ok}}",
            "customers: {c: {name: C, identities: {email: c@example.com}}}\ntickets: {}\ntimeline:",
            *tickets,
            "personas:",
            *personas,
            "training:",
            f"  limit: {HOURS}h",
            "  pass: 70",
            "  expectations:",
            "    - {id: todas, must: reply, every: customer, within: 5m}",
            "    - {id: prazo, must: reply, says: [prazo], at_least: 90}",
            "  rubric: [{criterion: a, title: A, uses: [todas, prazo], weight: 1}]",
        ]
    )
    scenario, faults = read_scenario(text, Path("turno.yaml"))
    answers, more = read_answers("\n".join(["answers: a", "scenario: turno", "actions:", *actions]), "a.yaml")
    if scenario is None or answers is None:
        raise SystemExit("\n".join(map(str, [*faults, *more])))
    return scenario, answers


def cost(size: int) -> float:
    """Microseconds of this thread's own time an event, of the last hundred of a record of that size."""
    from atendente_tui.flow.expectation import Expectation, Pattern

    reply, customer = Pattern("reply", says=("prazo",)), Pattern("customer")
    proof = proving.begin(
        (
            Expectation("a", "must", reply, at_least=1_000_000, at_most=2_000_000),
            Expectation("b", "must", reply, within=timedelta(days=400), since=customer, every=True),
            Expectation("c", "never", Pattern("reveals")),
            Expectation("d", "finally", ticket="1", fields={"status": ("solved",)}),
        ),
        START,
    )
    texts = [f"o prazo do caso {n} é amanhã" for n in range(50)]
    last = 0.0
    for n in range(size):
        if n == size - 100:
            last = time.thread_time()
        kind = ("customer", "reply", "status", "note")[n % 4]
        at = START + timedelta(seconds=n)
        one = Happened(f"1/{n}", at, kind, "open", "1", texts[n % 50])
        proof, _told = proving.step(proof, one, at)
    return (time.thread_time() - last) * 10_000


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--repeat", type=int, default=3)
    repeat = asked.parse_args().repeat
    scenario, answers = shift()
    seconds, waited = [], []
    for _n in range(repeat):
        began, looked = time.process_time(), time.perf_counter()
        done = rehearse(scenario, answers)
        seconds.append(time.process_time() - began)
        waited.append(time.perf_counter() - looked)
    times = HOURS * 3_600 / min(seconds)
    print(
        f"{HOURS} h with {len(done.record)} events: {min(seconds):.2f} s of processor, {times:,.0f} times as fast"
        f" (target: 3,600); {min(waited):.2f} s by the clock on the wall"
    )
    each = {size: min(cost(size) for _n in range(max(5, repeat))) for size in SIZES}
    for size, microseconds in each.items():
        print(
            f"an event after {size:>7,}: {microseconds:6.1f} µs, {microseconds / each[SIZES[0]]:.2f} of the first"
        )
    flat = each[SIZES[-1]] <= 2 * each[SIZES[0]]
    print("within the targets" if times >= 3_600 and flat else "NOT within the targets")
    return 0 if times >= 3_600 and flat else 1


if __name__ == "__main__":
    sys.exit(main())
