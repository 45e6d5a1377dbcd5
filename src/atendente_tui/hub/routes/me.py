"""`GET /v1/me`: whom the token proves somebody to be, and at which hub."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel

from atendente_tui import __version__
from atendente_tui.hub.asking import AnyActor, Parts, guarded
from atendente_tui.hub.scope import Role

router = guarded()


class Me(BaseModel):
    login: str
    name: str
    role: Role
    teams: tuple[str, ...]
    all_teams: bool
    may_write: bool
    hub: str
    """Names this hub among all others."""
    version: str
    takes_work: bool = True
    """Commands may tell of the work behind them."""
    time: AwareDatetime


@router.get("/me")
async def me(parts: Parts, actor: AnyActor) -> Me:
    return Me(
        login=actor.login,
        name=actor.name,
        role=actor.role,
        teams=actor.teams,
        all_teams=actor.all_teams,
        may_write=actor.may_write,
        hub=parts.hub_id,
        version=__version__,
        time=parts.clock.now(),
    )
