"""Texts with variables: `{{name}}`, `{{name|fallback}}`, `{{one or other}}` and questions `{{?What to ask}}`.

Names are Portuguese, for those who write scripts: `cliente.nome`, `chamado.protocolo`, `hoje`, ... ("ou" may be
written for "or"). What was filled in is never read again, so a customer's name cannot bring a variable along.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

_BRACES = re.compile(r"\{\{([^{}]*)\}\}")
_NAME = re.compile(r"[^\W\d][\w.]*")
_OR = re.compile(r"\s+(?:or|ou)\s+")

VARIABLES: tuple[str, ...] = (
    "cliente.nome",
    "cliente.primeiro_nome",
    "cliente.nome_social",
    "chamado.protocolo",
    "chamado.assunto",
    "atendente.nome",
    "pedido.numero",
    "pedido.prazo",
    "hoje",
    "saudacao",
)
"""What every text may use; whether a value is known depends on the ticket."""


class Placeholder(NamedTuple):
    source: str
    """As written, braces and all."""
    names: tuple[str, ...] = ()
    """Tried in turn; empty for a question, and for braces that say nothing readable."""
    question: str | None = None
    """What to ask the author before the text can go."""
    fallback: str | None = None
    """Used when nothing else is known; may be empty."""

    @property
    def key(self) -> str:
        """Under which `fill` looks for an answer: the first name, or "?" and the question."""
        if self.question is not None:
            return f"?{self.question}"
        return self.names[0] if self.names else self.source

    @property
    def readable(self) -> bool:
        return bool(self.names) or self.question is not None


class Filled(NamedTuple):
    text: str
    missing: tuple[Placeholder, ...]
    """What is still in the text as written, each once, in order."""


def parse(text: str) -> tuple[str | Placeholder, ...]:
    """The text in pieces; joined again (`source` for a placeholder) they are the text."""
    pieces: list[str | Placeholder] = []
    end = 0
    for found in _BRACES.finditer(text):
        if found.start() > end:
            pieces.append(text[end : found.start()])
        pieces.append(_placeholder(found[0], found[1]))
        end = found.end()
    if end < len(text):
        pieces.append(text[end:])
    return tuple(pieces)


def _placeholder(source: str, inside: str) -> Placeholder:
    head, bar, rest = inside.partition("|")
    head = head.strip()
    fallback = rest.strip() if bar else None
    if head.startswith("?"):
        return Placeholder(source, question=head[1:].strip() or None, fallback=fallback)
    names = tuple(_OR.split(head))
    if not all(_NAME.fullmatch(name) for name in names):
        return Placeholder(source)
    return Placeholder(source, names, fallback=fallback)


def placeholders(text: str) -> tuple[Placeholder, ...]:
    """The placeholders of a text, each once, in order."""
    return tuple(dict.fromkeys(piece for piece in parse(text) if isinstance(piece, Placeholder)))


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """`text` with every known value in place (an empty value counts as unknown), and what is missing.

    Answers to questions are looked up under `Placeholder.key`.
    """
    done: list[str] = []
    missing: dict[Placeholder, None] = {}
    for piece in parse(text):
        if isinstance(piece, str):
            done.append(piece)
            continue
        value = _value(piece, values)
        if value is None:
            missing[piece] = None
            value = piece.source
        done.append(value)
    return Filled("".join(done), tuple(missing))


def _value(piece: Placeholder, values: Mapping[str, str]) -> str | None:
    keys = piece.names if piece.question is None else (piece.key,)
    for key in keys:
        value = values.get(key)
        if value is not None and value.strip():
            return value
    return piece.fallback


def unfilled(text: str) -> tuple[str, ...]:
    """Every `{{...}}` still in a text, as written, each once: none of them may reach a customer."""
    return tuple(dict.fromkeys(found[0] for found in _BRACES.finditer(text)))
