"""Messages from outside: taken once, from whom they are, onto the ticket they belong to; and nothing else is taken."""

from __future__ import annotations

import json
import random
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.change import CustomerUpsert, EventAppend, TicketUpsert
from atendente_tui.domain.words import Status
from atendente_tui.hub import signing, sources, tables
from tests.hub.sending import Outside, message, outside, person
from tests.hub.serving_fixture import Served, served  # noqa: F401
from tests.sizes import sized

FORGERIES = sized(150, 1_000)


@pytest.fixture
def hub(served: Served) -> Served:  # noqa: F811
    served.team("loja", "financeiro")
    return served


@pytest.fixture
def chat(hub: Served) -> Outside:
    return outside(hub, "site", "chat", "loja")


@pytest.fixture
def mail(hub: Served) -> Outside:
    return outside(hub, "correio", "email", "loja")


def ticket(hub: Served, remote: str) -> TicketUpsert:
    found = hub.do(lambda recording: recording.ticket(int(remote)))
    assert found is not None
    return found


def customers(hub: Served) -> list[CustomerUpsert]:
    with hub.parts.database.read() as db:
        rows = db.execute(select(tables.customer.c.body).order_by(tables.customer.c.id)).scalars()
        return [CustomerUpsert.model_validate_json(one) for one in rows]


def events(hub: Served, remote: str | None = None) -> list[EventAppend]:
    e = tables.event
    with hub.parts.database.read() as db:
        rows = db.execute(select(e.c.body).order_by(e.c.id)).scalars()
        found = [EventAppend.model_validate_json(one) for one in rows]
    return [one for one in found if remote is None or one.ticket == remote]


def put(hub: Served, remote: str, **fields: Any) -> None:
    """Somebody changes the ticket."""

    def job(recording: Any) -> None:
        recording.put_ticket(recording.ticket(int(remote)).model_copy(update=fields))

    hub.do(job)


def merged(hub: Served, remote: str, into: str) -> None:
    put(hub, remote, status=Status.CLOSED, merged_into=into)


# -- who may send ----------------------------------------------------------------------------------------------------


def test_a_first_message_makes_a_customer_and_a_ticket(hub: Served, chat: Outside) -> None:
    told = chat.take(subject="Pedido atrasado", at="2026-11-23T08:30:00-03:00")
    assert told == {
        "ticket": "1",
        "protocol": "2026-000001",
        "event": told["event"],
        "new_ticket": True,
        "repeated": False,
    }
    (who,) = customers(hub)
    assert (who.name, [one.value for one in who.identities]) == ("Maria Oliveira", ["maria@exemplo.com.br"])
    made = ticket(hub, "1")
    assert (made.subject, made.channel, made.status, made.team) == ("Pedido atrasado", "chat", "new", "loja")
    assert made.opened_at.isoformat() == "2026-11-23T11:30:00+00:00"
    (event,) = events(hub, "1")
    assert (event.remote_id, event.text, event.author, event.direction) == (
        told["event"],
        "Cadê meu pedido?",
        "Maria Oliveira",
        "inbound",
    )


def test_whatever_is_wrong_with_who_sends_is_one_answer(
    hub: Served, chat: Outside, clock: VirtualClock
) -> None:
    outside(hub, "fechado", "chat")
    with hub.parts.database.write() as db:
        sources.revoke(db, "fechado")
    body = json.dumps(message("m1")).encode()
    now = hub.parts.now() // 1000

    def signed(name: str, secret: str, moment: int = now, channel: str = "chat") -> Any:
        headers = {
            signing.SOURCE: name,
            signing.TIMESTAMP: str(moment),
            signing.SIGNATURE: signing.sign(secret, moment, body),
        }
        return chat.client.post(
            f"/inbound/{channel}", content=body, headers=headers | {"Content-Type": "application/json"}
        )

    answers = [
        signed("ninguem", chat.secret),
        signed("", chat.secret),
        signed("fechado", chat.secret),
        signed("site", "other secret"),
        signed("site", chat.secret, channel="whatsapp"),
        signed("site", chat.secret, moment=now - 301),
        signed("site", chat.secret, moment=now + 301),
        chat.post(body, **{signing.SIGNATURE: ""}),
        chat.post(body, **{signing.TIMESTAMP: f"{now}.0"}),
        chat.post(body, **{signing.TIMESTAMP: "agora"}),
        chat.client.post("/inbound/chat", content=body, headers={"Content-Type": "application/json"}),
    ]
    assert {(one.status_code, one.text) for one in answers} == {(401, answers[0].text)}
    assert answers[0].json()["error"] == "signature"
    assert events(hub) == []
    assert signed("site", chat.secret, moment=now - 300).status_code == 200


