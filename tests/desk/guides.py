"""A guided script for tests: a hello, an identification, a branch on the order, two ends."""

from __future__ import annotations

from atendente_tui.knowledge.scripts import Script, read_scripts

TEXT = """
id: ligacao
title: Ligação
wrap_up: {code: resolvido, status: solved}
actions: [{tag: [ligou]}]
steps:
  oi: {title: Cumprimentar, text: "Olá, {{cliente.primeiro_nome}}! {{?Como foi o dia}}", next: quem}
  quem:
    title: Identificar
    text: Quem fala?
    next: fim
    choices:
      - {label: Confirmou, goto: ver, fact: identity_confirmed}
      - {label: Não, goto: fora}
  ver:
    branch:
      - {when: {fato.identity_confirmed: "yes"}, goto: fim}
      - {goto: fora}
  fora: {title: Sem dados, text: Sinto muito., end: true, wrap_up: {code: sem-dados, status: keep}}
  fim: {title: Fim, text: Tchau., end: true}
"""


def script(text: str = TEXT) -> Script:
    scripts, faults = read_scripts(text, "s.yaml")
    assert faults == []
    return scripts[0]
