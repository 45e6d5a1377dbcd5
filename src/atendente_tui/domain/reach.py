"""By which channels a customer can be answered, judged by the addresses known of them."""

from collections.abc import Iterable, Mapping

from atendente_tui.domain.words import Channel, IdentityKind

ADDRESSES: Mapping[Channel, tuple[IdentityKind, ...]] = {
    Channel.EMAIL: (IdentityKind.EMAIL,),
    Channel.PORTAL: (IdentityKind.EMAIL,),
    Channel.WHATSAPP: (IdentityKind.WHATSAPP, IdentityKind.PHONE),
    Channel.SMS: (IdentityKind.PHONE, IdentityKind.WHATSAPP),
    Channel.PHONE: (IdentityKind.PHONE, IdentityKind.WHATSAPP),
    Channel.INSTAGRAM: (IdentityKind.INSTAGRAM,),
    Channel.FACEBOOK: (IdentityKind.FACEBOOK,),
    Channel.X: (IdentityKind.X,),
}
"""Kinds of address under which somebody is reached there, the likeliest first."""
ELSEWHERE = (Channel.EMAIL, Channel.WHATSAPP, Channel.SMS, Channel.INSTAGRAM, Channel.FACEBOOK)
"""Channels by which an answer may go though the ticket is on another. The others live where they began: a chat, a
call, what anybody can read."""


def address(channel: Channel, known: Iterable[tuple[str, str]]) -> tuple[IdentityKind, str] | None:
    """Where somebody with these addresses (kind, value) is reached there; the first of the likeliest kind."""
    by_kind: dict[str, str] = {}
    for kind, value in known:
        by_kind.setdefault(kind, value)
    return next(((kind, by_kind[kind]) for kind in ADDRESSES.get(channel, ()) if kind in by_kind), None)
