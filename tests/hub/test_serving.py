"""The open door: where it may be opened, and what it does to who comes too slowly, too large or in no HTTP."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest

from atendente_tui.domain.refusal import Refused
from atendente_tui.hub import serving, strict_json
from atendente_tui.hub.database import Database
from atendente_tui.hub.parts import HubParts, Settings
from atendente_tui.hub.serving import Door
from tests.hub.serving_fixture import PATIENCE, Served, note, served  # noqa: F401

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Of 127.0.0.1, signed by itself."""
    pytest.importorskip("cryptography")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hub")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert_file, key_file


@contextmanager
def behind(door: Door, database: Database, tmp_path: Path, **settings: int) -> Iterator[Served]:
    running = Served(HubParts(database, Settings(files=tmp_path, **settings)), door).start()
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def line(served: Served) -> Iterator[socket.socket]:  # noqa: F811
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as made:
        yield made


def answered(made: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    told = b""
    try:
        while piece := made.recv(65536):
            told += piece
    except ConnectionError:
        pass
    return told


# -- where it may be opened ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "exemplo.com.br", "", "127.1", "1"]
)
def test_beyond_loopback_it_does_not_listen_in_the_clear(host: str, database_url: str) -> None:
    with pytest.raises(Refused, match="hub_exposed"):
        serving.bound(Door(host, 0))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost"])
def test_on_loopback_it_does(host: str, database_url: str) -> None:
    with serving.bound(Door(host, 0)) as listening:
        assert ip_address(listening.getsockname()[0]).is_loopback


def test_behind_a_proxy_it_listens_where_it_is_told(database_url: str) -> None:
    with serving.bound(Door("0.0.0.0", 0, behind_proxy=True)) as listening:
        told = serving.address(Door("0.0.0.0", 0, behind_proxy=True), listening)
        assert told == f"http://{socket.gethostname()}:{listening.getsockname()[1]}"


@pytest.mark.parametrize("which", ["neither", "no key", "other key", "swapped"])
def test_a_certificate_that_does_not_do_is_named(
    which: str, certificate: tuple[Path, Path], tmp_path: Path, database_url: str
) -> None:
    cert, key = certificate
    other = tmp_path / "other.pem"
    other.write_text("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n")
    given = {
        "neither": (tmp_path / "no.pem", tmp_path / "no.key"),
        "no key": (cert, None),
        "other key": (cert, other),
        "swapped": (key, cert),
    }[which]
    with pytest.raises(Refused, match="tls_incomplete" if which == "no key" else "tls_unusable"):
        serving.check(Door("0.0.0.0", 0, *given))


def test_by_tls_it_is_tls_and_nothing_older(
    certificate: tuple[Path, Path], database: Database, tmp_path: Path
) -> None:
    with behind(Door("127.0.0.1", 0, *certificate), database, tmp_path) as running:
        assert running.url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=str(certificate[0]))
        with httpx.Client(verify=trusting, trust_env=False) as client:
            assert client.get(f"{running.url}/v1/health").json() == {"status": "ok"}
        with httpx.Client(trust_env=False) as stranger, pytest.raises(httpx.ConnectError):
            stranger.get(f"{running.url}/v1/health")
        with httpx.Client(trust_env=False) as plain, pytest.raises(httpx.TransportError):
            plain.get(running.url.replace("https", "http") + "/v1/health")
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.load_verify_locations(certificate[0])
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with httpx.Client(verify=old, trust_env=False) as outdated, pytest.raises(httpx.ConnectError):
            outdated.get(f"{running.url}/v1/health")


@pytest.mark.parametrize("proxy", [True, False])
def test_who_asks_is_believed_of_a_proxy_alone(proxy: bool, database: Database, tmp_path: Path) -> None:
    with behind(Door(port=0, behind_proxy=proxy), database, tmp_path, failures=2) as running:
        client = running.client()
        statuses = [
            client.get(
                "me", headers={"X-Forwarded-For": f"192.0.2.{n}", "Authorization": "Bearer atd_x"}
            ).status_code
            for n in range(5)
        ]
        assert statuses == ([401] * 5 if proxy else [401, 401, 429, 429, 429])


# -- who comes in ---------------------------------------------------------------------------------------------------------


