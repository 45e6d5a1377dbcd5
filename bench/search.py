"""`python -m bench.search [--speed N]`: how good the search over articles is, and what a keystroke costs at N articles.

Quality, beside plain FTS5 (`unicode61 remove_diacritics 2`, every word with OR, ranked by its own bm25; with AND, FTS5's
default, it finds next to nothing of a question) over the same texts in the same run:

- `faq`: each of 1,349 informal questions → the answer it belongs to, among 105. Indexed is the answer's text alone.
- `faq, named`: the same, each answer with a title made of its key's words ("utter_lei_rouanet_denuncia" → "lei rouanet
  denuncia"), as an editor would have named it.
- `adobe`, `microsoft`: each article's title → the article, indexed without its title and without the heading that repeats it.

No question is ever indexed. The ranking's figures were chosen on the questions of one half of the answers (`tuned`, by a
hash of the key) and on the titles of `adobe` and 300 of `microsoft`; the other half of the answers is `held out`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlcipher3.dbapi2 import Connection

from atendente_tui.clock import SystemClock
from atendente_tui.desk.articles import store_articles
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.domain.words import Audience
from atendente_tui.knowledge.articles import Article, read_article
from atendente_tui.store.article_search import question, search_articles
from atendente_tui.store.store import Lane, Store
from bench.measuring import percentile

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"
TYPED = (
    "como cancelar a assinatura",
    "redefinir senha",
    "outlook nao abre",
    "compartilhar arquivo com usuario externo",
    "onde vejo minha fatura",
    "calendario compartilhado",
    "erro ao instalar o office",
    "gostaria de saber como faço para recuperar um email excluido",
    "permissao de acesso",
    "backup",
)
"""Typed letter by letter where a keystroke's cost is measured."""
KEPT = 20
LENGTH = 600
"""Characters at most of an article that is put together."""
_OWN_HEADING = re.compile(r"\A\s*#[^\n]*\n")


class Case(NamedTuple):
    name: str
    texts: list[tuple[str, str]]
    """(title, body) of each article."""
    asked: list[tuple[str, int, bool]]
    """(query, place of the article that answers it, held out of the tuning)."""


class Quality(NamedTuple):
    at_1: float
    at_5: float
    mrr: float
    """Over the first fifty."""


def quality(ranks: Sequence[int]) -> Quality:
    """Ranks count from 1; 0 is not among the first fifty."""
    n = len(ranks)
    return Quality(
        sum(rank == 1 for rank in ranks) / n,
        sum(0 < rank <= 5 for rank in ranks) / n,
        sum(1 / rank for rank in ranks if rank) / n,
    )


def cases(shared: Path = SHARED) -> list[Case]:
    return [
        _faq(shared, named=False),
        _faq(shared, named=True),
        _titles("adobe", shared / "kb-adobe-commerce-ptbr"),
        _titles("microsoft", shared / "kb-microsoft-alchemy-ptbr"),
    ]


def _faq(shared: Path, *, named: bool) -> Case:
    folder = shared / "faq-tais-ptbr"
    asked, answers, belongs = (
        json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("perguntas", "respostas", "intencao_para_resposta")
    )
    place = {key: n for n, key in enumerate(answers)}
    texts = [
        (key.removeprefix("utter_").replace("_", " ") if named else "", "\n".join(text))
        for key, text in answers.items()
    ]
    return Case(
        "faq, named" if named else "faq",
        texts,
        [
            (one, place[belongs[intent]], held_out(belongs[intent]))
            for intent, ones in asked.items()
            for one in ones
        ],
    )


def held_out(key: str) -> bool:
    return int(hashlib.sha1(key.encode()).hexdigest(), 16) % 2 == 1


def _titles(name: str, folder: Path) -> Case:
    texts: list[tuple[str, str]] = []
    asked: list[tuple[str, int, bool]] = []
    with tarfile.open(folder / "articles.tar.gz") as packed:
        for member in sorted(packed.getmembers(), key=lambda one: one.name):
            file = packed.extractfile(member) if member.name.endswith(".md") else None
            if file is None:
                continue
            article, _ = read_article(file.read().decode("utf-8", "replace"), member.name)
            body = _OWN_HEADING.sub("", article.body)
            if len(body.split()) < 5:
                continue
            asked.append((article.title, len(texts), True))
            texts.append(("", body))
    return Case(name, texts, asked)


@contextmanager
def filled(texts: Sequence[tuple[str, str]]) -> Iterator[Store]:
    """A store with these articles, indexed; article n has the id n + 1."""
    with tempfile.TemporaryDirectory(prefix="atendente-kb-") as folder:
        store = Store.open(Path(folder), key=None, rules=DEFAULT_RULES, clock=SystemClock())
        try:
            for start in range(0, len(texts), 500):
                part = [
                    Article(f"a{n}", title, body, Audience.PUBLIC)
                    for n, (title, body) in enumerate(texts[start : start + 500], start)
                ]
                store.write(lambda tx, part=part: store_articles(tx, part), Lane.SYNC)  # type: ignore[misc]
            store.wait_indexed(3_600)
            yield store
        finally:
            store.close(60.0)


def ours(db: Connection, query: str, limit: int = 50) -> list[int]:
    return [hit.id - 1 for hit in search_articles(db, question(query), limit=limit, deadline_ms=60_000)]


def plain(texts: Sequence[tuple[str, str]]) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(title, body, tokenize='unicode61 remove_diacritics 2')")
    db.executemany(
        "INSERT INTO t (rowid, title, body) VALUES (?, ?, ?)",
        ((n, title, body) for n, (title, body) in enumerate(texts)),
    )
    return db


