"""A scenario to begin from: whole, it passes the check, and its comments say what to change."""

from __future__ import annotations

import json
import re

from atendente_tui.domain.words import Channel, IdentityKind

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

_ADDRESS = {
    Channel.WHATSAPP: (IdentityKind.WHATSAPP, "+55 11 90000-0000"),
    Channel.PHONE: (IdentityKind.PHONE, "+55 11 90000-0000"),
    Channel.SMS: (IdentityKind.PHONE, "+55 11 90000-0000"),
    Channel.INSTAGRAM: (IdentityKind.INSTAGRAM, "@cliente.exemplo"),
    Channel.FACEBOOK: (IdentityKind.FACEBOOK, "cliente.exemplo"),
    Channel.X: (IdentityKind.X, "@cliente_exemplo"),
}


def template(name: str, title: str, channel: Channel) -> str:
    """The text of a scenario file of this name."""
    kind, address = _ADDRESS.get(channel, (IdentityKind.EMAIL, "cliente@example.com"))
    return _TEMPLATE.format(
        name=name,
        title=json.dumps(title, ensure_ascii=False),
        channel=channel,
        kind=kind,
        address=json.dumps(address, ensure_ascii=False),
    )


_TEMPLATE = """# Um cenário de treino. Mude o que está aqui e confira: atendente train check {name}.yaml
# O formato inteiro está em docs/scenarios.md. Nunca use dados de pessoas de verdade.
scenario: {name}
version: 1
title: {title}
purpose: O que se aprende aqui, numa frase.
seed: 1                                   # a mesma semente, a mesma conversa
clock: {{start: 2026-11-18T09:00:00-03:00}}
agent: {{login: aprendiz, name: Você, teams: [Atendimento], tier: N1}}
directory:
  teams: {{Atendimento: Atendimento}}
  wrap_ups: {{resolvido: Resolvido}}
  reasons: {{duvida: Dúvida}}
customers:
  cliente:
    name: Cliente Exemplo
    identities: {{{kind}: {address}}}
tickets:
  "1":
    customer: cliente
    subject: O assunto do chamado
    channel: {channel}
    team: Atendimento
    reason: duvida
    talk: |
      -1m < bom dia, preciso de ajuda
personas:
  cliente:
    ticket: "1"
    start: espera
    nodes:
      espera:
        on_reply:                         # a primeira reação que vale; a última não tem condição
          - {{when: {{contains_any: [prazo|até quando|dia]}}, says: "obrigado, fico no aguardo", mood: 1, goto: fim}}
          - {{says: "certo, e quando fica pronto?"}}
        patience: 5m                      # quanto espera por uma resposta
        impatient: {{says: "alguém aí?", after: 1s, mood: -1}}
      fim:
        on_reply: [{{says: combinado}}]
        on_solved: [{{rate: mood}}]       # responde à pesquisa conforme o humor
# timeline:                               # o que o relógio traz; veja docs/scenarios.md
#   - {{at: +3m, network: down}}
#   - {{at: +4m, network: up}}
training:
  objectives: [O que a pessoa saberá fazer]
  skills: [communication, solving]
  difficulty: easy
  target: 8m
  limit: 20m
  pass: 70
  expectations:
    - {{id: rapida, must: reply, within: 3m}}
    - {{id: prazo, must: reply, says: [prazo|até quando|dia]}}
    - {{id: fecho, finally: {{status: solved, wrap_up: resolvido}}}}
  rubric:
    - {{criterion: agilidade, title: Responde em três minutos, uses: rapida, weight: 2, skill: communication, hint: Diga já que está vendo.}}
    - {{criterion: clareza, title: Diz o prazo, uses: prazo, weight: 2, skill: solving, feedback: Diga sempre até quando.}}
    - {{criterion: registro, title: Encerra com a tabulação, uses: fecho, weight: 2, skill: solving}}
"""
