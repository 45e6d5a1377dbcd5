"""The published JSON Schema takes what the reader takes, and names the same fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from tests.training.broken import SOUND

from atendente_tui.i18n import choose
from atendente_tui.knowledge.marked import parse
from atendente_tui.knowledge.reading_scenarios import read_scenario
from atendente_tui.knowledge.scenario_schema import SCHEMA
from atendente_tui.knowledge.shipped import SCENARIO, TRAINING

VALIDATOR = jsonschema_rs.validator_for(SCHEMA)


class _Texts(yaml.SafeLoader):
    """Dates stay texts, as an editor's JSON has them."""


_Texts.yaml_implicit_resolvers = {
    key: [(tag, regexp) for tag, regexp in found if tag != "tag:yaml.org,2002:timestamp"]
    for key, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def loaded(text: str) -> Any:
    return yaml.load(text, Loader=_Texts)


@pytest.mark.parametrize(
    "path", [SCENARIO, *sorted(TRAINING.rglob("cenario.yaml"))], ids=lambda one: one.parent.name
)
def test_every_shipped_scenario_is_valid(path: Path) -> None:
    assert [str(one) for one in VALIDATOR.iter_errors(loaded(path.read_text()))][:3] == []


def test_the_sound_scenario_is_valid_and_others_are_not() -> None:
    assert VALIDATOR.is_valid(loaded(SOUND))
    for old, new in (
        ("channel: chat", "channel: fumaça"),
        ("pass: 70", "pass: 700"),
        ("weight: 1", "weight: 0"),
        ("must: reply, within", "must: abraço, within"),
        ("network: down", "network: lenta"),
        ("seed: 3", "seeed: 3"),
    ):
        assert not VALIDATOR.is_valid(loaded(SOUND.replace(old, new, 1))), new


PLACES = {
    (): SCHEMA,
    ("agent",): SCHEMA["properties"]["agent"],
    ("clock",): SCHEMA["properties"]["clock"],
    ("directory",): SCHEMA["properties"]["directory"],
    ("customers", "maria"): SCHEMA["properties"]["customers"]["additionalProperties"],
    ("tickets", "1"): SCHEMA["properties"]["tickets"]["additionalProperties"],
    ("personas", "maria"): SCHEMA["properties"]["personas"]["additionalProperties"],
    ("personas", "maria", "nodes", "a"): SCHEMA["properties"]["personas"]["additionalProperties"][
        "properties"
    ]["nodes"]["additionalProperties"],
    ("training",): SCHEMA["properties"]["training"],
    ("training", "expectations", 0): SCHEMA["properties"]["training"]["properties"]["expectations"]["items"],
    ("training", "rubric", 0): SCHEMA["properties"]["training"]["properties"]["rubric"]["items"],
}


@pytest.mark.parametrize("place", PLACES, ids=lambda one: ".".join(map(str, one)))
def test_the_schema_knows_the_fields_that_the_reader_asks_for(place: tuple[str | int, ...]) -> None:
    """A field nobody knows is named with those that are: they are the schema's."""
    choose("en")
    tree: Any = loaded(SOUND)
    at = tree
    for name in place:
        at = at[name]
    at["zzz"] = "1"
    text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)
    assert parse(text, "s.yaml")[1] == []
    _scenario, faults = read_scenario(text, Path("s.yaml"))
    (fault,) = [one for one in faults if one.found == "zzz"]
    properties = set(PLACES[place]["properties"])
    asked = set(fault.allowed)
    if place[:2] == (
        "training",
        "expectations",
    ):  # of the three kinds only the one that is named is asked for
        asked |= {"must", "never", "finally"}
    assert asked == properties
