"""What a team shares: checked by the reader that will use it, told to everybody once, and the same from a folder."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.refusal import Refused
from atendente_tui.hub import content, content_folder
from atendente_tui.hub.content import Faulty
from atendente_tui.hub.database import Database
from atendente_tui.hub.writer import Writer
from tests.hub.serving_fixture import Served, served  # noqa: F401
from tests.hub.world import Reader, agent, do

SCRIPT = "# da loja\nid: atraso\ntitle: Atraso\nchannels: [email]\ntext: |\n  {{saudacao}}! Chega até {{?Quando}}.\n"
MACRO = "title: Estorno\ntext: Já abri o estorno.\nactions:\n- status: pending\n- tag: [estorno, vip]\n"
CALENDAR = 'zone = "America/Sao_Paulo"\nmonday = ["08:00-12:00", "13:00-18:00"]\nholidays = "BR-SP"\n'
POLICY = 'calendar = "loja"\nfirst = "4h"\nchannels = ["email"]\n'
ARTICLE = {
    "title": "Prazos por região",
    "body": "# Prazos\n\nDois dias.\n",
    "audience": "public",
    "tags": ["entrega"],
    "review": "2027-03-31",
    "url": "https://ajuda.example/prazos",
}
GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "article": ("entrega/prazos.md", ARTICLE),
    "script": ("atraso", {"body": SCRIPT}),
    "macro": ("estorno aberto", {"body": MACRO}),
    "calendar": ("loja", {"body": CALENDAR}),
    "sla_policy": ("e-mail", {"body": POLICY}),
    "wrap_up": ("resolvido", {"label": "Resolvido no contato"}),
    "reason": ("atraso", {"label": "Atraso na entrega"}),
    "tag": ("vip", {"label": "VIP"}),
}
BAD: dict[str, tuple[str, str, dict[str, Any]]] = {
    "an article without a title": ("article", "a", {"title": "  ", "body": "x"}),
    "an article without a body": ("article", "a", {"title": "x"}),
    "an article for nobody": ("article", "a", {"title": "x", "body": "x", "audience": "all"}),
    "an article to be read on no day": ("article", "a", {"title": "x", "body": "x", "review": "31/03/2027"}),
    "an article with something more": ("article", "a", {"title": "x", "body": "x", "author": "x"}),
    "a script that is no YAML": ("script", "a", {"body": "id: [a"}),
    "a script of another name": ("script", "a", {"body": "id: b\ntitle: x\ntext: x\n"}),
    "two scripts": ("script", "a", {"body": "- {id: a, title: x, text: x}\n- {id: b, title: x, text: x}\n"}),
    "a script with a strange variable": (
        "script",
        "a",
        {"body": "id: a\ntitle: x\ntext: '{{cliente.cpf}}'\n"},
    ),
    "a script with an alias": ("script", "a", {"body": "id: &a a\ntitle: *a\ntext: x\n"}),
    "a macro of nothing": ("macro", "a", {"body": "title: x\n"}),
    "a macro with a strange action": ("macro", "a", {"body": "actions:\n- delete: all\n"}),
    "a macro with two in one": ("macro", "a", {"body": "actions:\n- {status: open, priority: high}\n"}),
    "a macro to no status": ("macro", "a", {"body": "actions:\n- status: done\n"}),
    "a macro of too much": ("macro", "a", {"body": "actions:\n" + "- note: x\n" * 21}),
    "a calendar that is no TOML": ("calendar", "a", {"body": "monday = ["}),
    "a calendar without hours": ("calendar", "a", {"body": 'zone = "America/Sao_Paulo"\n'}),
    "a calendar of no zone": ("calendar", "a", {"body": 'zone = "Marte"\nmonday = ["08:00-12:00"]\n'}),
    "a calendar and something else": ("calendar", "a", {"body": CALENDAR + "[sla.x]\n"}),
    "two calendars": ("calendar", "a", {"body": CALENDAR + '[calendars.b]\nmonday = ["08:00-12:00"]\n'}),
    "a policy without end": ("sla_policy", "a", {"body": 'first = "forever"\n'}),
    "a policy in no calendar": ("sla_policy", "a", {"body": 'calendar = "nowhere"\nfirst = "1h"\n'}),
    "a code without a label": ("wrap_up", "a", {"label": ""}),
    "a code of blanks": ("wrap_up", "a", {"label": "   "}),
    "a code of a number": ("wrap_up", "a", {"label": 7}),
}


@pytest.fixture
def hub(served: Served) -> Served:  # noqa: F811
    served.agent("tina", role="trainer")
    served.agent("root", role="administrator")
    served.agent("ana", "loja")
    served.agent("sup", role="supervisor", all_teams=True)
    return served


def line(hub: Served, login: str) -> httpx.Client:
    """One client for each, kept."""
    lines: dict[str, httpx.Client] = hub.__dict__.setdefault("lines", {})
    if login not in lines:
        lines[login] = hub.client(login)
    return lines[login]


def path(kind: str, key: str = "") -> str:
    return f"/content/{kind}" + (f"/{quote(key, safe='/')}" if key else "")


def put(hub: Served, kind: str, key: str, body: Any, login: str = "tina") -> httpx.Response:
    return line(hub, login).put(path(kind, key), json=body)


def shared(hub: Served) -> dict[str, Any]:
    """Everything a workstation is told."""
    reader = Reader(hub.parts.database, agent(hub.parts.database, "leo", all_teams=True))
    reader.catch_up()
    return {
        f"{kind}/{key}": one for (kind, key), one in reader.content.items() if kind not in ("agent", "team")
    }


# -- over HTTP -------------------------------------------------------------------------------------------------------


def test_each_kind_is_kept_read_told_and_dropped(hub: Served, clock: VirtualClock) -> None:
    client = line(hub, "ana")
    for kind, (key, body) in GOOD.items():
        answer = put(hub, kind, key, body)
        assert answer.status_code == 200, (kind, answer.text)
        assert client.get(path(kind, key)).json() == answer.json()
        assert client.get(path(kind)).json() == {"entries": [answer.json()]}
    told = shared(hub)
    assert set(told) == {f"{kind}/{key}" for kind, (key, _body) in GOOD.items()}
    article = told["article/entrega/prazos.md"]
    assert (article.title, article.audience, article.review) == ("Prazos por região", "public", "2027-03-31")
    assert article.updated_at == clock.now()
    assert told["script/atraso"].body == SCRIPT
    assert told["wrap_up/resolvido"].label == "Resolvido no contato"
    for kind, (key, _body) in reversed(GOOD.items()):
        assert line(hub, "root").delete(path(kind, key)).status_code == 204
        assert client.get(path(kind, key)).status_code == 404
        assert line(hub, "root").delete(path(kind, key)).status_code == 404
    assert shared(hub) == {}


def test_who_follows_is_told_once_of_what_changed_and_of_nothing_else(
    hub: Served, clock: VirtualClock
) -> None:
    reader = Reader(hub.parts.database, agent(hub.parts.database, "leo"))
    reader.catch_up()
    for _again in range(3):
        put(hub, "script", "atraso", {"body": SCRIPT})
        put(hub, "calendar", "loja", {"body": CALENDAR})
        clock.advance(timedelta(minutes=1))
    told = [one.type for one in reader.page().changes]
    assert told == ["setting", "setting"]
    put(hub, "calendar", "loja", {"body": "# aberta\n" + CALENDAR})  # laid out otherwise, and the same
    assert reader.page().changes == ()
    line(hub, "tina").delete(path("script", "atraso"))
    (gone,) = reader.page().changes
    assert (gone.type, gone.kind, gone.key) == ("setting_gone", "script", "atraso")  # type: ignore[union-attr]


def test_what_has_a_fault_is_not_taken_and_not_repeated(hub: Served) -> None:
    for name, (kind, key, body) in BAD.items():
        answer = put(hub, kind, key, body)
        assert answer.status_code == 422, (name, answer.text)
        assert answer.json()["error"] in ("invalid", "content_faulty", "calendar_unknown"), name
        for word in ("cliente.cpf", "delete", "Marte", "forever", "31/03"):
            assert word not in answer.text, name
    assert shared(hub) == {}
    (fault,) = put(hub, "macro", "a", {"body": "text: x\nactions:\n- status: done\n"}).json()["values"][
        "faults"
    ]
    assert (fault["line"], fault["field"]) == (3, "actions[1].status")
    assert "pending" in fault["allowed"]


def test_only_trainers_and_administrators_change_anything(hub: Served) -> None:
    for kind, (key, body) in GOOD.items():
        for login in ("ana", "sup"):
            assert put(hub, kind, key, body, login).json()["error"] == "forbidden"
            assert line(hub, login).delete(path(kind, key)).status_code == 403
    assert shared(hub) == {}
    for kind in ("agent", "team"):
        assert len(line(hub, "ana").get(path(kind)).json()["entries"]) == {"agent": 4, "team": 1}[kind]
        assert line(hub, "root").put(path(kind, "x"), json={"label": "x"}).status_code == 405
        assert line(hub, "root").delete(path(kind, "ana")).status_code == 405
    assert hub.client().get(path("article")).status_code == 401


def test_a_key_is_some_characters_without_space_around_them(hub: Served) -> None:
    for key in (" x", "x ", "a\nb", "a\0b", "a\x85b", "x" * 101):
        for answer in (put(hub, "tag", key, {"label": "x"}), line(hub, "ana").get(path("tag", key))):
            assert answer.status_code in (404, 422), repr(key)
    for key in ("a b", "ção", "a/b", "x" * 100, "%2e", "a?b#c", "👋"):
        answer = line(hub, "tina").put(f"/content/tag/{quote(key, safe='')}", json={"label": "x"})
        assert (answer.status_code, answer.json().get("key")) == (200, key)
        assert line(hub, "ana").get(f"/content/tag/{quote(key, safe='')}").json()["key"] == key


def test_a_calendar_in_use_stays(hub: Served) -> None:
    put(hub, "calendar", "loja", {"body": CALENDAR})
    put(hub, "sla_policy", "e-mail", {"body": POLICY})
    answer = line(hub, "tina").delete(path("calendar", "loja"))
    assert (answer.status_code, answer.json()["error"]) == (422, "calendar_in_use")
    line(hub, "tina").delete(path("sla_policy", "e-mail"))
    assert line(hub, "tina").delete(path("calendar", "loja")).status_code == 204
    for always in ("always", "default"):
        assert (
            put(hub, "sla_policy", always, {"body": f'calendar = "{always}"\nfirst = "1h"\n'}).status_code
            == 200
        )


# -- a folder --------------------------------------------------------------------------------------------------------

TEAM = """\
[wrap_ups]
resolvido = "Resolvido"
"sem contato" = "Sem contato"

