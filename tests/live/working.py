"""What a working day needs besides the screen: a Request Tracker of its own, a profile, and RT's own word afterwards."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.live.conftest import SCRIPT, LiveRT, _absent

ROOT = Path(__file__).parents[2]


@contextmanager
def own_rt(data: Path) -> Iterator[LiveRT]:
    """A Request Tracker nobody else works on: what counts messages or fills queues must not meet other tests."""
    if not SCRIPT.exists():
        _absent("the script that starts a Request Tracker (../shared/rt/rt-server) is not here")
    env = {**os.environ, "RT_DATA": str(data)}

    def server(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([SCRIPT, *words], env=env, capture_output=True, text=True, timeout=180)

    started = server("start", "0")
    try:
        if started.returncode != 0:
            _absent(f"no Request Tracker here: {started.stderr.strip()[-300:]}")
        rows = (data / "tokens.tsv").read_text().split("\n")
        tokens = {login: token for login, _tab, token in (row.partition("\t") for row in rows) if token}
        yield LiveRT(server("url").stdout.strip(), tokens, data)
    finally:
        server("destroy")


@dataclass(frozen=True)
class Profile:
    """A person's configuration and data, in a folder of their own."""

    folder: Path
    environment: Mapping[str, str]

    def atendente(self, *words: str | Path, timeout: float = 120.0) -> Any:
        """Run the command line; its JSON answer. Anything but exit 0 is an error that shows what was said."""
        done = subprocess.run(
            [sys.executable, "-m", "atendente_tui", *map(str, words), "--json"],
            env={**os.environ, **self.environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)


def make_profile(
    folder: Path, rt: LiveRT, login: str, *, settings: str = "", encrypted: bool = True
) -> Profile:
    """A fresh profile of this login, working on that RT by the program's own commands."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(settings, encoding="utf-8")
    environment = {
        "ATENDENTE_CONFIG": str(folder / "config.toml"),
        "ATENDENTE_DATA": str(folder / "data"),
        "ATENDENTE_TOKEN": rt.tokens[login],
        "ATENDENTE_LANG": "pt-BR",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT / "src"),
    }
    if encrypted:
        environment["ATENDENTE_STORE_KEY_FILE"] = str(folder / "store.key")
    profile = Profile(folder, environment)
    profile.atendente("backend", "use", "rt", "--url", rt.url, "--user", login)
    return profile


class Witness:
    """RT's own REST, asked directly."""

    def __init__(self, rt: LiveRT, login: str = "supervisor") -> None:
        token = rt.tokens[login]
        self._http = httpx.Client(
            base_url=f"{rt.url}/REST/2.0",
            headers={"Authorization": f"token {token}"},
            timeout=60.0,
            trust_env=False,
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )

    def ticket(self, number: int) -> dict[str, Any]:
        fields = {"fields[Queue]": "Name", "fields[Owner]": "Name"}
        return self._get(f"/ticket/{number}", fields)

    def tickets(self, query: str) -> list[int]:
        page, found = 1, []
        while True:
            told = self._get(
                "/tickets", {"query": query, "per_page": "100", "page": str(page), "orderby": "id"}
            )
            found += [int(one["id"]) for one in told["items"]]
            if len(told["items"]) < 100:
                return found
            page += 1

    def said(self, number: int, kind: str) -> list[str]:
        """The texts of one ticket's transactions of a type ("Correspond", "Comment", "Create"), oldest first."""
        return self._texts(number, (kind,))

    def written(self, number: int) -> list[str]:
        """The texts of answers and notes on one ticket, oldest first."""
        return [one.strip() for one in self._texts(number, ("Correspond", "Comment"))]

    def _texts(self, number: int, kinds: tuple[str, ...]) -> list[str]:
        page, texts = 1, []
        while True:
            told = self._get(
                f"/ticket/{number}/history",
                {"fields": "Type", "per_page": "100", "orderby": "id", "page": str(page)},
            )
            for one in told["items"]:
                if one["Type"] in kinds:
                    texts.append(self._content(one["id"]))
            if len(told["items"]) < 100:
                return texts
            page += 1

    def _content(self, transaction: str) -> str:
        told = self._get(f"/transaction/{transaction}/attachments", {"fields": "ContentType,Content"})
        plain = [one for one in told["items"] if str(one.get("ContentType", "")).startswith("text/")]
        return "\n".join(one["Content"] or "" for one in plain).replace("\r\n", "\n")

    def _get(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        answer = self._http.get(path, params=parameters)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def close(self) -> None:
        self._http.close()
