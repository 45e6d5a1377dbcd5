"""`qa sample` and `qa review`: which tickets to look at, and what a reviewer says of one."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import formats, paths
from atendente_tui.cli.carrying_out import (
    AsJson,
    DryRun,
    Hold,
    Now,
    TicketName,
    carry_out,
    text_given,
)
from atendente_tui.cli.exits import Ended, Exit, say
from atendente_tui.cli.opening import Session, session
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.knowledge.qa_answers import Written
    from atendente_tui.metrics.scope import Window
    from atendente_tui.quality.sampling import Rule

CardName = Annotated[str | None, typer.Option("--card", help=_("Its name: qa list."))]
Answers = Annotated[
    Path | None, typer.Option("--answers", metavar="FILE", help=_("YAML: what is said of each item."))
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="ITEM=yes|no|na|POINTS", help=_("An answer; as often as needed.")),
]
Comment = Annotated[
    list[str] | None,
    typer.Option("--comment", metavar="ITEM=TEXT", help=_("Why; as often as needed.")),
]
Evidence = Annotated[
    list[str] | None,
    typer.Option(
        "--evidence", metavar="ITEM=EVENT", help=_("An event that shows it: its id in history --json.")
    ),
]
_TAKE = 3


def register(group: typer.Typer) -> None:
    group.command("sample", help=_("Choose tickets to review, and say why each was chosen."))(sample)
    group.command("review", help=_("Review a ticket, on the screen or by options."))(review)


def sample(
    card: CardName = None,
    since: Annotated[
        str | None, typer.Option("--from", help=_("Solved since, ISO 8601. Default: as the card says."))
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help=_("Solved until. Default: now."))] = None,
    per_agent: Annotated[
        int | None, typer.Option("--per-agent", min=1, max=1_000, help=_("So many of each agent."))
    ] = None,
    channel: Annotated[list[Channel] | None, typer.Option("--channel", help=", ".join(Channel))] = None,
    reason: Annotated[
        list[str] | None, typer.Option("--reason", help=_("Of this contact reason; as often as needed."))
    ] = None,
    low_csat: Annotated[
        float | None, typer.Option("--low-csat", min=1, max=5, help=_("CSAT of at most this, of 5."))
    ] = None,
    long: Annotated[
        str | None, typer.Option("--long", metavar="TIME", help=_("Took at least so long: 2h30m, 3d."))
    ] = None,
    reopened: Annotated[bool, typer.Option("--reopened", help=_("Was reopened."))] = False,
    random: Annotated[
        int | None, typer.Option("--random", min=1, max=1_000, help=_("So many by chance."))
    ] = None,
    take: Annotated[
        int, typer.Option("--take", min=1, max=1_000, help=_("So many of each of the other rules."))
    ] = _TAKE,
    seed: Annotated[
        str | None, typer.Option("--seed", help=_("The same seed chooses the same. Default: the day."))
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help=_("Tickets that were reviewed before, too."))
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Rules given as options stand in for those of the card."""
    from atendente_tui.desk.quality_sampling import drawn
    from atendente_tui.desk.scorecards import card_named
    from atendente_tui.quality import words

    chosen = card_named(paths.data_dir(), card)
    own = _rules(per_agent, channel or (), reason or (), low_csat, long, reopened, random, take)
    with session(counting=True) as at:
        window = _window(at, since, until, chosen.days)
        seed = seed or formats.full(window.end - 1, at.zone)[:10]
        found = drawn(at.read, at.desk, window, own or chosen.rules, seed, again=again)
        if as_json:
            from atendente_tui.cli import shapes

            print_json(
                {
                    "seed": seed,
                    "card": chosen.id,
                    "window": {
                        "from": shapes.iso(window.start, at.zone),
                        "to": shapes.iso(window.end, at.zone),
                    },
                    "of": found.of,
                    "tickets": [
                        {
                            "id": one.candidate.ticket_id,
                            "protocol": one.candidate.protocol,
                            "agent": one.candidate.agent,
                            "channel": one.candidate.channel,
                            "reason": one.candidate.reason,
                            "solved": shapes.iso(one.candidate.solved, at.zone),
                            "why": [
                                {
                                    "rule": each.rule.kind,
                                    "take": each.rule.take,
                                    "limit": each.rule.limit or None,
                                    "found": each.found,
                                    "sentence": words.why(each),
                                }
                                for each in one.why
                            ],
                        }
                        for one in found.chosen
                    ],
                }
            )
            return Exit.DONE
        print_table(
            [_("ticket"), _("about"), _("solved"), _("why")],
            (
                [
                    one.candidate.protocol,
                    one.candidate.agent,
                    formats.moment(one.candidate.solved, at.zone, at.now()),
                    "; ".join(words.why(each) for each in one.why),
                ]
                for one in found.chosen
            ),
            whole=True,
        )
        say(_("{n} of {of} tickets, seed {seed}.").format(n=len(found.chosen), of=found.of, seed=seed))
    return Exit.DONE


