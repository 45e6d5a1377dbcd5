"""Commands, changes and their ids: immutable, closed, the same after a trip through JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from atendente_tui.domain.change import Change, ChangePage, CustomerUpsert, TicketUpsert, received
from atendente_tui.domain.command import Command, Reply, Snooze, TicketRef
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.instants import from_ms, to_ms
from atendente_tui.domain.words import Channel, Status

NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
COMMAND: TypeAdapter[Command] = TypeAdapter(Command)


def reply(text: str = "Oi, Maria!") -> Reply:
    return Reply(
        id=new_id(NOW), at=NOW, author="ana", ticket=TicketRef(id=7), text=text, channel=Channel.CHAT
    )


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_ids_are_uuid7_of_their_moment(now: datetime) -> None:
    made = new_id(now)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == to_ms(now)


def test_ids_are_ordered_by_time_and_never_the_same() -> None:
    made = [new_id(NOW + timedelta(milliseconds=n)) for n in range(100)]
    assert made == sorted(made)
    assert len({new_id(NOW) for _ in range(1000)}) == 1000


@given(st.integers(-(10**12), 10**13))
def test_instants_come_back(milliseconds: int) -> None:
    assert to_ms(from_ms(milliseconds)) == milliseconds


def test_a_moment_without_a_zone_is_refused_everywhere() -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_ms(datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValidationError):
        Snooze(id=new_id(NOW), at=NOW, author="ana", ticket=TicketRef(id=1), until=datetime(2026, 1, 1))  # noqa: DTZ001


@given(st.text())
def test_a_command_survives_json(text: str) -> None:
    command = reply(text)
    assert COMMAND.validate_json(command.model_dump_json()) == command


def test_commands_are_frozen_and_closed() -> None:
    command = reply()
    with pytest.raises(ValidationError):
        command.text = "outra"
    with pytest.raises(ValidationError):
        COMMAND.validate_python({**command.model_dump(), "color": "blue"})
    with pytest.raises(ValidationError):
        COMMAND.validate_python({**command.model_dump(), "type": "shout"})


def test_every_command_type_is_known_by_one_word() -> None:
    types = set(COMMAND.json_schema()["discriminator"]["mapping"])
    assert types > {
        "reply",
        "note",
        "claim",
        "release",
        "assign",
        "status",
        "escalate",
        "snooze",
        "wrapup",
        "create",
    }


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("a\0b", "a\ufffdb"),
        ("\ud83d!", "\ufffd!"),
        ("\ud83d\ude00", "😀"),
        ("c\u0327", "ç"),
        ("\x1b[31mok", "\x1b[31mok"),
        ("plain", "plain"),
    ],
)
def test_foreign_text_is_storable_and_otherwise_as_received(raw: str, kept: str) -> None:
    assert received(raw) == kept


@given(st.text(st.characters(codec=None), max_size=50))
def test_received_text_can_always_be_stored(raw: str) -> None:
    once = received(raw)
    assert received(once) == once
    assert "\0" not in once
    once.encode("utf-8")


def test_a_page_survives_json() -> None:
    page = ChangePage(
        changes=(
            CustomerUpsert(remote_id="u1", name="Maria", facts={"cpf_confirmed": "yes"}),
            TicketUpsert(
                remote_id="1",
                subject="Pedido não chegou",
                customer="u1",
                channel=Channel.WHATSAPP,
                status=Status.OPEN,
                opened_at=NOW,
                updated_at=NOW,
            ),
        ),
        cursor="abc",
    )
    assert ChangePage.model_validate_json(page.model_dump_json()) == page
    change: TypeAdapter[Change] = TypeAdapter(Change)
    assert change.validate_python({"type": "gone", "remote_id": "9"}).remote_id == "9"  # type: ignore[union-attr]
    assert isinstance(reply().id, UUID)
