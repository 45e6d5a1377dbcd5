"""What conditions of scripts and processes may look at, beside the variables of texts. Portuguese, for those who write them."""

from __future__ import annotations

from atendente_tui.domain.templates import VARIABLES

LOOKS: tuple[str, ...] = (
    "cliente.segmento",
    "cliente.canal_preferido",
    "cliente.idioma",
    "chamado.canal",
    "chamado.status",
    "chamado.prioridade",
    "chamado.motivo",
    "chamado.equipe",
    "chamado.nivel",
    "chamado.etiquetas",
    "chamado.tabulacao",
    "pedido.situacao",
    "pedido.atrasado",
    "pedido.dias_de_atraso",
    "pedido.valor",
)
"""For conditions only: none of them is for a customer's eyes."""

FACT = "fato."
"""Before the name of a fact known about the customer."""
ANSWER = "resposta."
"""Before the name of a step, for the choice made there."""


def may_look_at(name: str) -> bool:
    """Whether a condition can look at it. Facts and answers have names of their own."""
    return name in VARIABLES or name in LOOKS or (name.startswith((FACT, ANSWER)) and not name.endswith("."))
