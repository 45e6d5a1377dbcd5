"""RT's words and ours: tags that carry state, records in comments, the cursor, HTML, hostile rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.backends.html_text import html_text
from atendente_tui.backends.port import BackendSettings, ProtocolError
from atendente_tui.backends.rt import records
from atendente_tui.backends.rt.creating import address
from atendente_tui.backends.rt.cursor import PHASES, Cursor, bits, decode, encode, ids
from atendente_tui.backends.rt.reading import customer, ticket_view
from atendente_tui.backends.rt.shape import custom_fields, moment, sql_text
from atendente_tui.backends.rt.words import PRIORITIES, Carried, carried, priority_of, vocabulary
from atendente_tui.domain.change import Identity
from atendente_tui.domain.command import ConfirmFact, Create, Escalate, TicketRef
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.words import Channel, EventKind, IdentityKind, Impact, Priority, Status, Tier

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORDS = vocabulary(BackendSettings("rt", "http://127.0.0.1"))
moments = st.integers(946_684_800, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
own_tags = st.lists(st.text(min_size=1, max_size=20), max_size=5, unique=True).filter(
    lambda tags: all(carried([tag]) == Carried(tags=(tag,)) for tag in tags)
)


@given(
    st.builds(
        Carried,
        tags=own_tags.map(tuple),
        channel=st.none() | st.sampled_from(Channel),
        tier=st.none() | st.sampled_from(Tier),
        impact=st.none() | st.sampled_from(Impact),
        on_hold=st.booleans(),
        opened=st.none() | moments,
        outbound=st.booleans(),
    ),
    st.none() | st.tuples(moments, st.integers(0, 10**17), st.booleans()),
)
def test_what_tags_carry_comes_back(state: Carried, snooze: tuple[datetime, int, bool] | None) -> None:
    from dataclasses import replace

    if snooze:
        state = replace(state, snoozed_until=snooze[0], snoozed_at=snooze[1], keep=snooze[2])
    assert carried(state.to_tags()) == state


@pytest.mark.parametrize(
    "tag", ["channel:fax", "tier:N9", "snoozed:", "snoozed:x@1", "opened:ontem", "opened:2026-01-01", ":"]
)
def test_a_tag_that_only_looks_like_ours_stays_somebodys_own(tag: str) -> None:
    assert carried([tag, tag]) == Carried(tags=(tag,))


def test_priorities_come_back_and_unset_is_normal() -> None:
    assert {level: priority_of(number) for level, number in PRIORITIES.items()} == {
        one: one for one in Priority
    }
    assert [priority_of(number) for number in (0, -1, 1, 30, 31, 60, 80, 1000)] == [
        Priority.NORMAL,
        Priority.NORMAL,
        Priority.LOW,
        Priority.LOW,
        Priority.NORMAL,
        Priority.NORMAL,
        Priority.HIGH,
        Priority.URGENT,
    ]


def test_statuses_of_another_lifecycle() -> None:
    words = vocabulary(
        BackendSettings("rt", "http://h", options={"statuses": "waiting=on_hold, answered=pending"})
    )
    assert (words.status("waiting"), words.status("answered")) == (Status.ON_HOLD, Status.PENDING)
    assert words.status("invented") is Status.OPEN
    assert words.rt_status(Status.ON_HOLD) == "waiting"
    assert words.rt_status(Status.PENDING) == "stalled"
    with pytest.raises(ProtocolError, match="statuses"):
        vocabulary(BackendSettings("rt", "http://h", options={"statuses": "x=lost"}))


@given(
    st.builds(
        Cursor,
        phase=st.sampled_from(PHASES),
        before=st.integers(0, 10**9),
        low=st.integers(0, 10**12),
        done=st.lists(st.integers(1, 10**9), unique=True, max_size=20).map(
            lambda found: tuple(sorted(found))
        ),
        seen=st.sets(st.integers(1, 5_000)).map(bits),
        had=st.sets(st.integers(1, 100)).map(bits),
        articles=st.sets(st.integers(1, 100)).map(bits),
        articles_at=st.sampled_from(["", "2026-11-22T00:10:32Z"]),
        count=st.integers(0, 10**6),
    )
)
def test_a_cursor_comes_back(cursor: Cursor) -> None:
    text = encode(cursor)
    assert text.isascii()
    assert decode(text) == cursor


@given(st.sets(st.integers(0, 3_000)))
def test_bits_are_a_set(numbers: set[int]) -> None:
    assert ids(bits(numbers)) == sorted(numbers)


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", '{"v":2}', '{"v":1,"phase":"x"}', '{"v":1,"seen":"é"}', '{"v":1,"new":1}'],
)
def test_a_foreign_cursor_starts_over(text: str) -> None:
    assert decode(text) is None


def test_the_cursor_of_a_hundred_thousand_tickets_is_small() -> None:
    assert len(encode(Cursor(phase="follow", seen=bits(range(1, 100_000))))) < 1_000
    assert len(encode(Cursor(phase="follow", seen=bits(range(1, 100_000, 3))))) < 1_000


def test_a_record_is_read_back_and_told_to_people() -> None:
    command = Escalate(
        id=new_id(NOW),
        at=NOW,
        author="agent1",
        ticket=TicketRef(id=1),
        tier=Tier.N2,
        reason='com "aspas"\ne linha',
        tried="tudo",
        workaround="nenhum",
    )
    text = records.written(command, Tier.N1)
    found = records.read(text.replace("\n", "\r\n"))
    assert found is not None
    assert found.kind is EventKind.ESCALATION
    assert (found.data["from"], found.data["to"], found.data["reason"]) == ("N1", "N2", command.reason)
    assert found.text.startswith("Escalado para N2\nMotivo: ")
    fact = ConfirmFact(id=new_id(NOW), at=NOW, author="a", ticket=TicketRef(id=1), name="cpf", value="yes")
    told = records.read(records.written(fact))
    assert told is not None
    assert told.data == {"name": "cpf", "value": "yes"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "olá",
        "atendente/1 fact",
        "atendente/1 fact {",
        "atendente/1 fact {]}",
        "atendente/2 fact {}",
        "x\natendente/1 fact {}",
        'atendente/1 bogus {"a": 1}',
        "atendente/1 fact {" + '"a":{' * 5_000 + "}" * 5_000 + "}",
    ],
)
def test_what_is_no_record_is_a_note(text: str) -> None:
    found = records.read(text)
    assert found is None or found.data == {}


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Olá <b>Ana</b></p><p>tudo &amp; bem</p>", "Olá Ana\n\ntudo & bem"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>um</li><li>dois</li></ul>", "- um\n\n- dois"),
        ("<script>alert(1)</script><style>p{}</style>x", "x"),
        ('<a href="https://evil.example/">banco.com</a>', "banco.com <https://evil.example/>"),
        ('<a href="javascript:x()">clique</a>', "clique"),
        ("<div>a</div>\n\n\n<div>b</div>", "a\n\nb"),
        ("sem marcas < 3 & 4", "sem marcas < 3 & 4"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
    ],
)
def test_html_becomes_what_a_person_would_read(markup: str, text: str) -> None:
    assert html_text(markup) == text


@given(st.text())
def test_any_markup_becomes_some_text(markup: str) -> None:
    html_text(markup)
    html_text(f"<p>{markup}<div>" * 3)


@pytest.mark.parametrize("value", [None, "", 5, [], {}, "x", "1970-01-01T00:00:00Z", "2026-99-99T00:00:00Z"])
def test_an_unreadable_moment_is_none(value: object) -> None:
    assert moment({"at": value}, "at") is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_NAMES = [
    "id",
    "Subject",
    "Status",
    "Priority",
    "Queue",
    "Owner",
    "Requestor",
    "Created",
    "CustomFields",
    "EffectiveId",
    "Due",
]


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(_NAMES, json_values)))
def test_any_row_is_read_as_some_ticket(row: dict[str, object]) -> None:
    view = ticket_view(row, WORDS, NOW)
    assert view.upsert.remote_id.isdigit()
    custom_fields(row)


def _row(*tags: str, **fields: object) -> dict[str, object]:
    return {
        "id": "7",
        "Status": "open",
        "Created": "2026-11-20T10:00:00Z",
        "CustomFields": [{"name": "Tags", "values": list(tags)}],
        **fields,
    }


def test_snoozed_until_the_moment_or_the_customers_word() -> None:
    until = NOW + timedelta(hours=1)
    tag = f"snoozed:{until:%Y-%m-%dT%H:%M:%SZ}@55"
    asleep = ticket_view(_row(tag, "vip"), WORDS, NOW)
    assert (asleep.upsert.status, asleep.upsert.snoozed_until, asleep.upsert.tags) == (
        Status.SNOOZED,
        until,
        ("vip",),
    )
    assert ticket_view(_row(tag), WORDS, NOW, wrote_since=True).upsert.status is Status.OPEN
    assert ticket_view(_row(tag + "+keep"), WORDS, NOW, wrote_since=True).upsert.status is Status.SNOOZED
    assert ticket_view(_row(tag), WORDS, until).upsert.status is Status.OPEN
    assert ticket_view(_row(tag, Status="resolved"), WORDS, NOW).upsert.status is Status.SOLVED
    assert ticket_view(_row("on-hold"), WORDS, NOW).upsert.status is Status.ON_HOLD
    assert ticket_view(_row("on-hold", Status="stalled"), WORDS, NOW).upsert.status is Status.PENDING


def test_a_queue_without_the_tags_field_tells_no_tags() -> None:
    assert ticket_view({**_row(), "CustomFields": []}, WORDS, NOW).upsert.tags is None


@pytest.mark.parametrize(
    ("identities", "found"),
    [
        ([("email", "Ana@X.example")], "Ana@X.example"),
        ([("cpf", "123.456.789-00"), ("whatsapp", "+55 (11) 98765-4321")], "+5511987654321@whatsapp.invalid"),
        ([("instagram", "@ana.souza")], "ana.souza@instagram.invalid"),
        ([("email", "not an address"), ("phone", "11 3333-4444")], "1133334444@phone.invalid"),
        ([("external", "cliente 12")], None),
        ([("cpf", "12345678900")], None),
        ([], None),
    ],
)
def test_who_writes_without_mail_gets_an_address_nobody_mails(
    identities: list[tuple[str, str]], found: str | None
) -> None:
    command = Create(
        id=new_id(NOW),
        at=NOW,
        author="a",
        ticket=TicketRef(id=1),
        customer_name="Ana",
        identities=tuple(Identity(kind=IdentityKind(kind), value=value) for kind, value in identities),
        channel=Channel.WHATSAPP,
        subject="x",
        text="y",
        opened_at=NOW,
    )
    made = address(command)
    assert "12345678900" not in made
    if found is None:
        assert made.endswith("@external.invalid")
        assert customer({"id": made, "EmailAddress": made}).identities == ()
    else:
        assert made == found


def test_a_literal_cannot_leave_its_quotes() -> None:
    assert sql_text("a' OR id > 0 OR 'x") == "'a\\' OR id > 0 OR \\'x'"
    assert sql_text("a\\' OR") == "'a\\\\\\' OR'"
