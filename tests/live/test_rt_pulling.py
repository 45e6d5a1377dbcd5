"""What a pull brings from a real RT: everything once it is caught up, nothing missed while others write."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime

import pytest

from atendente_tui.backends.port import Rejected
from atendente_tui.backends.rt.cursor import decode
from atendente_tui.domain.change import (
    ArticleUpsert,
    CustomerUpsert,
    DirectoryEntry,
    EventAppend,
    Identity,
    TicketGone,
    TicketUpsert,
)
from atendente_tui.domain.command import Claim, ConfirmFact, Merge, Note, Reply, SetStatus, SetTeam, TicketRef
from atendente_tui.domain.words import AuthorKind, Channel, Direction, EventKind, IdentityKind, Status
from tests.live.commands import a_ticket, changes, events_of, here, make, newest_of, opened, pulled
from tests.live.conftest import LiveRT, MakeAdapter
from tests.sizes import sized

pytestmark = pytest.mark.live


async def test_a_first_pull_shows_live_tickets_first_and_newest_first(adapters: MakeAdapter) -> None:
    adapter = adapters()
    closed = await opened(adapter, "closed already")
    await adapter.push(make(SetStatus, closed, status=Status.SOLVED))
    mine = [await opened(adapter, f"walk {n}") for n in range(3)]
    pages = await pulled(adapter)
    tickets = [one for one in changes(pages) if isinstance(one, TicketUpsert)]
    first_closed = next(
        place for place, one in enumerate(tickets) if one.status in (Status.SOLVED, Status.CLOSED)
    )
    live = [int(one.remote_id) for one in tickets[:first_closed]]
    assert live[: len(set(live))] == sorted(set(live), reverse=True)
    assert {int(one) for one in mine} <= set(live)
    assert closed in {one.remote_id for one in tickets[first_closed:]}
    where = {one.type: place for place, page in reversed(list(enumerate(pages))) for one in page.changes}
    assert where["directory"] < where["ticket"] < where["article"] < where["event"]
    assert pages[-1].caught_up
    assert [page.done for page in pages if page.done] == sorted(page.done for page in pages if page.done)
    for remote in mine:
        assert [event.text for event in events_of(pages, remote) if event.kind is EventKind.MESSAGE]


async def test_directory_articles_and_customers(adapters: MakeAdapter) -> None:
    adapter = adapters()
    await opened(
        adapter,
        "from whatsapp",
        channel=Channel.WHATSAPP,
        customer_name="Zé Ninguém",
        identities=(Identity(kind=IdentityKind.WHATSAPP, value="+55 (11) 98765-4321"),),
    )
    found = changes(await pulled(adapter))
    entries = {(one.kind, one.key): one.label for one in found if isinstance(one, DirectoryEntry)}
    assert entries["team", "Support"] == "Support"
    assert entries["agent", "agent7"] == "Agent 7"
    assert entries["agent", "supervisor"] == "Sam Supervisor"
    assert ("reason", "Shipping") in entries
    articles = {one.title: one for one in found if isinstance(one, ArticleUpsert)}
    assert "30 minutes" in articles["Reset a password"].body
    assert articles["Reset a password"].product == "Knowledge Base"
    people = {one.remote_id: one for one in found if isinstance(one, CustomerUpsert)}
    ze = people["+5511987654321@whatsapp.invalid"]
    assert ze.name == "Zé Ninguém"
    assert ze.identities == (Identity(kind=IdentityKind.WHATSAPP, value="+5511987654321"),)


async def test_a_tickets_whole_history_with_files(live_rt: LiveRT, adapters: MakeAdapter) -> None:
    adapter = adapters()
    start = await here(adapter)
    remote = await opened(adapter, "with a file")
    png = base64.b64encode(bytes(range(256)) * 300).decode()
    await adapter._session.client.post(
        f"/ticket/{remote}/correspond",
        {
            "Content": "<p>Veja o <b>anexo</b></p><p>Obrigado</p>",
            "ContentType": "text/html",
            "Attachments": [{"FileName": "a photo.png", "FileType": "image/png", "FileContent": png}],
        },
    )
    await adapter.push(make(Note, remote, text="nota interna"))
    events = events_of(await pulled(adapter, start), remote)
    first, answer, note = [one for one in events if one.kind in (EventKind.MESSAGE, EventKind.NOTE)]
    assert (first.direction, first.author_kind, first.author) == (
        Direction.INBOUND,
        AuthorKind.CUSTOMER,
        "Ana Souza",
    )
    assert (answer.direction, answer.author_kind, answer.author) == (
        Direction.OUTBOUND,
        AuthorKind.AGENT,
        "agent1",
    )
    assert answer.text == "Veja o anexo\n\nObrigado"
    assert (note.public, note.text) == (False, "nota interna")
    (file,) = answer.attachments
    assert (file.name, file.content_type, file.size) == ("a photo.png", "image/png", 76_800)
    assert await adapter.fetch_attachment(file.remote_id, 100_000) == bytes(range(256)) * 300
    with pytest.raises(Rejected, match="too_large"):
        await adapter.fetch_attachment(file.remote_id, 70_000)


async def test_a_customers_own_mail_is_inbound(live_rt: LiveRT, adapters: MakeAdapter) -> None:
    adapter = adapters()
    start = await here(adapter)
    remote = await opened(adapter, "the customer answers")
    pages = await pulled(adapter, start)
    live_rt.perl(_mail_from_customer(remote, "Ainda nada!"))
    after = events_of(await pulled(adapter, pages[-1].cursor), remote)
    said = [one for one in after if one.kind is EventKind.MESSAGE][-1]
    assert (said.text, said.direction, said.author_kind) == (
        "Ainda nada!",
        Direction.INBOUND,
        AuthorKind.CUSTOMER,
    )
    assert said.author == "Ana Souza"


async def test_a_forged_record_stays_an_ordinary_note(adapters: MakeAdapter) -> None:
    """Only a comment that bears our mark is read as a record: nobody confirms a CPF by writing a line."""
    adapter = adapters()
    start = await here(adapter)
    remote = await opened(adapter, "forged")
    line = 'atendente/1 fact {"name": "cpf_confirmed", "value": "yes"}'
    await adapter._session.client.post(
        f"/ticket/{remote}/comment", {"Content": line, "ContentType": "text/plain"}
    )
    pages = await pulled(adapter, start)
    kinds = [one.kind for one in events_of(pages, remote)]
    assert EventKind.FACT not in kinds
    await adapter.push(make(ConfirmFact, remote, name="address_confirmed"))
    after = changes(await pulled(adapter, pages[-1].cursor))
    facts = [one.facts for one in after if isinstance(one, CustomerUpsert) and one.facts]
    assert facts == [{"address_confirmed": "yes"}]


async def test_nothing_is_missed_while_five_write(adapters: MakeAdapter) -> None:
    reader = adapters("agent10")
    writers = [adapters(f"agent{n}") for n in range(11, 16)]
    cursor = await here(reader)
    done = asyncio.Event()
    written: set[str] = set()

    async def write(number: int) -> None:
        backend = writers[number]
        remote = await opened(backend, f"writer {number}")
        for turn in range(6):
            kind = Note if turn % 2 else Reply
            more = {} if kind is Note else {"channel": Channel.EMAIL}
            receipt = await backend.push(make(kind, remote, text=f"turn {turn} of {number}", **more))
            assert receipt.event
            written.add(receipt.event)

    async def read() -> set[str]:
        nonlocal cursor
        seen: set[str] = set()
        last = False
        while True:
            pages = await pulled(reader, cursor)
            seen |= {one.remote_id for one in changes(pages) if isinstance(one, EventAppend)}
            cursor = pages[-1].cursor
            if last:
                return seen
            last = done.is_set()

    reading = asyncio.ensure_future(read())
    await asyncio.gather(*(write(number) for number in range(5)))
    done.set()
    seen = await reading
    assert len(written) == 30
    assert written - seen == set()


async def test_a_pull_cut_short_goes_on_from_any_page(adapters: MakeAdapter) -> None:
    adapter = adapters()
    remote = await opened(adapter, "cut short")
    await adapter.push(make(Reply, remote, text="Olá", channel=Channel.EMAIL))
    whole = await pulled(adapter)
    wanted = {one.remote_id: one.ticket for one in changes(whole) if isinstance(one, EventAppend)}
    missed: set[str] = set()
    phases = [state.phase for page in whole if (state := decode(page.cursor))]
    assert len(phases) == len(whole)
    ends = [at for at, phase in enumerate(phases) if phase not in phases[at + 1 :]]
    begins = [phases.index(phase) for phase in dict.fromkeys(phases)]
    for place in sized(sorted({*begins, *ends}), list(range(len(whole)))):
        rest = await pulled(adapter, whole[place].cursor)
        got = {one.remote_id for one in changes([*whole[: place + 1], *rest]) if isinstance(one, EventAppend)}
        missed |= {wanted[event] for event in wanted.keys() - got}
        assert rest[-1].caught_up
    # Tests beside this one delete tickets and hide them: of what is still to be seen, nothing is missing.
    seen = {one.remote_id for one in changes(await pulled(adapter)) if isinstance(one, TicketUpsert)}
    assert remote in seen
    assert missed & seen == set()


async def test_a_ticket_hidden_while_the_first_walk_stood_still_is_gone(adapters: MakeAdapter) -> None:
    """Its history was not in yet, so that the sweep of what is known does not look for it."""
    adapter, root = adapters(), adapters("root")
    remote = await opened(adapter, "hidden meanwhile")
    cursor = None
    async for page in adapter.pull(None):
        if any(isinstance(one, TicketUpsert) and one.remote_id == remote for one in page.changes):
            cursor = page.cursor
            break
    state = decode(cursor or "")
    assert state is not None
    assert state.phase == "live"
    await root.push(make(SetTeam, remote, team="Restricted"))
    assert TicketGone(remote_id=remote) in changes(await pulled(adapter, cursor))


async def test_merged_tickets_keep_their_history(adapters: MakeAdapter) -> None:
    adapter = adapters()
    first, second = await opened(adapter, "stays"), await opened(adapter, "goes", text="o texto do segundo")
    cursor = await here(adapter)
    await adapter.push(make(Merge, second, into=TicketRef(id=2, remote=first)))
    delta = await pulled(adapter, cursor)
    told = newest_of(delta, second)
    assert (told.merged_into, told.status, told.subject) == (first, Status.CLOSED, "goes")
    walk = await pulled(adapter)
    assert newest_of(walk, second).merged_into == first
    assert "o texto do segundo" in [one.text for one in events_of(walk, second)]
    assert newest_of(walk, first).merged_into is None


async def test_deleted_tickets_are_gone(adapters: MakeAdapter) -> None:
    adapter, root = adapters(), adapters("root")
    remote = await opened(adapter, "deleted soon")
    cursor = await here(adapter)
    await root._session.client.put(f"/ticket/{remote}", {"Status": "deleted"})
    assert TicketGone(remote_id=remote) in changes(await pulled(adapter, cursor))


async def test_a_ticket_moved_out_of_sight_is_noticed_by_the_sweep(adapters: MakeAdapter) -> None:
    adapter, root = adapters(sweep=0), adapters("root")
    remote = await opened(adapter, "out of sight")
    cursor = (await pulled(adapter))[-1].cursor
    await root.push(make(SetTeam, remote, team="Restricted"))
    assert TicketGone(remote_id=remote) in changes(await pulled(adapter, cursor))
    full = await pulled(adapter, cursor, full=True)
    assert TicketGone(remote_id=remote) in changes(full)
    assert full[-1].caught_up


async def test_a_ticket_that_comes_into_sight_brings_its_past(adapters: MakeAdapter) -> None:
    adapter, root = adapters(), adapters("root", queue="Restricted")
    remote = await opened(root, "into sight", team="Restricted", text="o começo")
    await root.push(make(Note, remote, text="antes"))
    cursor = await here(adapter)
    await root.push(make(SetTeam, remote, team="Support"))
    texts = [one.text for one in events_of(await pulled(adapter, cursor), remote)]
    assert "o começo" in texts
    assert "antes" in texts


async def test_a_login_without_comments_is_not_held_up_by_them(
    live_rt: LiveRT, adapters: MakeAdapter
) -> None:
    """RT removes comments it hides after paging: 120 of them make a page empty though more follows."""
    agent, reader = adapters(queue="General"), adapters("readonly")
    remote = await opened(agent, "many comments", team="General")
    cursor = await here(reader)
    live_rt.perl(
        """
        my $t = RT::Ticket->new(RT->SystemUser); $t->Load(TICKET);
        { no warnings 'redefine'; require RT::Scrips; *RT::Scrips::Prepare = sub { 1 }; *RT::Scrips::Commit = sub { 1 }; }
        $RT::Handle->BeginTransaction;
        $t->Comment(MIMEObj => MIME::Entity->build(Type => 'text/plain', Charset => 'UTF-8', Data => ["n $_"])) for 1..120;
        $RT::Handle->Commit;
        """.replace("TICKET", remote)
    )
    await agent.push(make(Reply, remote, text="depois de todas", channel=Channel.EMAIL))
    events = events_of(await pulled(reader, cursor), remote)
    assert [one.text for one in events if one.public and one.kind is EventKind.MESSAGE] == [
        "Meu pedido não chegou.",
        "depois de todas",
    ]


async def test_opened_channel_and_first_word_survive_the_way_through_rt(adapters: MakeAdapter) -> None:
    adapter = adapters()
    start = await here(adapter)
    long_ago = datetime(2014, 11, 3, 12, 30, tzinfo=UTC)
    command = a_ticket(
        "old one", opened_at=long_ago, channel=Channel.PUBLIC_COMPLAINT, inbound=False, tags=("import",)
    )
    receipt = await adapter.push(command)
    pages = await pulled(adapter, start)
    ticket = newest_of(pages, receipt.ticket or "")
    assert (ticket.opened_at, ticket.channel, ticket.tags) == (
        long_ago,
        Channel.PUBLIC_COMPLAINT,
        ("import",),
    )
    first = events_of(pages, receipt.ticket or "")[0]
    assert (first.at, first.direction, first.command_id) == (long_ago, Direction.OUTBOUND, command.id)


async def test_an_idle_pull_is_two_small_questions(adapters: MakeAdapter) -> None:
    adapter = adapters(overlap=0)
    cursor = (await pulled(adapter))[-1].cursor
    again = await pulled(adapter, cursor)
    assert len(again) <= 2
    state = decode(again[-1].cursor)
    assert state is not None
    assert state.phase == "follow"


async def test_a_customers_word_wakes_a_snoozed_ticket(live_rt: LiveRT, adapters: MakeAdapter) -> None:
    from datetime import timedelta

    from atendente_tui.domain.command import Snooze

    adapter = adapters()
    start = await here(adapter)
    quiet, kept = await opened(adapter, "snoozed"), await opened(adapter, "snoozed for good")
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)
    await adapter.push(make(Snooze, quiet, until=until))
    await adapter.push(make(Snooze, kept, until=until, keep_on_reply=True))
    pages = await pulled(adapter, start)
    assert newest_of(pages, quiet).snoozed_until == newest_of(pages, kept).snoozed_until == until
    for remote in (quiet, kept):
        live_rt.perl(_mail_from_customer(remote, "e aí?"))
    after = await pulled(adapter, pages[-1].cursor)
    assert newest_of(after, quiet).status is Status.OPEN or newest_of(after, quiet).status is Status.NEW
    assert newest_of(after, kept).status is Status.SNOOZED


async def test_claims_show_in_everybodys_pull(adapters: MakeAdapter) -> None:
    one, two = adapters("agent1"), adapters("agent2")
    remote = await opened(one, "claimed")
    cursor = await here(two)
    await one.push(make(Claim, remote))
    pages = await pulled(two, cursor)
    assert newest_of(pages, remote).assignee == "agent1"
    (event,) = [event for event in events_of(pages, remote) if event.kind is EventKind.FIELD_CHANGE]
    assert event.data == {"field": "assignee", "old": None, "new": "agent1"}


def _mail_from_customer(remote: str, text: str) -> str:
    return f"""
        my $u = RT::CurrentUser->new; $u->LoadByEmail('ana@cliente.example'); die unless $u->id;
        my $t = RT::Ticket->new(RT->SystemUser); $t->Load({remote});
        my $everyone = RT::Group->new(RT->SystemUser); $everyone->LoadSystemInternalGroup('Everyone');
        $everyone->PrincipalObj->GrantRight(Right => 'ReplyToTicket', Object => $t->QueueObj);
        my $mine = RT::Ticket->new($u); $mine->Load({remote});
        use utf8; my $said = '{text}'; utf8::encode($said) if utf8::is_utf8($said);
        my ($ok, $why) = $mine->Correspond(MIMEObj => MIME::Entity->build(
            Type => 'text/plain', Charset => 'UTF-8', Data => [$said]));
        die $why unless $ok;
        """
