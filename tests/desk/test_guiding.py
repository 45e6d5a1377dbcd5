"""A guided script beside a ticket: kept, gone through, left with its reasons on record; several commands as one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlcipher3.dbapi2 import Connection

from atendente_tui.clock import VirtualClock
from atendente_tui.desk import drafting, guiding, knowing, together, undoing
from atendente_tui.desk.desk import Can, Desk
from atendente_tui.desk.known import known
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import OutboxState, Status
from atendente_tui.knowledge.actions import Action, Ending
from atendente_tui.store import beside, outbox, reading
from atendente_tui.store.store import Store
from tests.desk.conftest import desk_at
from tests.desk.guides import TEXT, script

CALL = script()


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as found:
        yield
    assert found.value.code == code


@pytest.fixture
def db(store: Store) -> Iterator[Connection]:
    reader = store.reader()
    yield reader
    reader.close()


def audited(db: Connection, action: str) -> list[dict[str, object]]:
    return [
        json.loads(row[0])
        for row in db.execute("SELECT detail FROM audit WHERE action = ? ORDER BY n", (action,))
    ]


def test_a_call_is_gone_through_and_its_place_kept(desk: Desk, store: Store, db: Connection) -> None:
    assert guiding.begin(desk, 1, CALL).result().place == "oi"
    assert guiding.go_on(desk, 1, CALL).result().place == "quem"
    with refused("guide_choose"):
        guiding.go_on(desk, 1, CALL).result()
    with refused("guide_no_choice"):
        guiding.choose(desk, 1, CALL, "z").result()
    guiding.begin(desk, 2, CALL).result()
    assert guiding.standing(db, 1, CALL).state.place == "quem"  # type: ignore[union-attr]
    assert guiding.standing(db, 2, CALL).state.place == "oi"  # type: ignore[union-attr]
    state = guiding.choose(desk, 1, CALL, "a").result()
    assert (state.place, state.ended) == ("fim", True)
    customer = reading.ticket(db, 1).customer_id  # type: ignore[union-attr]
    assert "identity_confirmed" in {one.name for one in reading.facts(db, customer)}
    with refused("guide_over"):
        guiding.go_on(desk, 1, CALL).result()
    assert guiding.back(desk, 1, CALL).result().place == "quem"
    assert guiding.back(desk, 1, CALL).result().place == "oi"
    with refused("guide_first"):
        guiding.back(desk, 1, CALL).result()


def test_the_place_outlives_the_program(desk: Desk, store: Store) -> None:
    guiding.begin(desk, 1, CALL).result()
    guiding.learn(desk, 1, CALL, {"?Como foi o dia": "bom"}).result()
    guiding.go_on(desk, 1, CALL).result()
    with store.reader() as again:
        there = guiding.standing(again, 1, CALL)
    assert there is not None
    assert (there.state.place, there.state.known) == ("quem", {"?Como foi o dia": "bom"})
    assert guiding.values_of(there.state, {"hoje": "x"}) == {"hoje": "x", "?Como foi o dia": "bom"}


def test_what_is_left_out_is_on_record(desk: Desk, db: Connection) -> None:
    guiding.begin(desk, 1, CALL).result()
    with refused("guide_reason"):
        guiding.skip(desk, 1, CALL, "  ").result()
    guiding.skip(desk, 1, CALL, "já nos falamos").result()
    guiding.skip(desk, 1, CALL, "tem pressa").result()
    assert [one["step"] for one in audited(db, "script_deviation")] == ["oi", "quem"]
    assert "pressa" not in json.dumps(audited(db, "script_deviation"))
    noted = guiding.leave(desk, 1, CALL).result()
    assert noted is not None
    text = outbox.row(db, str(noted.command_id)).body  # type: ignore[union-attr]
    assert "já nos falamos" in text
    assert "tem pressa" in text
    assert beside.place(db, 1) is None
    assert audited(db, "script_done") == [{"script": "ligacao", "step": "fim", "skipped": 2}]


def test_leaving_early_needs_a_reason(desk: Desk, db: Connection) -> None:
    guiding.begin(desk, 1, CALL).result()
    with refused("guide_reason"):
        guiding.leave(desk, 1, CALL).result()
    assert beside.place(db, 1) is not None
    noted = guiding.leave(desk, 1, CALL, "a ligação caiu").result()
    assert noted is not None
    assert "a ligação caiu" in outbox.row(db, str(noted.command_id)).body  # type: ignore[union-attr]
    assert [one["script"] for one in audited(db, "script_left")] == ["ligacao"]


def test_a_script_gone_through_as_written_leaves_no_note(desk: Desk) -> None:
    guiding.begin(desk, 1, CALL).result()
    guiding.go_on(desk, 1, CALL).result()
    guiding.choose(desk, 1, CALL, "b").result()
    assert guiding.leave(desk, 1, CALL).result() is None


def test_a_script_that_changed_loses_a_place_that_is_gone_only(desk: Desk, db: Connection) -> None:
    guiding.begin(desk, 1, CALL).result()
    guiding.go_on(desk, 1, CALL).result()
    assert guiding.standing(db, 1, script(TEXT.replace("Quem fala?", "Com quem falo?"))) is not None
    changed = script(TEXT.replace("next: quem}", "next: fim}").replace("  quem:", "  outro:"))
    assert guiding.standing(db, 1, changed) is None
    with refused("guide_gone"):
        guiding.go_on(desk, 1, changed).result()


def test_what_conditions_see(desk: Desk, db: Connection) -> None:
    knowing.confirm_fact(desk, 1, "identity_confirmed").result()
    seen = known(desk, 1, db)
    assert seen["fato.identity_confirmed"] == ("yes",)
    assert seen["chamado.canal"]
    assert seen["cliente.nome"]


# -- several commands as one -----------------------------------------------------------------------------------

WANTED = together.deeds(
    text="Aberto!", actions=(Action("status", ("pending",)), Action("tag", ("estorno",))), ending=None
)


def pending(db: Connection) -> list[str]:
    return [one.type for one in outbox.listing(db, (OutboxState.HELD, OutboxState.QUEUED), limit=50)]


def test_a_preview_tells_every_effect_and_does_nothing(desk: Desk, db: Connection) -> None:
    before = reading.ticket(db, 1)
    outcomes = together.preview(desk, 1, WANTED).result()
    assert [one.deed.verb for one in outcomes] == ["reply", "status", "tag"]
    assert [(one.column, one.after) for one in outcomes[1].changes] == [("status", "pending")]
    assert outcomes[2].changes[0].after == json.dumps([*json.loads(before.tags), "estorno"])  # type: ignore[union-attr]
    assert reading.ticket(db, 1) == before
    assert pending(db) == []


def test_all_of_it_is_done_and_taken_back_as_one(desk: Desk, db: Connection) -> None:
    before = reading.ticket(db, 1)
    outcomes = together.perform(desk, 1, WANTED, name="estorno").result()
    assert pending(db) == ["tag", "status", "reply"]
    assert reading.ticket(db, 1).status == Status.PENDING  # type: ignore[union-attr]
    middle = outcomes[1].submitted
    assert middle is not None
    undone = together.undo(desk, middle.command_id).result()
    assert [one.type for one in undone.taken_back] == ["tag", "status", "reply"]
    assert pending(db) == []
    after = reading.ticket(db, 1)
    assert (after.status, after.tags) == (before.status, before.tags)  # type: ignore[union-attr]
    assert reading.draft(db, "1:reply").text == "Aberto!"  # type: ignore[union-attr]


def test_what_has_left_stays_and_the_rest_is_taken_back(desk: Desk, store: Store, db: Connection) -> None:
    outcomes = together.perform(desk, 1, WANTED).result()
    gone = outcomes[0].submitted
    assert gone is not None
    store.write(
        lambda tx: tx.db.execute(
            "UPDATE outbox SET state = 'sent' WHERE command_id = ?", (str(gone.command_id),)
        )
    )
    undone = together.undo(desk, gone.command_id).result()
    assert ([one.type for one in undone.taken_back], undone.left) == (["tag", "status"], ("reply",))
    with refused("already_sent"):
        together.undo(desk, gone.command_id).result()


def test_a_single_command_is_taken_back_alone(desk: Desk, db: Connection) -> None:
    one = knowing.confirm_fact(desk, 1, "order_number", "1").result()
    two = knowing.confirm_fact(desk, 1, "cpf_confirmed").result()
    assert len(together.undo(desk, two.command_id).result().taken_back) == 1
    undoing.undo(desk, one.command_id).result()
    assert pending(db) == []


@pytest.mark.parametrize(
    "bad",
    [
        Action("team", (" ",)),
        Action("tier", ("N2",)),
        Action("note", (" ",)),
    ],
)
def test_nothing_is_done_when_one_thing_is_not_allowed(bad: Action, desk: Desk, db: Connection) -> None:
    wanted = together.deeds(text="Oi!", actions=(Action("tag", ("a",)), bad, Action("status", ("pending",))))
    outcomes = together.preview(desk, 1, wanted).result()
    assert [one.hinders for one in outcomes] == [False, False, True, False]
    with pytest.raises(together.NotWhole) as why:
        together.perform(desk, 1, wanted).result()
    assert why.value.outcome.deed == wanted[2]
    assert pending(db) == []
    assert reading.draft(db, "1:reply") is None


def test_what_the_helpdesk_cannot_do_hinders_all(store: Store, db: Connection) -> None:
    desk = desk_at(store, can=Can(frozenset({"reply", "tag"})))
    with refused("backend_cannot"):
        together.perform(desk, 1, WANTED).result()
    assert pending(db) == []


def test_what_is_so_already_is_no_hindrance(desk: Desk, db: Connection) -> None:
    wanted = together.deeds(actions=(Action("tag", ("a",)),))
    together.perform(desk, 1, wanted).result()
    assert together.preview(desk, 1, wanted).result()[0].hinders is False
    with refused("nothing_to_change"):
        together.perform(desk, 1, wanted).result()
    more = together.deeds(actions=(Action("tag", ("a",)), Action("tag", ("b",))))
    together.perform(desk, 1, more).result()
    assert pending(db) == ["tag", "tag"]


def test_deeds_lie_upon_each_other(desk: Desk, clock: VirtualClock) -> None:
    """Solved and then pending: allowed only in this order, and the preview knows."""
    wanted = together.deeds(
        actions=(Action("status", ("closed",)), Action("status", ("pending",))), ending=Ending("x")
    )
    outcomes = together.preview(desk, 1, wanted).result()
    assert any(one.hinders for one in outcomes[1:])
    clock.advance(timedelta(seconds=1))


def test_what_is_being_written_is_neither_sent_nor_lost(desk: Desk, db: Connection) -> None:
    drafting.save_draft(desk, 1, "reply", "meia resposta", (0, 4)).result()
    outcomes = together.perform(desk, 1, WANTED, keep_drafts=True).result()
    assert reading.draft(db, "1:reply").text == "meia resposta"  # type: ignore[union-attr]
    sent = outcomes[0].submitted
    assert sent is not None
    assert "meia" not in outbox.row(db, str(sent.command_id)).body  # type: ignore[union-attr]
    together.undo(desk, sent.command_id).result()
    assert reading.draft(db, "1:reply").text == "Aberto!\n\nmeia resposta"  # type: ignore[union-attr]


def test_scripts_meant_for_a_ticket_are_offered_first(desk: Desk, store: Store, tmp_path: Path) -> None:
    from atendente_tui.tui.shelf import Shelf

    for name, when in (
        ("a", "when: {chamado.status: closed}\n"),
        ("b", ""),
        ("c", "when: {not: {chamado.status: closed}}\n"),
    ):
        (tmp_path / f"{name}.yaml").write_text(f"id: {name}\ntitle: {name}\ntext: oi\n{when}", "utf-8")
    for one, order in ((Shelf(store, [tmp_path], desk), "cba"), (Shelf(store, [tmp_path]), "abc")):
        offers = one.look("/", ticket_id=1)
        assert "".join(offer.ref for offer in offers if offer.kind == "script") == order
        one.close()
