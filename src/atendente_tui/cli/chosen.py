"""Which helpdesk a command is about: the configured one, or the one named on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from atendente_tui.config import BackendConfig, Config
from atendente_tui.domain.refusal import Refused

if TYPE_CHECKING:
    from atendente_tui.desk.connecting import BackendInfo

Options = Mapping[str, str | int | float | bool]


def chosen(
    config: Config, name: str | None, url: str = "", user: str | None = None, options: Options | None = None
) -> Config:
    """What is said here goes before what is configured; of another helpdesk nothing configured counts."""
    configured = config.backend
    if name is None and configured is None:
        return config
    if configured is None or (name is not None and configured.name != name):
        configured = BackendConfig(name=name or "")
    return config._replace(
        backend=configured._replace(
            url=url or configured.url,
            user=user or configured.user,
            options={**configured.options, **(options or {})},
        )
    )


def backend_of(config: Config) -> BackendConfig:
    """Raises Refused("no_backend")."""
    if config.backend is None:
        raise Refused("no_backend")
    return config.backend


def shape(one: BackendInfo) -> dict[str, Any]:
    """What is installed, as JSON has it."""
    return {
        "name": one.name,
        "installed": one.installed,
        "capabilities": one.capabilities,
        "fault": one.fault,
    }
