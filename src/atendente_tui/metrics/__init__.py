"""The company's figures: one definition each, computed in SQL over what the store keeps counted (docs/metrics.md).

from atendente_tui import metrics
figure = metrics.measure(db, "csat", metrics.Scope(metrics.Window(start, end)), config.metrics)
for row in metrics.behind(db, "csat", scope, config.metrics): ...
"""

from atendente_tui.metrics.measuring import behind, by, measure, series
from atendente_tui.metrics.scope import Figure, Row, Scope, Window

__all__ = ["Figure", "Row", "Scope", "Window", "behind", "by", "measure", "series"]
