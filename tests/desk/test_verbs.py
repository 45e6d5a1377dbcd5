"""Every verb: what it shows at once, what it puts in line, and when a rule says no."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from uuid import UUID

import pytest

from atendente_tui.clock import VirtualClock
from atendente_tui.desk import (
    answering,
    creating,
    knowing,
    looking,
    merging,
    moving,
    owning,
    promising,
    triaging,
)
from atendente_tui.desk.desk import Can, Desk
from atendente_tui.domain.change import Change
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, Impact, OutboxState, Priority, Status, Tier
from atendente_tui.store import news
from atendente_tui.store.ingest import apply_page
from atendente_tui.store.store import Store
from tests.builders import NOW, event_change, sample_page
from tests.desk.conftest import desk_at
from tests.desk.seen import ids, one, outbox_rows, table, tallies_agree, ticket


def told(store: Store, *changes: Change) -> None:
    """What the helpdesk says next."""
    page = sample_page(0).model_copy(update={"changes": changes})
    store.write(lambda tx: apply_page(tx, page, "example"))


def refused(future: object) -> Refused:
    with pytest.raises(Refused) as caught:
        future.result(timeout=10)  # type: ignore[attr-defined]
    return caught.value


def test_a_reply_is_event_outbox_and_audit_in_one(desk: Desk, store: Store) -> None:
    number = ids(store, "status = 'new' AND channel = 'email'")[0]
    sent = answering.reply(desk, number, "  Oi, Maria! Já vi seu pedido.  ").result(10)
    row = outbox_rows(store)[-1]
    assert (row.command_id, row.type, row.state) == (str(sent.command_id), "reply", "held")
    assert sent.hold_until == to_ms(NOW) + 10_000
    assert json.loads(row.body)["text"] == "Oi, Maria! Já vi seu pedido."
    assert json.loads(row.body)["id"] == str(sent.command_id)
    event = table(store, "event", f"command_id = '{sent.command_id}'")
    assert len(event) == 1
    assert (
        one(
            store,
            "SELECT count(*) FROM audit WHERE command_id = ? AND action = 'reply'",
            str(sent.command_id),
        )
        == 1
    )
    now = ticket(store, number)
    assert now["status"] == "open"  # a new ticket is open once it was answered
    assert now["first_reply"] < now["last_outbound"] == to_ms(NOW)
    assert now["waiting_since"] is None
    assert now["newest_event"] == event[0][0]
    assert tallies_agree(store)
    assert "Já vi" not in str(table(store, "audit"))


def test_the_audit_never_holds_words(desk: Desk, store: Store) -> None:
    answering.note(desk, 1, "cliente disse o segredo 4412").result(10)
    assert "4412" not in repr(table(store, "audit"))


def test_ids_are_made_when_the_key_is_pressed(store: Store, clock: VirtualClock) -> None:
    desk = desk_at(store)
    job = answering.note_job(desk, 1, text="um")
    clock.advance(timedelta(hours=1))
    sent = store.write(job)
    assert sent.command_id.version == 7
    assert sent.command_id.int >> 80 == to_ms(NOW)


def test_hold_by_channel_and_by_wish(desk: Desk, store: Store) -> None:
    number = ids(store, "channel = 'whatsapp'")[0]
    now = to_ms(NOW)
    assert answering.reply(desk, number, "um").result(10).hold_until == now + 5_000
    assert answering.reply(desk, number, "dois", hold=0).result(10).state == OutboxState.QUEUED
    assert answering.reply(desk, number, "três", hold=60).result(10).hold_until == now + 60_000
    assert answering.reply(desk, number, "quatro", channel="email").result(10).hold_until == now + 10_000
    free = ids(store, "assignee IS NULL")[0]
    assert owning.claim(desk, free).result(10).state == OutboxState.QUEUED


def test_replies_that_may_not_go(desk: Desk, store: Store, clock: VirtualClock) -> None:
    mail = ids(store, "channel = 'email'")[0]
    assert refused(answering.reply(desk, mail, " \n ")).code == "text_empty"
    no = refused(answering.reply(desk, mail, "Oi {{cliente.nome}}, {{?prazo}}"))
    assert no.code == "variables_unfilled"
    assert no.values["names"] == "{{cliente.nome}}, {{?prazo}}"
    wpp = ids(store, "channel = 'whatsapp'")[0]
    assert refused(answering.reply(desk, wpp, "x" * 5000)).code == "too_long"
    assert refused(answering.reply(desk, 999, "oi")).code == "ticket_unknown"
    clock.advance(timedelta(days=3))
    assert refused(answering.reply(desk, wpp, "oi")).code == "window_closed"
    answering.reply(desk, wpp, "oi", channel=Channel.EMAIL).result(10)
    assert all(row.type == "reply" for row in outbox_rows(store))
    assert len(outbox_rows(store)) == 1


def test_closed_is_the_end(desk: Desk, store: Store) -> None:
    number = ids(store, "status = 'solved'")[0]
    moving.set_status(desk, number, Status.CLOSED).result(10)
    assert refused(answering.reply(desk, number, "oi")).code == "ticket_closed"
    no = refused(moving.set_status(desk, number, Status.OPEN))
    assert (no.code, no.values["current"]) == ("status_move", "closed")
    answering.note(desk, number, "mas uma nota pode").result(10)


def test_a_stale_reply_says_how_much_is_new(desk: Desk, store: Store) -> None:
    number = ids(store, "channel = 'email'")[0]
    remote = ticket(store, number)["remote_id"]
    with closing(store.reader()) as db:
        seen = news.seen(db, number, "ana")
    answering.note(desk, number, "minha própria nota").result(10)
    answering.reply(desk, number, "ainda vale", seen=seen).result(10)
    assert json.loads(outbox_rows(store)[-1].body)["last_seen"] == seen.newest
    told(store, event_change(int(remote[1:]), 8, remote_id="novo", at=NOW))
    no = refused(answering.reply(desk, number, "atrasada", seen=seen))
    assert (no.code, no.values) == ("stale", {"newer": 1})
    answering.reply(desk, number, "mesmo assim", seen=seen, insist=True).result(10)


def test_a_message_that_came_in_late_makes_a_reply_stale_too(desk: Desk, store: Store) -> None:
    number = ids(store, "channel = 'email'")[0]
    remote = ticket(store, number)["remote_id"]
    with closing(store.reader()) as db:
        seen = news.seen(db, number, "ana")
    told(store, event_change(int(remote[1:]), 8, remote_id="tarde", at=NOW - timedelta(days=30)))
    assert ticket(store, number)["newest_event"] == seen.newest
    no = refused(answering.reply(desk, number, "sem ler", seen=seen))
    assert (no.code, no.values) == ("stale", {"newer": 1})


def test_send_and_solve(desk: Desk, store: Store) -> None:
    number = ids(store, "status = 'open' AND channel = 'email'")[0]
    answering.reply(desk, number, "Resolvido!", status=Status.SOLVED).result(10)
    now = ticket(store, number)
    assert (now["status"], now["solved"], now["score"]) == ("solved", to_ms(NOW), 0)
    assert tallies_agree(store)


def test_claim_release_assign(desk: Desk, store: Store) -> None:
    free, hers = ids(store, "assignee IS NULL")[0], ids(store, "assignee = 'bruno'")[0]
    owning.claim(desk, free).result(10)
    assert ticket(store, free)["assignee"] == "ana"
    assert refused(owning.claim(desk, free)).code == "already_yours"
    no = refused(owning.claim(desk, hers))
    assert (no.code, no.values) == ("ticket_taken", {"who": "bruno"})
    owning.release(desk, free, "férias").result(10)
    assert ticket(store, free)["assignee"] is None
    assert refused(owning.release(desk, free)).code == "not_assigned"
    owning.assign(desk, free, "bruno").result(10)
    assert ticket(store, free)["assignee"] == "bruno"
    assert json.loads(outbox_rows(store)[-1].body)["expected"] is None
    assert refused(owning.assign(desk, free, "bruno")).code == "already_assigned"
    assert tallies_agree(store)


def test_next_takes_the_best(desk: Desk, store: Store) -> None:
    taken = owning.next_ticket(desk).result(10)
    assert taken is not None
    assert ticket(store, taken.ticket_id)["assignee"] == "ana"
    again = owning.next_ticket(desk).result(10)
    assert again is not None


def test_status_and_pause(desk: Desk, store: Store, clock: VirtualClock) -> None:
    number = ids(store, "status = 'open'")[0]
    moving.set_status(desk, number, Status.PENDING).result(10)
    assert ticket(store, number)["paused_since"] == to_ms(NOW)
    clock.advance(timedelta(hours=2))
    moving.set_status(desk, number, Status.OPEN).result(10)
    now = ticket(store, number)
    assert json.loads(now["pauses"])[-1] == [to_ms(NOW), to_ms(NOW) + 7_200_000]
    assert now["paused_since"] is None
    assert refused(moving.set_status(desk, number, Status.OPEN)).code == "nothing_to_change"
    assert refused(moving.set_status(desk, number, Status.SNOOZED)).code == "snooze_needs_time"


def test_snooze(desk: Desk, store: Store) -> None:
    number = ids(store, "status = 'open'")[0]
    moving.snooze(desk, number, NOW + timedelta(hours=2), keep_on_reply=True).result(10)
    now = ticket(store, number)
    assert (now["status"], now["snoozed_until"], now["keep_snoozed"]) == (
        "snoozed",
        to_ms(NOW) + 7_200_000,
        1,
    )
    assert refused(moving.snooze(desk, number, NOW)).code == "when_past"


def test_wrap_up(desk: Desk, store: Store) -> None:
    number = ids(store, "status = 'open'")[0]
    assert refused(moving.wrap_up(desk, number, "")).code == "wrap_up_empty"
    assert refused(moving.wrap_up(desk, number, "ok", survey=False)).code == "survey_reason"
    moving.wrap_up(desk, number, "entrega/atraso", "entrega", "resolvido na hora").result(10)
    now = ticket(store, number)
    assert (now["wrap_up"], now["reason"], now["status"]) == ("entrega/atraso", "entrega", "solved")
    assert (
        one(store, "SELECT text FROM event WHERE kind = 'wrap_up' AND ticket_id = ?", number)
        == "resolvido na hora"
    )


def test_triage(desk: Desk, store: Store) -> None:
    number = ids(store, "priority = 'normal'")[0]
    before = ticket(store, number)["score"]
    triaging.set_priority(desk, number, Priority.URGENT, Impact.MANY).result(10)
    now = ticket(store, number)
    assert (now["priority"], now["impact"]) == ("urgent", "many")
    assert now["score"] > before or now["status"] == "solved"
    assert refused(triaging.set_priority(desk, number, Priority.URGENT)).code == "nothing_to_change"
    triaging.set_team(desk, number, "fiscal").result(10)
    assert ticket(store, number)["team"] == "fiscal"
    triaging.tag(desk, number, add=("vip", " troca ", "vip")).result(10)
    triaging.tag(desk, number, remove=("vip",), add=("novo",)).result(10)
    tags = json.loads(ticket(store, number)["tags"])
    assert tags[-2:] == ["troca", "novo"]
    assert "vip" not in tags
    assert {row[0] for row in table(store, "ticket_tag", f"ticket_id = {number}")} == set(tags)
    assert refused(triaging.tag(desk, number, add=("troca",))).code == "nothing_to_change"
    assert tallies_agree(store)


def test_escalation_needs_its_packet(desk: Desk, store: Store) -> None:
    no = refused(triaging.escalate(desk, 1, tier=Tier.N2, reason="não sei", tried=" ", workaround=""))
    assert (no.code, no.values["missing"]) == ("packet_incomplete", ["tried", "workaround"])
    triaging.escalate(
        desk, 1, tier=Tier.N2, team="financeiro", reason="estorno", tried="segunda via", workaround="nenhum"
    ).result(10)
    now = ticket(store, 1)
    assert (now["tier"], now["team"]) == ("N2", "financeiro")
    told = json.loads(one(store, "SELECT data FROM event WHERE kind = 'escalation' AND ticket_id = 1"))
    assert (told["from"], told["to"], told["tried"]) == (None, "N2", "segunda via")


def test_promises(desk: Desk, store: Store) -> None:
    made = promising.promise(desk, 1, NOW + timedelta(hours=3), "retorno sobre o estorno").result(10)
    assert (
        one(store, "SELECT what FROM promise WHERE id = ?", str(made.command_id)) == "retorno sobre o estorno"
    )
    promising.settle_promise(desk, made.command_id, "kept", "liguei").result(10)
    assert one(store, "SELECT outcome FROM promise WHERE id = ?", str(made.command_id)) == "kept"
    assert refused(promising.settle_promise(desk, made.command_id, "broken")).code == "promise_settled"
    assert refused(promising.settle_promise(desk, UUID(int=1), "kept")).code == "promise_unknown"
    assert refused(promising.promise(desk, 1, NOW, "já passou")).code == "when_past"


def test_facts(desk: Desk, store: Store) -> None:
    knowing.confirm_fact(desk, 1, "cpf_confirmed").result(10)
    customer = ticket(store, 1)["customer_id"]
    assert one(store, "SELECT value FROM fact WHERE customer_id = ?", customer) == "yes"
    assert refused(knowing.confirm_fact(desk, 1, "cpf_confirmed")).code == "nothing_to_change"


def test_create_for_somebody_new_and_for_somebody_known(desk: Desk, store: Store) -> None:
    new = creating.create(
        desk,
        customer_name="Cleide Nova",
        identities=(("email", "Cleide@Exemplo.com.br"),),
        channel=Channel.PHONE,
        subject="Geladeira",
        text="Não gela.",
        tags=("linha branca",),
        opened_at=NOW - timedelta(minutes=5),
    ).result(10)
    row = ticket(store, new.ticket_id)
    assert (row["remote_id"], row["status"], row["channel"], row["subject"]) == (
        None,
        "new",
        "phone",
        "Geladeira",
    )
    assert row["protocol"].startswith("2026-")
    assert row["waiting_since"] == to_ms(NOW) - 300_000
    again = creating.create(
        desk,
        customer_name="Cleide",
        identities=(("email", "cleide@exemplo.com.br"), ("phone", "11 98888-7777")),
        channel=Channel.EMAIL,
        subject="Outra",
        text="Agora o fogão.",
    ).result(10)
    assert ticket(store, again.ticket_id)["customer_id"] == row["customer_id"]
    assert one(store, "SELECT count(*) FROM identity WHERE customer_id = ?", row["customer_id"]) == 2
    assert tallies_agree(store)
    for field, code in (
        ("customer_name", "customer_name_empty"),
        ("subject", "subject_empty"),
        ("text", "text_empty"),
    ):
        values = {"customer_name": "a", "subject": "b", "text": "c", "channel": Channel.EMAIL, field: " "}
        assert refused(creating.create(desk, **values)).code == code  # type: ignore[arg-type]


def test_merge_takes_everything_along(desk: Desk, store: Store) -> None:
    from atendente_tui.desk import drafting

    gone, into = 1, 2
    drafting.save_draft(desk, gone, "reply", "meio escrito").result(10)
    drafting.save_draft(desk, into, "reply", "também").result(10)
    events = one(store, "SELECT count(*) FROM event WHERE ticket_id = ?", gone)
    theirs = one(store, "SELECT count(*) FROM event WHERE ticket_id = ?", into)
    merging.merge(desk, gone, into).result(10)
    assert one(store, "SELECT count(*) FROM event WHERE ticket_id = ?", gone) == 0
    assert one(store, "SELECT count(*) FROM event WHERE ticket_id = ?", into) == events + theirs + 1
    now = ticket(store, gone)
    assert (now["status"], now["merged_into"]) == ("closed", into)
    assert one(store, "SELECT text FROM draft WHERE slot = '2:reply'") == "também\n\nmeio escrito"
    assert refused(answering.reply(desk, gone, "oi")).code == "ticket_merged"
    assert refused(merging.merge(desk, into, into)).code == "merge_self"


def test_link(desk: Desk, store: Store) -> None:
    merging.link(desk, 1, 2, "depends_on").result(10)
    assert json.loads(one(store, "SELECT data FROM event WHERE kind = 'link'")) == {
        "relation": "depends_on",
        "other": 2,
    }
    merging.link_article(desk, 1, "a:7").result(10)
    assert len(outbox_rows(store)) == 2


def test_what_the_backend_cannot_is_said(store: Store) -> None:
    desk = desk_at(store, can=Can(frozenset({"reply"}), frozenset({"promise"})))
    no = refused(answering.note(desk, 1, "oi"))
    assert (no.code, no.values) == ("backend_cannot", {"verb": "note"})
    promising.promise(desk, 1, NOW + timedelta(hours=1), "ligar").result(10)
    assert len(outbox_rows(store)) == 1


def test_trying_writes_nothing(desk: Desk, store: Store) -> None:
    with desk.trying() as dry:
        answering.reply(dry, 1, "oi", channel="email").result(10)
        assert refused(answering.reply(dry, 1, "", channel="email")).code == "text_empty"
        creating.create(dry, customer_name="a", channel=Channel.EMAIL, subject="b", text="c").result(10)
        knowing.flag_article(dry, "a1", "outdated").result(10)
    assert outbox_rows(store) == []
    assert one(store, "SELECT count(*) FROM audit") == 0
    assert one(store, "SELECT count(*) FROM ticket") == 20


def test_flag_article_is_about_no_ticket(desk: Desk, store: Store) -> None:
    sent = knowing.flag_article(desk, "a1", "wrong", "o prazo mudou").result(10)
    assert sent.ticket_id == 0
    assert outbox_rows(store)[-1].ticket_id is None


def test_reading_marks_only_ones_own(desk: Desk, store: Store) -> None:
    mine, hers = ids(store, "assignee = 'ana'")[0], ids(store, "assignee = 'bruno'")[0]
    assert looking.mark_seen(desk, mine).result(10)
    assert not looking.mark_seen(desk, mine).result(10)
    assert not looking.mark_seen(desk, hers).result(10)
    assert ticket(store, mine)["seen_event"] == ticket(store, mine)["newest_event"]


def test_an_effect_that_fails_leaves_nothing(desk: Desk, store: Store) -> None:
    """The three writes stand or fall together."""

    def job(tx: object) -> None:
        answering.note_job(desk, 1, text="vai e volta")(tx)  # type: ignore[arg-type]
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        store.submit(job).result(10)
    assert outbox_rows(store) == []
    assert one(store, "SELECT count(*) FROM audit") == 0
    assert one(store, "SELECT count(*) FROM event WHERE kind = 'note'") == 0
