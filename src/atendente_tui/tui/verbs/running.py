"""How every verb is carried out: on one ticket at once, on several after a preview of each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from atendente_tui import labels
from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui.form_model import Form, Values, filled_from
from atendente_tui.tui.forms import Stay, ask
from atendente_tui.tui.screens import bulk as bulk_screen
from atendente_tui.tui.verbs.place import about, app_of, workplace_of

if TYPE_CHECKING:
    from textual.screen import Screen

    from atendente_tui.desk.bulk import BulkLine
    from atendente_tui.desk.desk import Desk

T = TypeVar("T")
Do = Callable[["Desk", int, Values], "Future[Any]"]
"""What the verb asks of the desk for one ticket."""
Arguments = Callable[[Values], Mapping[str, Any]]
"""The same as arguments by name, for several tickets at once."""


async def outcome(future: Future[T]) -> T:
    """What the desk answered; raises Refused. The work goes on when the one who waits is gone."""
    return await asyncio.shield(asyncio.wrap_future(future))


async def at_once(screen: Screen[Any], ids: Sequence[int], verb: str, do: Do, said: str) -> None:
    """A verb that asks nothing."""
    if len(ids) > 1:
        await on_several(screen, ids, verb, {})
        return
    app = app_of(screen)
    if await app.done(do(workplace_of(screen).desk, ids[0], Values())) is not None:
        app.say(said)


async def with_form(
    screen: Screen[Any],
    ids: Sequence[int],
    verb: str,
    form: Form,
    do: Do,
    arguments: Arguments,
    said: str | Callable[[Values], str],
    body: Mapping[str, Any] | None = None,
) -> bool:
    """A verb that asks first. A refusal is told on the form, and a preview that is left leads back to it.

    body   what stands in the form at first: a command's, by field. True when the verb was done.
    """
    app = app_of(screen)
    # What was left half filled comes back for the same tickets only.
    form = replace(
        form, name=f"{form.name}:{','.join(map(str, ids[:20]))}", about=form.about or about(screen, ids)
    )

    async def submit(values: Values) -> None:
        if len(ids) == 1:
            await outcome(do(workplace_of(screen).desk, ids[0], values))
        elif not await on_several(screen, ids, verb, arguments(values)):
            raise Stay

    raw = (
        filled_from(form, body, partial(typed_moment, workplace_of(screen).zone))
        if body is not None
        else None
    )
    values = await ask(app, form, submit, raw=raw)
    if values is not None and len(ids) == 1:
        app.say(said(values) if callable(said) else said)
    return values is not None


def typed_moment(zone: tzinfo, moment: datetime) -> str:
    """A moment as somebody could have typed it."""
    return moment.astimezone(zone).strftime("%d/%m/%Y %H:%M")


async def on_several(
    screen: Screen[Any], ids: Sequence[int], verb: str, arguments: Mapping[str, Any]
) -> bool:
    """Show what will happen to each, and do it when the person agrees. False when they went back."""
    from atendente_tui.desk import bulk

    app = app_of(screen)
    desk = workplace_of(screen).desk
    title = labels.command(verb).capitalize()
    lines = await outcome(bulk.preview(desk, ids, verb, **arguments))
    if not await bulk_screen.preview(app, title, [shown_line(line) for line in lines]):
        return False
    done = await outcome(bulk.perform(desk, [line.ticket_id for line in lines if line.ok], verb, **arguments))
    queue = getattr(screen, "queue", None)
    if queue is not None:
        queue.set_marks(frozenset())  # the next verb should not hit them unawares
    kept = [line for line in lines if not line.ok]
    await bulk_screen.result(app, title, [shown_line(line) for line in (*done, *kept)])
    return True


def shown_line(line: BulkLine) -> bulk_screen.Line:
    return bulk_screen.Line(
        line.ticket_id,
        safe_line(line.protocol),
        safe_line(line.subject),
        safe_line(labels.refusal(line.refused)) if line.refused is not None else None,
    )
