"""Classes of the team's hub, for commands and screens: a scenario that several play at once, and how far each is.

Nothing here touches the store: what is played in a class never comes near the tickets of a working day.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from uuid import uuid4

from atendente_tui.backends.hub.classes import Class, Classes, Expected, Message, Messages, Trainee
from atendente_tui.backends.port import BackendSettings, ProtocolError
from atendente_tui.config import Config
from atendente_tui.domain.refusal import Refused
from atendente_tui.knowledge.reading_scenarios import read_scenario, reads_beside
from atendente_tui.knowledge.scenario import Scenario

__all__ = ["Class", "Expected", "HubClasses", "Message", "Messages", "Trainee"]

T = TypeVar("T")
Mode = Literal["practice", "exam"]


class HubClasses:
    """A line to the hub's classes, on a thread and a loop of its own: whoever asks waits. Raises BackendError."""

    def __init__(self, config: Config) -> None:
        """Raises Refused: no_backend, class_needs_hub, backend_settings."""
        from atendente_tui.desk.connecting import secret_of

        backend = config.backend
        if backend is None:
            raise Refused("no_backend")
        if backend.name != "hub":
            raise Refused("class_needs_hub", found=backend.name)
        settings = BackendSettings(
            name=backend.name,
            url=backend.url,
            user=backend.user,
            secret=secret_of(backend),
            verify=backend.ca_file if backend.ca_file is not None else True,
        )
        try:
            self._classes = Classes(settings)
        except ProtocolError as error:
            raise Refused("backend_settings", name=backend.name, why=str(error)) from error
        self._runner = asyncio.Runner()
        self._thread = ThreadPoolExecutor(1, "hub-classes")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _wrong: BaseException | None, _where: TracebackType | None
    ) -> None:
        self._run(self._classes.aclose())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._thread.submit(self._runner.run, work).result()

    def me(self) -> str:
        """My login there."""
        return self._run(self._classes.me())

    def listed(self) -> tuple[Class, ...]:
        """Those I may see, the newest first."""
        return self._run(self._classes.listed())

    def shown(self, key: str) -> Class:
        return self._run(self._classes.shown(key))

    def start(self, scenario: Scenario, text: str, trainees: tuple[str, ...], mode: Mode) -> Class:
        """Raises Refused("class_not_whole") for a scenario that its one file does not hold."""
        if reads_beside(text):
            raise Refused("class_not_whole", found=scenario.name)
        given = {
            "name": scenario.name,
            "version": scenario.version,
            "title": scenario.title[:200],
            "digest": scenario.digest,
            "scenario": text,
            "mode": mode,
            "trainees": list(trainees),
        }
        return self._run(self._classes.start(str(uuid4()), given))

    def scenario(self, key: str) -> Scenario:
        """What is played, as its trainer started it. Raises Refused("class_scenario") for what is not that or cannot be read."""
        name, text, digest = self._run(self._classes.scenario(key))
        if reads_beside(text):  # nobody else says which folders are read here
            raise Refused("class_not_whole", found=name)
        scenario, faults = read_scenario(text, Path(f"{name}.yaml"))
        if scenario is None or scenario.training is None or scenario.digest != digest:
            raise Refused("class_scenario", why=str(faults[0]) if faults else digest[:12])
        return scenario

    def tell(self, key: str, progress: dict[str, Any]) -> None:
        self._run(self._classes.tell(key, progress))

    def messages(self, key: str, after: int = 0) -> Messages:
        return self._run(self._classes.messages(key, after))

    def send(self, key: str, kind: Literal["hint", "event"], text: str, to: str | None = None) -> None:
        self._run(self._classes.send(key, str(uuid4()), kind, text, to))

    def end(self, key: str) -> None:
        self._run(self._classes.end(key))

    def result(self, key: str, login: str) -> dict[str, Any]:
        return self._run(self._classes.result(key, login))
