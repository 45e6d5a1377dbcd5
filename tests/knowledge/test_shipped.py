"""The content that comes with the program: it loads, it is varied, and it holds nobody's data."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from atendente_tui.domain.identities import plausible_cnpj, plausible_cpf
from atendente_tui.domain.words import Channel, EventKind, IdentityKind, Status, Tier
from atendente_tui.knowledge.articles import lint_articles, load_articles
from atendente_tui.knowledge.reading_scenarios import load_scenario
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.knowledge.scripts import load_scripts
from atendente_tui.knowledge.shipped import ARTICLES, FOLDER, PLAY, SCENARIO, SCRIPTS
from atendente_tui.training.playing import load_play

EVERYTHING = "\n".join(path.read_text("utf-8") for path in sorted(FOLDER.rglob("*")) if path.is_file())


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    scenario, faults = load_scenario(SCENARIO)
    assert faults == []
    assert scenario is not None
    return scenario


def test_scripts_articles_and_play_load():
    scripts, faults = load_scripts(SCRIPTS)
    assert (len(scripts) >= 20, faults) == (True, [])
    articles, faults = load_articles(ARTICLES)
    assert (len(articles) >= 15, faults) == (True, [])
    assert lint_articles(articles, today=date(2026, 11, 18)) == []
    play, faults = load_play(PLAY)
    assert faults == []
    assert play is not None
    assert len(play.steps) >= 20
    assert (FOLDER / play.scenario) == SCENARIO


def test_the_world_is_varied(scenario: Scenario):
    tickets = scenario.tickets
    assert len(tickets) >= 40
    assert len(scenario.customers) >= 25
    assert {one.fields["channel"] for one in tickets} == set(Channel)
    assert {one.fields["status"] for one in tickets} == set(Status)
    assert {one.fields["tier"] for one in tickets} == set(Tier)
    assert len({one.fields["team"] for one in tickets}) >= 4
    kinds = {event.fields["kind"] for one in tickets for event in one.events} | {
        event.fields["kind"] for event in scenario.events
    }
    assert kinds >= set(EventKind) - {EventKind.LINK}
    assert max(len(one.events) for one in tickets) >= 115
    assert max(len(one.name) for one in scenario.customers) >= 90
    assert any("\x1b" in event.fields["text"] for one in tickets for event in one.events)


def test_every_moment_holds_at_any_start(scenario: Scenario):
    for start in (datetime(2026, 11, 18, 17, 20, tzinfo=UTC), datetime(2027, 3, 1, 3, 5, tzinfo=UTC)):
        for ticket in scenario.tickets:
            change = ticket.change(start, ZoneInfo(scenario.zone))
            moments = [event.at.at(start, ZoneInfo(scenario.zone)) for event in ticket.events]
            assert moments == sorted(moments) or start.hour < 12  # a time of day may cross an offset at night
            assert change.opened_at <= change.updated_at <= start


def test_names_that_tickets_use_are_in_the_directory(scenario: Scenario):
    known = {(one.kind, one.key) for one in scenario.directory}
    for ticket in scenario.tickets:
        assert ("team", ticket.fields["team"]) in known
        assert ticket.fields["reason"] is None or ("reason", ticket.fields["reason"]) in known
        assert all(("tag", tag) in known for tag in ticket.fields["tags"])
        codes = [
            one.fields["data"]["code"] for one in ticket.events if one.fields["kind"] is EventKind.WRAP_UP
        ]
        assert all(("wrap_up", code) in known for code in codes)


def test_documents_fail_their_check_digits(scenario: Scenario):
    cpfs = re.findall(r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b", EVERYTHING)
    cnpjs = re.findall(r"\b\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}\b", EVERYTHING)
    assert len(cpfs) > 10
    assert len(cnpjs) >= 2
    assert not [one for one in cpfs if plausible_cpf(one)]
    assert not [one for one in cnpjs if plausible_cnpj(one)]
    kinds = {one.kind for person in scenario.customers for one in person.identities}
    assert kinds >= {
        IdentityKind.CPF,
        IdentityKind.CNPJ,
        IdentityKind.EMAIL,
        IdentityKind.WHATSAPP,
        IdentityKind.X,
    }


def test_addresses_are_reserved_for_examples():
    domains = re.findall(r"[\w.-]+@([a-z][\w.-]*\w)", EVERYTHING)
    assert len(domains) > 15
    reserved = ("example.com", "example.org", "example.net")
    assert [one for one in domains if not one.endswith(".example") and one not in reserved] == []
    hosts = re.findall(r"(?:https?://|www\.)([\w.-]+)", EVERYTHING)
    assert [one for one in hosts if not one.endswith(".example") and one not in reserved] == []
    phones = re.findall(r"\+55 \d\d (\d{5})-\d{4}", EVERYTHING)
    assert set(phones) == {"90000"}
