"""Somebody else's tickets: real files whole, twice, in part; and every fault told with its place."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.cli.conftest import Answer, Cli
from tests.sizes import sized

COMPLAINTS = """
format = "csv"
{how}
timezone = "America/Sao_Paulo"

[fields]
external_id = {external_id}
subject = {{ template = "{{Assunto}}: {{Problema}}" }}
text = "Problema"
channel = {{ const = "portal" }}
opened_at = {{ column = "Data Abertura", format = "%d/%m/%Y" }}
first_reply_at = {{ column = "Data Resposta", format = "%d/%m/%Y" }}
closed_at = {{ column = "Data Finalização", format = "%d/%m/%Y" }}
status = {{ column = "Situação", map = {{ "Finalizada avaliada" = "closed" }}, default = "solved" }}
customer = {{ template = "{{Sexo}}/{{Faixa Etária}}/{{UF}}" }}
csat = "Nota do Consumidor"
tags = ["Segmento de Mercado", "Grupo Problema"]
"""
SECONDS = 60  # for 4,950 rows; it takes about four on an idle machine


def unpacked(source: Path, target: Path) -> Path:
    target.write_bytes(gzip.decompress(source.read_bytes()))
    return target


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def counts(answer: Answer) -> tuple[int, int, int, int]:
    told = answer.json()
    return told["customers"], told["tickets"], told["events"], told["already"]


@pytest.mark.parametrize("form", sized(["utf8.csv"], ["utf8.csv", "cp1252.tsv"]))
def test_every_complaint_of_a_month(form: str, cli: Cli, tmp_path: Path, shared_data: Path) -> None:
    file = unpacked(shared_data / "consumidor-gov-2014-11" / f"reclamacoes.{form}.gz", tmp_path / "c")
    utf8 = form == "utf8.csv"
    how = "" if utf8 else 'encoding = "cp1252"\ndelimiter = "\\t"\nquotes = false'
    external = '"linha_origem"' if utf8 else '{ template = "2014-11/{#}" }'
    mapping = written(tmp_path / "m.toml", COMPLAINTS.format(how=how, external_id=external))
    rows = list(
        csv.DictReader(
            io.StringIO(file.read_bytes().decode("utf-8" if utf8 else "cp1252"), newline=""),
            delimiter="," if utf8 else "\t",
        )
    )
    events = sum(
        1 + bool(row["Data Resposta"]) + bool(row["Data Finalização"]) + bool(row["Nota do Consumidor"])
        for row in rows
    )
    customers = len({(row["Sexo"], row["Faixa Etária"], row["UF"]) for row in rows})

    dry = cli("import", file, "--map", mapping, "--dry-run", "--json").json()
    assert (dry["customers"], dry["tickets"], dry["events"], dry["dry_run"]) == (
        customers,
        4950,
        events,
        True,
    )
    assert cli("queue", "--view", "todos", "--json").json() == []

    began = monotonic()
    first = cli("import", file, "--map", mapping, "--json")
    assert monotonic() - began < SECONDS
    assert (first.code, first.json()["skipped"]) == (0, [])
    assert counts(first) == (customers, 4950, events, 0)
    stored = cli("queue", "--view", "todos", "--limit", "100000", "--json").out

    assert counts(cli("import", file, "--map", mapping, "--json")) == (0, 0, 0, 4950)
    assert cli("queue", "--view", "todos", "--limit", "100000", "--json").out == stored
    by_status = Counter(one["status"] for one in json.loads(stored))
    assert by_status == Counter(
        "closed" if row["Situação"] == "Finalizada avaliada" else "solved" for row in rows
    )

    protocol = f"IMP-{rows[0]['linha_origem']}" if utf8 else "2014-11/1"
    told = cli("show", protocol, "--json").json()
    assert told["ticket"]["opened_at"] == "2014-09-30T00:00:00.000-03:00"
    assert told["ticket"]["first_reply_at"] == "2014-10-23T00:00:00.000-02:00", "summer time had begun"
    assert told["ticket"]["tags"] == ["Varejo", "Vício de Qualidade"]
    assert told["customer"]["name"] == "F/entre 31 a 40 anos/BA"


def test_answered_tickets_in_five_languages(cli: Cli, tmp_path: Path, shared_data: Path) -> None:
    file = unpacked(shared_data / "tickets-multilang" / "tickets.csv.gz", tmp_path / "t.csv")
    mapping = Path(__file__).parents[1] / "live" / "workday" / "tickets.toml"
    rows = list(csv.DictReader(io.StringIO(file.read_text(), newline="")))
    assert counts(cli("import", file, "--map", mapping, "--json")) == (
        len(rows),
        len(rows),
        sum(1 + bool(row["answer"].strip()) for row in rows),
        0,
    )
    assert counts(cli("import", file, "--map", mapping, "--json")) == (0, 0, 0, len(rows))
    told = cli("show", f"ML-{rows[1]['row']}", "--json").json()
    assert [one["text"] for one in told["events"][:2]] == [rows[1]["body"].strip(), rows[1]["answer"].strip()]


EVENT_LOG = """
timezone = "Europe/Rome"
[fields]
external_id = "CaseID"
subject = { template = "Case {CaseID}" }
channel = { const = "email" }
customer = { template = "Cliente {CaseID}" }
event_kind = "ActivityID"
event_at = "CompleteTimestamp"
"""


def test_a_log_with_one_row_an_event(cli: Cli, tmp_path: Path, shared_data: Path) -> None:
    file = unpacked(shared_data / "helpdesk-eventlog" / "helpdesk.csv.gz", tmp_path / "h.csv")
    mapping = written(tmp_path / "h.toml", EVENT_LOG)
    assert counts(cli("import", file, "--map", mapping, "--json")) == (2876, 2876, 10337, 0)
    assert counts(cli("import", file, "--map", mapping, "--json")) == (0, 0, 0, 2876)
    told = cli("show", "IMP-2", "--json").json()
    assert [(one["at"], one["data"]["new"]) for one in told["events"]][:2] == [
        ("2012-04-03T11:55:38.000-03:00", "1"),
        ("2012-04-03T11:55:53.000-03:00", "8"),
    ]
    assert told["ticket"]["opened_at"] == told["events"][0]["at"]
    assert told["ticket"]["updated_at"] == told["events"][-1]["at"]


def test_orders_as_json_lines(cli: Cli, tmp_path: Path, shared_data: Path) -> None:
    def table(name: str) -> list[dict[str, str]]:
        return list(
            csv.DictReader(
                io.StringIO(
                    gzip.decompress((shared_data / "olist-orders-reviews" / name).read_bytes()).decode(),
                    newline="",
                )
            )
        )

    reviews = {one["order_id"]: one for one in table("olist_order_reviews.csv.gz")}
    orders = [one for one in table("olist_orders.csv.gz") if one["order_id"] in reviews][: sized(300, 1_500)]
    lines = []
    for order in orders:
        review = reviews[order["order_id"]]
        item: dict[str, Any] = {
            "order": {"id": order["order_id"], "state": order["order_status"]},
            "customer": order["customer_id"],
            "bought": order["order_purchase_timestamp"],
            "score": int(review["review_score"]),
            "labels": ["pedido", order["order_status"]],
        }
        if review["review_comment_message"]:  # JSON leaves out what is not there
            item["comment"] = review["review_comment_message"]
        lines.append(json.dumps(item, ensure_ascii=False))
    file = written(tmp_path / "o.jsonl", "\n".join(lines) + "\n")
    mapping = written(
        tmp_path / "o.toml",
        """