def test_of_a_thousand_forgeries_none_is_taken(hub: Served, chat: Outside) -> None:
    """Each differs from a right call in one thing: signature, moment, body, or what the body is written like."""
    chance = random.Random(3)
    right = message("m1", text="é", references=["a", "b"])
    body = json.dumps(right).encode()
    again = (
        json.dumps(right, ensure_ascii=False).encode(),
        json.dumps(right, indent=1).encode(),
        json.dumps(right, sort_keys=True).encode(),
        body + b"\n",
        body.replace(b": ", b":"),
        b"\xef\xbb\xbf" + body,
    )
    headers = chat.headers(body)
    signature, moment = headers[signing.SIGNATURE], headers[signing.TIMESTAMP]
    taken = 0
    for _number in range(FORGERIES):
        changed, sent = dict(headers), body
        match chance.randrange(6):
            case 0:
                place = chance.randrange(len("sha256="), len(signature))
                other = chance.choice([one for one in "0123456789abcdef" if one != signature[place]])
                changed[signing.SIGNATURE] = signature[:place] + other + signature[place + 1 :]
            case 1:
                changed[signing.SIGNATURE] = signature[: chance.randrange(len(signature))]
            case 2:
                changed[signing.SIGNATURE] = chance.choice(
                    (signature.upper(), signature[7:], f"sha1={signature[7:]}")
                )
            case 3:
                changed[signing.TIMESTAMP] = chance.choice(
                    (str(int(moment) + chance.choice((-1, 1, 300))), f"0{moment}", f"+{moment}")
                )
            case 4:
                sent = chance.choice(again)
            case _:
                cut = chance.randrange(len(body))
                sent = chance.choice((body[:cut], body[:cut] + b" " + body[cut:]))
        taken += chat.client.post("/inbound/chat", content=sent, headers=changed).status_code < 400
    assert taken == 0
    assert events(hub) == []
    assert chat.client.post("/inbound/chat", content=body, headers=headers).status_code == 200


def test_the_same_call_again_is_refused_and_the_same_message_signed_anew_is_answered(
    hub: Served, chat: Outside, clock: VirtualClock
) -> None:
    body = json.dumps(message("m1")).encode()
    headers = chat.headers(body)
    first = chat.client.post("/inbound/chat", content=body, headers=headers)
    for _try in range(3):
        replayed = chat.client.post("/inbound/chat", content=body, headers=headers)
        assert (replayed.status_code, replayed.json()["error"]) == (409, "replayed")
    clock.advance(timedelta(seconds=1))
    again = chat.post(body)
    assert again.json() == first.json() | {"repeated": True}
    assert len(events(hub)) == 1


def test_signatures_are_forgotten_when_their_moment_alone_refuses_them(
    hub: Served, chat: Outside, clock: VirtualClock
) -> None:
    chat.take()
    chat.take()
    clock.advance(timedelta(seconds=601))
    chat.take()
    with hub.parts.database.read() as db:
        assert len(db.execute(select(tables.signature.c.hash)).all()) == 1


def test_both_secrets_hold_until_the_change_is_settled(hub: Served, chat: Outside) -> None:
    with hub.parts.database.write() as db:
        newer = sources.rotate(db, "site")
    chat.take()
    older, chat.secret = chat.secret, newer
    chat.take()
    with hub.parts.database.write() as db:
        sources.settle(db, "site")
    chat.take()
    chat.secret = older
    assert chat.send().status_code == 401


def test_who_fails_too_often_waits_and_who_does_not_goes_on(hub: Served, chat: Outside) -> None:
    from atendente_tui.hub.limits import Limits

    hub.parts.limits = Limits(rate=0, failures=5)
    chat.take()
    answers = [chat.post(b"{}", **{signing.SOURCE: "x", signing.SIGNATURE: "x"}) for _try in range(8)]
    assert [one.status_code for one in answers] == [401] * 5 + [429] * 3
    assert int(answers[-1].headers["retry-after"]) > 0
    chat.take()


