"""Logging in to a real RT, and what an administrator forgot."""

from __future__ import annotations

import pytest

from atendente_tui.backends.port import Unauthorized
from atendente_tui.domain.command import Note, Reply
from tests.live.commands import a_ticket, make
from tests.live.conftest import AGENT_PASSWORD, LiveRT, MakeAdapter

pytestmark = pytest.mark.live


async def test_a_well_set_up_rt_has_no_warnings(adapters: MakeAdapter) -> None:
    adapter = adapters("agent1")
    identity = await adapter.identify()
    assert (identity.login, identity.name, identity.may_write) == ("agent1", "Agent 1", True)
    assert {"General", "Support", "Billing", "Escalations"} <= set(identity.teams)
    assert "Restricted" not in identity.teams
    assert identity.warnings == ()
    assert adapter.capabilities.idempotency == "marker"


@pytest.mark.parametrize("auth", ["token", "basic", "cookie"])
async def test_each_way_to_log_in(adapters: MakeAdapter, auth: str) -> None:
    secret = {} if auth == "token" else {"secret": AGENT_PASSWORD}
    adapter = adapters("agent2", auth=auth, **secret)
    assert (await adapter.identify()).login == "agent2"
    assert (await adapter.push(a_ticket(f"by {auth}"))).ticket


@pytest.mark.parametrize("auth", ["token", "basic", "cookie"])
async def test_a_wrong_secret_is_unauthorized(adapters: MakeAdapter, auth: str) -> None:
    adapter = adapters("agent2", auth=auth, secret="1-35-00000000000000000000000000000000")
    for _again in range(2):
        with pytest.raises(Unauthorized):
            await adapter.identify()


async def test_a_token_names_its_owner(live_rt: LiveRT, adapters: MakeAdapter) -> None:
    adapter = adapters("agent3")
    adapter._session.client._user = None
    assert (await adapter.identify()).login == "agent3"


async def test_a_session_that_ended_is_opened_again(live_rt: LiveRT, adapters: MakeAdapter) -> None:
    adapter = adapters("agent4", secret=AGENT_PASSWORD)
    assert adapter._session.client.auth == "cookie"
    first = await adapter.push(a_ticket("before the session ends"))
    adapter._session.client._cookie = "RT_SID_rt.test.1=00000000000000000000000000000000"
    second = await adapter.push(make(Note, first.ticket, text="after it ended"))
    assert second.ticket == first.ticket


async def test_fields_out_of_sight_are_told_and_lower_the_promise(adapters: MakeAdapter) -> None:
    adapter = adapters("readonly")
    identity = await adapter.identify()
    assert identity.teams == ("General",)
    assert not identity.may_write
    told = " ".join(identity.warnings)
    assert "OpID" in told
    assert "ClientRef" in told
    assert "Tags" in told
    assert adapter.capabilities.idempotency == "none"
    assert {"snooze", "tag"} <= adapter.capabilities.local_only
    assert not {"snooze", "tag"} & adapter.capabilities.commands


async def test_a_write_without_its_mark_says_so(live_rt: LiveRT, adapters: MakeAdapter) -> None:
    live_rt.perl(
        """
        my $user = RT::User->new(RT->SystemUser); $user->Load('norights');
        my $queue = RT::Queue->new(RT->SystemUser); $queue->Load('General');
        for my $right (qw(SeeQueue ShowTicket CreateTicket ReplyToTicket CommentOnTicket)) {
            my ($ok, $why) = $user->PrincipalObj->GrantRight(Right => $right, Object => $queue);
            die $why unless $ok or $why =~ /already/;
        }
        """
    )
    adapter = adapters("norights", queue="General")
    identity = await adapter.identify()
    assert identity.may_write
    assert adapter.capabilities.idempotency == "none"
    created = await adapter.push(a_ticket("unmarked"))
    assert "marcar" in created.note
    replied = await adapter.push(make(Reply, created.ticket, text="Olá", channel="email"))
    assert "marcar" in replied.note
    assert await adapter.find(replied.command_id) is None
