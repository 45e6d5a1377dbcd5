"""E-mail addresses as people type them: one, or several in a row."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.utils import getaddresses

from atendente_tui.domain.refusal import Refused

_DOMAIN = re.compile(r"(?=.{1,253}$)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}")


def email_address(text: str) -> str:
    """The bare address in `text` ("Ana <ana@x.com>" is "ana@x.com"). Raises Refused("address_unreadable", found)."""
    found = getaddresses([text])
    bare = found[0][1] if len(found) == 1 else ""
    name, at, domain = bare.rpartition("@")
    try:
        if not (at and name and _DOMAIN.fullmatch(domain)) or len(name) > 64:
            raise ValueError(bare)
        Address(addr_spec=bare) if bare.isascii() else None
    except (ValueError, IndexError) as error:
        raise Refused("address_unreadable", found=text.strip()) from error
    return bare


def email_addresses(text: str) -> tuple[str, ...]:
    """Several, divided by commas, semicolons or spaces between addresses; each once. Refused: address_unreadable."""
    parts = [one for one in re.split(r"[;,\n]+|(?<=\w)\s+(?=\S+@)", text) if one.strip()]
    return tuple(dict.fromkeys(email_address(one) for one in parts))
