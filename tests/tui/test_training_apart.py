"""Training beside a configured helpdesk, in a real terminal: the helpdesk hears nothing, the keyring is not asked, nothing else is written."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.tmux import Tmux, present, socket_name
from tests.training.broken import SOUND

LONG = 90.0
ROOT = Path(__file__).parents[2]
RING = """
from pathlib import Path
from keyring.backend import KeyringBackend

class Told(KeyringBackend):
    priority = 10
    def _say(self):
        Path({file!r}).write_text("asked")
    def get_password(self, service, username):
        self._say()
    def set_password(self, service, username, password):
        self._say()
    def delete_password(self, service, username):
        self._say()
"""


class Helpdesk:
    """Counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.heard = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                one, _address = self._socket.accept()
            except OSError:
                return
            self.heard += 1
            one.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes who waits in it
        self._socket.close()


@pytest.fixture
def helpdesk() -> Iterator[Helpdesk]:
    one = Helpdesk()
    yield one
    one.close()


@pytest.mark.skipif(not present(), reason="there is no tmux here")
@pytest.mark.xdist_group("terminal")
def test_nothing_of_a_training_reaches_what_is_real(tmp_path: Path, helpdesk: Helpdesk) -> None:
    (tmp_path / "caso.yaml").write_text(SOUND, encoding="utf-8")
    config = tmp_path / "config.toml"
    config.write_text(f'[backend]\nname = "rt"\nurl = "http://127.0.0.1:{helpdesk.port}"\nuser = "ana"\n')
    (tmp_path / "told_ring.py").write_text(RING.format(file=str(tmp_path / "ring")), encoding="utf-8")
    data = tmp_path / "data"
    data.mkdir()
    environment = {
        "ATENDENTE_CONFIG": str(config),
        "ATENDENTE_DATA": str(data),
        "ATENDENTE_LANG": "pt-BR",
        "PYTHONPATH": f"{ROOT / 'src'}:{tmp_path}",
        "PYTHON_KEYRING_BACKEND": "told_ring.Told",
    }
    command = [sys.executable, "-m", "atendente_tui", "train", "practice", str(tmp_path / "caso.yaml")]
    with Tmux(socket_name(tmp_path), command, columns=80, rows=24, environment=environment) as one:
        one.wait_for("TREINO", LONG)
        one.wait_for("00:01", LONG)
        one.press("n")
        one.wait_for("Minha 1", LONG)
        one.press("F5")
        one.press("r")
        one.wait_for("Responder", LONG)
        one.type("o prazo e hoje")
        one.press("C-s")
        one.wait_for("o prazo e hoje", LONG)
        one.wait_for(lambda seen: "Responder ·" not in seen, LONG)
        one.press("F")
        one.wait_for("Encerrar o treino agora", LONG)
        one.press("y")
        one.wait_for("Avaliação", LONG)
        one.press("C-q")
        one.wait_for_end(LONG)
    assert helpdesk.heard == 0
    assert not (tmp_path / "ring").exists()
    written = [str(path.relative_to(data)) for path in sorted(data.rglob("*")) if path.is_file()]
    assert len(written) == 1
    assert written[0].startswith("training-practice/")
