"""The status machine, known facts, protocol numbers and escalation: small rules, told whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.escalation import check_packet, check_tier, is_hand_back, ping_pong
from atendente_tui.domain.facts import KNOWN_FACTS, WITH_VALUE
from atendente_tui.domain.lifecycle import ALLOWED, after_inbound, after_reply, move
from atendente_tui.domain.protocol import parse_protocol, protocol
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import LIVE, Status, Tier

statuses = st.sampled_from(Status)


@given(statuses, statuses)
def test_every_pair_is_allowed_or_refused_with_both_names(current: Status, wanted: Status) -> None:
    if wanted == current or wanted in ALLOWED[current]:
        assert move(current, wanted) is wanted
    else:
        with pytest.raises(Refused) as refused:
            move(current, wanted)
        assert (refused.value.code, refused.value.values) == (
            "status_move",
            {"current": str(current), "wanted": str(wanted)},
        )


def test_the_shape_of_the_machine() -> None:
    assert set(ALLOWED) == set(Status)
    for status in LIVE:
        assert {Status.SOLVED, Status.CLOSED} <= ALLOWED[status]
        assert Status.NEW not in ALLOWED[status], "nothing becomes new again"
    assert Status.OPEN in ALLOWED[Status.SOLVED]
    assert not ALLOWED[Status.CLOSED]
    assert all(status not in wanted for status, wanted in ALLOWED.items())


@pytest.mark.parametrize(
    ("status", "keep", "then"),
    [
        ("new", False, "new"),
        ("open", False, "open"),
        ("pending", False, "open"),
        ("on_hold", False, "on_hold"),
        ("snoozed", False, "open"),
        ("snoozed", True, "snoozed"),
        ("solved", False, "open"),
        ("closed", False, "closed"),
    ],
)
def test_what_the_customers_message_does(status: str, keep: bool, then: str) -> None:
    assert after_inbound(Status(status), keep_snoozed=keep) == then


def test_an_answer_opens_a_new_ticket_and_leaves_the_others() -> None:
    assert after_reply(Status.NEW) is Status.OPEN
    for status in set(Status) - {Status.NEW}:
        assert after_reply(status) is status


@given(st.integers(1970, 9999), st.integers(0, 999_999_999))
def test_protocol_numbers_come_back(year: int, number: int) -> None:
    assert parse_protocol(protocol(year, number)) == (year, number)


def test_protocol_numbers_as_people_type_them() -> None:
    assert protocol(2026, 4821) == "2026-004821"
    assert parse_protocol(" #2026-4821 ") == (2026, 4821)
    for text in ("", "4821", "2026/4821", "26-4821", "2026-", "2026-4821x"):
        assert parse_protocol(text) is None


def test_facts_have_one_name_each() -> None:
    assert len(set(KNOWN_FACTS)) == len(KNOWN_FACTS)
    assert set(KNOWN_FACTS) >= WITH_VALUE


def test_an_escalation_needs_its_whole_packet() -> None:
    check_packet(reason="pede estorno", tried="segunda via", workaround="nenhuma")
    with pytest.raises(Refused) as refused:
        check_packet(reason="pede estorno", tried=" \n", workaround="")
    assert refused.value.code == "packet_incomplete"
    assert refused.value.values["missing"] == ["tried", "workaround"]


def test_an_escalation_changes_the_level() -> None:
    check_tier(None, Tier.N1)
    check_tier(Tier.N1, Tier.N3)
    check_tier(Tier.N3, Tier.N1)
    with pytest.raises(Refused, match="tier_same"):
        check_tier(Tier.N2, Tier.N2)
    assert is_hand_back(Tier.N3, Tier.N1)
    assert not is_hand_back(Tier.N1, Tier.N2)
    assert not is_hand_back(None, Tier.N1)


@pytest.mark.parametrize(
    ("moves", "returns"),
    [
        ([], 0),
        ([(None, "N1"), ("N1", "N2"), ("N2", "N3")], 0),
        ([("N1", "N2"), ("N2", "N1")], 1),
        ([("N1", "N2"), ("N2", "N1"), ("N1", "N2")], 2),
        ([("N1", "N1")], 0),
        ([("N1", None), (None, "N1")], 1),
    ],
)
def test_ping_pong(moves: list[tuple[str | None, str | None]], returns: int) -> None:
    assert ping_pong(moves) == returns
