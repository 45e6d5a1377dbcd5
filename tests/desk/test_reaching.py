"""By which channels an answer can go: addresses, what the helpdesk can, and the window of the channel itself."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta

import pytest

from atendente_tui import labels
from atendente_tui.clock import VirtualClock
from atendente_tui.desk import answering, outgoing, reaching
from atendente_tui.desk.desk import Can, Desk
from atendente_tui.domain.change import CustomerUpsert, EventAppend, Identity
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.reach import ADDRESSES, ELSEWHERE, address
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, IdentityKind
from atendente_tui.store.ingest import apply_page
from atendente_tui.store.store import Store
from tests.builders import NOW, event_change, sample_page
from tests.desk.conftest import desk_at
from tests.desk.seen import ids, outbox_rows, ticket


def hear(store: Store, *changes: CustomerUpsert | EventAppend) -> None:
    page = sample_page(0).model_copy(update={"changes": changes})
    store.write(lambda tx: apply_page(tx, page, "example"))


def code(desk: Desk, ticket_id: int, channel: Channel) -> str:
    with pytest.raises(Refused) as caught:
        answering.reply(desk, ticket_id, "oi", channel=channel).result(10)
    assert "{" not in labels.refusal(caught.value)
    return caught.value.code


def ways(store: Store, ticket_id: int, can: Can | None = None) -> dict[str, str | None]:
    with closing(store.reader()) as db:
        found = reaching.ways(db, can or Can.everything(), ticket_id, to_ms(NOW))
    return {one.channel: one.refused.code if one.refused else None for one in found}


def test_the_likeliest_address_of_a_channel() -> None:
    known = [("phone", "+55 11 3333-4444"), ("whatsapp", "+55 11 91234-5678"), ("whatsapp", "outro")]
    assert address(Channel.WHATSAPP, known) == (IdentityKind.WHATSAPP, "+55 11 91234-5678")
    assert address(Channel.SMS, known) == (IdentityKind.PHONE, "+55 11 3333-4444")
    assert address(Channel.EMAIL, known) is None
    assert address(Channel.CHAT, known) is None
    assert set(ELSEWHERE) <= set(ADDRESSES)


def test_a_customer_is_offered_where_an_address_is_known(desk: Desk, store: Store) -> None:
    mail = ids(store, "channel = 'email'")[0]
    assert ways(store, mail) == {"email": None, "whatsapp": None, "sms": None}
    chat = ids(store, "channel = 'chat'")[0]
    assert ways(store, chat) == {"chat": None, "email": None, "whatsapp": None, "sms": None}
    sent = answering.reply(desk, mail, "Por SMS, então.", channel=Channel.SMS).result(10)
    row = outbox_rows(store)[-1]
    assert (row.command_id, json.loads(row.body)["channel"]) == (str(sent.command_id), "sms")


def test_what_cannot_be_is_refused_with_its_reason(desk: Desk, store: Store) -> None:
    mail = ids(store, "channel = 'email'")[0]
    assert code(desk, mail, Channel.CHAT) == "channel_stays"
    assert code(desk, mail, Channel.X) == "channel_stays"
    assert code(desk, mail, Channel.INSTAGRAM) == "channel_no_address"
    only = desk_at(store, can=Can(frozenset({"reply"}), channels=frozenset({"email"})))
    assert code(only, mail, Channel.SMS) == "channel_elsewhere"
    answering.reply(only, mail, "pelo próprio canal", channel=Channel.EMAIL).result(10)
    assert ways(store, mail, only.can) == {
        "email": None,
        "whatsapp": "channel_elsewhere",
        "sms": "channel_elsewhere",
    }


def test_a_window_counts_from_what_was_written_on_its_own_channel(
    desk: Desk, store: Store, clock: VirtualClock
) -> None:
    mail = ids(store, "channel = 'email'")[0]
    assert ticket(store, mail)["last_inbound"] > to_ms(NOW - timedelta(hours=24))
    assert code(desk, mail, Channel.WHATSAPP) == "window_closed"
    remote = int(ticket(store, mail)["remote_id"][1:])
    said = event_change(remote, 8, remote_id="zap", at=NOW - timedelta(hours=20), channel=Channel.WHATSAPP)
    hear(store, said)
    sent = answering.reply(desk, mail, "oi", channel=Channel.WHATSAPP, hold=3600 * 10).result(10)
    clock.advance(timedelta(hours=5))
    assert code(desk, mail, Channel.WHATSAPP) == "window_closed"
    with pytest.raises(Refused, match="window_closed"):
        outgoing.edit(desk, sent.command_id, "mudei de ideia").result(10)


def test_what_an_older_log_in_told_allows_no_other_channel(store: Store) -> None:
    from atendente_tui.config import BackendConfig, Config
    from atendente_tui.desk.opening import agent_of, desk_of

    config = Config(backend=BackendConfig("rt", "https://rt.example.com"))
    for told, channels in (({}, frozenset()), ({"channels": ["email"]}, {"email"})):
        text = json.dumps({"commands": ["reply"], "local_only": [], **told})
        store.write(
            lambda tx, text=text: tx.db.execute(  # type: ignore[misc]
                "INSERT OR REPLACE INTO sync_state (backend, key, value) VALUES ('rt', 'capabilities', ?)",
                (text,),
            )
        )
        with closing(store.reader()) as db:
            desk = desk_of(store, agent_of(config, db), config, store.clock, db)
        assert desk.can.channels == channels


def test_an_address_learned_later_opens_its_channel(desk: Desk, store: Store) -> None:
    mail = ids(store, "channel = 'email'")[0]
    who = int(ticket(store, mail)["remote_id"][1:]) // 2
    page = sample_page(20)
    known = next(
        one for one in page.changes if isinstance(one, CustomerUpsert) and one.remote_id == f"c{who}"
    )
    more = Identity(kind=IdentityKind.FACEBOOK, value="cliente")
    hear(store, known.model_copy(update={"identities": (*known.identities, more)}))
    assert "facebook" in ways(store, mail)
    assert code(desk, mail, Channel.FACEBOOK) == "window_closed"
