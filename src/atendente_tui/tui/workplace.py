"""What one running workstation works with. The screen is handed this and nothing global."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from atendente_tui.clock import Clock

if TYPE_CHECKING:
    from atendente_tui.config import Config
    from atendente_tui.desk.desk import Desk
    from atendente_tui.desk.governing import Governing
    from atendente_tui.store.store import Store
    from atendente_tui.sync.at_work import AtWork


@dataclass(eq=False, repr=False)
class Workplace:
    store: Store
    desk: Desk
    config: Config
    clock: Clock
    zone: tzinfo
    """The operator's zone; what is stored is UTC."""
    sync: AtWork | None = None
    """None while working without a backend."""
    governing: Governing | None = None
    """Keeps the rules of what the team shares in force; None where nothing is shared."""
    notices: tuple[str, ...] = ()
    """What opening it has to tell, said once the screen stands."""
