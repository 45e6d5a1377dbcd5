"""The hub as an ASGI application: routes below /v1, one shape of error, and the published description."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from atendente_tui import __version__
from atendente_tui.hub import problems
from atendente_tui.hub.access_log import AccessLog
from atendente_tui.hub.parts import HubParts
from atendente_tui.hub.routes import ROUTERS
from atendente_tui.hub.strict_json import LARGEST, SMALLEST


def make_app(parts: HubParts) -> FastAPI:
    """The application; it starts and stops `parts` with its lifespan."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await parts.start()
        try:
            yield
        finally:
            await parts.stop()

    app = FastAPI(
        title="Atendente hub",
        version=__version__,
        description="A team's shared queue: takes commands, gives changes. See docs/hub.md.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.parts = parts
    app.add_middleware(AccessLog)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    describe = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schemas = describe().get("components", {}).get("schemas", {})
            _bound(schemas)
            _tell_apart(schemas)
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]
    return app


def _bound(schema: Any) -> None:
    """Every whole number fits into 64 bits: bodies are read so (`strict_json`), and the description says so."""
    if isinstance(schema, list):
        for one in schema:
            _bound(one)
    if isinstance(schema, dict):
        if schema.get("type") == "integer":
            schema.setdefault("minimum", SMALLEST)
            schema.setdefault("maximum", LARGEST)
        for one in schema.values():
            _bound(one)


def _tell_apart(schemas: dict[str, Any]) -> None:
    """What names the kind of a thing is required wherever kinds are told apart by it, though it has a default in the code."""
    for choice in _choices(schemas):
        name = choice["discriminator"]["propertyName"]
        for reference in choice["discriminator"].get("mapping", {}).values():
            required = schemas[reference.rpartition("/")[2]].setdefault("required", [])
            if name not in required:
                required.append(name)


def _choices(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, list):
        for one in schema:
            yield from _choices(one)
    if isinstance(schema, dict):
        if "discriminator" in schema:
            yield schema
        for one in list(schema.values()):
            yield from _choices(one)