def _rules(
    per_agent: int | None,
    channels: Sequence[Channel],
    reasons: Sequence[str],
    low_csat: float | None,
    long: str | None,
    reopened: bool,
    random: int | None,
    take: int,
) -> tuple[Rule, ...]:
    from atendente_tui.knowledge.moments import LENGTHS, read_length
    from atendente_tui.quality.sampling import Rule

    found: list[Rule] = []
    if per_agent is not None:
        found.append(Rule("per_agent", per_agent))
    found += [Rule("channel", take, (str(one),)) for one in channels]
    found += [Rule("reason", take, (one,)) for one in reasons]
    if low_csat is not None:
        found.append(Rule("low_csat", take, (), low_csat))
    if long is not None:
        try:
            found.append(Rule("long", take, (), read_length(long).total_seconds()))
        except ValueError as error:
            raise Refused("length_unreadable", found=long, allowed=", ".join(LENGTHS)) from error
    if reopened:
        found.append(Rule("reopened", take))
    if random is not None:
        found.append(Rule("random", random))
    return tuple(found)


def _window(at: Session, since: str | None, until: str | None, days: int) -> Window:
    from atendente_tui.cli.windows import given_window
    from atendente_tui.domain.instants import from_ms

    if since is None:
        end = given_window("1970-01-02", until, at).end
        since = from_ms(end - int(timedelta(days=days).total_seconds() * 1000)).isoformat()
    return given_window(since, until, at)


