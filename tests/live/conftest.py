"""A real Request Tracker for the session: started once on a free port, shared by the workers, stopped with it."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from atendente_tui.backends.port import BackendSettings
from atendente_tui.backends.rt import RequestTracker
from tests.conftest import SHARED
from tests.live.proxy import Proxy

SCRIPT = SHARED / "rt" / "rt-server"
LIBRARY = "/usr/share/request-tracker5/lib"
AGENT_PASSWORD = "agent-pw"


@dataclass(frozen=True)
class LiveRT:
    url: str
    tokens: dict[str, str]
    data: Path

    def settings(
        self, login: str, *, url: str = "", secret: str = "", **options: str | int | float
    ) -> BackendSettings:
        return BackendSettings(
            "rt",
            url or self.url,
            login,
            secret or self.tokens[login],
            options={"queue": "Support", **options},
        )

    def mails(self) -> list[tuple[str, str]]:
        """(To, Subject) of every message RT would have sent."""
        lines = (self.data / "log" / "mail.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return [(parts[1].strip(), parts[3].strip()) for line in lines if len(parts := line.split("\t")) == 4]

    def perl(self, code: str) -> None:
        """Run Perl inside this RT: what REST cannot do, such as granting rights."""
        env = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        env |= {
            "RT_SITE_CONFIG": f"{self.data}/etc/RT_SiteConfig.pm",
            "RT_SITE_CONFIG_DIR": f"{self.data}/etc/site.d",
        }
        subprocess.run(
            ["perl", f"-I{LIBRARY}", "-e", "use strict; use warnings; use RT -init;" + code],
            env=env,
            check=True,
        )


def _absent(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def live_rt(tmp_path_factory: pytest.TempPathFactory) -> LiveRT:
    if not SCRIPT.exists():
        _absent("the script that starts a Request Tracker (../shared/rt/rt-server) is not here")
    base = tmp_path_factory.getbasetemp()
    worker = "PYTEST_XDIST_WORKER" in os.environ
    root = base.parent if worker else base
    data, told = root / "rt-data", root / "rt-url"
    env = {**os.environ, "RT_DATA": str(data)}

    def server(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([SCRIPT, *words], env=env, capture_output=True, text=True, timeout=180)

    with _locked(root / "rt-lock"):
        if not told.exists():
            started = server("start", "0")
            if started.returncode != 0:
                server("stop")
                _absent(f"no Request Tracker here: {started.stderr.strip()[-300:]}")
            _stop_with(os.getppid() if worker else os.getpid(), env)
            told.write_text(server("url").stdout.strip())
    rows = (data / "tokens.tsv").read_text().split("\n")
    tokens = {login: token for login, _tab, token in (row.partition("\t") for row in rows) if token}
    return LiveRT(told.read_text(), tokens, data)


def _stop_with(session: int, env: dict[str, str]) -> None:
    """Stop the server when the test session's process ends, however it ends."""
    subprocess.Popen(
        ["sh", "-c", f'while kill -0 {session} 2>/dev/null; do sleep 0.5; done; exec "{SCRIPT}" stop'],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


MakeAdapter = Callable[..., RequestTracker]


@pytest_asyncio.fixture
async def adapters(live_rt: LiveRT) -> AsyncIterator[MakeAdapter]:
    """`adapters("agent1", url=..., secret=..., option=...)`, each closed at the end."""
    made: list[RequestTracker] = []

    def make(login: str = "agent1", **settings: str | int | float) -> RequestTracker:
        settings.setdefault("overlap", 15)  # a small server shows what is written sooner than one at work
        made.append(RequestTracker(live_rt.settings(login, **settings)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for adapter in made:
        await adapter.aclose()


@pytest_asyncio.fixture
async def proxy(live_rt: LiveRT) -> AsyncIterator[Proxy]:
    async with Proxy(live_rt.url) as running:
        yield running
