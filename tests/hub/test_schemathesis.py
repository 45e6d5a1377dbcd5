"""Schemathesis against the published description of a served hub, all checks on: it finds nothing.

`HUB_EXAMPLES` says how many requests it makes up for each operation, in all phases and for all roles; without it a few.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from sqlalchemy import func, select

from atendente_tui.hub import tables
from tests.hub.hub_process import ROOT
from tests.hub.sending import outside
from tests.hub.serving_fixture import Served, note, served  # noqa: F401
from tests.hub.two_teams import OURS
from tests.sizes import FULL

HERE = Path(__file__).parent
EXAMPLES = os.environ.get("HUB_EXAMPLES", "5" if FULL else "")
ALL = "examples,coverage,fuzzing,stateful"
TURNS = (
    ("sqlite", "administrator", "examples,fuzzing,stateful", 3),
    ("postgresql", "agent", "fuzzing,stateful", 8),
    ("sqlite", "supervisor", "fuzzing", 5),
)
EVERY_TURN = [
    (database, role, ALL, int(EXAMPLES or 1))
    for database in ("sqlite", "postgresql")
    for role in ("agent", "supervisor", "administrator")
]
LINE = 400
"""Characters of a line that are shown: made-up bodies have up to a million."""


def things(hub: Served, login: str) -> dict[str, Any]:
    """What is there to be asked for."""
    client = hub.client(login)
    tickets = [hub.ticket(OURS).remote_id for _n in range(4)] + [hub.ticket().remote_id]
    writer = client if client.get("me").json()["may_write"] else hub.client("escriba")
    commands = [note(one) for one in tickets]
    assert writer.post("commands", json={"commands": commands}).status_code == 200
    files = [
        writer.post(
            "attachments", params={"name": "a.txt"}, content=b"oi", headers={"Content-Type": "text/plain"}
        )
        for _n in range(2)
    ]
    pages = [client.get("changes", params={"limit": n}).json() for n in (1, 3, 500)]
    cursors = [page["cursor"] for page in pages]
    cursors += [client.get("changes", params={"after": one}).json()["cursor"] for one in cursors]
    source = outside(hub, "site", "chat", OURS)
    return {
        "tickets": tickets,
        "commands": [one["id"] for one in commands],
        "files": [one.json()["remote_id"] for one in files],
        "cursors": cursors,
        "source": [source.channel, source.name, source.secret, str(hub.parts.now() // 1000)],
    }


@pytest.mark.timeout(3600 if EXAMPLES else 300)
@pytest.mark.parametrize(
    ("database_url", "role", "phases", "examples"),
    EVERY_TURN if EXAMPLES else TURNS,
    indirect=["database_url"],
    ids=lambda one: (
        str(one) if one in ("sqlite", "postgresql", "agent", "supervisor", "administrator") else ""
    ),
)
def test_it_finds_nothing(
    role: Any,
    phases: str,
    examples: int,
    served: Served,  # noqa: F811
    tmp_path: Path,
) -> None:
    served.agent("escriba", OURS)
    token = served.agent("quem", OURS, role=role)
    there = things(served, "quem")
    copy(HERE / "schemathesis.toml", tmp_path)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{served.url}/v1/openapi.json"),
            *("--header", f"Authorization: Bearer {token}", "--checks", "all", "--continue-on-failure"),
            *(
                "--phases",
                phases,
                "--max-examples",
                str(examples),
                "--seed",
                "1",
                "--no-color",
                "--no-shrink",
            ),
            *("--generation-database", "none", "--suppress-health-check", "all", "--warnings", "off"),
            *("--exclude-path", "/v1/hints"),  # a line that does not end; `test_hints` has it
        ],
        env=os.environ
        | {
            "HUB_THERE": json.dumps(there),
            "SCHEMATHESIS_HOOKS": "tests.hub.schemathesis_hooks",
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    told = "\n".join(line[:LINE] for line in (done.stdout + done.stderr).splitlines())
    assert done.returncode == 0, told[-30_000:]
    assert "No issues found" in told, told[-3_000:]
    with served.parts.database.read() as db:
        came_in, carried_out = (
            db.execute(select(func.count()).select_from(one)).scalar_one()
            for one in (tables.received, tables.command)
        )
    # Of a few requests made up, none may be a message in good order.
    assert came_in or examples < 8, "no signed message was taken: nothing behind the signature was reached"
    assert (carried_out > len(there["commands"])) == (role != "supervisor")