def review(
    ticket: TicketName,
    card: CardName = None,
    answers: Answers = None,
    given: Set = None,
    comment: Comment = None,
    evidence: Evidence = None,
    agent: Annotated[
        str | None, typer.Option("--agent", help=_("Whose work. Default: who solved it or has it."))
    ] = None,
    calibration: Annotated[
        bool, typer.Option("--calibration", help=_("To be compared with others' only: qa calibrate."))
    ] = False,
    draft: Annotated[
        bool, typer.Option("--draft", help=_("Keep what is said, and do not finish it yet."))
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Without an answer the screen opens, where there is one."""
    from atendente_tui.desk import quality
    from atendente_tui.desk.scorecards import card_named
    from atendente_tui.store import quality_reading as reading

    chosen = card_named(paths.data_dir(), card)
    said = _said(answers, given or (), comment or (), evidence or ())
    if not said and not draft and not as_json and sys.stdout.isatty() and sys.stdin.isatty():
        from atendente_tui.cli.quality_screen import on_screen

        return on_screen(ticket, chosen, agent=agent, calibration=calibration)
    with session(writing=True) as at:
        ticket_id = at.ticket(ticket)
        found = quality.begin(at.desk, ticket_id, chosen, agent=agent, calibration=calibration).result()
        _keep(at, found, ticket_id, said)
        row = reading.review(at.read, found) if draft else quality.finish(at.desk, found).result()
        assert row is not None  # noqa: S101  # nosec B101 # it was begun just now
        _told(at, found, as_json)
    return Exit.DONE


def change(
    review: Annotated[
        str, typer.Argument(metavar="REVIEW", help=_("Its id, or how it begins: qa inbox, qa review."))
    ],
    text: Annotated[str, typer.Option("--text", help=_("The text; - reads it from standard input."))],
    answers: Answers = None,
    given: Set = None,
    comment: Comment = None,
    evidence: Evidence = None,
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.quality import named
    from atendente_tui.desk import quality

    said = _said(answers, given or (), comment or (), evidence or ())
    words = text_given(text)

    def verb(at: Session) -> Any:
        found = named(at, review)
        if not at.desk.dry:
            quality.begin_change(at.desk, found).result()
            from atendente_tui.store import quality_reading as reading

            row = reading.review(at.read, found)
            if row is not None:
                _keep(at, found, row.ticket_id, said)
        return quality.change(at.desk, found, words)

    return carry_out(verb, hold=hold, now=now, dry_run=dry_run, as_json=as_json)


def _told(at: Session, review_id: str, as_json: bool) -> None:
    from atendente_tui.cli.quality_shapes import review_json, review_lines
    from atendente_tui.store import quality_reading as reading

    row = reading.review(at.read, review_id)
    if row is None:
        return
    if as_json:
        print_json(review_json(at, row))
        return
    for line in review_lines(at, row):
        print_text(line)
    say(_("Review {id}.").format(id=row.id[:8]))


def _said(
    file: Path | None, given: Sequence[str], comments: Sequence[str], evidence: Sequence[str]
) -> dict[str, Written]:
    """What is said of each item, by options over what the file says."""
    from atendente_tui.cli.knowing import tell
    from atendente_tui.knowledge.articles import read_text
    from atendente_tui.knowledge.qa_answers import Written, read_answers

    found: dict[str, Written] = {}
    if file is not None:
        try:
            text = read_text(file)
        except (OSError, ValueError) as error:
            raise Refused("upload_unreadable", name=str(file), why=str(error)) from error
        found, faults = read_answers(text, str(file))
        if faults:
            tell(faults)
            raise Ended(Exit.REFUSED)
    for name, value in _pairs(given):
        found[name] = found.get(name, Written())._replace(given=value)
    for name, value in _pairs(comments):
        found[name] = found.get(name, Written())._replace(comment=value)
    for name, value in _pairs(evidence):
        one = found.get(name, Written())
        found[name] = one._replace(evidence=(*(one.evidence or ()), value))
    return found


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    for one in words:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise Refused("qa_pair", found=one)
        pairs.append((name.strip(), value.strip()))
    return pairs


def _keep(at: Session, review_id: str, ticket_id: int, said: Mapping[str, Written]) -> None:
    """Put what was said into the draft. Refused, before anything is kept: no_such_item, qa_word, qa_event."""
    from atendente_tui.desk import quality
    from atendente_tui.knowledge.qa_answers import WORDS, points_of
    from atendente_tui.store import quality_reading as reading

    row = reading.review(at.read, review_id)
    if row is None:
        return
    items = {one.item.id: one.item for one in reading.answers(at.read, row.id, quality.draft_revision(row))}
    wanted: list[tuple[str, dict[str, Any]]] = []
    for name, written in said.items():
        if name not in items:
            raise Refused("no_such_item", found=name, allowed=", ".join(items))
        one: dict[str, Any] = {}
        if written.given is not None:
            try:
                one["given"] = points_of(written.given, items[name].points)
            except ValueError as error:
                allowed = ", ".join((*WORDS[:3], f"0…{items[name].points}"))
                raise Refused("qa_word", item=name, found=written.given, allowed=allowed) from error
        if written.comment is not None:
            one["comment"] = written.comment
        if written.evidence is not None:
            one["evidence"] = tuple(_reference(at, ticket_id, each) for each in written.evidence)
        wanted.append((name, one))
    for name, one in wanted:
        quality.answer(at.desk, review_id, name, **one).result()


def _reference(at: Session, ticket_id: int, text: str) -> str:
    from atendente_tui.quality.evidence import reference
    from atendente_tui.store.reading import event

    row = event(at.read, int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None
    if row is None or row.ticket_id != ticket_id:
        raise Refused("qa_event", found=text)
    return reference(row.remote_id, row.command_id, row.key)
