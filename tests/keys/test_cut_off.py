"""The key changed, put on or taken off, and the program killed at any moment of it: the store opens, whole."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from atendente_tui import paths
from atendente_tui.cli import keys
from atendente_tui.clock import VirtualClock
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.keys import chain
from atendente_tui.store.store import Store
from tests.builders import NOW
from tests.keys.file_ring import trusted_ring
from tests.keys.marked import holds, in_the_clear, marked

EVERY = int(os.environ.get("ATENDENTE_STEP", "211"))
"""Every so many-th step is a moment at which the work is cut off; 1 for all of them."""


def steps_until_killed(work: Callable[[], object], at: int) -> bool:
    """Run `work` in a process of its own that kills itself before its `at`-th line of our code. Whether it came to that."""
    pid = os.fork()
    if pid == 0:
        ours = (
            "cli/keys.py",
            "cli/config_file.py",
            "store/recoding.py",
            "keys/places.py",
            "keys/private_files.py",
        )
        only_look = ("_told", "_compare", "_is_encrypted", "_check", "key_in")
        left = at

        def line(_frame: FrameType, event: str, _told: Any) -> Any:
            nonlocal left
            if event == "line":
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)
            return line

        def entered(frame: FrameType, _event: str, _told: Any) -> Any:
            code = frame.f_code
            return line if code.co_filename.endswith(ours) and code.co_name not in only_look else None

        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            sys.settrace(entered)
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, -signal.SIGKILL), code
    return code != 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a child of its own")
@pytest.mark.parametrize(
    ("verb", "place"), [("rekey", "file"), ("rekey", "ring"), ("encrypt", "file"), ("decrypt", "file")]
)
def test_cut_off_anywhere_the_old_key_opens_or_the_new(
    verb: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "file":
        monkeypatch.setenv("ATENDENTE_STORE_KEY_FILE", str(tmp_path / "keys" / "store.key"))
    else:
        trusted_ring(tmp_path / "keys" / "ring.json", monkeypatch)
        (tmp_path / "keys").mkdir()
    config, data = tmp_path / "config.toml", paths.data_dir()
    begins_closed = verb != "encrypt"
    config.write_text(f'[store]\nencryption = "{"on" if begins_closed else "off"}"\n')
    data.mkdir()
    key = chain.store_key(paths.store_dir()).key if begins_closed else None
    made = marked(data, key)
    assert made == paths.store_dir()
    kept = tmp_path / "kept"
    shutil.copytree(data, kept / "data")
    shutil.copytree(tmp_path / "keys", kept / "keys") if begins_closed else (kept / "keys").mkdir()
    shutil.copy(config, kept / "config.toml")
    work = {"rekey": keys.rekey, "encrypt": keys.encrypt, "decrypt": lambda: keys.decrypt(yes=True)}[verb]
    cut, at = 0, 1 + len(place)
    while True:
        for name in ("data", "keys"):
            shutil.rmtree(tmp_path / name, ignore_errors=True)
            shutil.copytree(kept / name, tmp_path / name)
        shutil.copy(kept / "config.toml", config)
        killed = steps_until_killed(work, at)
        cut += killed
        opens_as_it_lies()
        if cut % 5 == 0 or not killed:  # done again, it comes to its end
            assert not steps_until_killed(work, 1_000_000)
            closed = keys._is_encrypted(made, otherwise=False)
            assert closed is (verb != "decrypt")
            assert keys.configuration().store.encryption is closed
            opens_as_it_lies()
            if closed:
                assert in_the_clear(data) == set()
        if not killed:
            break
        at += EVERY
    print(f"{verb}, key in a {place}: cut off at {cut} of {at} lines")
    assert cut > 600 // EVERY


def opens_as_it_lies() -> None:
    """As a start would do it: by what the file is, with the key that the chain gives."""
    place = paths.store_dir()
    closed = keys._is_encrypted(place, otherwise=False)
    key = chain.store_key(place).key if closed else None
    assert holds(place, key)
    Store.open(place, key=key, rules=DEFAULT_RULES, clock=VirtualClock(NOW)).close()
    assert not list(place.glob("*recod*")), "what was left is swept away by the next who writes"
    assert holds(place, key)
