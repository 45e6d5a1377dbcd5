"""The interface's language: gettext catalogs, English in the code, Brazilian Portuguese by default.

`_("text")` and `n_("one", "many", n)` look up at call time, so that a language chosen at start reaches
everything. Catalogs are merged from one .po a room (`make messages`).

The catalog is read here and not by `gettext`, which decodes every sentence of it before the first one is said.
"""

from __future__ import annotations

import os
from pathlib import Path
from struct import iter_unpack, unpack_from

DEFAULT = "pt-BR"
LANGUAGES = ("pt-BR", "en")
CATALOGS = Path(__file__).parent / "locale"


class Catalog:
    """The sentences of one GNU .mo file, as Babel writes it (little-endian, UTF-8), decoded when they are asked for."""

    def __init__(self, data: bytes = b"") -> None:
        self._data = data
        self._places: dict[bytes, tuple[int, int]] = {}
        """Length and offset of each translation, by context and sentence."""
        self._known: dict[str, tuple[str, ...]] = {}
        if data:
            count, ids, texts = unpack_from("<3I", data, 8)
            asked = iter_unpack("<2I", data[ids : ids + 8 * count])
            said = iter_unpack("<2I", data[texts : texts + 8 * count])
            self._places = {
                data[at : at + size].partition(b"\0")[0]: place
                for (size, at), place in zip(asked, said, strict=True)
            }

    def forms(self, message: str) -> tuple[str, ...]:
        """Singular and plural, or the one form there is; none for a sentence that is not here."""
        forms = self._known.get(message)
        if forms is None:
            place = self._places.get(message.encode(errors="surrogatepass"))
            if place is None:
                return ()
            size, at = place
            forms = self._known[message] = tuple(self._data[at : at + size].decode().split("\0"))
        return forms


_current = Catalog()
_language = "en"


def choose(language: str | None = None) -> str:
    """Set the language for this process: the one named, else ATENDENTE_LANG, else pt-BR. Returns it."""
    global _current, _language
    wanted = (language or os.environ.get("ATENDENTE_LANG") or DEFAULT).replace("_", "-").split(".")[0]
    _language = "en" if wanted.lower().startswith("en") else "pt-BR"
    _current = Catalog()
    if _language != "en":
        file = CATALOGS / _language.replace("-", "_") / "LC_MESSAGES" / "atendente.mo"
        if file.exists():  # else it has not been compiled yet, and English must do
            _current = Catalog(file.read_bytes())
    return _language


def language() -> str:
    return _language


def _(message: str) -> str:
    """The sentence in the chosen language; `{names}` in it are filled by the caller with `.format`."""
    forms = _current.forms(message) if message else ()
    return forms[0] if forms else message


def n_(one: str, many: str, count: int) -> str:
    forms = _current.forms(one)
    if len(forms) == 2:
        return forms[count > 1]  # in Portuguese nought is singular
    return one if count == 1 else many


def p_(context: str, message: str) -> str:
    """A word whose translation depends on where it stands ("open" the status, "open" the verb)."""
    forms = _current.forms(f"{context}\x04{message}")
    return forms[0] if forms else message


def later_in(context: str, message: str) -> str:  # noqa: ARG001 - read by the extraction
    """Mark a constant for extraction; translate it with `p_(context, ...)` where it is shown."""
    return message


def later(message: str) -> str:
    """Mark a constant for extraction; translate it with `_()` where it is shown."""
    return message
