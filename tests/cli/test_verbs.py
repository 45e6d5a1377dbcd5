"""Every verb through the command line: what it answers, what it leaves, how it is taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from atendente_tui.domain.words import OutboxState
from tests.cli.conftest import Cli

Made = Callable[..., int]
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d")


@pytest.fixture
def agent(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[agent]\nlogin = "ana"\nteams = ["Loja"]\n[views.urgentes]\ntitle = "Urgentes"\ntags = ["urgente"]\n'
    )


VERBS = [
    ("reply ID --text oi", "reply"),
    ("note ID --text nota", "note"),
    ("claim ID", "claim"),
    ("assign ID --to bruno", "assign"),
    ("status ID open", "status"),
    ("priority ID urgent --impact many", "priority"),
    ("team ID Financeiro", "team"),
    ("escalate ID --tier N2 --reason a --tried b --workaround c", "escalate"),
    ("snooze ID --until 2h", "snooze"),
    ("tag ID --add urgente", "tag"),
    ("wrapup ID --code solved", "wrapup"),
    ("promise ID --due 2h --text ligo", "promise"),
    ("fact ID cpf_confirmed", "fact"),
    ("link ID --to OTHER", "link"),
    ("merge ID --into OTHER", "merge"),
]


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize(("words", "kind"), VERBS)
def test_a_verb_answers_where_its_command_stands(words: str, kind: str, cli: Cli, made: Made) -> None:
    places = {"ID": made(), "OTHER": made("Outro assunto")}
    command = [places.get(one, one) for one in words.split()]
    before = cli("outbox", "--json").json()

    tried = cli(*command, "--dry-run", "--json")
    assert (tried.code, tried.json()["command_id"], tried.json()["state"]) == (0, None, "held")
    assert cli("outbox", "--json").json() == before

    done = cli(*command, "--hold", "600", "--json")
    assert (done.code, done.json()["reason"]) == (0, None)
    assert done.json()["state"] == ("queued" if kind == "claim" else "held")
    assert set(done.json()) == {"command_id", "state", "reason"}
    (added,) = [one for one in cli("outbox", "--json").json() if one not in before]
    assert (added["kind"], added["command_id"]) == (kind, done.json()["command_id"])

    undone = cli("undo", done.json()["command_id"], "--json")
    assert (undone.code, undone.json()["state"]) == (0, "undone")
    assert cli("outbox", "--json").json() == before


def test_release_needs_somebody_who_has_it(cli: Cli, made: Made) -> None:
    ticket = made()
    assert cli("release", ticket, "--json").code == 1
    assert cli("claim", ticket).code == 0
    assert cli("release", ticket, "--reason", "não é comigo", "--json").json()["state"] == "queued"


def test_a_rule_that_says_no_is_exit_1_with_the_reason(cli: Cli, made: Made) -> None:
    ticket = made()
    refused = cli("escalate", ticket, "--tier", "N2", "--json")
    assert refused.code == 1
    assert refused.json()["state"] == "refused"
    assert refused.json()["code"] == "packet_incomplete"
    assert refused.json()["reason"].startswith("Para escalar")
    for words in (["reply", ticket, "--text", "  "], ["reply", ticket, "--text", "Oi {{cliente.nome}}"]):
        assert cli(*words, "--json").code == 1
    missing = cli("claim", "99999", "--json")
    assert (missing.code, missing.json()["state"]) == (1, "refused")
    assert cli("undo", "not-an-id", "--json").code == 1


def test_a_moment_nobody_understands_is_wrong_usage(cli: Cli, made: Made) -> None:
    ticket = made()
    assert cli("snooze", ticket, "--until", "xyzzy").code == 2
    assert cli("snooze", ticket, "--until", "2020-01-01").code == 1
    assert (
        cli(
            "create",
            "--customer",
            "A",
            "--channel",
            "email",
            "--subject",
            "s",
            "--text",
            "t",
            "--at",
            "ontem",
        ).code
        == 2
    )


def test_text_from_standard_input(cli: Cli, made: Made) -> None:
    ticket = made()
    text = "Olá, Zé!\nSegue a “segunda via”: R$ 10,00.\n"
    assert cli("reply", ticket, "--text", "-", given=text).code == 0
    assert cli("note", ticket, "--text", "-", given="uma nota").code == 0
    said = [one["text"] for one in cli("show", ticket, "--json").json()["events"]]
    assert text.strip() in said
    assert "uma nota" in said
    assert cli("reply", ticket, "--text", "-", given=b"\xff\xfe").code == 1
    opened = cli(
        "create",
        "--customer",
        "Bia",
        "--channel",
        "sms",
        "--subject",
        "S",
        "--text",
        "-",
        "--json",
        given="do cliente",
    ).json()
    assert cli("show", opened["protocol"], "--json").json()["events"][0]["text"] == "do cliente"


def test_create_takes_everything_it_is_told(cli: Cli) -> None:
    answer = cli(
        "create", "--customer", "João", "--channel", "whatsapp", "--subject", "Troca", "--text", "Quero trocar",
        "--identity", "phone:+5511999990000", "--identity", "email:j@exemplo.com.br", "--priority", "high",
        "--team", "Loja", "--at", "2026-01-05T10:00:00-03:00", "--tag", "troca", "--tag", "tamanho", "--json",
    )  # fmt: skip
    told = cli("show", answer.json()["protocol"], "--json").json()
    assert answer.json()["ticket"] == told["ticket"]["id"]
    assert told["ticket"]["priority"] == "high"
    assert told["ticket"]["team"] == "Loja"
    assert told["ticket"]["tags"] == ["troca", "tamanho"]
    assert told["ticket"]["opened_at"] == "2026-01-05T10:00:00.000-03:00"
    assert {(one["kind"], one["value"]) for one in told["customer"]["identities"]} == {
        ("phone", "+5511999990000"),
        ("email", "j@exemplo.com.br"),
    }
    assert cli("history", "j@exemplo.com.br", "--json").json() == told["events"]
    assert cli("history", "(11) 99999-0000", "--channel", "email", "--json").json() == []


def test_ids_come_before_protocols_and_both_name_a_ticket(cli: Cli, made: Made, tmp_path: Path) -> None:
    first = made()
    protocol = cli("show", first, "--json").json()["ticket"]["protocol"]
    (tmp_path / "c.csv").write_text(f"id,s\n{first},Outro\nAB-7,Mais um\n")
    (tmp_path / "c.toml").write_text(
        '[fields]\nexternal_id="id"\nsubject="s"\nchannel={const="email"}\ncustomer={const="X"}\n'
    )
    assert cli("import", tmp_path / "c.csv", "--map", tmp_path / "c.toml").code == 0

    def subject(name: object) -> str:
        return str(cli("show", name, "--json").json()["ticket"]["subject"])

    assert subject(first) == subject(protocol) == subject(f"#{first}") == "Geladeira não gela"
    assert subject(f"IMP-{first}") == "Outro"
    assert subject("AB-7") == "Mais um"


@pytest.mark.usefixtures("agent")
def test_next_claims_the_first_of_the_queue(cli: Cli, made: Made) -> None:
    made("Menos urgente", team="Loja", priority="low")
    urgent = made("Urgente", team="Loja", priority="urgent")
    first = cli("queue", "--json").json()[0]
    taken = cli("next", "--json")
    assert taken.code == 0
    assert taken.json()["id"] == first["id"] == urgent
    assert taken.json()["assignee"] == "ana"
    assert [one["id"] for one in cli("queue", "--view", "minha", "--json").json()] == [urgent]


def test_next_with_nothing_waiting(cli: Cli) -> None:
    answer = cli("next", "--json")
    assert (answer.code, answer.json()) == (1, None)


@pytest.mark.usefixtures("agent")
def test_the_queue_explains_itself(cli: Cli, made: Made) -> None:
    made("Um", "--tag", "urgente", team="Loja")
    made("Dois", team="Outra")
    (row,) = cli("queue", "--view", "urgentes", "--json").json()
    assert set(row) == {
        "id", "protocol", "subject", "customer", "channel", "status", "priority", "score", "why", "assignee",
        "team", "tier", "sla", "updated_at",
    }  # fmt: skip
    assert sum(one["points"] for one in row["why"]) == row["score"]
    assert set(row["sla"]) == {"target", "due", "state"}
    assert ISO.fullmatch(row["updated_at"])
    assert ISO.fullmatch(row["sla"]["due"])
    assert len(cli("queue", "--view", "todos", "--limit", "1", "--json").json()) == 1
    lines = cli("queue", "--view", "todos", "--jsonl").out.splitlines()
    assert {json.loads(one)["subject"] for one in lines} == {"Um", "Dois"}


def moments(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [
            found
            for name, one in value.items()
            for found in (
                [one] if name.endswith(("_at", "_until")) or name in ("at", "due") else moments(one)
            )
            if found is not None
        ]
    return [found for one in value for found in moments(one)] if isinstance(value, list) else []


def test_show_has_everything_with_moments_that_have_an_offset(cli: Cli, made: Made) -> None:
    ticket = made()
    cli("reply", ticket, "--text", "oi")
    told = cli("show", ticket, "--json").json()
    assert set(told) == {"ticket", "customer", "events"}
    event = told["events"][1]
    assert {
        "id",
        "at",
        "kind",
        "channel",
        "author",
        "direction",
        "public",
        "text",
        "state",
        "attachments",
    } <= set(event)
    assert (event["direction"], event["state"], event["text"]) == ("outbound", "held", "oi")
    assert len(moments(told)) >= 5
    for one in moments(told):
        assert ISO.fullmatch(one)


def test_show_as_it_was(cli: Cli, made: Made) -> None:
    ticket = made()
    moment = cli("show", ticket, "--json").json()["events"][-1]["at"]
    cli("claim", ticket)
    cli("escalate", ticket, "--tier", "N2", "--reason", "a", "--tried", "b", "--workaround", "c")
    cli("priority", ticket, "urgent")
    cli("status", ticket, "pending")
    then = cli("show", ticket, "--at", moment, "--json").json()
    assert len(then["events"]) == 1
    assert then["ticket"]["assignee"] is None
    assert then["ticket"]["status"] == "new"
    assert then["ticket"]["priority"] == "normal"
    assert then["ticket"]["tier"] is None
    assert then["ticket"]["sla"] is None, "what is not known any more is not invented"
    assert datetime.fromisoformat(then["ticket"]["updated_at"]) == datetime.fromisoformat(moment)
    assert cli("show", ticket, "--at", "2001-01-01").code == 1
    now = cli("show", ticket).out
    assert "estado: de novo para pendente" in now
    assert "escalado" in now


def test_the_outbox_and_what_a_person_decides(cli: Cli, made: Made, tmp_path: Path) -> None:
    ticket = made()
    sent = cli("reply", ticket, "--text", "primeira", "--hold", "600", "--json").json()["command_id"]
    kept = cli("outbox", "list", "--json").json()
    assert {"command_id", "kind", "ticket", "state", "attempts", "last_error", "text"} <= set(kept[-1])
    assert kept[-1]["state"] == OutboxState.HELD

    edited = cli("outbox", "edit", sent, "--text", "segunda", "--json").json()["command_id"]
    assert cli("outbox", "retry", edited, "--json").json()["state"] == "queued"
    file = tmp_path / "out.jsonl"
    assert cli("outbox", "export", file, "--json").json()["commands"] == 2
    assert file.stat().st_mode & 0o777 == 0o600
    assert cli("outbox", "export", file).code == 1, "nothing is written over"
    assert cli("outbox", "discard", edited).code == 2
    assert cli("outbox", "discard", edited, "--yes", "--json").json()["state"] == "discarded"
    assert [one["kind"] for one in cli("outbox", "--json").json()] == ["create"]
    assert len(cli("outbox", "list", "--all", "--json").json()) > 1
    assert cli("outbox", "delivered", kept[0]["command_id"]).code == 1
    assert cli("undo", edited, "--json").code == 1


def test_a_promise_is_owed_until_it_is_settled(cli: Cli, made: Made) -> None:
    ticket = made()
    made_by = cli("promise", ticket, "--due", "2h", "--text", "ligo", "--json").json()["command_id"]
    (owed,) = cli("promises", "list", "--json").json()
    assert (owed["id"], owed["ticket"], owed["what"], owed["outcome"]) == (made_by, ticket, "ligo", None)
    assert ISO.fullmatch(owed["due"])
    assert cli("promises", "settle", made_by, "--outcome", "kept").code == 0
    assert cli("promises", "list", "--json").json() == []
    assert cli("promises", "settle", made_by).code == 1
    assert cli("promises", "settle", "nonsense").code == 1


def test_problems_are_none_and_unknown_ones_are_said(cli: Cli) -> None:
    assert cli("problems", "list", "--json").json() == []
    assert cli("problems", "retry", "1").code == 1
    assert cli("problems", "forget", "1").code == 2
    assert cli("problems", "forget", "1", "--yes").code == 1


def test_search_finds_without_accents_and_ranks_on_request(cli: Cli, made: Made) -> None:
    ticket = made("Orçamento não chegou", text="Pedi o orçamento da cozinha")
    made("Cozinha", text="Outra coisa")
    (found,) = cli("search", "orcamento coz", "--json").json()
    assert {"ticket", "event", "at", "channel", "snippet", "score"} <= set(found)
    assert found["ticket"] == ticket
    assert "orçamento" in found["snippet"]
    assert all(one["score"] > 0 for one in cli("search", "cozinha", "--best", "--json").json())
    assert cli("search", '"AND (NOT', "--json").json() == []


def test_the_full_text_is_finished_before_it_is_asked(cli: Cli, made: Made, tmp_path: Path) -> None:
    made("Palavra única: zebroide")
    for file in (tmp_path / "data" / "store").glob("search.db*"):
        file.unlink()
    assert cli("search", "zebroide", "--json").json()


def test_foreign_text_commands_no_terminal(cli: Cli, made: Made) -> None:
    ticket = made("\x1b[31mvermelho\x07\u202eetnairav [b]x[/b]", text="\x1b]0;x\x07 \x9b31m [red]y")
    for words in (("show", ticket), ("queue", "--view", "todos"), ("search", "vermelho"), ("outbox",)):
        for form in ((), ("--json",)):
            answer = cli(*words, *form)
            assert answer.code == 0
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", answer.out + answer.err)
    assert "[red]y" in cli("show", ticket).out
    assert cli("show", ticket, "--json").json()["ticket"]["subject"].endswith("[b]x[/b]")
