"""The monitor in a browser: served on loopback only, and what a page of it shows."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from urllib.request import urlopen

import pytest

PATIENCE = 90.0


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A served monitor of the demonstration's helpdesk."""
    pytest.importorskip("textual_serve", reason="the extra serve is not installed")
    config = tmp_path / "config.toml"
    config.write_text('[store]\nencryption = "off"\n[backend]\nname = "demo"\nurl = "demo://"\n')
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    env = os.environ | {
        "ATENDENTE_CONFIG": str(config),
        "ATENDENTE_DATA": str(tmp_path / "data"),
        "ATENDENTE_LANG": "pt-BR",
    }
    command = [sys.executable, "-m", "atendente_tui", "monitor", "--serve", "--port", str(port)]
    with (tmp_path / "served.log").open("w") as log:
        running = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            end = monotonic() + PATIENCE
            while True:
                try:
                    urlopen(url, timeout=PATIENCE).read()
                    break
                except OSError:
                    assert running.poll() is None, (tmp_path / "served.log").read_text()
                    assert monotonic() < end, "the server did not answer"
                    sleep(0.1)
            yield url
        finally:
            running.terminate()
            running.wait(PATIENCE)


def test_a_page_shows_the_floor_and_no_other_machine_gets_at_it(address: str) -> None:
    shown = asyncio.run(_page(address))
    assert "só leitura" in shown
    assert "por nível" in shown
    port = int(address.rpartition(":")[2])
    others = {one[4][0] for one in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)} - {
        "127.0.0.1"
    }
    for host in others:
        if not host.startswith("127."):
            with (
                pytest.raises((ConnectionError, TimeoutError)),
                socket.create_connection((host, port), timeout=5),
            ):
                pass


async def _page(address: str) -> str:
    """What the program sends to a page, until the queue is there."""
    import aiohttp

    text = ""
    url = f"{address.replace('http', 'ws')}/ws?width=120&height=40"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as line:
        async with asyncio.timeout(PATIENCE):
            async for message in line:
                if message.type == aiohttp.WSMsgType.BINARY:
                    text += message.data.decode("utf-8", "replace")
                if "por nível" in text and "só leitura" in text:
                    return text
    return text


def test_chromium_draws_it(address: str, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    picture = tmp_path / "wall.png"
    done = subprocess.run(
        [
            *(
                browser,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                f"--user-data-dir={tmp_path / 'profile'}",
            ),
            *("--window-size=1280,800", "--virtual-time-budget=20000", f"--screenshot={picture}", address),
        ],
        capture_output=True,
        timeout=PATIENCE * 2,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    assert picture.stat().st_size > 20_000, "an empty page"