def test_no_answer_says_which_server_it_is(served: Served) -> None:  # noqa: F811
    client = served.client()
    for path in ("health", "me", "nada", "openapi.json"):
        headers = client.get(path).headers
        assert "server" not in headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["date"]
    for path in ("/docs", "/redoc", "/openapi.json", "/v1/docs", "/"):
        assert client.get(f"{served.url}{path}").status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\n\r\nnothing of the kind\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 9_000 + b"\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 2_000 + b"\r\n",
        b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"a" * 100_000,
        b"PUT /v1/presence HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40 + b"\r\n\r\n",
    ],
    ids=lambda one: one[:20].decode("latin-1").strip() if isinstance(one, bytes) else str(one),
)
def test_what_is_no_http_is_refused_in_our_own_shape(sent: bytes, served: Served) -> None:  # noqa: F811
    with line(served) as made:
        made.sendall(sent)
        head, _gap, body = answered(made).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["error"] == "request_unreadable"


def test_a_head_that_drips_is_hung_up_on(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(serving, "HEAD_TIME", 0.3)
    ended = threading.Event()
    with line(served) as silent, line(served) as dripping:

        def drip() -> None:
            try:
                while not ended.wait(0.02):
                    dripping.sendall(b"G")
            except OSError:
                pass

        thread = threading.Thread(target=drip)
        thread.start()
        assert answered(silent) == b""
        told = answered(dripping)
        ended.set()
        thread.join()
    assert told == b"" or b" 400 " in told


def test_a_second_head_has_its_time_too(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(serving, "HEAD_TIME", 0.3)
    asked = b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n"
    with line(served) as made:
        made.sendall(asked)
        told = b""
        while b'"ok"' not in told:
            told += made.recv(65536)
        made.sendall(asked[:20])
        assert answered(made) == b""


def test_a_body_that_stands_still_is_hung_up_on(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(serving, "BODY_PAUSE", 0.3)
    token = served.agent("ana")
    with line(served) as made:
        made.sendall(
            f"PUT /v1/presence HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{".encode()
        )
        assert b" 200 " not in answered(made)


def test_a_body_that_drips_is_told_so(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(strict_json, "PATIENCE", 0.3)
    token = served.agent("ana")
    ended = threading.Event()
    with line(served) as made:
        made.sendall(
            f"PUT /v1/presence HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n".encode()
        )

        def drip() -> None:
            try:
                while not ended.wait(0.02):
                    made.sendall(b" ")
            except OSError:
                pass

        thread = threading.Thread(target=drip)
        thread.start()
        told = answered(made)
        ended.set()
        thread.join()
    assert b" 400 " in told
    assert b"body_unreadable" in told


def test_many_who_come_slowly_keep_nobody_out(served: Served) -> None:  # noqa: F811
    with line(served), line(served):
        host, port = served.url.removeprefix("http://").split(":")
        slow = [socket.create_connection((host, int(port)), timeout=PATIENCE) for _n in range(200)]
        for one in slow:
            one.sendall(b"GET /v1/health HT")
        client = served.client()
        assert [client.get("health").status_code for _n in range(20)] == [200] * 20
        for one in slow:
            one.close()


def test_what_was_asked_before_the_end_is_answered(served: Served) -> None:  # noqa: F811
    """Ten people write while the hub is told to stop: each has an answer or none, and what was answered was done."""
    served.agent("ana")
    ticket = served.ticket()
    applied: list[str] = []

    def work() -> None:
        client = served.client("ana")
        try:
            for _n in range(1_000):
                made = note(ticket)
                answer = client.post("commands", json={"commands": [made]})
                if answer.status_code == 200 and answer.json()["results"][0]["outcome"] == "applied":
                    applied.append(made["id"])
        except (httpx.HTTPError, RuntimeError):
            pass

    threads = [threading.Thread(target=work) for _n in range(10)]
    for one in threads:
        one.start()
    while len(applied) < 20:
        assert any(one.is_alive() for one in threads)
    served.server.should_exit = True
    served.thread.join(PATIENCE)
    for one in threads:
        one.join(PATIENCE)
    from sqlalchemy import select

    from atendente_tui.hub import tables

    with served.parts.database.read() as db:
        kept = set(db.execute(select(tables.command.c.id)).scalars())
    assert set(applied) <= kept
