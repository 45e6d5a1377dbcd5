"""A file from a real Request Tracker to the disk, by the program's own commands."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.live.commands import opened
from tests.live.conftest import LiveRT, MakeAdapter
from tests.live.working import make_profile

pytestmark = pytest.mark.live
PHOTO = bytes(range(256)) * 300


async def test_a_file_with_a_hostile_name_is_saved_whole(
    live_rt: LiveRT, adapters: MakeAdapter, tmp_path: Path
) -> None:
    adapter = adapters()
    subject = "attachment to the disk"
    remote = await opened(adapter, subject)
    await adapter._session.client.post(
        f"/ticket/{remote}/correspond",
        {
            "Content": "segue",
            "ContentType": "text/plain",
            "Attachments": [
                {
                    "FileName": name,
                    "FileType": "application/octet-stream",
                    "FileContent": base64.b64encode(content).decode(),
                }
                for name, content in (("..\\.fatura.exe", PHOTO), ("nota.csv", b"a;b\n"))
            ],
        },
    )
    profile = make_profile(tmp_path / "profile", live_rt, "agent1")
    profile.atendente("sync", "--once")
    listed = profile.atendente("queue", "--view", "todos", "--limit", "1000")
    number = next(one["id"] for one in listed if one["subject"] == subject)
    files = profile.atendente("attachment", number)
    assert [(one["name"], one["size"]) for one in files][1:] == [("nota.csv", 4)]
    saved = profile.atendente("attachment", number, "--output", tmp_path)["saved"]
    first, second = [Path(one["file"]) for one in saved]
    assert first.read_bytes() == PHOTO
    assert (second.name, second.read_bytes()) == ("nota.csv", b"a;b\n")
    assert first.parent == second.parent == tmp_path
    assert first.name == "fatura.exe"
    assert first.stat().st_mode & 0o777 == 0o600
