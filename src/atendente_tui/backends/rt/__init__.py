"""Request Tracker (RT 5, REST 2.0)."""

from atendente_tui.backends.rt.adapter import RequestTracker

__all__ = ["RequestTracker"]
