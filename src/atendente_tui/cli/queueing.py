"""`queue`, `next`, `show`, `history`, `search`: what the screen shows, for pipes and for people without one."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from atendente_tui import formats, labels
from atendente_tui.cli import shapes
from atendente_tui.cli.carrying_out import iso_given
from atendente_tui.cli.disclosing import given_in_full
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import Session, configuration, session
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.config_tables import ConfigError
from atendente_tui.desk.views import views
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, EventKind
from atendente_tui.event_words import details, headline, values
from atendente_tui.i18n import _
from atendente_tui.privacy.links import with_real_hosts
from atendente_tui.privacy.masking import masked
from atendente_tui.privacy.safe import safe_line, safe_text
from atendente_tui.quality.mark import readable
from atendente_tui.store import queue as queues
from atendente_tui.store import reading
from atendente_tui.store.past import at_moment
from atendente_tui.store.people import find_customer
from atendente_tui.store.rows import AttachmentRow, EventRow, QueueRow

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]
Reveal = Annotated[
    str | None,
    typer.Option(
        "--reveal",
        metavar="WHY",
        help=_("Show personal data in full; the reason is kept with your name."),
    ),
]
PATIENCE = 5_000  # ms: a pipe would rather wait than miss something
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help=_("How many at the most."))]


def register(app: typer.Typer) -> None:
    app.command("queue", help=_("List what is waiting, most pressing first, and why."))(queue)
    app.command("next", help=_("Claim the best next ticket."))(next_)
    app.command("show", help=_("Show a ticket, its customer and everything that happened."))(show)
    app.command("history", help=_("Show everything a customer and we said to each other, on every channel."))(
        history
    )
    app.command(
        "search", help=_("Search every message, ticket, customer and article; accents do not matter.")
    )(search)


def _views_for(beginning: str) -> list[str]:
    """What a shell offers after `--view`."""
    try:
        own = configuration().views
    except ConfigError:
        own = ()
    return [name for name in views("", (), own) if name.startswith(beginning)]


def queue(
    view: Annotated[
        str,
        typer.Option(
            "--view",
            autocompletion=_views_for,
            help=_("minha, livres, equipe, sla or a view of your own."),
        ),
    ] = "equipe",
    limit: Limit = 50,
    as_json: AsJson = False,
) -> int:
    with session() as at:
        offered = views(at.desk.agent.login, at.desk.agent.teams, at.config.views)
        if view not in offered:
            raise Refused("no_such_view", found=view, allowed=", ".join(offered))
        rows = queues.queue_page(at.read, offered[view], offered[view].sort, limit=limit)
        if as_json:
            print_json(shapes.queue_item(row, at.zone) for row in rows)
        else:
            _print_queue(rows, at)
    return Exit.DONE


def _print_queue(rows: list[QueueRow], at: Session) -> None:
    now = at.now()
    print_table(
        [
            _("no."),
            _("left"),
            _("channel"),
            _("customer"),
            _("subject"),
            _("status"),
            _("who"),
            _("score"),
            _("why"),
        ],
        (
            [
                row.protocol,
                formats.countdown(row.sla_due - now) if row.sla_due else "",
                labels.channel_short(row.channel),
                _hidden(row.customer, at),
                _hidden(row.subject, at),
                labels.status(row.status),
                row.assignee or "",
                str(row.score),
                labels.why(json.loads(row.why)),
            ]
            for row in rows
        ),
    )


def next_(as_json: AsJson = False) -> int:
    from atendente_tui.desk.owning import next_ticket

    with session(writing=True) as at:
        taken = next_ticket(at.desk).result()
        if taken is None:
            if as_json:
                print_json(None)
            say(_("Nothing is waiting. Well done."))
            return Exit.REFUSED
        row = queues.queue_row(at.read, taken.ticket_id)
        if row is None:
            raise Refused("no_such_ticket", found=taken.ticket_id)
        if as_json:
            print_json(shapes.queue_item(row, at.zone))
        else:
            _print_queue([row], at)
    return Exit.DONE


def show(
    ticket: Annotated[str, typer.Argument(metavar="ID", help=_("Its id or protocol number."))],
    at_time: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help=_("As it was then: only what had happened by that moment.")
        ),
    ] = None,
    reveal: Reveal = None,
    as_json: AsJson = False,
) -> int:
    with session(writing=reveal is not None) as at:
        ticket_id = at.ticket(ticket)
        row = reading.ticket(at.read, ticket_id)
        if row is None:
            raise Refused("no_such_ticket", found=ticket)
        until = to_ms(iso_given(at_time, at)) if at_time else None
        every = _every_event(at, ticket_id=ticket_id)
        if reveal is not None:
            _on_record(at, row.customer_id, ticket_id, reveal)
        kinds = at.config.privacy.mask if reveal is None else ()
        events = [one for one in every if until is None or one.at <= until]
        person = reading.customer(at.read, row.customer_id)
        shown = shapes.ticket(row, at.zone)
        if until is not None:
            if until < row.opened:
                raise Refused("not_yet_opened", found=row.protocol)
            shown |= at_moment(at.read, row, until)
            shown |= shapes.not_known_then(row, events, until, at.zone)
        addresses = reading.identities(at.read, person.id) if person else []
        answer = {
            "ticket": shown,
            "customer": shapes.customer(person, addresses, reading.facts(at.read, person.id), at.zone)
            if person
            else None,
            "events": [shapes.event(one, _attachments(at, one), at.zone) for one in events],
        }
        if as_json:
            if reveal is None:
                words = [row.subject, *(f"{one.kind} {one.value}" for one in addresses), *_words(events)]
                given_in_full(at, words, row.customer_id, ticket_id)
            print_json(answer)
        else:
            name = masked(person.social_name or person.name, kinds) if person else "—"
            print_text(f"{row.protocol}  {masked(row.subject, kinds)}")
            print_text(
                " · ".join(
                    (
                        labels.status(shown["status"]),
                        labels.priority(shown["priority"]),
                        labels.channel(row.channel),
                        name,
                        shown["assignee"] or _("nobody yet"),
                    )
                )
            )
            if until is None:
                print_text(_("Why here? {parts}").format(parts=labels.why(json.loads(row.why))))
            _print_events(events, at, kinds)
    return Exit.DONE


def history(
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER", help=_("Id, e-mail, phone, document or exact name."))
    ],
    channel: Annotated[Channel | None, typer.Option("--channel", help=_("Only this channel."))] = None,
    reveal: Reveal = None,
    as_json: AsJson = False,
) -> int:
    with session(writing=reveal is not None) as at:
        found = find_customer(at.read, customer)
        if found is None:
            raise Refused("no_such_customer", found=customer)
        if reveal is not None:
            _on_record(at, found, None, reveal)
        events = _every_event(at, customer_id=found, channels=(str(channel),) if channel else None)
        if as_json:
            if reveal is None:
                given_in_full(at, _words(events), found)
            print_json(shapes.event(one, _attachments(at, one), at.zone) for one in events)
        else:
            _print_events(events, at, at.config.privacy.mask if reveal is None else ())
    return Exit.DONE


def search(
    query: Annotated[
        str,
        typer.Argument(
            metavar="QUERY", help=_("Words; all of them must be there, the last one may be unfinished.")
        ),
    ],
    limit: Limit = 20,
    best: Annotated[
        bool, typer.Option("--best", help=_("Best first instead of newest first; gives scores."))
    ] = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.store.search import search as look

    with session(searching=True) as at:
        hits = look(at.store, query, limit=limit, rank="best" if best else "recent", deadline_ms=PATIENCE)
        if as_json:
            given_in_full(at, [text for one in hits for text in (one.title, one.snippet)])
            print_json(shapes.hit(one, at.zone) for one in hits)
        else:
            now = at.now()
            print_table(
                [_("when"), _("channel"), _("where"), _("passage")],
                (
                    [
                        formats.moment(one.at, at.zone, now) if one.at else "",
                        labels.channel_short(one.channel),
                        _hidden(one.title, at),
                        _hidden(one.snippet.replace("\x02", "").replace("\x03", ""), at),
                    ]
                    for one in hits
                ),
            )
        if not hits:
            say(_("Nothing found."))
    return Exit.DONE


def _every_event(
    at: Session,
    *,
    ticket_id: int | None = None,
    customer_id: int | None = None,
    channels: tuple[str, ...] | None = None,
) -> list[EventRow]:
    events: list[EventRow] = []
    after: int | None = 0
    while after is not None:
        page = reading.timeline(
            at.read, ticket_id=ticket_id, customer_id=customer_id, after=after, limit=1000, channels=channels
        )
        events += page
        after = page[-1].key if len(page) == 1000 else None
    return events


def _attachments(at: Session, event: EventRow) -> list[AttachmentRow]:
    return reading.attachments(at.read, event.key) if event.attachments else []


def _hidden(text: str, at: Session) -> str:
    return masked(text, at.config.privacy.mask)


def _words(events: list[EventRow]) -> list[str]:
    return [text for one in events for text in (one.text, one.author, one.data)]


def _on_record(at: Session, customer_id: int, ticket_id: int | None, reason: str) -> None:
    from atendente_tui.desk.revealing import reveal

    reveal(at.desk, customer_id, ticket_id, reason).result()


def _print_events(events: list[EventRow], at: Session, kinds: tuple[str, ...]) -> None:
    """For people: personal data of these kinds masked."""
    now = at.now()
    for one in events:
        data = values(one)
        head = [
            formats.moment(one.at, at.zone, now),
            headline(one.kind, data, at.zone),
            labels.channel(one.channel),
            masked(one.author, kinds),
            "" if one.public or one.kind != EventKind.MESSAGE else _("internal"),
            labels.outbox(one.state),
        ]
        print_text("")
        print_text(" · ".join(safe_line(part) for part in head if part))
        for line in [*details(one.kind, data), *readable(one.text).splitlines()]:
            print(with_real_hosts(safe_text(f"  {masked(line, kinds)}")))
