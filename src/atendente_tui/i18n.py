"""The interface's language: gettext catalogs, English in the code, Brazilian Portuguese by default.

`_("text")` and `n_("one", "many", n)` look up at call time, so that a language chosen at start reaches
everything. Catalogs are merged from one .po a room (`make messages`).
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path

DEFAULT = "pt-BR"
LANGUAGES = ("pt-BR", "en")
CATALOGS = Path(__file__).parent / "locale"

_current: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def choose(language: str | None = None) -> str:
    """Set the language for this process: the one named, else ATENDENTE_LANG, else pt-BR. Returns it."""
    global _current, _language
    wanted = (language or os.environ.get("ATENDENTE_LANG") or DEFAULT).replace("_", "-").split(".")[0]
    _language = "en" if wanted.lower().startswith("en") else "pt-BR"
    _current = gettext.NullTranslations()
    if _language != "en":
        _current = gettext.translation("atendente", CATALOGS, [_language.replace("-", "_")], fallback=True)
    return _language


def language() -> str:
    return _language


def _(message: str) -> str:
    """The sentence in the chosen language; `{names}` in it are filled by the caller with `.format`."""
    return _current.gettext(message) if message else ""


def n_(one: str, many: str, count: int) -> str:
    return _current.ngettext(one, many, count)


def p_(context: str, message: str) -> str:
    """A word whose translation depends on where it stands ("open" the status, "open" the verb)."""
    return _current.pgettext(context, message)


def later_in(context: str, message: str) -> str:  # noqa: ARG001 - read by the extraction
    """Mark a constant for extraction; translate it with `p_(context, ...)` where it is shown."""
    return message


def later(message: str) -> str:
    """Mark a constant for extraction; translate it with `_()` where it is shown."""
    return message
