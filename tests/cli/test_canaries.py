"""Secrets are planted everywhere a person can put them, the program is used, and everything it wrote is searched for them."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from atendente_tui.keys import recovery
from tests.cli.conftest import Cli
from tests.terminal import Terminal

TOKEN = "canario-do-sistema-7f3b"
PASSPHRASE = "canario da frase senha 91"
NEW_PASSPHRASE = "canario da outra frase 22"


class Rude(BaseHTTPRequestHandler):
    """Answers everything with another fault, and says back what it was told."""

    addresses: ClassVar[list[str]] = []
    turn = 0

    def do_GET(self) -> None:
        Rude.addresses.append(self.path)
        Rude.turn += 1
        status = (200, 302, 401, 500, 200)[Rude.turn % 5]
        told = str(self.headers.get("Authorization", "")) + " " + TOKEN
        body = f'{{"message": "{told}"'.encode()  # cut short: no JSON either
        self.send_response_only(status, told if status != 200 else None)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", f"/{TOKEN}")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def rude() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Rude) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def forms_of(secret: str | bytes) -> list[bytes]:
    """As it may lie somewhere: as it is, in hexadecimal, base64, as Python or JSON would write it."""
    raw = secret.encode() if isinstance(secret, str) else secret
    return [raw, raw.hex().encode(), base64.b64encode(raw)[: len(raw)]]


def found_in(places: dict[str, bytes], secrets: dict[str, str | bytes]) -> list[str]:
    return [
        f"{name} in {place}"
        for place, data in places.items()
        for name, secret in secrets.items()
        if any(form in data for form in forms_of(secret))
    ]


def written(*folders: Path, but: tuple[Path, ...]) -> dict[str, bytes]:
    return {
        str(one): one.read_bytes()
        for folder in folders
        for one in folder.rglob("*")
        if one.is_file() and one not in but
    }


def test_no_secret_is_where_it_does_not_belong(
    cli: Cli, rude: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATENDENTE_TOKEN", TOKEN)
    key_file = tmp_path / "keys" / "store.key"
    (tmp_path / "config.toml").write_text(f'[backend]\nname = "rt"\nurl = "{rude}"\nuser = "ana"\n')
    said: dict[str, bytes] = {}

    def tell(*words: str, given: str = "") -> None:
        answer = cli(*words, given=given)
        said[" ".join(words)] = (answer.out + answer.err).encode()

    customer = ("--customer", "Zé", "--channel", "email", "--text", "não gela")
    tell("create", "--subject", "Geladeira", *customer)
    key = bytes.fromhex(key_file.read_text())
    for words in (
        ("sync", "--once"),
        ("doctor",),
        ("outbox", "--json"),
        ("key", "status"),
        ("key", "rekey"),
        ("login", "--token-stdin"),
    ):
        tell(*words, given=TOKEN if words[0] == "login" else "")
    second = bytes.fromhex(key_file.read_text())
    tell("key", "passphrase", "--new-from", "-", given=PASSPHRASE + "\n")
    frase = tmp_path / "frase"
    frase.write_text(PASSPHRASE)
    frase.chmod(0o600)
    monkeypatch.setenv("ATENDENTE_PASSPHRASE_FILE", str(frase))
    tell("key", "passphrase", "--new-from", "-", given=NEW_PASSPHRASE + "\n")
    tell("queue")  # the old passphrase: refused
    frase.write_text(NEW_PASSPHRASE)
    tell("queue", "--json")
    tell("key", "recover", "--code-stdin", given=recovery.code_of(b"x" * 32))
    tell("log", "--json")
    (tmp_path / "data" / "store" / "store.db").write_bytes(b"x" * 8192)
    tell("queue")
    tell("doctor")
    secrets: dict[str, str | bytes] = {
        "the token": TOKEN,
        "the key": key,
        "the second key": second,
        "its code": recovery.code_of(second),
        "the passphrase": PASSPHRASE,
        "the new passphrase": NEW_PASSPHRASE,
    }
    places = said | written(tmp_path, but=(frase, key_file))
    places |= {"addresses that were asked for": "\n".join(Rude.addresses).encode()}
    # What the server itself said is foreign text: a person may read it, a file of ours holds it only encrypted.
    assert found_in(places, {name: one for name, one in secrets.items() if name != "the token"}) == []
    assert found_in(written(tmp_path, but=(frase, key_file)), {"the token": TOKEN}) == []
    assert found_in({"addresses": places["addresses that were asked for"]}, {"the token": TOKEN}) == []
    assert Rude.addresses, "it was asked"


def test_a_fault_of_ours_tells_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATENDENTE_TOKEN", TOKEN)
    code = textwrap.dedent(
        f"""
        import sys, threading
        from atendente_tui import log
        from atendente_tui.keys import chain
        from atendente_tui.__main__ import main
        from atendente_tui.store import queue
        def broken(*given, **named):
            secret = {PASSPHRASE!r}
            def fails():
                raise RuntimeError(secret + chain.store_key.__name__)
            thread = threading.Thread(target=fails); thread.start(); thread.join()
            raise RuntimeError(f"the secret is {{secret}}")
        queue.queue_page = broken
        sys.argv = ["atendente", "queue"]
        sys.exit(main())
        """
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=60)
    assert done.returncode == 1
    places = {"out": done.stdout, "err": done.stderr} | written(tmp_path / "data", but=())
    key = bytes.fromhex((tmp_path / "keys" / "store.key").read_text())
    assert found_in(places, {"a local": PASSPHRASE, "the token": TOKEN, "the key": key}) == []
    assert places[str(tmp_path / "data" / "atendente.log")].count(b"RuntimeError") == 2


@pytest.mark.skipif(sys.platform != "linux", reason="what a process was given is read from /proc")
def test_nothing_in_arguments_and_nothing_for_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The editor is the program that we start: it writes down what it was given."""
    monkeypatch.setenv("ATENDENTE_TOKEN", TOKEN)
    told = tmp_path / "told"
    editor = tmp_path / "editor"
    editor.write_text(
        f"#!/bin/sh\ncat /proc/$$/environ /proc/$PPID/cmdline /proc/$$/cmdline > {told}\nls -l /proc/$$/fd >> {told}\n"
    )
    editor.chmod(0o755)
    code = "from atendente_tui.tui import editing; print(editing.edited('olá', editing.editor()))"
    subprocess.run([sys.executable, "-c", code], env=os.environ | {"EDITOR": str(editor)}, check=True)
    data = told.read_bytes()
    assert b"EDITOR=" in data
    assert found_in({"a child": data}, {"the token": TOKEN}) == []


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process are read from /proc")
def test_no_image_of_memory_and_nothing_in_arguments(cli: Cli, made: object) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name.startswith(("ATENDENTE_", "PYTHON_KEY"))
    }
    with Terminal(environment=environment | {"ATENDENTE_TOKEN": TOKEN}, columns=100) as at:
        at.wait_for("Livres")
        limits = Path(f"/proc/{at.pid}/limits").read_text()
        [core] = [line for line in limits.splitlines() if line.startswith("Max core file size")]
        assert core.split()[4] == "0"
        assert TOKEN.encode() not in Path(f"/proc/{at.pid}/cmdline").read_bytes()
        at.press("ctrl+q")
        at.wait(20)
        assert TOKEN.encode() not in at.raw
