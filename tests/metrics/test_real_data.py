"""Figures of real data, imported by the mapping files of `examples/imports`, equal what DuckDB counts in the raw file.

At each change the beginning of each file, at full size (`make full`) all of it; then docs/metrics.md must say the same.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.cli.conftest import Cli, a_profile, cli  # noqa: F401 - fixtures
from tests.sizes import FULL, sized

MAPS = Path(__file__).parents[2] / "examples" / "imports"
PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
Sql = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def sql() -> Iterator[Sql]:
    with duckdb.connect() as db:
        yield lambda query: db.execute(query).fetchall()


def brought_in(cli: Cli, tmp_path: Path, source: Path, mapping: str, rows: int) -> Path:  # noqa: F811
    """The first `rows` lines of a file, imported; where they stand."""
    text = gzip.decompress(source.read_bytes()).decode()
    file = tmp_path / "raw.csv"
    # Whole rows: a quoted cell may hold line breaks.
    lines = text.splitlines(keepends=True)
    if not FULL:
        kept = lines[: rows + 1]
        while "".join(kept).count('"') % 2:
            kept = lines[: len(kept) + 1]
        lines = kept
    file.write_text("".join(lines), newline="")
    (tmp_path / "config.toml").write_text('[store]\nencryption = "off"\n[ui]\nzone = "UTC"\n')
    answer = cli("import", file, "--map", MAPS / mapping, "--json")
    assert answer.code == 0, answer.err
    return file


def told(cli: Cli, *words: str) -> dict[str, Any]:  # noqa: F811
    found = cli("report", "--from", "2008-01-01", "--to", "2025-12-31", *words, "--json")
    assert found.err == ""
    return dict(found.json())


def same(data: str, ours: dict[str, Any], counted: dict[str, Any]) -> None:
    """`counted`: a figure's key, or key/part, and what DuckDB says."""
    for name, value in counted.items():
        key, _, part = name.partition("/")
        found = ours[key]["parts"][part] if part else ours[key]["value"]
        assert found == pytest.approx(float(value), rel=1e-9), name
        if FULL:
            line = f"| {data} | `{name}` | {found:,.3f} | {float(value):,.3f} |"
            assert line in PAGE.read_text()


def test_helpdesk_event_log(cli: Cli, tmp_path: Path, sql: Sql, shared_data: Path) -> None:  # noqa: F811
    file = brought_in(
        cli,
        tmp_path,
        shared_data / "helpdesk-eventlog/helpdesk.csv.gz",
        "helpdesk-eventlog.toml",
        sized(700, 0),
    )
    ours = told(cli, "resolution", "fcr")
    sql(
        "CREATE TABLE e AS SELECT CaseID AS c, ActivityID AS a, timezone('Europe/Rome', CompleteTimestamp) AS t,"
        f" row_number() OVER () AS n FROM read_csv('{file}')"
    )
    ((resolution, count),) = sql(
        "SELECT avg(took), count(*) FROM (SELECT epoch(max(t)) - epoch(min(t)) AS took FROM e GROUP BY c"
        " HAVING arg_max(a, (t, n)) = 6)"
    )
    # Solved once for good: asked once (1), and nothing but 6 after the first 6.
    ((fcr,),) = sql(
        "SELECT 100.0 * avg(CASE WHEN asked = 1 AND NOT again THEN 1 ELSE 0 END) FROM (SELECT c,"
        " count(*) FILTER (a = 1 AND coalesce(before, 0) <> 1) AS asked, bool_or(solved AND a <> 6) AS again,"
        " bool_or(a = 6) AS ever FROM (SELECT *, lag(a) OVER w AS before, coalesce(bool_or(a = 6) OVER (PARTITION BY c"
        " ORDER BY t, n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), false) AS solved FROM e"
        " WINDOW w AS (PARTITION BY c ORDER BY t, n)) GROUP BY c) WHERE ever"
    )
    assert ours["resolution"]["n"] == count
    same("helpdesk-eventlog", ours, {"resolution": resolution, "fcr": fcr})