format = "jsonl"
[fields]
external_id = "order.id"
subject = { template = "Pedido {order.id}" }
text = { column = "comment", default = "(sem comentário)" }
channel = { const = "app" }
customer = "customer"
opened_at = "bought"
csat = "score"
status = { column = "order.state", map = { delivered = "solved", canceled = "closed" }, default = "open" }
tags = ["labels"]
""",
    )
    customers = len({one["customer_id"] for one in orders})
    assert counts(cli("import", file, "--map", mapping, "--json")) == (
        customers,
        len(orders),
        2 * len(orders),
        0,
    )
    assert counts(cli("import", file, "--map", mapping, "--json")) == (0, 0, 0, len(orders))
    told = cli("show", orders[0]["order_id"], "--json").json()
    assert told["ticket"]["tags"] == ["pedido", orders[0]["order_status"]]
    as_list = written(tmp_path / "o.json", f"[{','.join(lines)}]")
    again = written(tmp_path / "o2.toml", mapping.read_text().replace("jsonl", "json"))
    assert counts(cli("import", as_list, "--map", again, "--json")) == (0, 0, 0, len(orders))


SIMPLE = """
{top}
[fields]
external_id = "id"
subject = "s"
channel = {{ const = "email" }}
customer = "who"
opened_at = {{ column = "at", format = "%d/%m/%Y" }}
priority = {{ column = "p", map = {{ "alta" = "high" }}, default = "normal" }}
"""
HEAD = "id,s,who,at,p\n"


@pytest.fixture
def simple(tmp_path: Path) -> Path:
    return written(tmp_path / "s.toml", SIMPLE.format(top=""))


def test_faults_are_told_with_line_column_and_value_and_nothing_is_written(
    cli: Cli, tmp_path: Path, simple: Path
) -> None:
    file = written(
        tmp_path / "f.csv",
        HEAD
        + '1,a,X,01/02/2026,\n2,"dois\nandares",X,31/02/2026,\n,c,X,01/02/2026,\n3,d,X\n4,e,X,01/02/2026,alta\n1,outro,X,01/02/2026,\n',
    )
    answer = cli("import", file, "--map", simple, "--json")
    assert answer.code == 1
    told = answer.json()
    assert [one["line"] for one in told["skipped"]] == [3, 5, 6, 8]
    assert "at" in told["skipped"][0]["why"]
    assert "'31/02/2026'" in told["skipped"][0]["why"]
    assert (told["customers"], told["tickets"], told["events"]) == (0, 0, 0)
    assert cli("queue", "--view", "todos", "--json").json() == []
    assert "linha 3" in answer.err

    part = cli("import", file, "--map", simple, "--partial", "--json")
    assert (part.code, part.json()["tickets"], len(part.json()["skipped"])) == (0, 2, 4)


def test_a_line_that_is_there_twice_says_nothing_new(cli: Cli, tmp_path: Path, simple: Path) -> None:
    file = written(tmp_path / "f.csv", HEAD + "1,a,X,01/02/2026,\n1,a,X,01/02/2026,\n")
    assert counts(cli("import", file, "--map", simple, "--json")) == (1, 1, 1, 1)


def test_the_same_number_of_another_system_is_another_ticket(cli: Cli, tmp_path: Path, simple: Path) -> None:
    file = written(tmp_path / "f.csv", HEAD + "1,a,X,01/02/2026,\n")
    other = written(tmp_path / "o.toml", SIMPLE.format(top='source = "loja"'))
    assert counts(cli("import", file, "--map", simple, "--json"))[1] == 1
    assert counts(cli("import", file, "--map", other, "--json"))[1] == 1
    assert counts(cli("import", file, "--map", other, "--json")) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "nomes das colunas"),
        (b"\n\n", "nomes das colunas"),
        (b"a;b\n1;2\n", "f.csv:1: "),
        (b"id,s,who,at,id,p\n1,a,X,01/02/2026,2,\n", "id aparece duas vezes"),
        (b"id,s,who,at,p\n1,\xff\xfe,X,01/02/2026,\n", "f.csv:2"),
        (bytes(range(256)) * 40, "f.csv:"),
        (b"id,s,who,at,p\n1," + b"a" * 17_000_000 + b",X,01/02/2026,\n", "field"),
    ],
)
def test_files_that_are_not_what_the_mapping_says(
    content: bytes, told: str, cli: Cli, tmp_path: Path, simple: Path
) -> None:
    (tmp_path / "f.csv").write_bytes(content)
    answer = cli("import", tmp_path / "f.csv", "--map", simple)
    assert answer.code == 1
    assert told in answer.err
    assert len(answer.err) < 10_000


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_marks_and_line_endings(ending: str, mark: str, cli: Cli, tmp_path: Path, simple: Path) -> None:
    text = mark + (HEAD + '1,"a ""b""",X,01/02/2026,alta\n\n2,c,Y,01/02/2026,\n').replace("\n", ending)
    (tmp_path / "f.csv").write_bytes(text.encode())
    assert counts(cli("import", tmp_path / "f.csv", "--map", simple, "--json")) == (2, 2, 2, 0)
    assert cli("show", "IMP-1", "--json").json()["ticket"]["subject"] == 'a "b"'


