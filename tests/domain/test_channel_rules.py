"""Channel rules: SMS segments by the letter of 3GPP TS 23.038, lengths, windows, findings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.channels import (
    CHANNELS,
    HOUR,
    check_reply,
    length,
    outside_gsm7,
    sms_segments,
    window_left,
)
from atendente_tui.domain.words import Channel

NOW = 1_800_000_000_000


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("", ("gsm7", 0, 0, 160), id="nothing"),
        pytest.param("a" * 160, ("gsm7", 160, 1, 160), id="one full"),
        pytest.param("a" * 161, ("gsm7", 161, 2, 153), id="one more"),
        pytest.param("a" * 306, ("gsm7", 306, 2, 153), id="two full"),
        pytest.param("a" * 307, ("gsm7", 307, 3, 153), id="three"),
        pytest.param("Olá", ("ucs2", 3, 1, 70), id="á is not in GSM-7"),
        pytest.param("é à ù ò ì Ç É Ñ ñ ü ö ä å", ("gsm7", 25, 1, 160), id="these are"),
        pytest.param("ção", ("ucs2", 3, 1, 70), id="lower-case ç is not"),
        pytest.param("€", ("gsm7", 2, 1, 160), id="extension counts twice"),
        pytest.param("a" * 158 + "€", ("gsm7", 160, 1, 160), id="extension fits"),
        pytest.param("a" * 159 + "€", ("gsm7", 161, 2, 153), id="extension does not fit"),
        pytest.param(
            "a" * 152 + "€" + "a" * 151, ("gsm7", 305, 2, 153), id="the pair moves to the next segment"
        ),
        pytest.param("a" * 152 + "€" + "a" * 152, ("gsm7", 306, 3, 153), id="and costs a third"),
        pytest.param("ã" * 70, ("ucs2", 70, 1, 70), id="one full of UCS-2"),
        pytest.param("ã" * 71, ("ucs2", 71, 2, 67), id="two of UCS-2"),
        pytest.param("😀", ("ucs2", 2, 1, 70), id="a surrogate pair"),
        pytest.param("😀" * 35, ("ucs2", 70, 1, 70), id="35 pairs"),
        pytest.param("😀" * 67, ("ucs2", 134, 3, 67), id="33 pairs a segment: a pair is not cut"),
        pytest.param("\n\r\f[]{}|~^\\", ("gsm7", 2 + 2 * 9, 1, 160), id="controls and brackets"),
        pytest.param("`", ("ucs2", 1, 1, 70), id="the backtick is not in GSM-7"),
    ],
)
def test_sms_segments(text: str, count: tuple[str, int, int, int]) -> None:
    assert sms_segments(text) == count


@given(st.text(max_size=400))
def test_segments_hold_what_is_in_them(text: str) -> None:
    count = sms_segments(text)
    assert count.units <= count.segments * count.per_segment
    assert (count.segments == 0) == (text == "")
    assert sms_segments(text + "a").segments >= count.segments
    assert bool(outside_gsm7(text)) == (count.encoding == "ucs2")


def test_lengths() -> None:
    assert length("ação", "characters") == 4
    assert length("ação", "bytes") == 6
    assert length("\ud800", "bytes") == 1
    assert length("ação", "weighted") == 4
    assert length("veja https://exemplo.com.br/um/caminho/bem/comprido?x=1", "weighted") == 5 + 23
    assert length("日本", "weighted") == 4
    assert length("👩\u200d👧", "weighted") == 4


def codes(channel: Channel, text: str, last_inbound: int | None = NOW) -> dict[str, bool]:
    return {found.code: found.blocks for found in check_reply(channel, text, last_inbound, NOW)}


def test_the_whatsapp_window_closes_after_24_hours() -> None:
    assert codes(Channel.WHATSAPP, "oi", NOW - 24 * HOUR) == {}
    assert codes(Channel.WHATSAPP, "oi", NOW - 24 * HOUR - 1000) == {"window_closed": True}
    assert codes(Channel.WHATSAPP, "oi", None) == {"window_closed": True}, "the customer never wrote there"
    assert window_left(Channel.WHATSAPP, NOW - HOUR, NOW) == 23 * HOUR
    assert window_left(Channel.WHATSAPP, NOW - 30 * HOUR, NOW) == 0
    assert window_left(Channel.WHATSAPP, None, NOW) == 0
    assert window_left(Channel.EMAIL, None, NOW) is None


@pytest.mark.parametrize(
    ("channel", "fits"),
    [
        (Channel.WHATSAPP, "a" * 4096),
        (Channel.SMS, "a" * 1600),
        (Channel.INSTAGRAM, "ã" * 500),
        (Channel.FACEBOOK, "a" * 2000),
        (Channel.X, "日" * 140),
    ],
)
def test_limits_block_at_one_too_many(channel: Channel, fits: str) -> None:
    assert not codes(channel, fits).get("too_long")
    found = next(one for one in check_reply(channel, fits + "a", NOW, NOW) if one.code == "too_long")
    assert found.blocks
    assert found.values["over"] == 1
    assert found.values["limit"] == CHANNELS[channel].limit


def test_what_informs_does_not_block() -> None:
    assert codes(Channel.SMS, "a" * 161) == {"sms_segments": False}
    assert codes(Channel.SMS, "não") == {"sms_unicode": False}
    assert codes(Channel.PUBLIC_COMPLAINT, "Bom dia") == {"public_channel": False}
    assert codes(Channel.EMAIL, "a" * 100_000) == {}


@given(st.sampled_from(Channel), st.text(" \t\n\r", max_size=5))
def test_an_empty_answer_goes_nowhere(channel: Channel, blank: str) -> None:
    assert codes(channel, blank)["text_empty"] is True


def test_every_channel_has_its_rule() -> None:
    assert set(CHANNELS) == set(Channel)
