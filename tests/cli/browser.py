"""The monitor served to a browser, and a headless Chromium, asked by its own DevTools line for a picture of the page."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.request import urlopen

import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # what the page asks of others fails at once
    "--remote-debugging-port=0",
)


PATIENCE = 90.0
STILL = 0.5
"""Seconds between two pictures that must be the same: the waiting sign fades in less."""


def chromium() -> str:
    """Where it is. Without one the test is skipped, but in CI it fails."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        why = "no chromium on this machine: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return found


@contextmanager
def served(folder: Path, *options: str, more: str = "") -> Iterator[str]:
    """The address of `atendente monitor --serve` over the demonstration's helpdesk; `more` ends its configuration."""
    config = folder / "config.toml"
    config.write_text(f'[store]\nencryption = "off"\n[backend]\nname = "demo"\nurl = "demo://"\n{more}')
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    env = os.environ | {
        "ATENDENTE_CONFIG": str(config),
        "ATENDENTE_DATA": str(folder / "data"),
        "ATENDENTE_LANG": "pt-BR",
    }
    command = [sys.executable, "-m", "atendente_tui", "monitor", "--serve", "--port", str(port), *options]
    log = folder / "served.log"
    with log.open("w") as out:
        running = subprocess.Popen(command, env=env, stdout=out, stderr=out)
        try:
            url = f"http://127.0.0.1:{port}"
            end = monotonic() + PATIENCE
            while True:
                try:
                    urlopen(url, timeout=PATIENCE).read()
                    break
                except OSError:
                    assert running.poll() is None, log.read_text()
                    assert monotonic() < end, "the server did not answer"
                    sleep(0.1)
            yield url
        finally:
            running.terminate()
            running.wait(PATIENCE)


async def picture(address: str, *said: str, folder: Path, size: tuple[int, int] = (1280, 800)) -> bytes:
    """A PNG of the page once everything in `said` was sent to it and it stands still, drawn."""
    async with _line(folder, size) as line:
        await line.ask("Network.enable")
        blank = await line.picture()
        await line.ask("Page.navigate", url=address)
        await line.heard(*said)
        await line.begun()
        before = blank
        while (drawn := await line.picture()) != before or drawn == blank:
            before = drawn
            await asyncio.sleep(STILL)
        return drawn


class _Line:
    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._asked = 0
        self._text = ""

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._asked += 1
        await self._socket.send_json({"id": self._asked, "method": method, "params": params})
        while (told := await self._next()).get("id") != self._asked:
            pass
        assert "error" not in told, f"{method}: {told}"
        result: dict[str, Any] = told["result"]
        return result

    async def picture(self) -> bytes:
        return base64.b64decode((await self.ask("Page.captureScreenshot", format="png"))["data"])

    async def begun(self) -> None:
        """Wait until the page has taken its waiting sign away for what the program draws."""
        sign = "document.body.classList.contains('-first-byte')"
        while not (await self.ask("Runtime.evaluate", expression=sign))["result"].get("value"):
            await asyncio.sleep(STILL)

    async def heard(self, *said: str) -> None:
        """Wait until the page was sent all of it over its web socket."""
        while not all(one in self._text for one in said):
            await self._next()

    async def _next(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((await self._socket.receive()).data)
        if told.get("method") == "Network.webSocketFrameReceived":
            frame = told["params"]["response"]
            raw = base64.b64decode(frame["payloadData"]) if frame["opcode"] == 2 else b""
            self._text += raw.decode("utf-8", "replace")
        return told


@asynccontextmanager
async def _line(folder: Path, size: tuple[int, int]) -> AsyncIterator[_Line]:
    import aiohttp

    folder.mkdir()
    with (folder.parent / "chromium.log").open("wb") as log:
        browser = await asyncio.create_subprocess_exec(
            chromium(),
            *FLAGS,
            f"--user-data-dir={folder}",
            f"--window-size={size[0]},{size[1]}",
            "about:blank",
            stdout=log,
            stderr=log,
        )
    try:
        told = folder / "DevToolsActivePort"
        while not (told.exists() and told.read_text().count("\n")):
            assert browser.returncode is None, (folder.parent / "chromium.log").read_text()[-2_000:]
            await asyncio.sleep(0.1)
        port = int(told.read_text().split()[0])
        async with aiohttp.ClientSession() as session:
            pages: list[dict[str, Any]] = []
            while not pages:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    pages = [one for one in await answer.json() if one["type"] == "page"]
            socket = session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0)
            async with socket as line:
                yield _Line(line)
    finally:
        if browser.returncode is None:
            browser.terminate()
        await browser.wait()
