"""A new ticket, from the customer's first message or from ours."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING

from atendente_tui.desk.desk import Desk, Submitted, filled, give, written
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, Priority

if TYPE_CHECKING:
    from atendente_tui.domain.change import Identity
    from atendente_tui.store.writing import Tx


def create(
    desk: Desk,
    *,
    customer_name: str,
    channel: Channel,
    subject: str,
    text: str,
    identities: Iterable[Identity | tuple[str, str]] = (),
    priority: Priority = Priority.NORMAL,
    team: str | None = None,
    tags: Iterable[str] = (),
    opened_at: datetime | None = None,
    inbound: bool = True,
    hold: float | None = None,
) -> Future[Submitted]:
    """Open it; `ticket_id` of the answer is its id here from now on.

    identities   of the customer, as (kind, value); one that is known makes it that customer's ticket
    opened_at    when the customer wrote, None for now
    inbound      False when the text is ours

    Refused: customer_name_empty, subject_empty, text_empty, when_future, variables_unfilled (text of ours).
    """
    given = desk.given()
    people = tuple(identities)
    labels = tuple(dict.fromkeys(filter(None, (one.strip() for one in tags))))

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import change, command
        from atendente_tui.store.created import next_ticket_id

        name, title = written(customer_name, "customer_name_empty"), written(subject, "subject_empty")
        words = written(text) if inbound else filled(text)
        opened = opened_at or given.at
        if opened > given.at:
            raise Refused("when_future", found=opened.isoformat())
        return give(
            tx,
            desk,
            command.Create(
                **given.on(next_ticket_id(tx.db)),
                customer_name=name,
                identities=tuple(
                    change.Identity(kind=one[0], value=one[1]) if isinstance(one, tuple) else one
                    for one in people
                ),
                channel=channel,
                subject=title,
                text=words,
                priority=priority,
                team=team or None,
                tags=labels,
                opened_at=opened,
                inbound=inbound,
            ),
            hold=hold,
            channel=channel,
        )

    return desk.do(job)