def test_twitter_care_timing(cli: Cli, tmp_path: Path, sql: Sql, shared_data: Path) -> None:  # noqa: F811
    file = brought_in(
        cli,
        tmp_path,
        shared_data / "twitter-care-timing/events.csv.gz",
        "twitter-care-timing.toml",
        sized(400, 0),
    )
    ours = told(cli, "first_response", "--by", "team")
    sql(
        f"CREATE TABLE m AS SELECT split, session, company, role, epoch_ms(utc) AS t, row_number() OVER () AS n FROM read_csv('{file}')"
    )
    first = (
        "SELECT any_value(company) AS company, (min(t) FILTER (role = 'agent') - min(t)) / 1000 AS took FROM m GROUP BY split,"
        " session HAVING arg_min(role, (t, n)) = 'client' AND count(*) FILTER (role = 'agent') > 0"
    )
    ((mean, slowest, count),) = sql(f"SELECT avg(took), max(took), count(*) FROM ({first})")
    # Each run of the client after the first answer, from its beginning to the agent's next word.
    ((following,),) = sql(
        "SELECT avg(answered - t) / 1000 FROM (SELECT *, lag(role) OVER w AS before,"
        " min(t) FILTER (role = 'agent') OVER (PARTITION BY split, session ORDER BY t, n ROWS BETWEEN CURRENT ROW AND UNBOUNDED"
        " FOLLOWING) AS answered FROM m WINDOW w AS (PARTITION BY split, session ORDER BY t, n))"
        " WHERE role = 'client' AND before = 'agent'"
    )
    assert ours["first_response"]["n"] == count
    by_brand = {one["team"]: one["value"] for one in ours["first_response"]["by"]}
    assert by_brand == pytest.approx(dict(sql(f"SELECT company, avg(took) FROM ({first}) GROUP BY company")))
    counted = {"first_response": mean, "first_response/slowest": slowest}
    if following is not None:
        counted["first_response/next"] = following
    same("twitter-care-timing", ours, counted)


def test_consumidor_gov(cli: Cli, tmp_path: Path, sql: Sql, shared_data: Path) -> None:  # noqa: F811
    file = brought_in(
        cli,
        tmp_path,
        shared_data / "consumidor-gov-2014-11/reclamacoes.utf8.csv.gz",
        "consumidor-gov.toml",
        sized(250, 0),
    )
    ours = told(cli, "csat", "first_response", "resolution", "sla_met", "fcr")
    day = "epoch(strptime(\"{}\", '%d/%m/%Y')) / 86400"
    sql(
        f"CREATE TABLE r AS SELECT {day.format('Data Abertura')} AS opened, {day.format('Data Resposta')} AS answered,"
        f' {day.format("Data Finalização")} AS closed, try_cast("Nota do Consumidor" AS INTEGER) AS score,'
        f" Sexo || '/' || \"Faixa Etária\" || '/' || Cidade AS who FROM read_csv('{file}', all_varchar = true)"
    )
    ((csat, average, first, resolution, met, answered),) = sql(
        "SELECT 100.0 * count(*) FILTER (score >= 4) / count(score), avg(score), avg(answered - opened) * 86400,"
        " avg(closed - opened) * 86400,"
        " 100.0 * (count(*) FILTER (answered - opened <= 1) + count(*) FILTER (closed - opened <= 10)) / (count(answered) + count(*)),"
        " 100.0 * count(*) FILTER (answered - opened <= 1) / count(answered) FROM r"
    )
    ((fcr,),) = sql(
        "SELECT 100.0 * avg(CASE WHEN EXISTS (SELECT 1 FROM r o WHERE o.who = r.who AND o.opened > r.opened"
        " AND o.opened <= r.closed + 7) THEN 0 ELSE 1 END) FROM r"
    )
    counted = {
        "csat": csat,
        "csat/average": average,
        "first_response": first,
        "resolution": resolution,
        "fcr": fcr,
    }
    same("consumidor-gov-2014-11", ours, counted | {"sla_met": met, "sla_met/first_response": answered})


def test_olist_reviews(cli: Cli, tmp_path: Path, sql: Sql, shared_data: Path) -> None:  # noqa: F811
    file = brought_in(
        cli,
        tmp_path,
        shared_data / "olist-orders-reviews/olist_order_reviews.csv.gz",
        "olist-reviews.toml",
        sized(250, 0),
    )
    ours = told(cli, "csat", "resolution", "--by", "month")
    sql(
        "CREATE TABLE r AS SELECT review_score AS score, review_answer_timestamp AS answered,"
        f" epoch(review_answer_timestamp) - epoch(review_creation_date) AS took FROM read_csv('{file}')"
    )
    positive = "100.0 * count(*) FILTER (score >= 4) / count(*)"
    ((csat, average, took),) = sql(f"SELECT {positive}, avg(score), avg(took) FROM r")
    months = dict(sql(f"SELECT strftime(answered, '%Y-%m'), {positive} FROM r GROUP BY 1"))
    by_month = {one["month"][:7]: one["value"] for one in ours["csat"]["by"] if one["value"] is not None}
    assert by_month == pytest.approx(months)
    same("olist-orders-reviews", ours, {"csat": csat, "csat/average": average, "resolution": took})


def test_the_mappings_are_sound() -> None:
    from atendente_tui.desk.import_map import read_map

    files = sorted(MAPS.glob("*.toml"))
    assert len(files) == 4
    for file in files:
        assert read_map(file).fields
        assert f"examples/imports/{file.name}" in PAGE.read_text()
