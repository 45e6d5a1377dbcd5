"""RT's articles as knowledge, its queues and people as the directory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from atendente_tui.backends.html_text import html_text
from atendente_tui.backends.port import Forbidden, Rejected
from atendente_tui.backends.rt.cursor import Cursor, bits, ids
from atendente_tui.backends.rt.session import Session
from atendente_tui.backends.rt.shape import Row, custom_fields, moment, number, refs, text
from atendente_tui.domain.change import ArticleGone, ArticleUpsert, Change, DirectoryEntry

_CONTENT = "Content"
"""RT's own custom field for an article's text; other fields follow it under their names."""
_NAMES = 50


async def articles(session: Session, state: Cursor, *, again: bool) -> tuple[list[Change], Cursor]:
    """Articles changed since the last look (all of them for `again`) and those that are no longer there."""
    present: list[int] = []
    changes: list[Change] = []
    newest = state.articles_at
    every = [{"field": "id", "operator": ">", "value": 0}]
    async for page in session.client.pages("/articles", {"fields": "LastUpdated"}, body=every):
        touched = [row for row in page.rows if again or text(row, "LastUpdated") >= state.articles_at]
        present += [number(row, "id") for row in page.rows]
        newest = max([newest, *(text(row, "LastUpdated") for row in page.rows)])
        changes += await _read(session, [number(row, "id") for row in touched])
    changes += [ArticleGone(remote_id=str(one)) for one in ids(state.articles & ~bits(present))]
    return changes, replace(state, articles=bits(present), articles_at=newest)


async def _read(session: Session, wanted: Sequence[int]) -> list[ArticleUpsert]:
    found: list[ArticleUpsert] = []
    for at in range(0, len(wanted), 20):
        asked = [{"field": "id", "value": one} for one in wanted[at : at + 20]]
        page = await session.client.page(
            "/articles",
            {"fields": "Name,Summary,LastUpdated,Class,CustomFields", "fields[Class]": "Name"},
            body=asked,
        )
        for row in page.rows:
            with session.reading("article", row):
                found.append(_article(row))
    return found


def _article(row: Row) -> ArticleUpsert:
    fields = custom_fields(row)
    parts = [text(row, "Summary")]
    parts += ["\n".join(fields.pop(_CONTENT, ()))]
    parts += [f"{name}\n{chr(10).join(values)}" for name, values in sorted(fields.items()) if values]
    body = "\n\n".join(part for part in parts if part).replace("\r\n", "\n")
    shelf = row.get("Class")
    return ArticleUpsert(
        remote_id=text(row, "id"),
        title=text(row, "Name") or text(row, "Summary"),
        body=html_text(body) if "</p>" in body or "<br" in body else body,
        product=(text(shelf, "Name") if isinstance(shelf, dict) else "") or None,
        updated_at=moment(row, "LastUpdated"),
    )


async def directory(session: Session) -> list[Change]:
    """Teams (queues), agents and contact reasons for the pick-lists, as far as this login may see them."""
    queues = await session.load_queues()
    entries: list[Change] = [
        DirectoryEntry(kind="team", key=queue.name, label=queue.name)
        for queue in sorted(queues.values(), key=lambda queue: queue.name)
    ]
    entries += await _agents(session)
    entries += await _reasons(session)
    return entries


async def _agents(session: Session) -> list[Change]:
    """Members of the groups that people made. RT lists no "agents" to an ordinary login."""
    me = await session.me()
    asked = [{"field": "Domain", "operator": "=", "value": "UserDefined"}]
    groups: list[str] = []
    try:
        async for page in session.client.pages("/groups", {"fields": "Name,Domain"}, body=asked):
            groups += [text(row, "id") for row in page.rows if text(row, "Domain") == "UserDefined"]
        own, _etag = await session.client.record(session.client.own_path)
        groups += [text(one, "id") for one in refs(own, "Memberships")]
    except (Forbidden, Rejected):
        pass
    logins = {me.login}
    for group in dict.fromkeys(groups):
        try:
            row, _etag = await session.client.record(f"/group/{group}")
        except (Forbidden, Rejected):
            continue
        logins |= {text(one, "id") for one in refs(row, "Members") if text(one, "type") == "user"}
    names = {me.login: me.name} | await _names(session, sorted(logins))
    return [
        DirectoryEntry(kind="agent", key=login, label=names.get(login) or login) for login in sorted(logins)
    ]


async def _names(session: Session, logins: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for at in range(0, len(logins), _NAMES):
        asked = [{"field": "Name", "operator": "=", "value": login} for login in logins[at : at + _NAMES]]
        page = await session.client.page("/users", {"fields": "Name,RealName"}, body=asked)
        found |= {text(row, "Name"): text(row, "RealName") for row in page.rows}
    return found


async def _reasons(session: Session) -> list[Change]:
    """The values of the select field that stands for the contact reason."""
    numbers = dict.fromkeys(
        number
        for queue in session.queues.values()
        for number, name in queue.fields.items()
        if name == session.words.reason_field
    )
    values: dict[str, None] = {}
    for one in numbers:
        try:
            row, _etag = await session.client.record(f"/customfield/{one}")
        except (Forbidden, Rejected):
            continue
        found = row.get("Values")
        values |= dict.fromkeys(str(value) for value in found) if isinstance(found, list) else {}
    return [DirectoryEntry(kind="reason", key=value, label=value) for value in values]