def test_places_instead_of_files(cli: Cli, tmp_path: Path, simple: Path) -> None:
    assert cli("import", tmp_path / "none.csv", "--map", simple).code == 2
    assert cli("import", tmp_path, "--map", simple).code == 1
    assert cli("import", simple, "--map", tmp_path).code == 2
    assert cli("import", simple, "--map", tmp_path / "none.toml").code == 2


def test_a_bad_mapping_names_line_key_value_and_what_is_allowed(cli: Cli, tmp_path: Path) -> None:
    mapping = written(
        tmp_path / "m.toml",
        'delimiter = "ab"\nencoding = "klingon"\n[fields]\nexternal_id = "id"\nsubject = { column = "a", const = "b" }\n'
        'channel = { const = "fax" }\ncustomer = "c"\nopened_at = { column = "d", format = "%Q" }\ncolour = "x"\n'
        '[fields.status]\ncolumn = "s"\nmap = { a = "aberto" }\n',
    )
    answer = cli("import", "x.csv", "--map", mapping)
    assert answer.code == 2
    for line, key, found in (
        (1, "delimiter", "ab"),
        (2, "encoding", "klingon"),
        (5, "subject", ""),
        (6, "channel", "fax"),
        (8, "opened_at", "%Q"),
        (9, "colour", "x"),
        (10, "status", "aberto"),
    ):
        (told,) = [one for one in answer.err.splitlines() if f":{line}: {key}: " in one]
        assert found in told
        assert "permitido" in told


def test_what_is_pushed_is_there_as_it_is_here(cli: Cli, tmp_path: Path) -> None:
    mapping = written(
        tmp_path / "m.toml",
        '[fields]\nexternal_id = "id"\nsubject = "id"\ntext = "id"\nchannel = { const = "portal" }\ncustomer = "id"\n'
        'status = "status"\nopened_at = "at"\n',
    )
    file = written(tmp_path / "x.csv", "id,status,at\nA-1,closed,2026-01-05\nA-2,open,2026-01-06\n")
    refused = cli("import", file, "--map", mapping, "--push")
    assert (refused.code, cli("queue", "--view", "todos", "--json").json()) == (2, [])
    assert "Nenhum sistema configurado" in refused.err
    assert cli("backend", "use", "demo").code == 0
    assert cli("import", file, "--map", mapping, "--push", "--json").json()["queued"] == 2
    assert cli("sync", "--once", "--json").json()["pushed"] == 2
    assert cli("sync", "--once", "--full").code == 0
    there = {
        one["subject"]: one["status"]
        for one in cli("queue", "--view", "todos", "--limit", "999", "--json").json()
    }
    assert there["A-1"] == "closed"
    assert there["A-2"] in ("new", "open")
