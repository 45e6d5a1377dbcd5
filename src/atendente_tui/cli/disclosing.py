"""What a command gives in full though a person would see it masked: on record, however it was asked for."""

from __future__ import annotations

from collections.abc import Iterable

from atendente_tui.cli.opening import Session


def given_in_full(
    at: Session, texts: Iterable[str | None], customer_id: int | None = None, ticket_id: int | None = None
) -> None:
    """To be called before JSON that holds these texts is printed: values are as people wrote them there."""
    from atendente_tui.desk import handing_out

    handing_out.given_in_full(at.desk, at.config, texts, customer=customer_id, ticket=ticket_id)
