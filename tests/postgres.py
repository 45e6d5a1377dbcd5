"""A real PostgreSQL of one's own on loopback: made with `initdb`, gone with the session that started it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
}


class Absent(Exception):
    """No PostgreSQL server is installed here."""


def programs() -> Path:
    """The folder of initdb and pg_ctl, Debian's or whichever is on the path. Raises Absent."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda one: int(one.parts[4]))
    named = str(found[-1]) if found else shutil.which("pg_ctl")
    if named is None:
        raise Absent("no PostgreSQL server is installed (Debian: postgresql)")
    return Path(named).resolve().parent


def start(*, durable: bool = False) -> tuple[str, Path]:
    """Start a server; gives its address without a database, and its folder (for `stop`). Raises Absent.

    durable   with fsync: what is measured or killed must be; tests that only ask need not wait for a disk
    """
    where = programs()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    data = folder / "data"
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    run(
        [
            where / "initdb",
            "-D",
            data,
            "-U",
            "hub",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = _SETTINGS | {"port": str(port), "unix_socket_directories": str(folder)}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    run([where / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start"])
    return f"postgresql+psycopg://hub@127.0.0.1:{port}", folder


def stop(folder: Path) -> None:
    run([programs() / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def run(words: Sequence[str | Path], *, check: bool = True) -> None:
    """As the user `postgres` where we are root: the server refuses to run as root."""
    as_whom = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    done = subprocess.run(
        [*as_whom, *map(str, words)], capture_output=True, text=True, timeout=120, check=False, cwd="/"
    )
    if check and done.returncode != 0:
        raise Absent(
            f"{Path(str(words[0])).name}: {done.stderr.strip()[-500:] or done.stdout.strip()[-500:]}"
        )


if __name__ == "__main__":  # ends with the process that asked for it
    import sys

    address, place = start(durable="--durable" in sys.argv)
    print(address, flush=True)
    try:
        sys.stdin.read()
    finally:
        stop(place)