def theirs(db: sqlite3.Connection | Connection, query: str, joined: str, limit: int = 50) -> list[int]:
    words = [f'"{word}"' for word in re.findall(r"[^\W_]+", query)]
    if not words:
        return []
    match = f" {joined} ".join(words)
    rows = db.execute(f"SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT {limit}", (match,))
    return [row[0] for row in rows]


def measured(case: Case) -> dict[str, list[int]]:
    """The rank of the right article for each query, by method."""
    ranks: dict[str, list[int]] = {"ours": [], "fts5 or": [], "fts5 and": []}
    base = plain(case.texts)
    with filled(case.texts) as store, closing(store.search_reader()) as db:
        for query, right, _ in case.asked:
            for name, found in (
                ("ours", ours(db, query)),
                ("fts5 or", theirs(base, query, "OR")),
                ("fts5 and", theirs(base, query, "AND")),
            ):
                ranks[name].append(found.index(right) + 1 if right in found else 0)
    return ranks


def told(case: Case) -> list[str]:
    lines: list[str] = []
    ranks = measured(case)
    parts = [("all", [True] * len(case.asked))]
    if len({held for *_, held in case.asked}) == 2:
        parts += [
            ("tuned", [not held for *_, held in case.asked]),
            ("held out", [held for *_, held in case.asked]),
        ]
    for part, chosen in parts:
        by = {
            name: quality([rank for rank, mine in zip(found, chosen, strict=True) if mine])
            for name, found in ranks.items()
        }
        ahead = 100 * (by["ours"].at_1 - by["fts5 or"].at_1)
        for name, one in by.items():
            note = f"{ahead:+.1f} points at 1" if name == "ours" else ""
            lines.append(
                f"| {case.name} | {part} | {sum(chosen)} | {name} | {100 * one.at_1:.1f} | {100 * one.at_5:.1f}"
                f" | {one.mrr:.3f} | {note} |"
            )
    return lines


# -- speed ---------------------------------------------------------------------------------------------------


def many(texts: Sequence[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    """`count` texts put together from halves of these, so that words stay as common as they are."""
    made: list[tuple[str, str]] = []
    for n in range(count):
        first, second = texts[n % len(texts)][1], texts[(n * 7_919 + n // len(texts)) % len(texts)][1]
        made.append(
            (
                f"{first.strip()[:60].splitlines()[0]} {n}",
                f"{first[: min(len(first) // 2, LENGTH // 2)]}\n{second[len(second) // 2 :]}"[:LENGTH],
            )
        )
    return made


def speed(count: int) -> list[str]:
    source = _titles("microsoft", SHARED / "kb-microsoft-alchemy-ptbr").texts
    texts = many(source, count)
    begun = time.perf_counter()
    with filled(texts) as store, closing(store.search_reader()) as db:
        made = time.perf_counter() - begun
        file = store.path / "plain.db"
        base = sqlite3.connect(file)
        base.execute(
            "CREATE VIRTUAL TABLE t USING fts5(title, body, content='', tokenize='unicode61 remove_diacritics 2', prefix='2 3')"
        )
        base.executemany(
            "INSERT INTO t (rowid, title, body) VALUES (?, ?, ?)",
            ((n, title, body) for n, (title, body) in enumerate(texts)),
        )
        base.execute("INSERT INTO t (t) VALUES ('optimize')")
        base.commit()
        times: dict[str, list[float]] = {"ours": [], "fts5 or": [], "fts5 and": []}
        for query in TYPED:
            for n in range(2, len(query) + 1):
                typed = query[:n]
                times["ours"].append(
                    _took(partial(search_articles, db, question(typed, typing=True), limit=KEPT))
                )
                for joined in ("or", "and"):
                    match = f" {joined.upper()} ".join(f'"{word}"' for word in typed.split())
                    match += "*" if typed[-1].isalnum() else ""
                    sql = f"SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT {KEPT}"
                    times[f"fts5 {joined}"].append(
                        _took(lambda sql=sql, match=match: base.execute(sql, (match,)).fetchall())
                    )
        base.close()
    lines = [f"{count:,} articles, stored and indexed in {made:.0f} s; {len(times['ours'])} keystrokes."]
    for name, one in times.items():
        lines.append(f"| {name} | {percentile(one, 50):.1f} | {percentile(one, 95):.1f} | {max(one):.1f} |")
    for name in ("fts5 or", "fts5 and"):
        lines.append(
            f"p95 against {name}: ×{percentile(times['ours'], 95) / percentile(times[name], 95):.2f}"
        )
    return lines


def _took(call: object) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    call()  # type: ignore[operator]
    return (time.perf_counter() - begun) * 1_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument(
        "--speed", type=int, default=0, metavar="N", help="also measure keystrokes over N articles"
    )
    parser.add_argument("--only", default="", help="one case: faq, 'faq, named', adobe, microsoft, none")
    asked = parser.parse_args()
    if not SHARED.exists():
        raise SystemExit(f"the texts to be searched are not here: {SHARED.name} is missing")
    print(
        "| texts | part | queries | method | recall@1 | recall@5 | MRR | |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    for case in cases():
        if asked.only in ("", case.name):
            print("\n".join(told(case)), flush=True)
    if asked.speed:
        print("\n| keystroke | p50 ms | p95 ms | most ms |\n| --- | --- | --- | --- |")
        print("\n".join(speed(asked.speed)))
    print(f"\nload {' '.join(f'{one:.1f}' for one in os.getloadavg())}, {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
