"""Addresses in foreign text, with the host they really lead to beside them where the text could deceive about it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from atendente_tui.privacy.safe import SafeText

_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\|{}]+", re.IGNORECASE)


def with_real_hosts(text: SafeText) -> SafeText:
    """Clean text with, behind each address whose host is not plainly written, the host as the network knows it: letters beyond ASCII as
    punycode, and what stands behind an @.

    "https://bаnco.example/" (with a Cyrillic а) becomes "https://bаnco.example/ ⟦xn--bnco-53d.example⟧".
    """
    if "://" not in text:
        return text
    return SafeText(_ADDRESS.sub(_shown, text))


def _shown(found: re.Match[str]) -> str:
    told = found[0]
    try:
        parts = urlsplit(told)
        host = parts.hostname or ""
    except ValueError:
        return f"{told} ⟦?⟧"
    if host.isascii() and "@" not in parts.netloc:
        return told
    return f"{told} ⟦{_known_as(host)}⟧"


def _known_as(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return "?"
