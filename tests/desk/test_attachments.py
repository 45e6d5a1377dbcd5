"""Attachments from a helpdesk to a file: what is written, for whom, what is on record, and what is said when not."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from atendente_tui.clock import RunningClock
from atendente_tui.config import BackendConfig, Config
from atendente_tui.desk import attachments
from atendente_tui.desk.scratch import Scratch, scratch, start_of
from atendente_tui.domain.refusal import Refused
from atendente_tui.store import reading
from atendente_tui.store.errors import StoreClosed
from atendente_tui.store.rows import AttachmentRow
from tests.desk.seen import one, table

PROTOCOL = "2026-004822"


class Shop:
    """The demo's shop with its sync at work, and the ticket with two files."""

    def __init__(self, place: Scratch, folder: Path) -> None:
        self.place = place
        self.config = Config(backend=BackendConfig("demo"), downloads=folder / "baixados")
        self.ticket_id = 0
        self.files: list[AttachmentRow] = []

    def look(self) -> None:
        with closing(self.place.store.reader()) as db:
            self.ticket_id = reading.find_ticket(db, PROTOCOL) or 0
            self.files = reading.attachments_of(db, self.ticket_id)

    def save(self, file: AttachmentRow, told: str = "") -> Path:
        where = attachments.place(self.config, file, told)
        saving: Future[Path] = attachments.save(
            self.place.desk, self.config, self.place.sync, self.ticket_id, file, where
        )
        return saving.result(20)

    def refused(self, work: Callable[[], Any]) -> Refused:
        with pytest.raises(Refused) as wrong:
            work()
        return wrong.value

    def audited(self) -> list[Any]:
        return [row for row in table(self.place.store, "audit") if "attachment" in row]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with scratch(None, RunningClock(start_of(None)), Config()) as place:
        shop = Shop(place, tmp_path)
        place.sync.start()
        limit = monotonic() + 20
        while len(shop.files) != 2:
            assert monotonic() < limit, place.sync.status()
            sleep(0.01)
            shop.look()
        yield shop


def test_a_saved_file_is_whole_private_and_on_record(shop: Shop, tmp_path: Path) -> None:
    receipt = shop.files[0]
    path = shop.save(receipt)
    assert path == tmp_path / "baixados" / "comprovante-88540.txt"
    assert "Boleto do pedido 88540" in path.read_text("utf-8")
    assert path.stat().st_size == receipt.size
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name], "nothing else is left there"
    detail = json.loads(one(shop.place.store, "SELECT detail FROM audit WHERE action = 'attachment'"))
    assert len(detail.pop("digest")) == 32
    assert detail == {
        "event": receipt.event_key,
        "number": 1,
        "bytes": receipt.size,
        "folder": str(path.parent),
    }
    assert one(shop.place.store, "SELECT ticket_id FROM audit WHERE action = 'attachment'") == shop.ticket_id


def test_nothing_is_written_over(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "boletos.csv").write_text("meu")
    paths = [shop.save(shop.files[1], str(tmp_path)) for _ in range(2)]
    assert [path.name for path in paths] == ["boletos (2).csv", "boletos (3).csv"]
    assert (tmp_path / "boletos.csv").read_text() == "meu"
    link = tmp_path / "aponta.csv"
    link.symlink_to(tmp_path / "fora.csv")
    assert shop.save(shop.files[1], str(link)).name == "aponta (2).csv"
    assert not (tmp_path / "fora.csv").exists()
    assert len(shop.audited()) == 3


def test_a_place_is_a_file_or_a_folder(shop: Shop, tmp_path: Path) -> None:
    file = shop.files[0]._replace(name="../../.config/\u202enota.txt")

    def place(told: str) -> Path:
        return attachments.place(shop.config, file, told).path

    assert place("") == tmp_path / "baixados" / "nota.txt"
    assert place(str(tmp_path)) == tmp_path / "nota.txt"
    assert place(str(tmp_path / "como eu quero.txt")) == tmp_path / "como eu quero.txt"
    assert attachments.place(shop.config, file, "~/x.txt").path == Path.home() / "x.txt"
    for wrong in (tmp_path / "nada" / "x.txt", f"{tmp_path}/nada/"):
        assert shop.refused(lambda wrong=wrong: place(str(wrong))).code == "no_such_folder"


def test_offline_says_so_and_leaves_nothing(shop: Shop, tmp_path: Path) -> None:
    shop.place.sync._make().world().online = False  # type: ignore[attr-defined]
    assert shop.refused(lambda: shop.save(shop.files[0])).code == "attachment_unreachable"
    shop.place.sync.stop()
    assert shop.refused(lambda: shop.save(shop.files[0])).code == "attachment_unreachable"
    assert not (tmp_path / "baixados").exists()
    assert shop.audited() == []


def test_what_the_helpdesk_does_not_give(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = shop.refused(lambda: shop.save(shop.files[0]._replace(remote_id="nada")))
    assert (gone.code, gone.values["why"]) == ("attachment_refused", "este anexo não existe aqui")
    monkeypatch.setattr(attachments, "LARGEST", 10)
    for size in (90, None):
        large = shop.refused(lambda size=size: shop.save(shop.files[0]._replace(size=size)))
        assert (large.code, large.values["limit"]) == ("attachment_too_large", "10 B")


def test_a_folder_that_takes_nothing(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "baixados").write_text("uma pasta seria melhor")
    assert shop.refused(lambda: shop.save(shop.files[0])).code == "file_unwritable"
    assert shop.refused(lambda: shop.save(shop.files[0], f"{tmp_path}/com\0nulo")).code == "file_unwritable"
    assert shop.audited() == []


def test_a_store_that_keeps_no_record_leaves_no_file(shop: Shop, tmp_path: Path) -> None:
    where = attachments.place(shop.config, shop.files[0], str(tmp_path))
    shop.place.store.close()
    with pytest.raises(StoreClosed):
        attachments.written(shop.place.desk, shop.ticket_id, shop.files[0], b"x", where)
    assert not [one for one in tmp_path.iterdir() if one.is_file()]


def test_without_a_sync_a_connection_of_its_own_fetches(shop: Shop) -> None:
    assert b"88540" in attachments.fetched(shop.config, None, shop.files[0])
    assert shop.refused(lambda: attachments.fetched(Config(), None, shop.files[0])).code == "no_backend"
