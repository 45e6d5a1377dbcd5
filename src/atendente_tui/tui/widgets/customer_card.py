"""Who the customer is: masked until revealed with a reason, what we know, what they bought, what we owe them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual.content import Content

from atendente_tui import formats, labels
from atendente_tui.domain.facts import KNOWN_FACTS
from atendente_tui.domain.fold import folded
from atendente_tui.domain.identities import mask
from atendente_tui.domain.instants import from_ms
from atendente_tui.domain.words import IdentityKind
from atendente_tui.event_words import values
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.masking import masked as masked_text
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import history, reading
from atendente_tui.store.rows import CustomerRow, EventRow, FactRow, IdentityRow, PromiseRow
from atendente_tui.tui.glyphs import Glyphs
from atendente_tui.tui.lines import Span
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.widgets.line_pane import LinePane
from atendente_tui.tui.widgets.rows_pane import Row, RowsPane

if TYPE_CHECKING:
    from atendente_tui.tui.app import AtendenteApp

EVERY_ADDRESS = ("cpf", "cnpj", "phone", "email")
_MASKED_AS = {"cpf": "cpf", "cnpj": "cnpj", "phone": "phone", "whatsapp": "phone", "email": "email"}
"""Addresses by the kind of personal data they are; the others are masked where anything is."""
ORDERS = 5
PROMISES = 5
_ARRIVED = frozenset({"delivered", "entregue", "cancelled", "canceled", "cancelado", "devolvido", "returned"})


class Order(NamedTuple):
    number: str
    status: str
    expected: date | None
    days_late: int
    """0 when on time, arrived, or without a date."""


class CustomerView(NamedTuple):
    """All the card shows."""

    customer: CustomerRow
    identities: list[IdentityRow]
    facts: list[FactRow]
    orders: list[Order]
    promises: list[PromiseRow]
    numbers: history.CustomerNumbers


class CustomerCard(RowsPane):
    """`show(customer_id)`; it follows the store by itself."""

    context = "customer"
    app: AtendenteApp

    DEFAULT_CSS = """
    CustomerCard { border: round $border-blurred; }
    CustomerCard:focus { border: heavy $primary; }
    .-narrow CustomerCard, .-narrow CustomerCard:focus { border: none; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.customer_id: int | None = None
        self.revealed = False
        self._view: CustomerView | None = None
        self._reveals = 0

    def on_mount(self) -> None:
        super().on_mount()
        self.border_title = cast(str, Content(_("Customer")))
        self._draw()

    def show(self, customer_id: int | None) -> None:
        if customer_id != self.customer_id:
            self.revealed = False
        changed = customer_id != self.customer_id
        self.customer_id = customer_id
        if customer_id is None:
            self.app.watch(self)
        else:
            self.app.watch(self, f"customer:{customer_id}", "promises")
        self._read()
        self._draw(from_top=changed)

    def on_moved(self, _event: Moved) -> None:
        self._read()
        self._draw()

    def _read(self) -> None:
        self._view = None
        if self.customer_id is not None:
            today = self.app.workplace.clock.now().astimezone(self.app.workplace.zone).date()
            self._view = read_customer(self.app.read, self.customer_id, today)

    def _draw(self, *, from_top: bool = False) -> None:
        if self._view is None:
            rows = [Row(None, (Span(_("no customer yet"), "quiet"),))]
        else:
            place = self.app.workplace
            rows = list(
                card_rows(
                    self._view,
                    revealed=self.revealed,
                    masked=self.app.workplace.config.privacy.mask,
                    glyphs=self.app.glyphs,
                    zone=place.zone,
                    now=self.app.now_ms(),
                )
            )
        self.set_rows(rows, from_top=from_top)

    def on_line_pane_entered(self, event: LinePane.Entered) -> None:
        """Enter on a promise or a ticket opens it."""
        event.stop()
        key = self.rows[event.item].key or ""
        if key.startswith("ticket:"):
            self.screen.open_ticket(int(key[7:]))  # type: ignore[attr-defined]

    # -- personal data -------------------------------------------------------------------------------------

    async def reveal(self, ticket_id: int | None) -> None:
        """Show personal data in full for a minute, once a reason is on record (inside a worker); again hides it."""
        from atendente_tui.desk import revealing
        from atendente_tui.tui.asking import LineScreen

        customer_id = self.customer_id
        if customer_id is None:
            return
        if self.revealed:
            self._hide(self._reveals)
            return
        reason = await self.app.push_screen_wait(
            LineScreen(
                _("Reveal personal data"),
                _("Why do you need to see it? The reason is kept with your name and the time."),
                needed=_("a reason is needed"),
            )
        )
        if reason is None or self.customer_id != customer_id:
            return
        future = revealing.reveal(self.app.workplace.desk, customer_id, ticket_id, reason)
        try:
            await self.app.done(future)
        finally:
            recorded = future.done() and not future.cancelled() and future.exception() is None
        if recorded and self.customer_id == customer_id:
            self.revealed = True
            self._reveals += 1
            this = self._reveals
            seconds = self.app.workplace.config.privacy.reveal_seconds
            self.set_timer(seconds, lambda: self._hide(this))
            self._tell_panes()
            self._draw()

    def _hide(self, which: int) -> None:
        if self.revealed and which == self._reveals:
            self.revealed = False
            self._tell_panes()
            self._draw()

    def _tell_panes(self) -> None:
        """The history beside the card shows as much as the card."""
        from atendente_tui.tui.widgets.ticket_pane import TicketPane

        for pane in self.screen.query(TicketPane):
            if pane.customer_id == self.customer_id:
                pane.reveal(whole=self.revealed)


def read_customer(db: Any, customer_id: int, today: date) -> CustomerView | None:
    """Bounded reads; None when nobody is there."""
    row = reading.customer(db, customer_id)
    if row is None:
        return None
    tickets = reading.tickets_of(db, customer_id, limit=50)
    promises = [
        one for ticket in tickets for one in reading.promises_of(db, ticket.id) if one.outcome is None
    ]
    return CustomerView(
        row,
        reading.identities(db, customer_id),
        reading.facts(db, customer_id),
        orders_of(reading.orders(db, customer_id), today),
        sorted(promises, key=lambda one: one.due),
        history.customer_numbers(db, customer_id),
    )


def orders_of(rows: list[EventRow], today: date) -> list[Order]:
    """How each order stands by its newest event, late ones first, then the newest."""
    newest: dict[str, Order] = {}
    for row in rows:
        data = values(row)
        number = str(data.get("number") or "")
        expected = _date(data.get("expected"))
        status = str(data.get("status") or "")
        late = 0
        if expected is not None and folded(status) not in _ARRIVED:
            late = max(0, (today - expected).days)
        newest.pop(number, None)
        newest[number] = Order(number, status, expected, late)
    latest_first = list(newest.values())[::-1]
    return sorted(latest_first, key=lambda one: -one.days_late)


def _date(value: object) -> date | None:
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError:
        return None


def card_rows(
    view: CustomerView,
    *,
    revealed: bool,
    glyphs: Glyphs,
    zone: tzinfo,
    now: int,
    masked: Collection[str] = EVERY_ADDRESS,
) -> Iterator[Row]:
    """The rows of the card; personal data of the kinds in `masked` hidden unless `revealed`."""
    row = view.customer
    hidden = frozenset() if revealed else frozenset(masked)
    name = masked_text(row.social_name or row.name, hidden)
    segment = labels.segment(row.segment) if row.segment else ""
    yield Row("name", (Span(safe_line(name), "strong"),), Span(segment, "customer"))
    if row.social_name and revealed and row.name != row.social_name:
        yield Row("legal", (Span(_("registered as {name}").format(name=safe_line(row.name)), "quiet"),))
    for one in view.identities:
        shown = (
            _MASKED_AS.get(one.kind, "") not in hidden if one.kind in _MASKED_AS else revealed or not masked
        )
        value = one.value if shown else mask(IdentityKind(one.kind), one.value)
        yield Row(
            f"identity:{one.kind}:{one.value}",
            (Span(f"{labels.identity(one.kind)} ", "quiet"), Span(safe_line(value))),
        )
    if view.identities and revealed:
        yield Row(None, (Span(_("shown in full for a moment; on record"), "warning"),))
    if row.preferred_channel:
        yield Row(
            "prefers", (Span(_("prefers {channel}").format(channel=labels.channel(row.preferred_channel))),)
        )
    yield from _known(view.facts, glyphs, revealed=revealed)
    yield from _orders(view.orders, glyphs)
    yield from _promises(view.promises, glyphs, zone, now, hidden)
    yield from _numbers(view.numbers)


def _heading(text: str, right: str = "", role: str = "quiet") -> Row:
    return Row(None, (Span(text, "heading"),), Span(right, role))


def _known(facts: list[FactRow], glyphs: Glyphs, *, revealed: bool) -> Iterator[Row]:
    yield _heading(_("Known facts"))
    if not facts:
        yield Row(None, (Span(_("nothing confirmed yet"), "quiet"),))
    order = {name: place for place, name in enumerate(KNOWN_FACTS)}
    for one in sorted(facts, key=lambda fact: (order.get(fact.name, len(order)), fact.name)):
        value = "" if one.value in ("yes", "") else one.value
        if value and not revealed and one.name not in ("order_number",):
            value = "***"
        said = safe_line(f"{labels.fact(one.name)}{': ' if value else ''}{value}")
        yield Row(f"fact:{one.name}", (Span(f"{glyphs.done} ", "good"), Span(said)))


def _orders(orders: list[Order], glyphs: Glyphs) -> Iterator[Row]:
    if not orders:
        return
    late = sum(1 for one in orders if one.days_late)
    yield _heading(
        _("Orders {n}").format(n=len(orders)),
        n_("{n} is late", "{n} are late", late).format(n=late) if late else "",
        "bad",
    )
    for one in orders[:ORDERS]:
        sign = glyphs.warning if one.days_late else " "
        right = ""
        if one.days_late:
            right = n_("{n} day late", "{n} days late", one.days_late).format(n=one.days_late)
        elif one.expected is not None:
            right = f"{one.expected:%d/%m}"
        left = (
            Span(f"{sign} ", "bad" if one.days_late else ""),
            Span(safe_line(f"{one.number} {one.status}")),
        )
        yield Row(f"order:{one.number}", left, Span(right, "bad" if one.days_late else "quiet"))
    if len(orders) > ORDERS:
        yield Row(None, (Span(f"{glyphs.more} {_('{n} more').format(n=len(orders) - ORDERS)}", "quiet"),))


def _promises(
    promises: list[PromiseRow], glyphs: Glyphs, zone: tzinfo, now: int, hidden: Collection[str]
) -> Iterator[Row]:
    if not promises:
        return
    yield _heading(_("We promised"))
    for one in promises[:PROMISES]:
        overdue = one.due < now
        sign = glyphs.warning if overdue else " "
        when = formats.moment(one.due, zone, now)
        role = "bad" if overdue else "time"
        yield Row(
            f"ticket:{one.ticket_id}:{one.id}"[: 7 + len(str(one.ticket_id))],
            (Span(f"{sign} {when} ", role), Span(safe_line(masked_text(one.what, hidden)))),
        )


def _numbers(numbers: history.CustomerNumbers) -> Iterator[Row]:
    live = n_("{n} still open", "{n} still open", numbers.live).format(n=numbers.live) if numbers.live else ""
    plus = "+" if numbers.tickets == history.TICKETS else ""
    yield _heading(_("Tickets {n}").format(n=f"{formats.number(numbers.tickets)}{plus}"), live)
    if numbers.answers:
        share = formats.number(100 * numbers.positive / numbers.answers)
        said = n_("{n} answer", "{n} answers", numbers.answers).format(n=numbers.answers)
        yield Row("csat", (Span(f"CSAT {share} %"),), Span(said, "quiet"))


def local_day(now: int, zone: tzinfo) -> date:
    return from_ms(now).astimezone(zone).date()


# -- actions ---------------------------------------------------------------------------------------------------


async def _reveal(screen: Any) -> None:
    found = screen.query(CustomerCard)
    if found:
        await found.first().reveal(getattr(screen, "ticket_id", None))


HANDLERS = {"reveal": _reveal}
