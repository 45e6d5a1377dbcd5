"""A team's own hub: it speaks the house's vocabulary, so there is little to translate and nothing to guess."""

from atendente_tui.backends.hub.adapter import Hub

__all__ = ["Hub"]
