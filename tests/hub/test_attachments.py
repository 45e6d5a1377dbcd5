"""Files that come in and go out: for whom they are, in no other place than theirs, and never as something that runs."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.refusal import Refused
from atendente_tui.hub import attachments, file_types, tables
from atendente_tui.hub.blobs import Blobs
from atendente_tui.privacy.file_names import file_name
from tests.hub.sending import outside
from tests.hub.serving_fixture import Served, note, served, serving  # noqa: F401

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
DAY_MS = 86_400_000
t = tables.attachment


@pytest.fixture
def shop(served: Served) -> Served:  # noqa: F811
    """Two teams with an agent each, and a supervisor of both."""
    served.agent("ana", "loja")
    served.agent("bia", "loja")
    served.agent("caio", "financeiro")
    served.agent("sup", role="supervisor", all_teams=True)
    return served


def upload(
    hub: Served, login: str, content: bytes = PDF, name: str = "nota.pdf", kind: str = "application/pdf"
) -> httpx.Response:
    with hub.client(login) as client:
        return client.post(
            "/attachments", params={"name": name}, content=content, headers={"Content-Type": kind}
        )


def uploaded(hub: Served, login: str, content: bytes = PDF, **told: str) -> dict[str, Any]:
    answer = upload(hub, login, content, **told)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def download(hub: Served, login: str, attachment: str) -> httpx.Response:
    return hub.client(login).get(f"/attachments/{attachment}")


def attached(hub: Served, login: str, ticket: str, *files: dict[str, Any]) -> dict[str, Any]:
    command = note(ticket, attachments=list(files))
    answer = hub.client(login).post("/commands", json={"commands": [command]})
    result: dict[str, Any] = answer.json()["results"][0]
    return result


def kept(hub: Served) -> list[Path]:
    return sorted(path for path in hub.parts.settings.files.rglob("*") if path.is_file())


def rows(hub: Served) -> int:
    with hub.parts.database.read() as db:
        return len(db.execute(select(t.c.id)).all())


# -- for whom --------------------------------------------------------------------------------------------------------


def test_before_it_is_on_a_ticket_a_file_is_its_owners_and_then_the_teams(shop: Served) -> None:
    file = uploaded(shop, "ana")
    assert file == {
        "remote_id": file["remote_id"],
        "name": "nota.pdf",
        "content_type": "application/pdf",
        "size": len(PDF),
    }
    assert download(shop, "ana", file["remote_id"]).content == PDF
    for other in ("bia", "caio", "sup"):
        assert download(shop, other, file["remote_id"]).status_code == 404
    result = attached(shop, "ana", shop.ticket("loja").remote_id, file)
    assert result["outcome"] == "applied"
    for login in ("ana", "bia", "sup"):
        assert download(shop, login, file["remote_id"]).content == PDF
    assert download(shop, "caio", file["remote_id"]).status_code == 404
    (path,) = kept(shop)
    assert path.name == hashlib.sha256(PDF).hexdigest()


def test_the_event_names_the_file_and_readers_are_told(shop: Served) -> None:
    file = uploaded(shop, "ana", name="Nota nº 1.pdf")
    attached(shop, "ana", shop.ticket("loja").remote_id, file)
    cursor, told = "", []
    client = shop.client("bia")
    for _page in range(5):
        page = client.get("/changes", params={"after": cursor} if cursor else {}).json()
        cursor, told = page["cursor"], told + page["changes"]
    (event,) = [one for one in told if one.get("attachments")]
    assert event["attachments"] == [file]
    assert file["name"] == "Nota nº 1.pdf"


def test_a_file_goes_on_one_event_once_and_by_its_owner(shop: Served) -> None:
    ticket = shop.ticket("loja").remote_id
    file = uploaded(shop, "ana")
    for login, wanted in (
        ("bia", file),
        ("ana", file | {"remote_id": "0" * 32}),
        ("ana", file | {"remote_id": "../x"}),
    ):
        refused = attached(shop, login, ticket, wanted)
        assert (refused["outcome"], refused["error"]) == ("refused", "attachment_unknown")
    assert attached(shop, "ana", ticket, file)["outcome"] == "applied"
    again = attached(shop, "ana", ticket, file)
    assert (again["outcome"], again["error"]) == ("refused", "attachment_unknown")


def test_two_notes_sent_together_do_not_share_a_file(shop: Served) -> None:
    ticket = shop.ticket("loja").remote_id
    file = uploaded(shop, "ana")
    both = [note(ticket, attachments=[file]), note(ticket, attachments=[file])]
    results = shop.client("ana").post("/commands", json={"commands": both}).json()["results"]
    assert [one["outcome"] for one in results] == ["applied", "refused"]


def test_a_refused_command_leaves_the_file_to_its_owner(shop: Served) -> None:
    file = uploaded(shop, "ana")
    ticket = shop.ticket("loja").remote_id
    assert attached(shop, "ana", "999", file)["outcome"] == "refused"
    assert attached(shop, "ana", ticket, file)["outcome"] == "applied"


def test_who_may_only_look_uploads_nothing(shop: Served) -> None:
    answer = upload(shop, "sup")
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert kept(shop) == []
    assert shop.client().post("/attachments", params={"name": "a"}, content=b"x").status_code == 401


def test_a_file_of_the_customer_alone_is_for_who_sees_a_ticket_of_theirs(shop: Served) -> None:
    out = outside(shop, channel="email", team="loja")
    out.take()
    file = out.attach(PDF).json()
    alone = out.take(kind="order", data={"number": "77"}, attachments=[file["remote_id"]])
    assert alone["ticket"] is None
    assert download(shop, "ana", file["remote_id"]).status_code == 200
    assert download(shop, "caio", file["remote_id"]).status_code == 404


# -- how it goes out -------------------------------------------------------------------------------------------------


def test_it_goes_out_as_a_download_and_nothing_else(shop: Served) -> None:
    file = uploaded(
        shop, "ana", name="orçamento €.txt", kind="text/plain; charset=utf-8", content=b"ol\xc3\xa1"
    )
    answer = download(shop, "ana", file["remote_id"])
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"orcamento .txt\"; filename*=UTF-8''or%C3%A7amento%20%E2%82%AC.txt"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-length"] == "4"


def test_a_file_that_was_lost_or_exchanged_for_a_link_is_not_there(shop: Served, tmp_path: Path) -> None:
    file = uploaded(shop, "ana")
    (path,) = kept(shop)
    path.unlink()
    assert download(shop, "ana", file["remote_id"]).status_code == 404
    (tmp_path / "secret").write_bytes(PDF)
    path.symlink_to(tmp_path / "secret")
    answer = download(shop, "ana", file["remote_id"])
    assert (answer.status_code, answer.json()["error"]) == (404, "attachment_lost")


@pytest.mark.parametrize(
    "name", ["x", "0" * 31, "0" * 33, "G" * 32, "..%2f..%2fetc%2fpasswd", "../me", "a" * 5_000]
)
def test_what_is_no_id_names_nothing(shop: Served, name: str) -> None:
    assert download(shop, "ana", name).status_code in (200, 404, 422)
    assert b"root:" not in download(shop, "ana", name).content


# -- names -----------------------------------------------------------------------------------------------------------


NAMES = (
    ("../../etc/passwd", "passwd"),
    ("..\\..\\boot.ini", "boot.ini"),
    ("/etc/shadow", "shadow"),
    ("a\0b.pdf", "ab.pdf"),
    ("foto\u202egpj.pdf", "fotogpj.pdf"),
    ("nota\u200b.pdf", "nota.pdf"),
    (".bashrc", "bashrc"),
    ("-rf", "rf"),
    ("~root", "root"),
    ("con.txt", "_con.txt"),
    ("nota\r\nX-Evil: 1.pdf", "notaX-Evil_ 1.pdf"),
    ('"; filename="x.pdf', "_; filename=_x.pdf"),
    ("...", ""),
    ("x" * 400, "x" * 120),
)


def test_a_name_from_outside_is_only_a_name(shop: Served) -> None:
    for name, kept_as in NAMES:
        file = uploaded(shop, "ana", name=name)
        assert file["name"] == kept_as or (not kept_as and file["name"].isalpha())
        answer = download(shop, "ana", file["remote_id"])
        assert answer.content == PDF
        assert "x-evil" not in answer.headers
    assert [path.name for path in kept(shop)] == [hashlib.sha256(PDF).hexdigest()]


def test_a_name_has_its_bounds(shop: Served) -> None:
    for name in ("", "x" * 401):
        assert upload(shop, "ana", name=name).status_code == 422
    assert kept(shop) == []


# -- size ------------------------------------------------------------------------------------------------------------


def chunked(size: int) -> Iterator[bytes]:
    while size > 0:
        yield b"a" * min(size, 65_536)
        size -= 65_536


def test_the_largest_is_taken_and_one_byte_more_is_not(shop: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "LARGEST", 200_000)
    assert uploaded(shop, "ana", b"a" * 200_000, name="a.txt", kind="text/plain")["size"] == 200_000
    for content in (b"a" * 200_001, chunked(200_001), chunked(3_000_000)):
        with shop.client("ana") as client:
            answer = client.post("/attachments", params={"name": "a.txt"}, content=content)
        assert (answer.status_code, answer.json()["error"]) == (413, "attachment_size")
        assert answer.json()["values"] == {"limit": 200_000}
    assert len(kept(shop)) == 1
    assert rows(shop) == 1


def test_who_says_a_great_size_is_answered_before_they_send_it(shop: Served) -> None:
    host, _colon, port = shop.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(
            b"POST /v1/attachments?name=a HTTP/1.1\r\nHost: hub\r\n"
            + f"Authorization: Bearer {shop.tokens['ana']}\r\n".encode()
            + b"Content-Length: 99999999999\r\n\r\n"
        )
        assert b" 413 " in line.recv(200)
    assert kept(shop) == []


def test_a_body_that_breaks_off_leaves_nothing(shop: Served) -> None:
    host, _colon, port = shop.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(
            b"POST /v1/attachments?name=a HTTP/1.1\r\nHost: hub\r\n"
            + f"Authorization: Bearer {shop.tokens['ana']}\r\n".encode()
            + b"Content-Length: 100000\r\n\r\nhalf of it"
        )
        until(lambda: len(kept(shop)) == 1)
    until(lambda: kept(shop) == [])
    assert rows(shop) == 0


def until(true: Any) -> None:
    ending = time.monotonic() + 30
    while not true():
        assert time.monotonic() < ending
        time.sleep(0.01)


# -- kinds -----------------------------------------------------------------------------------------------------------

ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 60
MZ = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff" + b"\0" * 60
HOSTILE = {
    "html told": (b"<p>x</p>", "a.txt", "text/html"),
    "html told loudly": (b"x", "a.txt", "TEXT/HTML; charset=utf-8"),
    "svg told": (b"x", "a.txt", "image/svg+xml"),
    "xhtml told": (b"x", "a.txt", "application/xhtml+xml"),
    "script told": (b"x", "a.txt", "application/javascript"),
    "program told": (b"x", "a.txt", "application/x-msdownload"),
    "shell told": (b"x", "a.txt", "application/x-sh"),
    "no type": (b"x", "a.txt", "html"),
    "two types": (b"x", "a.txt", "text/plain, text/html"),
    "a line in it": (b"x", "a.txt", 'text/plain; a="b\x01"'),
    "html by name": (b"x", "a.HTML", "text/plain"),
    "program by name": (b"x", "a.pdf.exe", "application/pdf"),
    "script by name": (b"x", "a.js", "text/plain"),
    "shortcut by name": (b"x", "a.lnk", "text/plain"),
    "name that reads backwards": (b"x", "a\u202efdp.exe", "application/pdf"),
    "name with a dot behind": (b"x", "a.exe. ", "application/pdf"),
    "windows program": (MZ, "foto.jpg", "image/jpeg"),
    "linux program": (ELF, "foto.png", "image/png"),
    "mac program": (b"\xcf\xfa\xed\xfe\x07\0\0\1", "foto.png", "image/png"),
    "java": (b"\xca\xfe\xba\xbe\0\0\0\x34", "foto.png", "image/png"),
    "jar": (b"PK\x03\x04" + b"\0" * 26 + b"META-INF/MANIFEST.MF", "foto.zip", "application/zip"),
    "shell script": (b"#!/bin/sh\nrm -rf ~", "leia.txt", "text/plain"),
    "batch": (b"@echo off\r\nformat c:", "leia.txt", "text/plain"),
    "shortcut": (b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F", "leia.txt", "text/plain"),
    "page": (b"<!DOCTYPE html><script>alert(1)</script>", "nota.pdf", "application/pdf"),
    "page with space": (b"\xef\xbb\xbf \r\n\t<ScRiPt>alert(1)</script>", "nota.pdf", "application/pdf"),
    "page in utf-16": ("<html>".encode("utf-16"), "nota.txt", "text/plain"),
    "page under a comment": (b"<!-- a --><!-- b --> <html>", "nota.txt", "text/plain"),
    "page under an endless comment": (b"<!--" + b"a" * 70_000 + b"--><html>", "nota.txt", "text/plain"),
    "drawing": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', "foto.png", "image/png"),
    "drawing as xml": (
        b'<?xml version="1.0"?><!-- x --><svg:svg onload="x()">',
        "nfe.xml",
        "application/xml",
    ),
    "xhtml": (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C">', "nfe.xml", "text/xml"),
}
HARMLESS = {
    "pdf": (PDF, "nota.pdf", "application/pdf", "application/pdf"),
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0\1", "foto.jpg", "image/jpeg", "image/jpeg"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "foto.png", "Image/PNG", "image/png"),
    "text": (b"<3 adorei, obrigada!", "recado.txt", 'text/plain; charset="utf-8"', "text/plain"),
    "csv": (b"a;b\r\n1;2\r\n", "dados.csv", "text/csv", "text/csv"),
    "nf-e": (
        b'<?xml version="1.0"?><nfeProc versao="4.00">',
        "nfe.xml",
        "application/xml",
        "application/xml",
    ),
    "xml with a comment": (b"<!-- NF-e --><nfeProc>", "nfe.xml", "text/xml", "text/xml"),
    "zip": (b"PK\x03\x04" + b"\0" * 26 + b"nota.pdf", "tudo.zip", "application/zip", "application/zip"),
    "audio": (b"OggS\0\2", "audio.ogg", "audio/ogg", "audio/ogg"),
    "mail": (b"From: a@b.c\r\nSubject: x\r\n\r\n<html>", "mensagem.eml", "message/rfc822", "message/rfc822"),
    "nothing told": (b"\0\1\2", "dados", "", "application/octet-stream"),
    "form of curl": (b"\0\1", "dados.xyz", "application/x-www-form-urlencoded", "application/octet-stream"),
    "empty": (b"", "vazio.txt", "text/plain", "text/plain"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_each_is_known_for_what_it_is(name: str) -> None:
    content, called, kind = HOSTILE[name]
    with pytest.raises(Refused, match="attachment_type"):
        file_types.check(
            file_name(called, "x"), content[: file_types.HEAD] if file_types.declared(kind) else b""
        )


def test_nothing_that_runs_or_draws_a_page_is_kept(shop: Served) -> None:
    for name, (content, called, kind) in HOSTILE.items():
        answer = upload(shop, "ana", content, name=called, kind=kind)
        assert (answer.status_code, answer.json()["error"]) == (415, "attachment_type"), name
        assert answer.json()["values"] == {}
    assert kept(shop) == []
    assert rows(shop) == 0


def test_what_people_send_is_kept_as_it_is(shop: Served) -> None:
    for name, (content, called, told, kind) in HARMLESS.items():
        file = uploaded(shop, "ana", content, name=called, kind=told)
        assert file["content_type"] == kind, name
        assert download(shop, "ana", file["remote_id"]).content == content


# -- from outside ----------------------------------------------------------------------------------------------------


def test_a_file_from_outside_comes_signed_and_goes_on_its_message(shop: Served) -> None:
    out = outside(shop, team="loja")
    file = out.attach(PDF).json()
    for login in ("ana", "sup"):
        assert download(shop, login, file["remote_id"]).status_code == 404
    out.take(attachments=[file["remote_id"]], text="")
    assert download(shop, "ana", file["remote_id"]).content == PDF
    assert download(shop, "caio", file["remote_id"]).status_code == 404
    again = out.send(attachments=[file["remote_id"]])
    assert (again.status_code, again.json()["error"]) == (422, "attachment_unknown")


def test_a_file_of_another_source_or_of_an_agent_is_not_theirs(shop: Served) -> None:
    out, other = outside(shop), outside(shop, "outro")
    for file in (other.attach(PDF).json(), uploaded(shop, "ana")):
        answer = out.send(attachments=[file["remote_id"]])
        assert (answer.status_code, answer.json()["error"]) == (422, "attachment_unknown")


def test_an_unsigned_or_replayed_file_leaves_nothing(shop: Served) -> None:
    out = outside(shop)
    headers = out.headers(PDF)
    wrong = headers | {"X-Atendente-Signature": "sha256=" + "0" * 64}
    post = "/inbound/chat/attachments?name=nota.pdf"
    assert out.client.post(post, content=PDF, headers=wrong).status_code == 401
    assert out.client.post(post, content=PDF + b" ", headers=headers).status_code == 401
    assert kept(shop) == []
    assert out.client.post(post, content=PDF, headers=headers).status_code == 200
    replayed = out.client.post(post, content=PDF, headers=headers)
    assert (replayed.status_code, replayed.json()["error"]) == (409, "replayed")
    assert rows(shop) == 1
    assert out.client.post("/inbound/chat", content=PDF, headers=headers).status_code != 200


def test_a_file_from_outside_has_the_same_bounds(shop: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    out = outside(shop)
    assert out.attach(MZ, "foto.jpg", "image/jpeg").status_code == 415
    monkeypatch.setattr(attachments, "LARGEST", 100)
    assert out.attach(b"a" * 101, "a.txt", "text/plain").status_code == 413
    assert kept(shop) == []


# -- what is on nothing ----------------------------------------------------------------------------------------------


def age(hub: Served, seconds: float) -> None:
    """Everything in the folder lies there since so long before the hub's own moment."""
    moment = hub.parts.now() / 1000 - seconds
    for path in kept(hub):
        os.utime(path, (moment, moment))