[reasons]
atraso = "Atraso na entrega"

[tags]
vip = "VIP"

[calendars.loja]
zone = "America/Sao_Paulo"  # a da matriz
monday = ["08:00-18:00"]

[sla.email]
calendar = "loja"
first = "4h"
"""


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        file = folder / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(
        tmp_path / "shared",
        **{
            "articles__entrega__prazos.md": "---\ntitle: Prazos\naudience: public\ntags: [entrega]\n---\n# Prazos\n\nDois dias.\n",
            "articles__sem-frente.md": "# Trocas\n\nEm sete dias.\n",
            "scripts__atraso.yaml": SCRIPT,
            "scripts__outros.yml": "- {id: a, title: A, text: um}\n- {id: b, title: B, text: dois, tags: [x]}\n",
            "macros__estorno.yaml": MACRO,
            "team.toml": TEAM,
            "LEIAME.txt": "não é nosso",
        },
    )


KEYS = {
    ("article", "entrega/prazos.md"),
    ("article", "sem-frente.md"),
    ("script", "atraso"),
    ("script", "a"),
    ("script", "b"),
    ("macro", "estorno"),
    ("wrap_up", "resolvido"),
    ("wrap_up", "sem contato"),
    ("reason", "atraso"),
    ("tag", "vip"),
    ("calendar", "loja"),
    ("sla_policy", "email"),
}


def load(writer: Writer, folder: Path) -> set[tuple[str, str]]:
    entries = content_folder.load(folder)
    return {(one.kind, one.key) for one in do(writer, lambda recording: content.write(recording, entries))}


def test_a_folder_is_taken_once_and_then_only_what_changed(writer: Writer, folder: Path) -> None:
    assert load(writer, folder) == KEYS
    assert load(writer, folder) == set()
    written(
        folder,
        articles__novo="x",
        **{"articles__novo.md": "# Novo\n", "team.toml": TEAM.replace('"4h"', '"2h"')},
    )
    assert load(writer, folder) == {("article", "novo.md"), ("sla_policy", "email")}


def test_what_is_written_out_comes_in_the_same(
    database: Database, writer: Writer, folder: Path, tmp_path: Path
) -> None:
    load(writer, folder)
    hostile = 'título: "x" # não é comentário\n\ttab \x85 👋'
    more = [
        content.article("../../etc/passwd", content.GivenArticle(title=hostile, body=hostile)),
        content.article("a" * 100, content.GivenArticle(title="---", body="---\nid: x\n---\n")),
        content.setting("macro", "a/b: c?", "text: x\n"),
        content.setting("macro", "..x", "text: x\n"),
        content.word("tag", "a.b [c]", hostile),
        content.setting("calendar", "a.b", CALENDAR),
        content.word("tag", "x", "x"),
    ]
    do(writer, lambda recording: content.write(recording, more))
    out = tmp_path / "out"
    with database.read() as db:
        assert content_folder.export(db, out) == len(KEYS) + len(more)
    assert all(path.is_relative_to(out) for path in out.rglob("*"))
    assert {path.stat().st_mode & 0o777 for path in out.rglob("*") if path.is_file()} == {0o600}
    assert load(writer, out) == set()
    with database.read() as db, pytest.raises(Refused, match="archive_not_empty"):
        content_folder.export(db, out)


FAULTS = {
    "articles__x.md": ("---\ntitle: [a\n---\n", "articles/x.md:"),
    "articles__y.md": ("---\naudience: all\n---\nx\n", "articles/y.md:2: audience"),
    "articles__z.md": ("---\nid: trocas\n---\n# x\n", "articles/z.md:1: id"),
    "scripts__x.yaml": ("id: x\ntitle: x\ntext: |\n  um\n  {{cliente.cpf}}\n", "scripts/x.yaml:5"),
    "scripts__y.yaml": ("id: atraso\ntitle: x\ntext: x\n", "scripts/y.yaml:1: id"),
    "macros__x.yaml": ("text: x\nactions:\n- status: done\n", "macros/x.yaml:3: actions[1].status"),
    "macros__y.yaml": ("", "macros/y.yaml: "),
    "team.toml": (TEAM.replace('"4h"', '"logo"'), "team.toml:17: sla.email.first"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_names_file_and_line_and_nothing_is_given(folder: Path, name: str) -> None:
    written(folder, **{"articles__sem-frente.md": "---\nid: trocas\n---\n# Trocas\n"})
    text, place = FAULTS[name]
    written(folder, **{name: text})
    with pytest.raises(Faulty) as caught:
        content_folder.load(folder)
    assert any(str(one).startswith(place) for one in caught.value.faults), [
        str(one) for one in caught.value.faults
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[wrap_ups]\na = 7\n", 2),
        ("[wrap_ups]\na = ''\n", 2),
        ("[somewhere]\na = 'x'\n", 1),
        ("[calendars.a]\nmonday = ['8-12']\n", 2),
        ("calendars = 7\n", 1),
        ("[sla.a]\nfirst = '1h'\nfirst = '2h'\n", 3),
        ("a = [\n", 0),
    ],
)
def test_each_line_of_the_teams_file_is_checked(tmp_path: Path, text: str, line: int) -> None:
    written(tmp_path, **{"team.toml": text})
    with pytest.raises(Faulty) as caught:
        content_folder.load(tmp_path)
    (fault,) = caught.value.faults
    assert fault.file == "team.toml"
    assert fault.line == line or not line


def test_a_policy_of_a_calendar_that_is_nowhere_is_refused(writer: Writer, tmp_path: Path) -> None:
    written(tmp_path, **{"team.toml": '[sla.a]\ncalendar = "loja"\nfirst = "1h"\n'})
    with pytest.raises(Refused, match="calendar_unknown"):
        load(writer, tmp_path)
    do(writer, lambda recording: content.write(recording, [content.setting("calendar", "loja", CALENDAR)]))
    assert load(writer, tmp_path) == {("sla_policy", "a")}


def test_bytes_that_are_no_text_and_a_folder_that_is_not_there_are_said(tmp_path: Path) -> None:
    for name in ("articles/a.md", "scripts/a.yaml", "macros/a.yaml", "team.toml"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"a: \xff\n")
        with pytest.raises(Faulty) as caught:
            content_folder.load(tmp_path)
        assert name.split("/")[-1] in str(caught.value)
        file.unlink()
    with pytest.raises(Refused, match="no_such_folder"):
        content_folder.load(tmp_path / "nowhere")
    assert content_folder.load(tmp_path) == []


def test_the_change_that_is_kept_is_the_one_that_is_told(hub: Served) -> None:
    answer = put(hub, "script", "atraso", {"body": SCRIPT}).json()
    reader = Reader(hub.parts.database, agent(hub.parts.database, "leo"))
    reader.catch_up()
    assert json.loads(reader.content["script", "atraso"].model_dump_json(exclude_none=True)) == answer