# -- what is taken ---------------------------------------------------------------------------------------------------


WRONG = {
    "a field more": {"priority": "urgent"},
    "no id": {"message_id": ""},
    "an empty id": {"message_id": " <> "},
    "a long id": {"message_id": "x" * 401},
    "no customer": {"customer": None},
    "no address": {"customer": {"name": "x", "identities": []}},
    "an empty address": {"customer": person("  ")},
    "a strange address": {"customer": person("x", "fax")},
    "many addresses": {"customer": {"identities": [{"kind": "email", "value": str(n)} for n in range(21)]}},
    "a long text": {"text": "x" * 200_001},
    "nothing said": {"text": " \n"},
    "a number as text": {"text": 7},
    "a moment without a zone": {"at": "2026-11-23T08:30:00"},
    "before 1970": {"at": "1969-12-31T23:59:59Z"},
    "after all time": {"at": "9999-12-31T23:59:59-23:00"},
    "many references": {"references": ["x"] * 101},
    "another kind": {"kind": "note"},
    "data a message does not have": {"data": {"score": 5}},
    "a score out of bounds": {"kind": "survey_answer", "data": {"survey": "csat", "score": 6}},
    "a survey nobody knows": {"kind": "survey_answer", "data": {"survey": "ces", "score": 1}},
    "a call of minus one second": {"kind": "call", "data": {"seconds": -1}},
    "an order without a number": {"kind": "order", "data": {"status": "enviado"}},
    "an order on no day": {"kind": "order", "data": {"number": "1", "expected": "amanhã"}},
    "many files": {"attachments": ["0" * 32] * 21},
}


def test_what_is_not_as_described_is_not_taken_and_not_repeated(hub: Served, chat: Outside) -> None:
    for name, fields in WRONG.items():
        answer = chat.send(**fields)
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid"), name
        assert "maria@" not in answer.text
    for raw in (
        b"",
        b"{",
        b"[]",
        b'{"a": NaN}',
        json.dumps(message("m", text="\ud800")).encode(),
        b"[" * 90_000,
    ):
        answer = chat.post(raw)
        assert answer.status_code in (400, 422), raw[:20]
    assert chat.post(b"{}", **{"Content-Type": "text/plain"}).status_code == 415
    assert chat.client.post("/inbound/fax", content=b"{}").status_code in (415, 422)
    assert events(hub) == []


def test_hostile_text_is_kept_as_received_and_breaks_nothing(hub: Served, chat: Outside) -> None:
    hostile = "\x1b]52;c;eA==\x07 [@click=app.quit] \u202e <script> '; DROP TABLE ticket; -- \0"
    told = chat.take(text=hostile, subject=hostile, customer=person("x'@y", name=hostile))
    (event,) = events(hub, told["ticket"])
    assert event.text == hostile.replace("\0", "\ufffd")
    assert "\n" not in ticket(hub, told["ticket"]).subject


def test_a_moment_that_has_not_come_is_now(hub: Served, chat: Outside, clock: VirtualClock) -> None:
    told = chat.take(at="2099-01-01T00:00:00Z")
    assert events(hub, told["ticket"])[0].at == clock.now()
    assert ticket(hub, told["ticket"]).opened_at == clock.now()


def test_a_subject_is_made_of_what_was_said(hub: Served, chat: Outside) -> None:
    told = chat.take(text="\n\n  Meu pedido   não chegou\nAjuda!")
    assert ticket(hub, told["ticket"]).subject == "Meu pedido não chegou"
    long = chat.take(text="x" * 500, customer=person("outra@exemplo.com.br"))
    assert len(ticket(hub, long["ticket"]).subject) == 120


def test_a_message_may_name_a_team_that_there_is(hub: Served, mail: Outside) -> None:
    assert ticket(hub, mail.take(team="financeiro")["ticket"]).team == "financeiro"
    assert ticket(hub, mail.take(team="diretoria")["ticket"]).team == "loja"
    assert ticket(hub, outside(hub, "solto", "email").take()["ticket"]).team is None


