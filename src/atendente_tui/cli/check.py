"""One thing that `doctor` looked at, and what people call it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atendente_tui.i18n import later_in

NAMES: Mapping[str, str] = {
    "configuration": later_in("check", "configuration"),
    "keys": later_in("check", "keys"),
    "data": later_in("check", "data folder"),
    "disk": later_in("check", "disk"),
    "key": later_in("check", "key of the store"),
    "store": later_in("check", "store"),
    "schema": later_in("check", "schema"),
    "counts": later_in("check", "counts"),
    "figures": later_in("check", "figures"),
    "poison": later_in("check", "set aside"),
    "outbox": later_in("check", "outbox"),
    "backend": later_in("check", "helpdesk"),
    "window": later_in("check", "who has it"),
    "keyring": later_in("check", "keyring"),
    "recovery": later_in("check", "recovery code"),
    "copies": later_in("check", "copies"),
    "pages": later_in("check", "every page"),
    "log": later_in("check", "log"),
    "clock": later_in("check", "clock"),
    "rights": later_in("check", "rights"),
    "adapter": later_in("check", "adapter"),
    "settings": later_in("check", "settings file"),
    "spelling": later_in("check", "spelling"),
}
"""What people read for the names of the checks; those that are names everywhere are not in it."""


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail: str
    advice: str = ""
