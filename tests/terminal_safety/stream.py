"""What a program sent to its terminal, read strictly: only the sequences it is known to send itself may be there.

Colours are always true colours here (COLORTERM=truecolor), so a foreign `ESC [ 31 m` is not taken for one of ours.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

from atendente_tui.privacy.safe import is_clean

_RGB = rb"2;\d{1,3};\d{1,3};\d{1,3}"
_OWN = re.compile(
    rb"\x1b\[(?:"
    rb"0?m"
    rb"|(?:[1-9];)*(?:[1-9]|38;" + _RGB + rb"|48;" + _RGB + rb"|38;" + _RGB + rb";48;" + _RGB + rb")m"
    rb"|\d{1,4};\d{1,4}H"  # where the next run of text goes
    rb"|\?(?:7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"
    rb"|\?(?:2026|2048)\$p"  # asks what the terminal can do
    rb"|[<>](?:\d{1,2})?u"  # the kitty keyboard protocol
    rb")"
    rb"|\x1b\]22;(?:default|pointer|text)\x07"  # the shape of the mouse pointer
)
_CLIPBOARD = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
_TEXT = re.compile(
    r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]*"
)
"""Everything printable; a new line comes only as CR LF, which is taken out before."""


def offences(raw: bytes, *, copies: int = 0, most: int = 5) -> list[str]:
    """What of the stream is not the program's own, each with a little of what is around it.

    copies   how often somebody asked for something on the clipboard: each time clean text may have gone there.
    """
    found: list[str] = []
    at = 0
    while at < len(raw) and len(found) < most:
        escape = raw.find(b"\x1b", at)
        end = len(raw) if escape < 0 else escape
        text = raw[at:end].replace(b"\r\n", b"")
        try:
            decoded = text.decode("utf-8")
        except UnicodeDecodeError as error:
            if end < len(raw) or error.reason != "unexpected end of data":
                found.append(f"no UTF-8: {text[max(0, error.start - 20) : error.start + 20]!r}")
            decoded = ""
        clean = _TEXT.match(decoded)
        if clean and clean.end() != len(decoded):
            found.append(f"a control character: {decoded[max(0, clean.end() - 20) : clean.end() + 20]!r}")
        if escape < 0:
            break
        own = _OWN.match(raw, escape)
        if own is None:
            own = _CLIPBOARD.match(raw, escape)
            if own is not None:
                copies -= 1
                got = base64.b64decode(own[1]).decode("utf-8", "replace")
                if copies < 0 or not got or not is_clean(got):
                    found.append(f"the clipboard got {got[:60]!r}")
        if own is None:
            if len(raw) - escape > 64:
                found.append(f"a foreign sequence: {raw[max(0, escape - 30) : escape + 50]!r}")
            at = escape + 1
        else:
            at = own.end()
    return found


def leaked(raw: bytes, strings: Iterable[str]) -> list[str]:
    """The strings of which a control character reached the terminal together with what follows it in the text."""
    found = []
    for text in strings:
        for control in re.finditer("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text):
            piece = text[control.start() : control.start() + 16].split("\n")[0]
            # So short a piece may be one of the program's own, such as the end of a colour.
            if len(piece) >= 5 and not _OWN.fullmatch(piece.encode()) and piece.encode() in raw:
                found.append(piece)
    return found