def test_a_call_a_survey_an_order_and_a_bots_turn(hub: Served, chat: Outside) -> None:
    first = chat.take()["ticket"]
    call = chat.take(kind="call", data={"seconds": 95, "outcome": "answered"}, text="")
    assert (call["ticket"], call["new_ticket"]) == (first, False)
    bot = chat.take(kind="bot_turn", text="Já chamo alguém!")
    survey = chat.take(kind="survey_answer", data={"survey": "nps", "score": 9}, text="")
    order = chat.take(kind="order", data={"number": "77", "total": 12.5, "expected": "2026-12-01"}, text="")
    found = {one.remote_id: one for one in events(hub)}
    assert found[call["event"]].data == {"seconds": 95, "outcome": "answered"}
    assert (found[bot["event"]].kind, found[bot["event"]].direction) == ("bot_turn", "outbound")
    assert found[survey["event"]].data == {"survey": "nps", "score": 9}
    assert (found[order["event"]].kind, found[order["event"]].author) == ("order", "site")
    assert {one.ticket for one in found.values()} == {first}


def test_what_wakes_nobody_opens_no_ticket(hub: Served, mail: Outside) -> None:
    alone = [
        mail.take(kind="order", data={"number": "77"}, text=""),
        mail.take(kind="survey_answer", data={"survey": "csat", "score": 5}, text=""),
        mail.take(kind="bot_turn"),
        mail.take(auto_submitted=True, text="Estou de férias."),
    ]
    assert {(one["ticket"], one["protocol"], one["new_ticket"]) for one in alone} == {(None, None, False)}
    assert [one.ticket for one in events(hub)] == [None] * 4
    assert mail.take()["new_ticket"]


# -- whose it is -----------------------------------------------------------------------------------------------------


def test_a_person_is_found_by_any_address_however_it_is_written(hub: Served, chat: Outside) -> None:
    both = {
        "identities": [
            {"kind": "email", "value": "Maria@Exemplo.com.br"},
            {"kind": "whatsapp", "value": "(11) 91234-5678"},
        ]
    }
    chat.take(customer={"name": "Maria", **both})
    chat.take(customer=person("maria@exemplo.COM.BR"))
    chat.take(customer=person("5511912345678@s.whatsapp.net", "whatsapp"))
    chat.take(customer=person("+55 11 1234-5678", "whatsapp"))
    assert len(customers(hub)) == 2


def test_new_addresses_are_learnt_and_those_of_others_stay_theirs(hub: Served, chat: Outside) -> None:
    chat.take(customer=person("maria@exemplo.com.br"))
    chat.take(customer=person("joao@exemplo.com.br", name="João"))
    both = [
        {"kind": "email", "value": one}
        for one in ("maria@exemplo.com.br", "joao@exemplo.com.br", "m2@exemplo.com.br")
    ]
    told = chat.take(customer={"name": "Maria", "identities": both})
    maria, joao = customers(hub)
    assert [one.value for one in maria.identities] == ["maria@exemplo.com.br", "m2@exemplo.com.br"]
    assert [one.value for one in joao.identities] == ["joao@exemplo.com.br"]
    assert ticket(hub, told["ticket"]).customer == maria.remote_id
    again = chat.take(customer=person("m2@exemplo.com.br"))
    assert again["ticket"] == told["ticket"]


def test_addresses_are_not_learnt_without_end(hub: Served, chat: Outside, clock: VirtualClock) -> None:
    for start in range(0, 100, 10):
        more = [{"kind": "external", "value": str(number)} for number in range(start, start + 10)]
        chat.take(customer={"name": "Maria", "identities": [person("m@x")["identities"][0], *more]})
    (maria,) = customers(hub)
    assert len(maria.identities) == 50


# -- where it goes ---------------------------------------------------------------------------------------------------


def test_a_conversation_goes_on_and_a_letter_begins_anew(hub: Served, chat: Outside, mail: Outside) -> None:
    first = chat.take()
    assert chat.take() == {**first, "event": "?", "new_ticket": False} | {"event": str(last(hub))}
    letters = {mail.take()["ticket"] for _letter in range(3)}
    assert len(letters) == 3
    assert first["ticket"] not in letters
    assert chat.take()["ticket"] == first["ticket"]


def last(hub: Served) -> int:
    return max(int(one.remote_id) for one in events(hub))


