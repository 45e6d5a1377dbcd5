"""Reading RT's JSON without trusting it: every getter has an answer for what is missing or of another kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Row = Mapping[str, Any]
NEVER = "1970-01-01"
"""How RT writes a date that is not set."""


def text(row: Row, key: str) -> str:
    """A plain field; RT writes numbers as strings or as numbers, and what may not be seen as ''."""
    value = row.get(key)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def number(row: Row, key: str) -> int:
    """A whole number, 0 where there is none."""
    digits = text(row, key)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


def ref(row: Row, key: str) -> str:
    """The id of a reference (`{"type", "id", "_url"}`), or the field itself where RT gives it plain."""
    value = row.get(key)
    return text(value, "id") if isinstance(value, dict) else text(row, key)


def refs(row: Row, key: str) -> list[Row]:
    """A list of references; one alone counts as a list of one."""
    value = row.get(key)
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def moment(row: Row, key: str) -> datetime | None:
    """An aware UTC datetime; None when unset or unreadable."""
    value = text(row, key)
    if not value or value.startswith(NEVER):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def custom_fields(row: Row) -> dict[str, tuple[str, ...]]:
    """Values by the custom field's name."""
    found: dict[str, tuple[str, ...]] = {}
    for field in refs(row, "CustomFields"):
        values = field.get("values")
        if name := text(field, "name"):
            found[name] = (
                tuple(str(one) for one in values if one not in (None, "")) if isinstance(values, list) else ()
            )
    return found


def sql_text(value: str) -> str:
    """A quoted literal for TicketSQL and TransactionSQL."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def any_of(field: str, values: list[str] | list[int]) -> str:
    """`(id = 1 OR id = 2)`: these languages have no IN."""
    return "(" + " OR ".join(f"{field} = {one}" for one in values) + ")"
