"""What the published description says can be asked, and every place in a request where something can stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one path. `body` is its media type, "" where it takes none."""

    method: str
    path: str
    guarded: bool
    """It wants a token."""
    body: str
    statuses: frozenset[int]
    places: tuple[str, ...]
    """Parameters as `path:NAME`, `query:NAME`, `header:NAME`; of a JSON body each value as `body:NAME.NAME[]`, below a
    choice of kinds after the name of the kind."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def operations(description: Schema) -> list[Operation]:
    found = []
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            content = told.get("requestBody", {}).get("content", {})
            (body,) = content or ("",)
            where = [f"{one['in']}:{one['name']}" for one in told.get("parameters", ())]
            if body == "application/json":
                where += [f"body:{one}" for one in _below(description, content[body]["schema"], "")]
            found.append(
                Operation(
                    method.upper(),
                    path,
                    bool(told.get("security")),
                    body,
                    frozenset(map(int, told["responses"])),
                    tuple(dict.fromkeys(where)),
                )
            )
    return found


def _below(
    description: Schema, schema: Schema, at: str, within: frozenset[str] = frozenset()
) -> Iterator[str]:
    """`within`: references that lead here. What holds more of its own kind is told once."""
    if "$ref" in schema:
        if schema["$ref"] in within:
            return
        place: Any = description
        for step in schema["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        yield from _below(description, place, at, within | {schema["$ref"]})
        return
    choice = schema.get("discriminator", {}).get("mapping")
    if choice:
        for name, reference in choice.items():
            yield from _below(description, {"$ref": reference}, f"{at}.{name}" if at else name, within)
        return
    several = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    inner = schema.get("properties", {})
    for one in several:
        yield from _below(description, one, at, within)
    for name, one in inner.items():
        yield from _below(description, one, f"{at}.{name}" if at else name, within)
    if isinstance(schema.get("items"), Mapping):
        yield from _below(description, schema["items"], f"{at}[]", within)
    free = schema.get("additionalProperties")
    if isinstance(free, Mapping):
        yield from _below(description, free, f"{at}.*", within)
    elif free is not False and schema.get("type") == "object" and not inner:
        yield f"{at}.*"
    if not several and not inner and "items" not in schema and free is None and schema.get("type") != "null":
        yield at
