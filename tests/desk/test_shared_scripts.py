"""Scripts that a team shares stand beside those in files; a file of one's own with the same id wins, and says so."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from atendente_tui.config import Config
from atendente_tui.desk.scripts import Scripts, script_folders, scripts_in
from atendente_tui.domain.change import ChangePage, SettingGone, SettingUpsert
from atendente_tui.knowledge.shipped import SCRIPTS
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store
from atendente_tui.tui.shelf import Shelf
from tests.builders import BACKEND


def script(name: str, text: str = "Oi!", title: str = "") -> SettingUpsert:
    body = f"id: {name}\ntitle: {title or name.title()}\ntext: {text!r}\n"
    return SettingUpsert(kind="script", key=name, body=body)


def share(store: Store, *changes: SettingUpsert | SettingGone) -> None:
    apply_in_slices(store, ChangePage(changes=changes, cursor="8", caught_up=True), BACKEND)


def found(store: Store, *folders: Path) -> Scripts:
    with closing(store.reader()) as db:
        return scripts_in(folders, db)


def own(tmp_path: Path) -> Path:
    folder = tmp_path / "scripts"
    folder.mkdir(exist_ok=True)
    (folder / "meu.yaml").write_text("id: troca\ntitle: A minha troca\ntext: Minha!", encoding="utf-8")
    return folder


def test_both_are_offered_and_the_own_one_wins(store: Store, tmp_path: Path) -> None:
    share(store, script("troca", "Da equipe"), script("boleto"))
    told = found(store, own(tmp_path))
    assert {one.id: one.text for one in told.scripts} == {"troca": "Minha!", "boleto": "Oi!"}
    assert told.hidden == ["meu.yaml vale no lugar do roteiro da equipe troca."]
    assert told.faults == []


def test_the_shipped_ones_serve_until_the_team_has_some(store: Store, tmp_path: Path) -> None:
    folders = script_folders(Config(), tmp_path)
    assert folders == [SCRIPTS]
    assert len(found(store, *folders).scripts) > 3
    share(store, script("boleto"))
    assert [one.id for one in found(store, *folders).scripts] == ["boleto"]
    share(store, SettingGone(kind="script", key="boleto"))
    assert len(found(store, *folders).scripts) > 3


def test_a_shared_one_with_a_fault_is_named_and_left_out(store: Store, tmp_path: Path) -> None:
    share(store, script("boa"), script("ruim", "{{cliente.senha}}"))
    told = found(store, own(tmp_path))
    assert sorted(one.id for one in told.scripts) == ["boa", "troca"]
    assert str(told.faults[0]).startswith("roteiro da equipe ruim:3: text")


def test_without_a_store_there_are_files_only(tmp_path: Path) -> None:
    assert [one.id for one in scripts_in([own(tmp_path)], None).scripts] == ["troca"]


def test_the_shelf_takes_up_what_changes(store: Store, tmp_path: Path) -> None:
    shelf = Shelf(store, [own(tmp_path)])
    assert [one.title for one in shelf.look("/")] == ["A minha troca"]
    share(store, script("boleto", title="Segunda via"))
    assert [one.title for one in shelf.look("/segunda")] == []
    shelf.again()
    assert [one.title for one in shelf.look("/segunda")] == ["Segunda via"]
    assert shelf.scripts["boleto"].text == "Oi!"
    shelf.close()
