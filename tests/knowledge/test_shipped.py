"""The content that comes with the program: it loads, it is varied, and it holds nobody's data."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from atendente_tui.domain.disclosure import disclosed
from atendente_tui.domain.fold import folded
from atendente_tui.domain.identities import plausible_cnpj, plausible_cpf
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Audience, Channel, EventKind, IdentityKind, Status, Tier
from atendente_tui.flow.graph import reached
from atendente_tui.flow.guide import graph_of
from atendente_tui.hub.content_folder import script_body
from atendente_tui.knowledge.articles import Article, lint_articles, load_articles
from atendente_tui.knowledge.inserting import Piece, insertion
from atendente_tui.knowledge.macros import load_macros
from atendente_tui.knowledge.processes import lint_processes, load_processes, process_for, too_early
from atendente_tui.knowledge.reading_scenarios import load_scenario
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.knowledge.script_lint import lint_endings, lint_scripts
from atendente_tui.knowledge.scripts import Script, load_scripts, read_scripts
from atendente_tui.knowledge.shipped import ARTICLES, FOLDER, MACROS, PLAY, PROCESSES, SCENARIO, SCRIPTS
from atendente_tui.training.playing import load_play

EVERYTHING = "\n".join(path.read_text("utf-8") for path in sorted(FOLDER.rglob("*")) if path.is_file())
SCRIPTED = tuple(load_scripts(SCRIPTS)[0])
WRITTEN = tuple(load_articles(ARTICLES)[0])
AREAS = {  # by tag: how many scripts, how many articles at least
    "atendimento": (20, 12),
    "entrega": (10, 9),
    "troca": (10, 7),
    "pagamento": (10, 8),
    "cobrança": (8, 4),
    "retenção": (8, 4),
    "venda": (8, 6),
    "reclamação": (8, 4),
    "técnico": (9, 7),
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    scenario, faults = load_scenario(SCENARIO)
    assert faults == []
    assert scenario is not None
    return scenario


def test_scripts_articles_and_play_load():
    scripts, faults = load_scripts(SCRIPTS)
    assert (len(scripts) >= 44, faults) == (True, [])
    articles, faults = load_articles(ARTICLES)
    assert (len(articles) >= 42, faults) == (True, [])
    assert lint_articles(articles, today=date(2026, 11, 18)) == []
    play, faults = load_play(PLAY)
    assert faults == []
    assert play is not None
    assert len(play.steps) >= 20
    assert (FOLDER / play.scenario) == SCENARIO


def test_processes_and_macros_load_and_name_what_is_there(scenario: Scenario):
    processes, faults = load_processes(PROCESSES)
    assert (len(processes) >= 12, faults) == (True, [])
    macros, faults = load_macros(MACROS)
    assert (len(macros) >= 6, faults) == (True, [])
    known = {
        kind: {one.key for one in scenario.directory if one.kind == kind} for kind in ("wrap_up", "reason")
    }
    there = {
        "scripts": {one.id for one in SCRIPTED},
        "articles": {one.id for one in WRITTEN},
        "wrap_ups": known["wrap_up"],
        "reasons": known["reason"],
    }
    assert lint_processes(processes, **there) == []
    assert lint_endings(SCRIPTED, known["wrap_up"]) == []
    codes = {action.values[0] for one in macros for action in one.actions if action.name == "wrap_up"}
    assert codes <= known["wrap_up"]
    assert all(one.targets.resolution is not None for one in processes)
    debts = process_for(processes, "cobranca/parcela")
    assert debts is not None
    assert too_early(debts, (), "Há uma parcela vencida de R$ 89,90.")


def test_guided_scripts_branch_and_lint_clean():
    assert lint_scripts(SCRIPTS) == []
    guided = [one for one in SCRIPTED if one.guide is not None]
    assert len(guided) >= 7
    for one in guided:
        assert one.when is not None, one.id
        ends = [step.name for step in one.guide.steps.values() if step.end]  # type: ignore[union-attr]
        assert len(ends) >= 2, one.id
        assert all(one.finish(end).ending is not None for end in ends), one.id
    debts = next(one for one in guided if one.id == "guiado-crediario")
    graph = graph_of(debts.guide)  # type: ignore[arg-type]
    # The debt is named in no step that can be come to without the identification.
    unknown = reached(
        replace(graph, places={name: place for name, place in graph.places.items() if name != "identificar"})
    )
    for name in unknown:
        said = debts.guide.steps[name].text  # type: ignore[union-attr]
        assert not disclosed(said, {"debt", "value"}), name


def test_a_script_written_out_again_is_the_same():
    for one in SCRIPTED:
        (again,), faults = read_scripts(script_body(one), one.path)
        assert faults == []
        assert lineless(again) == lineless(one), one.id


def lineless(script: Script) -> Script:
    guide = script.guide
    if guide is not None:
        guide = replace(guide, steps={name: replace(step, line=0) for name, step in guide.steps.items()})
    return replace(script, guide=guide, line=0)


def test_every_area_of_the_work_has_its_texts():
    scripts = Counter(tag for one in SCRIPTED for tag in one.tags)
    articles = Counter(tag for one in WRITTEN for tag in one.tags)
    short = {area: (scripts[area], articles[area]) for area in AREAS}
    assert [area for area, least in AREAS.items() if short[area] < least or short[area][1] < least[1]] == []
    homeless = [one.id for one in (*SCRIPTED, *WRITTEN) if not set(one.tags) & set(AREAS)]
    assert homeless == []
    audiences = Counter(one.audience for one in WRITTEN)
    assert min(audiences[Audience.PUBLIC], audiences[Audience.INTERNAL]) >= 15


def test_every_article_says_where_it_belongs():
    for one in WRITTEN:
        assert one.path == f"{one.id}.md"
        assert (bool(one.product), one.language) == (True, "pt-BR"), one.id
        assert one.review is not None, one.id
        assert one.body.startswith("# "), one.id
        assert (one.url is None) is (one.audience is Audience.INTERNAL), one.id
    assert len({one.review for one in WRITTEN}) >= 6


@pytest.mark.parametrize("texts", [SCRIPTED, WRITTEN], ids=["scripts", "articles"])
def test_no_two_have_one_title(texts: tuple[Script | Article, ...]):
    assert [title for title, n in Counter(folded(one.title) for one in texts).items() if n > 1] == []


def test_what_is_internal_stays_inside():
    for article in WRITTEN:
        inside = article.audience is Audience.INTERNAL
        words = (article.title, article.body, article.audience, article.url)
        for piece in get_args(Piece):
            if inside:
                with pytest.raises(Refused) as refused:
                    insertion(*words, piece, public=True)
                assert refused.value.code == "article_internal"
            assert insertion(*words, piece, public=not inside).strip()


def test_what_customers_read_holds_no_line_of_an_internal_article():
    inside = {
        line.strip("-*|0123456789. ")
        for one in WRITTEN
        if one.audience is Audience.INTERNAL
        for line in one.body.splitlines()[1:]
    }
    outside = [line for one in WRITTEN if one.audience is Audience.PUBLIC for line in one.body.splitlines()]
    outside += [
        line for one in SCRIPTED for text in (one.text, *one.variants.values()) for line in text.splitlines()
    ]
    assert {line for line in outside if len(line) > 20 and line.strip("-*|0123456789. ") in inside} == set()


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
