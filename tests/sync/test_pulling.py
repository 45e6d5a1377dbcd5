"""News on their way in: resumable at every page, whole or not at all, and no mass disappearance unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from atendente_tui.backends.port import ProtocolError, Unreachable
from atendente_tui.desk import answering
from atendente_tui.domain.change import TicketGone
from atendente_tui.store import room
from atendente_tui.sync.pulling import MassDisappearance, pull
from atendente_tui.sync.remembered import status_of
from tests.builders import ticket_change
from tests.desk.seen import one, table, tallies_agree, world
from tests.sync.conftest import Bench
from tests.sync.helpdesk import Killed


def same(bench: Bench) -> dict[str, list[tuple[object, ...]]]:
    """The world without what depends on how often it was looked at."""
    return {
        name: [row for row in rows if name != "tally" or row[-1]] for name, rows in world(bench.store).items()
    }


async def whole(path: Path) -> dict[str, list[tuple[object, ...]]]:
    bench = Bench(path / "whole")
    await pull(bench.store, bench.helpdesk, "example")
    found = same(bench)
    bench.store.close()
    return found


async def test_killed_at_every_page_it_goes_on_where_it_was(tmp_path: Path) -> None:
    wanted = await whole(tmp_path)
    bench = Bench(tmp_path / "killed")
    bench.helpdesk.page = 7
    pages = -(-len(bench.world.log) // 7)
    for _page in range(pages):
        calls = [0]

        def fault(where: str, _command: object, calls: list[int] = calls) -> BaseException | None:
            calls[0] += where == "pull"
            return Killed() if where == "pull" and calls[0] > 1 else None

        bench.helpdesk.fault = fault
        try:
            told = await pull(bench.store, bench.helpdesk, "example")
        except Killed:
            continue
        assert told.caught_up
    assert same(bench) == wanted
    assert tallies_agree(bench.store)
    bench.store.close()


async def test_again_from_the_start_changes_nothing(bench: Bench) -> None:
    before = same(bench)
    told = await pull(bench.store, bench.helpdesk, "example", full=True)
    assert told.caught_up
    assert same(bench) == before
    assert told.applied.tickets == told.applied.events == 0


async def test_an_error_in_the_middle_keeps_what_came_before(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.helpdesk.page = 10
    calls = [0]

    def fault(where: str, _command: object) -> BaseException | None:
        calls[0] += where == "pull"
        return Unreachable("gone", sent=True) if calls[0] == 3 else None

    bench.helpdesk.fault = fault
    with pytest.raises(Unreachable):
        await pull(bench.store, bench.helpdesk, "example")
    assert one(bench.store, "SELECT value FROM sync_state WHERE key = 'cursor'") == "20"
    await pull(bench.store, bench.helpdesk, "example")
    assert one(bench.store, "SELECT count(*) FROM ticket") == 12
    bench.store.close()


async def test_progress_page_by_page(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    seen: list[tuple[int | None, int | None]] = []
    await pull(
        bench.store,
        bench.helpdesk,
        "example",
        on_page=lambda page, _applied: seen.append((page.done, page.total)),
    )
    total = len(bench.world.log)
    assert seen[-1] == (total, total)
    assert len(seen) == -(-total // 20)
    bench.store.close()


@pytest.mark.parametrize(("tickets", "gone", "stops"), [(60, 40, True), (60, 25, False), (30, 16, False)])
async def test_a_mass_disappearance_needs_a_persons_word(
    tmp_path: Path, tickets: int, gone: int, stops: bool
) -> None:
    bench = Bench(tmp_path, tickets=tickets)
    bench.helpdesk.page = 1000
    await pull(bench.store, bench.helpdesk, "example")
    for number in range(gone):
        bench.world.tell(TicketGone(remote_id=f"t{number}"))
    cursor = one(bench.store, "SELECT value FROM sync_state WHERE key = 'cursor'")
    if not stops:
        await pull(bench.store, bench.helpdesk, "example")
        assert one(bench.store, "SELECT count(*) FROM ticket") == tickets - gone
        bench.store.close()
        return
    for _again in range(2):
        with pytest.raises(MassDisappearance) as caught:
            await pull(bench.store, bench.helpdesk, "example")
        assert (caught.value.gone, caught.value.known) == (gone, tickets)
    assert one(bench.store, "SELECT count(*) FROM ticket") == tickets
    assert one(bench.store, "SELECT value FROM sync_state WHERE key = 'cursor'") == cursor
    report = await bench.once()
    assert (report.error, report.pulled) == ("mass_disappearance", 0)
    report = await bench.once(accept_gone=True)
    assert report.error is None
    assert one(bench.store, "SELECT count(*) FROM ticket") == tickets - gone
    assert tallies_agree(bench.store)
    bench.store.close()


async def test_when_the_disk_gets_short_answers_still_leave_and_nothing_more_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path)
    await bench.once()
    ticket = one(bench.store, "SELECT id FROM ticket WHERE remote_id = 't1'")
    answering.reply(bench.desk, ticket, "Já seguiu.").result()
    bench.world.tell(ticket_change(99))
    cursor = one(bench.store, "SELECT value FROM sync_state WHERE key = 'cursor'")
    monkeypatch.setattr(room, "LOW", 1 << 60)
    report = await bench.once()
    assert (report.error, report.pushed, report.pulled) == ("disk_low", 1, 0)
    assert one(bench.store, "SELECT value FROM sync_state WHERE key = 'cursor'") == cursor
    assert status_of(bench.store.reader(), "example").state == "paused"
    monkeypatch.undo()
    report = await bench.once()
    assert report.error is None
    assert one(bench.store, "SELECT count(*) FROM ticket WHERE remote_id = 't99'") == 1
    bench.store.close()


async def test_a_report_says_what_stopped_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.helpdesk.fault = lambda where, _c: ProtocolError("html") if where == "pull" else None
    report = await bench.once()
    assert (report.error, report.detail, report.cursor) == ("protocol", "html", None)
    assert '"state": "offline"' in one(bench.store, "SELECT value FROM sync_state WHERE key = 'status'")
    bench.helpdesk.fault = lambda _where, _command: None
    report = await bench.once()
    assert report.error is None
    assert report.pulled > 12
    assert '"login": "ana"' in one(bench.store, "SELECT value FROM sync_state WHERE key = 'identity'")
    assert '"reply"' in one(bench.store, "SELECT value FROM sync_state WHERE key = 'capabilities'")
    assert table(bench.store, "poison") == []
    bench.store.close()


async def test_a_store_holds_the_tickets_of_one_helpdesk(bench: Bench) -> None:
    bench.helpdesk.origin = "hub-a"
    assert (await bench.once()).error is None
    bench.world.tell(TicketGone(remote_id="t3"))
    bench.helpdesk.origin = "hub-b"
    before = one(bench.store, "SELECT count(*) FROM ticket")
    sent = answering.note(bench.desk, 1, "fica aqui").result().command_id
    told = await bench.once()
    assert told.error == "other_helpdesk"
    assert "hub-b" in told.detail
    assert one(bench.store, "SELECT count(*) FROM ticket") == before
    assert one(bench.store, "SELECT state FROM outbox WHERE command_id = ?", str(sent)) == "queued"
    assert bench.helpdesk.pushed == []
    bench.helpdesk.origin = None  # one that has no name of its own is believed
    assert (await bench.once()).error is None
    bench.helpdesk.origin = "hub-a"
    assert (await bench.once()).error is None


async def test_an_empty_store_takes_any(tmp_path: Path) -> None:
    bench = Bench(tmp_path, tickets=0)
    for origin in ("hub-a", "hub-b"):
        bench.helpdesk.origin = origin
        assert (await bench.once()).error is None
    bench.store.close()
