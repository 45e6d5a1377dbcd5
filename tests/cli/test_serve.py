"""The monitor in a browser: served on loopback only, and what a page of it shows."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.browser import PATIENCE, picture, served


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A served monitor of the demonstration's helpdesk."""
    pytest.importorskip("textual_serve", reason="the extra serve is not installed")
    with served(tmp_path) as url:
        yield url


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


async def test_chromium_draws_it(address: str, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE * 2):
        drawn = await picture(address, "só leitura", "por nível", folder=tmp_path / "profile")
    assert drawn.startswith(b"\x89PNG")
