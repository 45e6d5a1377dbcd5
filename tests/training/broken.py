"""Scenarios with one fault each: what of a sound one is replaced, by what, and what is said of it. `# !` marks the line."""

from __future__ import annotations

from typing import NamedTuple

SOUND = """scenario: caso
version: 1
title: Um caso
seed: 3
clock: {start: 2026-11-18T09:00:00-03:00}
agent: {login: ana, name: Ana, teams: [Loja], tier: N1}
directory:
  agents: {bruno: {name: Bruno, tier: N2}}
  teams: {Loja: Loja, Caixa: Caixa}
  wrap_ups: {ok: Resolvido}
  reasons: {atraso: Atraso}
customers:
  maria:
    name: Maria
    identities: {email: maria@example.com, phone: "+55 11 90000-0001"}
tickets:
  "1":
    customer: maria
    subject: Atraso
    channel: chat
    team: Loja
    talk: |
      -5m < bom dia
timeline:
  - {at: +2m, ticket: "1", says: "alô"}
  - {at: +3m, network: down}
  - {at: +4m, network: up}
  - at: +5m
    opens: "2"
    ticket: {customer: maria, subject: Nota, channel: email, talk: "+5m < e a nota?"}
  - {at: +6m, ticket: "1", note: Veja isso, by: bruno}
personas:
  maria:
    ticket: "1"
    start: a
    nodes:
      a:
        on_reply:
          - {when: {contains_any: [prazo]}, says: bom, goto: b}
          - {says: hum}
        patience: 5m
        impatient: {says: oi, after: 1s}
      b:
        on_solved: [{rate: mood}]
training:
  skills: [communication, solving]
  target: 10m
  limit: 30m
  pass: 70
  expectations:
    - {id: rapida, must: reply, within: 5m, ticket: "1"}
    - {id: prazo, must: reply, says: [prazo]}
    - {id: culpa, never: reply, says: [culpa]}
    - {id: fecho, finally: {status: solved, wrap_up: ok}, ticket: "1"}
  rubric:
    - {criterion: agilidade, title: Rápida, uses: rapida, weight: 2, skill: communication}
    - {criterion: clareza, title: Diz o prazo, uses: prazo, weight: 2, skill: solving}
    - {criterion: tom, title: Sem culpa, uses: culpa, weight: 1, fatal: true, feedback: Sem culpar.}
    - {criterion: registro, title: Encerra, uses: fecho, weight: 2, skill: solving}
"""


class Broken(NamedTuple):
    name: str
    old: str
    new: str
    says: str


_RAPIDA = '    - {id: rapida, must: reply, within: 5m, ticket: "1"}'
_PRAZO = "    - {id: prazo, must: reply, says: [prazo]}"
_CULPA = "    - {id: culpa, never: reply, says: [culpa]}"
_FECHO = '    - {id: fecho, finally: {status: solved, wrap_up: ok}, ticket: "1"}'
_TOM = "    - {criterion: tom, title: Sem culpa, uses: culpa, weight: 1, fatal: true, feedback: Sem culpar.}"
_CLAREZA = "    - {criterion: clareza, title: Diz o prazo, uses: prazo, weight: 2, skill: solving}"

