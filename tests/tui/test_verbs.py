"""Every verb, from its key to the store, on one ticket and on several."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.tui.verbs_host import Host, host

from atendente_tui.desk import owning
from atendente_tui.domain.instants import from_ms
from atendente_tui.store import outbox, reading
from atendente_tui.tui.forms import FormScreen
from atendente_tui.tui.screens.bulk import BulkScreen

FREE, ANAS, BRUNOS = 4, 3, 2
"""Ids in the sample page: remote t3 is free, t2 is Ana's, t1 is Bruno's."""


def bodies(h: Host, ticket_id: int | None = None) -> list[dict[str, Any]]:
    """The commands given, oldest first."""
    rows = [row for row in outbox.pending(h.app.read) if ticket_id is None or row.ticket_id == ticket_id]
    return [json.loads(row.body) for row in rows]


async def test_a_free_ticket_is_claimed_with_one_key(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("claim", FREE)
        await h.back()
        assert h.ticket(FREE).assignee == "ana"
        assert "é seu" in h.said()


async def test_what_a_rule_forbids_is_said_and_changes_nothing(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("claim", BRUNOS)
        await h.back()
        assert h.ticket(BRUNOS).assignee == "bruno"
        assert bodies(h) == []
        assert h.said()


async def test_without_a_ticket_a_verb_says_so(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("snooze")
        await h.back()
        assert "Nenhum chamado" in h.said()


async def test_a_ticket_is_given_back_with_a_reason(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("release", ANAS)
        await h.type("fim do turno")
        await h.press("enter")
        await h.back()
        assert h.ticket(ANAS).assignee is None
        assert bodies(h)[0]["reason"] == "fim do turno"


async def test_assigning_offers_the_agents_by_any_part_of_their_name(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("assign", ANAS)
        await h.type("bru")
        assert "› Bruno (bruno)" in h.text()
        await h.press("enter")
        await h.back()
        assert h.ticket(ANAS).assignee == "bruno"


async def test_only_allowed_moves_are_offered(tmp_path: Path) -> None:
    async with host(tmp_path, size=(80, 30)) as h:
        solved = next(row for row in range(1, 13) if h.ticket(row).status == "solved")
        await h.perform("status", solved)
        shown = h.text()
        assert "aberto" in shown
        assert "pendente" in shown or "aguarda" in shown
        assert "novo\n" not in shown
        await h.type("abe")
        await h.press("enter")
        await h.back()
        assert h.ticket(solved).status == "open"


async def test_a_snooze_takes_words_and_says_how_it_reads_them(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        open_one = next(row for row in range(1, 13) if h.ticket(row).status == "open")
        await h.perform("snooze", open_one)
        await h.type("segunda 14h")
        assert "seg 14:00" in h.text()
        await h.press("enter")
        await h.back()
        row = h.ticket(open_one)
        assert row.status == "snoozed"
        assert from_ms(row.snoozed_until).isoformat() == "2026-11-23T17:00:00+00:00"
        assert not row.keep_snoozed
        assert "Adiado até" in h.said()


async def test_a_preset_is_two_keys_away(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        open_one = next(row for row in range(1, 13) if h.ticket(row).status == "open")
        await h.perform("snooze", open_one)
        await h.press("down", "enter")
        await h.back()
        assert h.ticket(open_one).snoozed_until == h.app.now_ms() + 3_600_000


async def test_a_moment_nobody_can_read_is_told_beside_the_field(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("snooze", ANAS)
        await h.type("quando der")
        await h.press("enter")
        assert isinstance(h.app.screen, FormScreen)
        lines = h.text().splitlines()
        field = next(n for n, line in enumerate(lines) if "quando der" in line)
        assert "!" in lines[field + 1]
        await h.press("escape")
        await h.back()
        assert bodies(h) == []


async def test_what_was_left_half_filled_is_there_again(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("escalate", ANAS)
        await h.press("tab", "tab")
        await h.type("cobrança dupla")
        await h.press("escape")
        await h.back()
        await h.perform("escalate", FREE)
        assert "cobrança dupla" not in h.text()
        await h.press("escape")
        await h.perform("escalate", ANAS)
        assert "cobrança dupla" in h.text()
        await h.press("ctrl+g")
        assert "cobrança dupla" not in h.text()


async def test_an_escalation_needs_its_packet(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("escalate", ANAS)
        await h.press("ctrl+s")
        assert h.text().count("Preencha") == 3
        # The cursor stands in the first field that is missing.
        await h.type("cobrança dupla")
        await h.press("enter")
        await h.type("estorno no painel")
        await h.press("tab")
        await h.type("crédito na conta")
        await h.press("ctrl+s")
        await h.back()
        body = bodies(h)[-1]
        assert (body["type"], body["tier"]) == ("escalate", "N2")
        assert (body["reason"], body["tried"], body["workaround"]) == (
            "cobrança dupla",
            "estorno no painel",
            "crédito na conta",
        )


async def test_a_refusal_is_told_on_the_form_with_everything_still_in_it(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("priority", ANAS)
        before = h.ticket(ANAS).priority
        await h.press("ctrl+s")  # nothing was changed, which the desk refuses
        await h.until(lambda: "!" in h.text())
        assert isinstance(h.app.screen, FormScreen)
        assert h.app.screen.raw["priority"]
        wanted = "urgente" if before != "urgent" else "baixa"
        await h.type(wanted)
        await h.press("enter")
        await h.back()
        assert h.ticket(ANAS).priority != before


async def test_another_team_is_found_without_accents(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("team", ANAS)
        await h.type("logis")
        await h.press("enter")
        await h.back()
        assert h.ticket(ANAS).team == "logistica"
        assert "Logística" in h.said()


async def test_tags_are_edited_in_place(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("tag", 1)  # has "atraso"
        assert "atraso" in h.text()
        await h.press("end")
        await h.type(", reclamacao, novo")
        await h.press("enter")
        await h.back()
        assert set(json.loads(h.ticket(1).tags)) == {"atraso", "reclamacao", "novo"}
        await h.perform("tag", 1)
        await h.press("ctrl+u", *"novo", "enter")
        await h.back()
        assert json.loads(h.ticket(1).tags) == ["novo"]


async def test_a_contact_is_wrapped_up_and_solved(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("wrap_up", ANAS)
        await h.type("atraso")
        await h.press("ctrl+s")
        await h.back()
        row = h.ticket(ANAS)
        assert (row.status, row.wrap_up) == ("solved", "entrega_atraso")
        assert bodies(h)[-1]["survey"] is True


async def test_no_survey_needs_a_reason(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("wrap_up", ANAS)
        await h.type("troca")
        await h.press("tab", "tab", "tab", "tab", "space", "ctrl+s")
        assert "Diga por que" in h.text()
        await h.type("era spam")
        await h.press("ctrl+s")
        await h.back()
        body = bodies(h)[-1]
        assert (body["survey"], body["note"]) == (False, "era spam")


async def test_a_promise_is_made_and_settled(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("promise", ANAS)
        await h.type("amanhã 10h")
        await h.press("tab")
        await h.type("resposta da transportadora")
        await h.press("enter")
        await h.back()
        (made,) = reading.promises(h.app.read)
        assert (made.ticket_id, made.what) == (ANAS, "resposta da transportadora")
        await h.perform("settle_promise", ANAS)
        assert "resposta da transportadora" in h.text()
        await h.press("ctrl+s")
        await h.back()
        assert reading.promises(h.app.read) == []
        assert reading.promises_of(h.app.read, ANAS)[0].outcome == "kept"


async def test_a_known_fact_is_asked_once(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("fact", ANAS)
        await h.type("pedido")
        await h.press("enter")
        assert "Preencha" in h.text()
        await h.type("88213")
        await h.press("enter")
        await h.back()
        row = h.ticket(ANAS)
        (fact,) = reading.facts(h.app.read, row.customer_id)
        assert (fact.name, fact.value) == ("order_number", "88213")


async def test_a_ticket_goes_into_another_one(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("merge", ANAS)
        other = h.ticket(FREE)
        assert other.customer_id == h.ticket(ANAS).customer_id
        await h.type(other.protocol)
        assert other.subject in h.text()
        await h.press("enter")
        await h.back()
        assert h.ticket(ANAS).merged_into == FREE


async def test_a_number_nobody_has_is_told_beside_the_field(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("link", ANAS)
        await h.type("2019-999999")
        await h.press("ctrl+s")
        await h.until(lambda: "!" in h.text())
        assert isinstance(h.app.screen, FormScreen)
        await h.press("ctrl+u")
        await h.type(h.ticket(BRUNOS).protocol)
        await h.press("ctrl+s")
        await h.back()
        assert bodies(h)[-1]["other"]["id"] == BRUNOS


async def test_a_new_ticket_finds_its_customer(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        known = reading.customer(h.app.read, h.ticket(ANAS).customer_id)
        assert known is not None
        address = next(one.value for one in reading.identities(h.app.read, known.id) if one.kind == "email")
        await h.perform("create")
        await h.type(address)
        assert known.name in h.text()
        await h.press("tab", "tab", *"wha")
        await h.press("enter")
        await h.type("Troca")
        await h.press("enter")
        await h.type("quero trocar o tamanho")
        await h.press("ctrl+s")
        await h.back()
        ticket_id, _event = h.desktop.opened[-1]
        row = h.ticket(ticket_id)
        assert (row.customer_id, row.channel, row.subject) == (known.id, "whatsapp", "Troca")
        assert reading.drafts(h.app.read) == []


async def test_a_new_ticket_for_somebody_new_needs_a_name(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("create")
        await h.type("(11) 98888-7777")
        assert "cliente novo" in h.text()
        await h.press("tab", "tab", "tab")
        await h.type("Frete")
        await h.press("enter")
        await h.type("quanto custa?")
        await h.press("ctrl+s")
        assert "Diga o nome" in h.text()
        await h.type("Zé das Couves")
        await h.press("ctrl+s")
        await h.back()
        row = h.ticket(h.desktop.opened[-1][0])
        customer = reading.customer(h.app.read, row.customer_id)
        assert customer is not None
        assert customer.name == "Zé das Couves"


async def test_a_new_ticket_half_written_survives_the_program(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("create")
        await h.press("tab", "tab", "tab")
        await h.type("Frete")
        await h.until(lambda: any("Frete" in one.extra for one in reading.drafts(h.app.read)))
    async with host(tmp_path, tickets=0) as h:
        await h.perform("create")
        assert "Frete" in h.text()


async def test_several_tickets_are_shown_one_by_one_before_anything_happens(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("claim", FREE, BRUNOS, ANAS)
        await h.until(lambda: isinstance(h.app.screen, BulkScreen))
        await h.pilot.pause()
        shown = h.text()
        assert "1 chamado vai mudar · 2 ficam como estão" in shown
        assert all(h.ticket(one).protocol in shown for one in (FREE, BRUNOS, ANAS))
        assert bodies(h) == []
        await h.press("enter")
        await h.until(lambda: "feito" in h.text())
        assert "1 chamado feito" in h.text()
        await h.press("enter")
        await h.back()
        assert h.ticket(FREE).assignee == "ana"
        assert h.ticket(BRUNOS).assignee == "bruno"
        assert len(bodies(h)) == 1


async def test_leaving_the_preview_leads_back_to_the_form(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await h.perform("team", ANAS, BRUNOS)
        await h.type("logis")
        await h.press("enter")
        await h.until(lambda: isinstance(h.app.screen, BulkScreen))
        await h.press("escape")
        await h.until(lambda: isinstance(h.app.screen, FormScreen))
        assert "Logística" in h.text()
        assert bodies(h) == []
        await h.press("enter")
        await h.until(lambda: isinstance(h.app.screen, BulkScreen))
        await h.press("enter")
        await h.until(lambda: "2 chamados feitos" in h.text())
        await h.press("enter")
        await h.back()
        assert [h.ticket(one).team for one in (ANAS, BRUNOS)] == ["logistica", "logistica"]


async def test_the_last_thing_is_taken_back_while_it_is_held(tmp_path: Path) -> None:
    async with host(tmp_path, hold=30) as h:
        await h.perform("assign", ANAS)
        await h.type("bruno")
        await h.press("enter")
        await h.back()
        assert h.ticket(ANAS).assignee == "bruno"
        await h.perform("undo", ANAS)
        await h.back()
        assert h.ticket(ANAS).assignee == "ana"
        assert "Desfeito" in h.said()
        await h.perform("undo", ANAS)
        await h.back()
        assert "nada para desfazer" in h.said()


@pytest.mark.parametrize(
    "verb",
    [
        *("release", "assign", "status", "priority", "team", "escalate", "snooze", "tag"),
        *("wrap_up", "promise", "fact", "merge", "link", "create"),
    ],
)
async def test_every_form_fits_a_small_terminal(tmp_path: Path, verb: str) -> None:
    async with host(tmp_path) as h:
        h.store.write(owning.claim_job(h.desk, FREE))
        await h.perform(verb, ANAS)
        keys = h.app.screen.query_one(".dialog-keys").region
        assert keys.right <= 79
        assert keys.bottom <= 23
        assert "Esc" in h.text().splitlines()[keys.y]
