"""Personal data masked on its way to a screen: which kinds, the configuration says (`privacy.mask`)."""

from __future__ import annotations

import re
from collections.abc import Collection

_FEWEST = 7
"""Digits below which a text without an @ holds nothing that is masked here."""
LONG = 20_000
"""Characters above which a text is looked at line by line."""
_DIGIT = re.compile(r"\d")


def masked(text: str, kinds: Collection[str]) -> str:
    """Foreign text with its personal data masked; still to be cleaned. Most texts hold none and cost next to nothing."""
    if not kinds or ("@" not in text and len(_DIGIT.findall(text)) < _FEWEST):
        return text
    from atendente_tui.privacy.personal import Kind, mask  # patterns that the first frame need not wait for

    wanted = frozenset(Kind(one) for one in kinds)
    if len(text) <= LONG:
        return mask(text, wanted)
    return "\n".join(
        "".join(masked(line[at : at + LONG], kinds) for at in range(0, len(line), LONG))
        for line in text.split("\n")
    )