def test_what_nobody_used_for_a_day_goes_and_the_rest_stays(shop: Served) -> None:
    blobs = Blobs(shop.parts.settings.files)
    used = uploaded(shop, "ana", PDF)
    attached(shop, "ana", shop.ticket("loja").remote_id, used)
    same = uploaded(shop, "ana", PDF)
    uploaded(shop, "ana", b"never used", name="a.txt", kind="text/plain")
    (blobs.folder / "incoming" / "half").write_bytes(b"half")
    age(shop, 3 * 86_400)
    now = shop.parts.now()
    with shop.parts.database.read() as db:
        assert attachments.abandoned(db, now) == []
        assert len(attachments.abandoned(db, now + DAY_MS + 1)) == 2
    assert attachments.sweep(shop.parts.database, blobs, now) == (0, 1)
    age(shop, 3 * 86_400)
    assert attachments.sweep(shop.parts.database, blobs, now + DAY_MS + 1) == (2, 1)
    assert download(shop, "ana", used["remote_id"]).content == PDF
    assert download(shop, "ana", same["remote_id"]).status_code == 404
    assert [path.name for path in kept(shop)] == [hashlib.sha256(PDF).hexdigest()]


def test_a_hub_that_starts_tidies_up_first(shop: Served) -> None:
    uploaded(shop, "ana", b"never used", name="a.txt", kind="text/plain")
    age(shop, 3 * 86_400)
    shop.stop()
    later = VirtualClock(shop.parts.clock.now() + timedelta(days=2))
    again = serving(shop.parts.database, shop.parts.settings.files, later)
    try:
        assert kept(again) == []
        assert rows(again) == 0
    finally:
        again.stop()


def test_a_file_that_no_row_names_goes_only_when_the_whole_folder_is_looked_through(shop: Served) -> None:
    blobs = Blobs(shop.parts.settings.files)
    with blobs.receive(10) as coming:
        coming.write(b"nobody's")
        coming.keep()
    age(shop, 3 * 86_400)
    now = shop.parts.now()
    assert attachments.sweep(shop.parts.database, blobs, now) == (0, 0)
    assert attachments.sweep(shop.parts.database, blobs, now, whole=True) == (0, 1)
    assert kept(shop) == []


def test_nobody_piles_up_files_on_nothing(shop: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "WAITING", 3)
    for number in range(3):
        uploaded(shop, "ana", b"%d" % number, name="a.txt", kind="text/plain")
    answer = upload(shop, "ana", b"more", name="a.txt", kind="text/plain")
    assert (answer.status_code, answer.json()["error"]) == (422, "attachments_waiting")
    assert len(kept(shop)) == 3
    assert upload(shop, "bia").status_code == 200