CASES: tuple[Broken, ...] = (
    Broken("yaml", "seed: 3", "seed: [3", "not readable as YAML"),
    Broken("doubled", "seed: 3", "seed: 3\nseed: 4  # !", "named twice"),
    Broken("unknown field", "seed: 3", "seeed: 3  # !", "is not a field known here"),
    Broken("seed", "seed: 3", "seed: três  # !", "must be a whole number"),
    Broken(
        "start",
        "clock: {start: 2026-11-18T09:00:00-03:00}",
        "clock: {start: ontem}  # !",
        "moment with its offset",
    ),
    Broken(
        "zone", "clock: {start: 2026-11-18T09:00:00-03:00}", "clock: {zone: Lua/Mar}  # !", "no time zone"
    ),
    Broken(
        "tier",
        "name: Ana, teams: [Loja], tier: N1}",
        "name: Ana, teams: [Loja], tier: N9}  # !",
        "not a word known",
    ),
    Broken("identity", 'phone: "+55 11 90000-0001"}', 'fax: "1"}  # !', "is not a word known here"),
    Broken(
        "customer",
        "    customer: maria\n    subject: Atraso",
        "    customer: mario  # !\n    subject: Atraso",
        "is no customer",
    ),
    Broken("channel", "    channel: chat", "    channel: fumaça  # !", "is not a word known here"),
    Broken("talk", "      -5m < bom dia", "      bom dia  # !", "is not a line of a conversation"),
    Broken("future", "      -5m < bom dia", "      +5m < bom dia # !", "lies after the start"),
    Broken(
        "past",
        '  - {at: +2m, ticket: "1", says: "alô"}',
        '  - {at: -2m, ticket: "1", says: "alô"}  # !',
        "must lie after the start",
    ),
    Broken(
        "moment",
        '  - {at: +2m, ticket: "1", says: "alô"}',
        '  - {at: logo, ticket: "1", says: "alô"}  # !',
        "is not a moment",
    ),
    Broken(
        "ticket",
        '  - {at: +2m, ticket: "1", says: "alô"}',
        '  - {at: +2m, ticket: "9", says: "alô"}  # !',
        "is no ticket",
    ),
    Broken(
        "happening",
        "  - {at: +3m, network: down}",
        "  - {at: +3m, chove: true}  # !",
        "exactly one thing that happens",
    ),
    Broken(
        "network word",
        "  - {at: +3m, network: down}",
        "  - {at: +3m, network: lenta}  # !",
        "is not a word known here",
    ),
    Broken(
        "network twice",
        "  - {at: +4m, network: up}",
        "  - {at: +4m, network: down}  # !",
        "the network is so already",
    ),
    Broken(
        "network down for good",
        "  - {at: +3m, network: down}\n  - {at: +4m, network: up}",
        "  - {at: +3m, network: down}  # !",
        "never comes back",
    ),
    Broken(
        "supervisor",
        '  - {at: +6m, ticket: "1", note: Veja isso, by: bruno}',
        '  - {at: +6m, ticket: "1", note: Veja, by: zé}  # !',
        "is no agent",
    ),
    Broken("opened twice", '    opens: "2"', '    opens: "1"  # !', "named twice"),
    Broken(
        "late",
        '  - {at: +6m, ticket: "1", note: Veja isso, by: bruno}',
        '  - {at: +2h, ticket: "1", note: Veja, by: bruno}  # !',
        "after the end of the exercise",
    ),
    Broken("flood", '    opens: "2"\n', "    opens: dois  # !\n    times: 5\n", "must be a number, because"),
    Broken(
        "call",
        '  - at: +5m\n    opens: "2"\n    ticket: {customer: maria, subject: Nota, channel: email,',
        '  - at: +5m\n    rings: "2"\n    answered: alô\n    ticket: {customer: maria, subject: Nota, channel: email,',
        "a call comes by phone",
    ),
    Broken("start node", "    start: a", "    start: z  # !", "is no node"),
    Broken("goto", "says: bom, goto: b}", "says: bom, goto: c}  # ?", "leads to a node that is not there"),
    Broken("node field", "      b:\n", "      c: {says: x}  # !\n      b:\n", "is not a field known here"),
    Broken("nobody reaches", "      b:\n", "      c: {}  # !\n      b:\n", "is never reached"),
    Broken("no default", "          - {says: hum}\n", "", "the last of the reactions must have no condition"),
    Broken(
        "patience", "        impatient: {says: oi, after: 1s}\n", "", "patience and impatient go together"
    ),
    Broken("length", "        patience: 5m", "        patience: muito  # !", "is not a length of time"),
    Broken(
        "rate",
        "        on_solved: [{rate: mood}]",
        "        on_solved: [{rate: 9}]  # !",
        "must be a whole number",
    ),
    Broken("no pass mark", "  pass: 70\n", "", "is required"),
    Broken("everybody passes", "  pass: 70", "  pass: 0", "everybody passes"),
    Broken(
        "skill",
        "  skills: [communication, solving]",
        "  skills: [communication, dança]  # !",
        "is not a word known here",
    ),
    Broken(
        "skill not named",
        "  skills: [communication, solving]",
        "  skills: [communication]",
        "a skill that the scenario does not name",
    ),
    Broken("target", "  target: 10m", "  target: 40m", "the target time lies after the end"),
    Broken(
        "two kinds",
        _PRAZO,
        "    - {id: prazo, must: reply, never: note}  # !",
        "exactly one thing that is expected",
    ),
    Broken("event", _PRAZO, "    - {id: prazo, must: abraço}  # !", "is nothing that happens here"),
    Broken("expected ticket", _PRAZO, '    - {id: prazo, must: reply, ticket: "7"}  # !', "is no ticket"),
    Broken("twice", _CULPA, "    - {id: prazo, never: reply}  # !", "named twice"),
    Broken(
        "deadline", _RAPIDA, "    - {id: rapida, must: reply, within: 2h}  # !", "its time lies after the end"
    ),
    Broken(
        "before it arrives",
        _RAPIDA,
        '    - {id: rapida, must: reply, within: 4m, ticket: "2"}  # !',
        "over before the ticket arrives",
    ),
    Broken("no time", _RAPIDA, "    - {id: rapida, must: reply, within: 0s}  # !", "no time is left"),
    Broken(
        "never within",
        _CULPA,
        "    - {id: culpa, never: reply, within: 5m}  # !",
        "says nothing about what must not happen",
    ),
    Broken("every", _RAPIDA, "    - {id: rapida, must: reply, every: customer}  # !", "every needs a time"),
    Broken(
        "counts",
        _PRAZO,
        "    - {id: prazo, must: reply, at_least: 3, at_most: 2}  # !",
        "is less than at_least",
    ),
    Broken(
        "unless",
        _PRAZO,
        "    - {id: prazo, must: reply, unless: note}  # !",
        "belongs to what must not happen",
    ),
    Broken("no article", _PRAZO, "    - {id: prazo, must: 'article:nada'}  # !", "no such article"),
    Broken("no team", _PRAZO, "    - {id: prazo, must: 'team:Lua'}  # !", "no such team"),
    Broken(
        "no wrap-up",
        _FECHO,
        '    - {id: fecho, finally: {wrap_up: feliz}, ticket: "1"}  # !',
        "the directory does not have it",
    ),
    Broken("finally nothing", _FECHO, '    - {id: fecho, finally: {}, ticket: "1"}  # !', "is required"),
    Broken(
        "finally unknown",
        _FECHO,
        '    - {id: fecho, finally: {cor: azul}, ticket: "1"}  # !',
        "is not a field known here",
    ),
    Broken(
        "uses nothing",
        _CLAREZA,
        "    - {criterion: clareza, title: x, weight: 2}  # !",
        "uses expectations, or is judged",
    ),
    Broken(
        "uses what is not there",
        _CLAREZA,
        "    - {criterion: clareza, title: x, uses: lua, weight: 2}  # !",
        "is no expectation",
    ),
    Broken("unused", _TOM + "\n", "", "no criterion uses it"),
    Broken(
        "weight",
        _CLAREZA,
        "    - {criterion: clareza, title: x, uses: prazo, weight: 0}  # !",
        "must be a whole number",
    ),
    Broken("no weight", _CLAREZA, "    - {criterion: clareza, title: x, uses: prazo}  # !", "is required"),
    Broken(
        "too heavy",
        _CLAREZA,
        "    - {criterion: clareza, title: x, uses: prazo, weight: 9}  # !",
        "more than all the others",
    ),
    Broken(
        "fatal without feedback",
        _TOM,
        "    - {criterion: tom, title: x, uses: culpa, weight: 1, fatal: true}  # !",
        "needs its feedback",
    ),
    Broken(
        "fatal by person",
        _TOM,
        "    - {criterion: tom, title: x, by_person: true, weight: 1, fatal: true, feedback: f}  # !",
        "cannot be fatal",
    ),
    Broken(
        "cpf",
        "    name: Maria\n",
        "    name: Maria, CPF 529.982.247-25  # !\n",
        "looks like somebody's own data",
    ),
    Broken(
        "e-mail", "{email: maria@example.com,", "{email: maria@gmail.com,", "looks like somebody's own data"
    ),
    Broken(
        "phone",
        "      -5m < bom dia",
        "      -5m < me liga no (11) 98765-4321 # !",
        "looks like somebody's own data",
    ),
    Broken(
        "card", "says: hum}", 'says: "meu cartão é 4111 1111 1111 1111"}', "looks like somebody's own data"
    ),
    Broken(
        "alias",
        "  skills: [communication, solving]",
        "  skills: &s [communication, solving]\n  objectives: *s  # ?",
        "anchors and aliases",
    ),
)
"""`# ?` marks nothing: where the fault is named at another line, that line holds `at`."""

AT = {
    "yaml": "clock:",
    "goto": "      a:",
    "no default": "        on_reply:",
    "patience": "        patience: 5m",
    "no pass mark": "training:",
    "everybody passes": _RAPIDA,
    "skill not named": _CLAREZA,
    "target": _RAPIDA,
    "unused": _CULPA,
    "e-mail": "    identities:",
    "card": '          - {says: "meu cartão',
    "alias": "  skills: &s",
    "call": "    ticket: {customer: maria, subject: Nota",
}
"""For the others, how the line begins that the fault must name."""
