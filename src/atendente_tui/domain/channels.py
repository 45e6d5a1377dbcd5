"""What each channel asks of an answer, as data: length, SMS segments, the 24-hour window, who can read it."""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from atendente_tui.domain.words import Channel

HOUR = 3_600_000


class ChannelRule(NamedTuple):
    limit: int | None = None
    """Longest answer in `unit`, None where nobody sets one."""
    unit: Literal["characters", "bytes", "weighted"] = "characters"
    """What `limit` counts: code points, UTF-8 bytes, or X's weighted characters."""
    window_hours: int | None = None
    """Free text may be sent for so many hours after the customer's last message, None for always."""
    public: bool = False
    """Anybody can read the answer."""
    segments: bool = False
    """Sent and charged in SMS segments."""
    needs_subject: bool = False
    quick_send: bool = False
    """A conversation: short answers, sent with one key."""


CHANNELS: Mapping[Channel, ChannelRule] = {
    Channel.EMAIL: ChannelRule(needs_subject=True),
    Channel.CHAT: ChannelRule(quick_send=True),
    Channel.WHATSAPP: ChannelRule(limit=4096, window_hours=24, quick_send=True),
    Channel.SMS: ChannelRule(limit=1600, segments=True),
    Channel.PHONE: ChannelRule(),
    Channel.INSTAGRAM: ChannelRule(limit=1000, unit="bytes", window_hours=24, quick_send=True),
    Channel.FACEBOOK: ChannelRule(limit=2000, window_hours=24, quick_send=True),
    Channel.X: ChannelRule(limit=280, unit="weighted", public=True),
    Channel.APP: ChannelRule(quick_send=True),
    Channel.PORTAL: ChannelRule(needs_subject=True),
    Channel.IN_PERSON: ChannelRule(),
    Channel.PUBLIC_COMPLAINT: ChannelRule(public=True, needs_subject=True),
}
"""Limits of the platforms' own documentation; the others are set by whoever runs the channel."""


class SmsCount(NamedTuple):
    encoding: Literal["gsm7", "ucs2"]
    units: int
    """Septets or UTF-16 units, without what the seams of segments waste."""
    segments: int
    per_segment: int
    """Units that fit one segment: 160 or 70 alone, 153 or 67 in several."""


# 3GPP TS 23.038, 6.2.1: the default alphabet (lower-case ç is not in it, upper-case Ç is) and its extension.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")


def sms_segments(text: str) -> SmsCount:
    """How an SMS of `text` is encoded and cut. A character never straddles two segments."""
    if all(one in _GSM or one in _GSM_EXTENSION for one in text):
        sizes = [2 if one in _GSM_EXTENSION else 1 for one in text]
        return _packed("gsm7", sizes, 160, 153)
    return _packed("ucs2", [2 if ord(one) > 0xFFFF else 1 for one in text], 70, 67)


def _packed(encoding: Literal["gsm7", "ucs2"], sizes: list[int], alone: int, several: int) -> SmsCount:
    units = sum(sizes)
    if units <= alone:
        return SmsCount(encoding, units, 1 if units else 0, alone)
    segments, room = 1, several
    for size in sizes:
        if size > room:
            segments, room = segments + 1, several
        room -= size
    return SmsCount(encoding, units, segments, several)


def outside_gsm7(text: str) -> tuple[str, ...]:
    """The characters that make an SMS of `text` need UCS-2, each once, in order of appearance."""
    return tuple(dict.fromkeys(one for one in text if one not in _GSM and one not in _GSM_EXTENSION))


_URL = re.compile(r"https?://\S+")


def length(text: str, unit: Literal["characters", "bytes", "weighted"]) -> int:
    """How long `text` is for a limit in `unit`.

    weighted: X's count, an address is 23, Latin text 1 a character, everything else (emoji, CJK) 2.
    """
    if unit == "characters":
        return len(text)
    if unit == "bytes":
        return len(text.encode("utf-8", "replace"))
    short, addresses = _URL.subn("", unicodedata.normalize("NFC", text))
    return 23 * addresses + sum(map(_weight, short))


def _weight(character: str) -> int:
    code = ord(character)
    if code in (0x200C, 0x200D) or 0xFE00 <= code <= 0xFE0F or 0x1F3FB <= code <= 0x1F3FF:
        return 0  # joins or tints the emoji before it, which counts once
    one = code <= 0x10FF or 0x2000 <= code <= 0x200D or 0x2010 <= code <= 0x201F or 0x2032 <= code <= 0x2037
    return 1 if one else 2


class Finding(NamedTuple):
    """Something to know about an answer before it goes. `code` and `values` make the sentence, as in Refused."""

    code: str
    values: Mapping[str, object] = MappingProxyType({})
    blocks: bool = False


def check_reply(
    channel: Channel,
    text: str,
    last_inbound: int | None,
    now: int,
    rules: Mapping[Channel, ChannelRule] = CHANNELS,
) -> list[Finding]:
    """What stands against sending `text` there now (`blocks`), and what its author should know.

    Moments in milliseconds. Codes that block: text_empty, too_long (length, limit, over, unit), window_closed
    (hours). Codes that inform: sms_segments (segments, encoding), sms_unicode (characters), public_channel.
    """
    rule = rules.get(channel) or ChannelRule()
    found: list[Finding] = []
    if not text.strip():
        found.append(Finding("text_empty", {}, blocks=True))
    if rule.limit is not None:
        size = length(text, rule.unit)
        if size > rule.limit:
            values = {"length": size, "limit": rule.limit, "over": size - rule.limit, "unit": rule.unit}
            found.append(Finding("too_long", values, blocks=True))
    if rule.window_hours is not None and (
        last_inbound is None or now - last_inbound > rule.window_hours * HOUR
    ):
        found.append(Finding("window_closed", {"hours": rule.window_hours}, blocks=True))
    if rule.segments:
        count = sms_segments(text)
        if count.segments > 1:
            found.append(Finding("sms_segments", {"segments": count.segments, "encoding": count.encoding}))
        if count.encoding == "ucs2":
            found.append(Finding("sms_unicode", {"characters": " ".join(outside_gsm7(text)[:8])}))
    if rule.public:
        found.append(Finding("public_channel"))
    return found


def window_left(
    channel: Channel, last_inbound: int | None, now: int, rules: Mapping[Channel, ChannelRule] = CHANNELS
) -> int | None:
    """Milliseconds in which free text may still be sent, 0 once it is closed, None for a channel without window."""
    rule = rules.get(channel)
    if rule is None or rule.window_hours is None:
        return None
    if last_inbound is None:
        return 0
    return max(0, last_inbound + rule.window_hours * HOUR - now)
