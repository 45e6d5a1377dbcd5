"""Checks of what is said: replies, notes, and replies over words that their author has not seen."""

from __future__ import annotations

from atendente_tui.backends.conformance.checking import Broken, Check, Untried, check, require
from atendente_tui.backends.conformance.trial import Trial, same_text
from atendente_tui.backends.port import Conflict
from atendente_tui.domain.command import Command, Note, Reply, TicketRef
from atendente_tui.domain.words import AuthorKind, Channel, Direction, EventKind, Status
from atendente_tui.i18n import _, later

NASTY = (
    "0",
    "acentuação: ção, ÃO, ü — “aspas” ‘simples’ …",
    "emoji 😀👩‍👩‍👧 and combining e\u0301",
    "[markup] <b>html</b> &amp; {{chaves}} %s %(x)s $HOME `cmd` \\n",
    "  indented\n\n\nthree empty lines\n-- \nsignature\n> quoted\n.\n",
    "\u202eesrever\u202c \x1b[31mred\x1b[0m \x07 \u200b tab\tend",
    "one long line " + "x" * 20_000,
)


@check(
    later("A reply goes to the customer, once, in our name and as it was written"),
    writes=True,
    commands="reply",
)
async def reply(trial: Trial) -> None:
    ref = await trial.open("answered")
    text = trial.words("Olá! Já estamos vendo isso. 😀 “aspas” <b>&amp;</b>\n\n\n  recuo\n.\nfim")
    command = await trial.make(Reply, ref, text=text, channel=Channel.EMAIL)
    event = await trial.echo(command, await trial.carried_out(command))
    require(same_text(event.text, command.text), _("it comes back as written"))
    require(event.kind is EventKind.MESSAGE and event.public, _("a reply is a public message"))
    require(event.direction is Direction.OUTBOUND, _("a reply goes out"))
    me = (await trial.identity()).login
    require(event.author_kind is AuthorKind.AGENT and event.author == me, _("it bears our login"))


@check(
    later("A reply that is sent with a status leaves the ticket in that status"),
    writes=True,
    commands="reply status",
)
async def reply_and_status(trial: Trial) -> None:
    ref = await trial.open("answered and solved")
    command = await trial.make(
        Reply, ref, text=trial.words("Resolvido!"), channel=Channel.EMAIL, status=Status.SOLVED
    )
    await trial.echo(command, await trial.carried_out(command))
    await trial.stands(
        ref,
        lambda ticket: ticket.status is Status.SOLVED and ticket.solved_at is not None,
        _("the ticket solved, and since when"),
    )


@check(
    later("A reply by another channel than its ticket's comes back with that channel"),
    writes=True,
    commands="reply",
)
async def reply_elsewhere(trial: Trial) -> None:
    can = sorted(trial.can.channels - {Channel.EMAIL})
    if not can:
        raise Untried(_("it declares no other channels: answers go by the ticket's own"))
    ref = await trial.open("answered elsewhere")
    command = await trial.make(Reply, ref, text=trial.words("Por outro canal."), channel=Channel(can[0]))
    event = await trial.echo(command, await trial.carried_out(command))
    require(event.channel is command.channel, _("it went by the channel asked for"))


@check(
    later("A note stays among colleagues, and any text comes back as it was written"),
    writes=True,
    commands="note",
)
async def note(trial: Trial) -> None:
    ref = await trial.any_ticket()
    texts = (*NASTY, trial.words("Só para colegas.", internal=True))
    commands = [await trial.make(Note, ref, text=text) for text in texts]
    receipts = [await trial.carried_out(command) for command in commands]
    for command, receipt in zip(commands, receipts, strict=True):
        event = await trial.echo(command, receipt)
        require(
            same_text(event.text, command.text),
            _("a note comes back as written: {text}").format(text=repr(command.text[:40])),
        )
        require(event.kind is EventKind.NOTE, _("a note comes back as a note"))
        require(not event.public and event.direction is Direction.INTERNAL, _("a note is internal"))


@check(later("Nothing is sent where there is nothing to say"), writes=True)
async def refuses_empty(trial: Trial) -> None:
    can = trial.can.commands & {"reply", "note"}
    if not can:
        raise Untried(_("it declares neither reply nor note"))
    ref = await trial.any_ticket()
    empty: list[tuple[Command, str]] = [
        (await trial.make(Reply, ref, text=" \n", channel=Channel.EMAIL), _("an empty reply")),
        (await trial.make(Note, ref, text="\t\n "), _("an empty note")),
    ]
    await trial.refused(*(one for one in empty if one[0].type in can))


@check(
    later(
        "A reply over a customer's words that its author has not seen is a conflict that brings them; seen, it goes out"
    ),
    writes=True,
    commands="reply",
    able=("stale_replies",),
)
async def stale_reply(trial: Trial) -> None:
    opening = await trial.new_ticket("written over")
    await trial.first_pull()
    receipt = await trial.carried_out(opening)
    said = await trial.echo(opening, receipt)
    ref = TicketRef(id=opening.ticket.id, remote=receipt.ticket)
    await _stale(trial, ref, "0", said.remote_id)
    for seen, why in (
        (said.remote_id, _("a reply goes out when all was seen")),
        (said.remote_id, _("a reply goes out when only its author spoke since")),
        (None, _("a reply goes out when its author insists")),
    ):
        command = await trial.make(Reply, ref, text=trial.words("Vi."), channel=Channel.EMAIL, seen=seen)
        try:
            await trial.echo(command, await trial.carried_out(command))
        except Conflict as conflict:
            raise Broken(why) from conflict


@check(
    later("A reply over a colleague's answer that its author has not seen is a conflict that brings it"),
    writes=True,
    commands="reply",
    able=("stale_replies",),
    two=True,
)
async def stale_over_colleague(trial: Trial) -> None:
    other = trial.colleague
    opening = await trial.new_ticket("answered by two")
    await trial.first_pull()
    receipt = await trial.carried_out(opening)
    said = await trial.echo(opening, receipt)
    ref = TicketRef(id=opening.ticket.id, remote=receipt.ticket)
    answer = await trial.make(
        Reply, ref, text=trial.words("Eu respondi antes."), channel=Channel.EMAIL, seen=said.remote_id
    )
    answered = await trial.echo(answer, await trial.push(answer, other))
    await _stale(trial, ref, said.remote_id, answered.remote_id)
    command = await trial.make(
        Reply, ref, text=trial.words("Vi a resposta."), channel=Channel.EMAIL, seen=answered.remote_id
    )
    await trial.echo(command, await trial.carried_out(command))


CHECKS: tuple[Check, ...] = (
    reply,
    reply_and_status,
    reply_elsewhere,
    note,
    refuses_empty,
    stale_reply,
    stale_over_colleague,
)


async def _stale(trial: Trial, ref: TicketRef, seen: str, unseen: str) -> None:
    """A reply whose author saw `seen` and not `unseen` is not sent, and comes back with it."""
    command = await trial.make(Reply, ref, text=trial.words("Não vi."), channel=Channel.EMAIL, seen=seen)
    what = _("a reply over words that were not seen")
    try:
        await trial.backend.push(command)
    except Conflict as conflict:
        told = [one.remote_id for one in conflict.events]
        require(unseen in told, _("the conflict brings what was not seen"))
        require(seen not in told, _("the conflict brings nothing that was seen"))
    else:
        raise Broken(_("it is a conflict: {what}").format(what=what))
    await trial.left_nothing((command, what))
