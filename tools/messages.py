"""Merge the .po of every room into the one catalog the program loads, and check that nothing is missing.

    python -m tools.messages           compile
    python -m tools.messages --check   exit 1 when a sentence has no translation or the catalog is old

A sentence in the code is `_("…")`, `n_("…", "…", n)` or `later("…")`. Each room keeps its own
`locale/<lang>/<room>.po`, so that two people can translate at once.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent / "src" / "atendente_tui"
LOCALE = ROOT / "locale"
KEYWORDS = {"_": None, "n_": (1, 2), "later": None, "p_": ((1, "c"), 2), "later_in": ((1, "c"), 2)}
PLACES = re.compile(r"\{[a-z_]*[^{}]*\}")

Key = tuple[str | None, str | tuple[str, ...]]
"""Context and sentence."""


def said_in_code() -> dict[Key, str]:
    """Every sentence the code says, and the file that says it first."""
    found: dict[Key, str] = {}
    for name, _line, message, _comments, context in extract_from_dir(
        ROOT, [("**.py", "python")], keywords=KEYWORDS, comment_tags=()
    ):
        if isinstance(message, tuple) and context is not None and len(message) == 1:
            message = message[0]
        found.setdefault((context, message), str(name))
    return found


def merged(language: str) -> tuple[Catalog, list[str]]:
    catalog = Catalog(locale=language, charset="utf-8")
    faults: list[str] = []
    for path in sorted((LOCALE / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if not message.id:
                    continue
                texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
                ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
                if not all(texts):
                    faults.append(f"{path.name}: no translation of {message.id!r}")
                places = {place for one in ids for place in PLACES.findall(one)}
                faults += [
                    f"{path.name}: {message.id!r} and its translation have other {{places}}"
                    for text in texts
                    if text and not set(PLACES.findall(text)) <= places
                ]
                known = catalog.get(ids[0], message.context)
                if known is not None and known.string != message.string:
                    faults.append(
                        f"{path.name}: {message.id!r} is translated differently elsewhere: {known.string!r}"
                    )
                catalog.add(message.id, message.string, context=message.context)
    return catalog, faults


def _sentences(catalog: Catalog) -> dict[object, object]:
    def plain(
        text: object,
    ) -> object:  # Babel reads contexts as bytes and plurals as lists, and writes neither
        if isinstance(text, bytes):
            return text.decode()
        return tuple(text) if isinstance(text, list | tuple) else text

    return {(plain(one.context), plain(one.id)): plain(one.string) for one in catalog if one.id}


def compiled(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def main() -> int:
    check = "--check" in sys.argv[1:]
    faults: list[str] = []
    said = said_in_code()
    for folder in sorted(path for path in LOCALE.iterdir() if path.is_dir()):
        catalog, bad = merged(folder.name)
        faults += bad
        known = {(message.context, message.id) for message in catalog if message.id}
        faults += [
            f"{where}: {message!r} is not in {folder.name}"
            for message, where in said.items()
            if message not in known
        ]
        target = folder / "LC_MESSAGES" / "atendente.mo"
        if check:
            old = read_mo(target.open("rb")) if target.exists() else Catalog()
            if _sentences(old) != _sentences(catalog):
                faults.append(f"{folder.name}: the compiled catalog is old: run make messages")
        else:
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(compiled(catalog))
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults and check else 0


if __name__ == "__main__":
    sys.exit(main())
