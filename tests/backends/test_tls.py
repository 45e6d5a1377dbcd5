"""Who cannot prove who they are is not spoken to: no request is sent, and so no secret."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from atendente_tui.backends.http import Http
from atendente_tui.backends.port import Unreachable

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


class Told(BaseHTTPRequestHandler):
    requests: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        Told.requests.append(str(self.headers.get("Authorization")))
        self.send_response_only(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None: ...


class Authority:
    """Signs certificates in the folder; `file` is its own, for those who trust it."""

    def __init__(self, folder: Path, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._folder = folder
        self.file = folder / f"{name}.pem"
        made = self._begun(self._name, self._key, NOW - DAY, NOW + DAY)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        made = made.add_extension(identifier, critical=False)
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        made = made.add_extension(usage, critical=True)
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def server(self, address: str, until: datetime.datetime) -> Path:
        """Certificate and key in one file, for a server of that address."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
        made = self._begun(subject, key, NOW - 2 * DAY, until)
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        made = made.add_extension(names, critical=False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = made.add_extension(authority, critical=False)
        file = self._folder / "server.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(
            private + made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        return file

    def _begun(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        since: datetime.datetime,
        until: datetime.datetime,
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(until)
        )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "confiavel")


@contextmanager
def serving(certificate: Path | None) -> Iterator[int]:
    """A port of this machine; without a certificate it speaks in the clear."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Told) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


async def asked(certificate: Path | None, verify: bool | str) -> int:
    Told.requests.clear()
    with serving(certificate) as port:
        http = Http(f"https://127.0.0.1:{port}", verify=verify)
        try:
            return (await http.send("GET", "/", headers={"Authorization": "segredo"})).status
        finally:
            await http.aclose()


async def test_one_s_own_authority_is_believed_where_it_is_named(authority: Authority) -> None:
    assert await asked(authority.server("127.0.0.1", NOW + DAY), str(authority.file)) == 200
    assert Told.requests == ["segredo"]


@pytest.mark.parametrize("fault", ["nobody knows it", "expired", "another host", "another authority"])
async def test_no_word_to_one_who_cannot_prove_it(fault: str, authority: Authority, tmp_path: Path) -> None:
    until = NOW - DAY if fault == "expired" else NOW + DAY
    certificate = authority.server("127.0.0.2" if fault == "another host" else "127.0.0.1", until)
    verify: bool | str = str(authority.file)
    if fault == "nobody knows it":
        verify = True
    elif fault == "another authority":
        verify = str(Authority(tmp_path, "outra").file)
    with pytest.raises(Unreachable) as told:
        await asked(certificate, verify)
    assert not told.value.sent
    assert Told.requests == []


async def test_nothing_in_the_clear_where_a_secret_channel_was_asked_for() -> None:
    with pytest.raises(Unreachable):
        await asked(None, True)
    assert Told.requests == []