def test_a_conversation_goes_on_with_the_newest_live_ticket_of_its_channel(
    hub: Served, chat: Outside
) -> None:
    first = chat.take()["ticket"]
    put(hub, first, status=Status.SOLVED)
    second = chat.take()["ticket"]
    assert second != first
    put(hub, first, status=Status.OPEN)
    assert chat.take()["ticket"] == second
    whatsapp = outside(hub, "zap", "whatsapp")
    assert whatsapp.take()["ticket"] not in (first, second)


def test_a_reference_leads_to_the_ticket_of_that_message_on_whatever_channel(
    hub: Served, chat: Outside, mail: Outside
) -> None:
    first = mail.take(message_id="<um@exemplo>")
    mail.take(message_id="<outro@exemplo>")
    for references in (["um@exemplo"], ["<nunca@visto>", "<um@exemplo>"], ["<um@exemplo>", "<nunca@visto>"]):
        assert mail.take(references=references)["ticket"] == first["ticket"]
    assert chat.take(references=["<um@exemplo>"])["ticket"] == first["ticket"]
    assert mail.take(references=[first["protocol"]])["ticket"] == first["ticket"]
    assert mail.take(references=["#2026-1"])["ticket"] == first["ticket"]
    assert mail.take(references=[f"event:{first['event']}"])["ticket"] == first["ticket"]
    for nothing in ("event:0", "event:99999999999999999999", "event:-1", "2026-999999", "1", "../1"):
        assert mail.take(references=[nothing])["new_ticket"]


def test_the_nearest_reference_counts(hub: Served, mail: Outside) -> None:
    mail.take(message_id="a")
    second = mail.take(message_id="b")["ticket"]
    assert mail.take(references=["a", "b"])["ticket"] == second


def test_a_reference_never_leads_onto_somebody_elses_ticket(
    hub: Served, mail: Outside, chat: Outside
) -> None:
    victim = mail.take(message_id="<segredo@exemplo>")
    before = ticket(hub, victim["ticket"])
    thief = person("ladrao@exemplo.net", name="Ladrão")
    for source in (mail, chat):
        for reference in ("segredo@exemplo", victim["protocol"], f"event:{victim['event']}"):
            told = source.take(customer=thief, references=[reference])
            assert told["ticket"] != victim["ticket"]
    assert ticket(hub, victim["ticket"]) == before
    assert len(events(hub, victim["ticket"])) == 1


def test_a_message_wakes_its_ticket(hub: Served, mail: Outside) -> None:
    first = mail.take(message_id="a")["ticket"]
    for asleep in (Status.PENDING, Status.SOLVED, Status.SNOOZED):
        put(hub, first, status=asleep)
        mail.take(references=["a"])
        assert ticket(hub, first).status is Status.OPEN
    put(hub, first, status=Status.PENDING)
    mail.take(references=["a"], auto_submitted=True, text="Estou de férias.")
    mail.take(references=["a"], kind="survey_answer", data={"survey": "csat", "score": 1}, text="")
    assert ticket(hub, first).status is Status.PENDING
    kinds = [one.kind for one in events(hub, first)]
    assert kinds == ["message"] * 4 + ["bot_turn", "survey_answer"]


def test_a_closed_ticket_gets_no_more_but_a_new_one_that_names_it(hub: Served, mail: Outside) -> None:
    first = mail.take(message_id="a")["ticket"]
    put(hub, first, status=Status.CLOSED)
    before = ticket(hub, first)
    told = mail.take(references=["a"])
    assert told["new_ticket"]
    assert ticket(hub, first) == before
    said, link = events(hub, told["ticket"])
    assert (said.remote_id, said.kind) == (told["event"], "message")
    assert (link.kind, link.data, link.public) == ("link", {"relation": "refers_to", "other": first}, False)
    assert mail.take(references=["a"], auto_submitted=True)["ticket"] is None
    survey = mail.take(references=["a"], kind="survey_answer", data={"survey": "csat", "score": 5}, text="")
    assert survey["ticket"] == first
    assert ticket(hub, first) == before


def test_a_merged_ticket_leads_to_what_swallowed_it(hub: Served, mail: Outside) -> None:
    first, second, third = (mail.take(message_id=one)["ticket"] for one in "abc")
    merged(hub, first, second)
    merged(hub, second, third)
    assert mail.take(references=["a"])["ticket"] == third
    put(hub, third, status=Status.CLOSED)
    told = mail.take(references=["a"])
    assert told["new_ticket"]
    assert events(hub, told["ticket"])[1].data["other"] == third


def test_merges_that_go_in_a_circle_end(hub: Served, mail: Outside) -> None:
    first, second = (mail.take(message_id=one)["ticket"] for one in "ab")
    merged(hub, first, second)
    merged(hub, second, first)
    assert mail.take(references=["a"])["new_ticket"]


# -- once ------------------------------------------------------------------------------------------------------------


def test_the_same_message_at_once_from_many_lines_is_one(hub: Served, chat: Outside) -> None:
    body = json.dumps(message("m1")).encode()
    now = hub.parts.now() // 1000
    answers: list[Any] = []

    def send(number: int) -> None:
        moment = now - number
        headers = chat.headers(
            body,
            **{signing.TIMESTAMP: str(moment), signing.SIGNATURE: signing.sign(chat.secret, moment, body)},
        )
        with hub.client() as client:
            answers.append(client.post("/inbound/chat", content=body, headers=headers))

    lines = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    for line in lines:
        line.start()
    for line in lines:
        line.join()
    assert {one.status_code for one in answers} == {200}
    assert sorted(one.json()["repeated"] for one in answers) == [False] + [True] * 19
    assert len({(one.json()["ticket"], one.json()["event"]) for one in answers}) == 1
    assert len(events(hub)) == len(customers(hub)) == 1


def test_one_signature_at_once_from_many_lines_is_taken_once(hub: Served, chat: Outside) -> None:
    body = json.dumps(message("m1")).encode()
    headers = chat.headers(body)
    answers: list[int] = []

    def send() -> None:
        with hub.client() as client:
            answers.append(client.post("/inbound/chat", content=body, headers=headers).status_code)

    lines = [threading.Thread(target=send) for _line in range(12)]
    for line in lines:
        line.start()
    for line in lines:
        line.join()
    assert sorted(answers) == [200] + [409] * 11


def test_what_one_person_says_at_once_is_one_conversation(hub: Served, chat: Outside) -> None:
    """Messages that share a transaction see one another."""
    told: list[dict[str, Any]] = []
    lines = [threading.Thread(target=lambda: told.append(chat.take())) for _line in range(16)]
    for line in lines:
        line.start()
    for line in lines:
        line.join()
    assert {one["ticket"] for one in told} == {told[0]["ticket"]}
    assert sum(one["new_ticket"] for one in told) == 1
    assert len(customers(hub)) == 1


def test_the_same_id_from_another_source_is_another_message(
    hub: Served, chat: Outside, mail: Outside
) -> None:
    assert not chat.take(message_id="a")["repeated"]
    assert not mail.take(message_id="a")["repeated"]


# -- machines --------------------------------------------------------------------------------------------------------


def test_two_machines_that_answer_one_another_are_stopped(
    hub: Served, mail: Outside, clock: VirtualClock
) -> None:
    for _message in range(30):
        mail.take()
        clock.advance(timedelta(seconds=10))
    stopped = mail.send()
    assert (stopped.status_code, stopped.json()["error"]) == (429, "loop")
    wait = int(stopped.headers["retry-after"])
    assert 3_290 < wait <= 3_300
    assert mail.send(customer=person("outra@exemplo.com.br")).status_code == 200
    assert outside(hub, "zap", "whatsapp").send().status_code == 200
    assert mail.send().status_code == 429
    clock.advance(timedelta(seconds=wait))
    assert mail.send().status_code == 200
    assert mail.send().status_code == 429


def test_a_message_reaches_who_follows_within_the_hints(hub: Served, chat: Outside) -> None:
    hub.agent("ana", "loja")
    hub.agent("caio", "financeiro")
    ana, caio = hub.hints("ana"), hub.hints("caio")
    told = chat.take()
    ana.until(lambda seen: ("change", {"ticket": told["ticket"]}) in seen)
    other = outside(hub, "boleto", "email", "financeiro").take()
    seen = caio.until(lambda seen: ("change", {"ticket": other["ticket"]}) in seen)
    assert ("change", {"ticket": told["ticket"]}) not in seen
