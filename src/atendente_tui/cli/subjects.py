"""`privacy`: what is held about a person, handed over, erased, held, let go; and who looked at what."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from atendente_tui import formats, subject_words
from atendente_tui.cli import shapes
from atendente_tui.cli.exits import Exit, confirmed, say
from atendente_tui.cli.opening import Session, session
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.desk import subjects
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store.subject import KINDS

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]
Named = Annotated[
    str,
    typer.Argument(
        metavar="KIND:VALUE", help=_("cpf:..., cnpj:..., email:..., phone:..., customer:ID or name:...")
    ),
]
Reason = Annotated[str, typer.Option("--reason", help=_("Why; kept with your name and the time."))]
Dry = Annotated[bool, typer.Option("--dry-run", help=_("Say what would go; change nothing."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help=_("What is held about a person: find it, hand it over, erase it."),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("find", help=_("Count everything held about a person, by place."))(find)
    group.command("export", help=_("Write a person's data as JSON and as a text to be read."))(export)
    group.command("erase", help=_("Erase a person here, to the last byte; or keep only what happened."))(
        erase
    )
    group.command("hold", help=_("Keep a person's data whatever is asked, or no longer."))(hold)
    group.command("retain", help=_("Let go what has been kept long enough."))(retain)
    group.command("mask", help=_("Mask card numbers that an earlier version stored."))(mask)
    group.command("log", help=_("Who did what with personal data, and why."))(log)
    app.add_typer(group, name="privacy")


def _split(named: str) -> tuple[str, str]:
    kind, colon, value = named.partition(":")
    if not colon or not value.strip():
        raise Refused("subject_kind", found=kind if colon else "", allowed=", ".join(KINDS))
    return kind.strip().lower(), value.strip()


def _answer(at: Session, person: subjects.Person) -> dict[str, Any]:
    return {
        "customers": list(person.subject.customers),
        "found": person.counts,
        "kinds": person.kinds,
        "total": sum(person.counts.values()),
        "must_stay": [
            {"protocol": protocol, "until": shapes.iso(until, at.zone)}
            for protocol, until in person.must_stay
        ],
        "legal_hold": person.holds,
        "handed_out": [
            {
                "at": shapes.iso(one.at, at.zone),
                "what": one.what,
                "path": one.path or None,
                "there": one.there,
            }
            for one in person.handed_out
        ],
    }


def _tell(at: Session, person: subjects.Person) -> None:
    print_table(
        [_("where"), _("rows")],
        (
            [subject_words.held(place), formats.number(count)]
            for place, count in person.counts.items()
            if count
        ),
    )
    now = at.now()
    for protocol, until in person.must_stay:
        print_text(
            _("{protocol} must be kept until {when}.").format(
                protocol=protocol, when=formats.moment(until, at.zone, now)
            )
            if until is not None
            else _("{protocol} is not solved yet.").format(protocol=protocol)
        )
    for reason in person.holds:
        print_text(_("Legal hold: {why}").format(why=reason))
    if person.handed_out:
        print_text(_("Copies were made outside this store; whoever made them must erase them there:"))
        for one in person.handed_out:
            place = (
                one.path
                if one.there or not one.path
                else _("{path} (not there any more)").format(path=one.path)
            )
            print_text(
                f"  {formats.moment(one.at, at.zone, now)} {subject_words.act(one.what)} {place}".rstrip()
            )


def find(named: Named, as_json: AsJson = False) -> int:
    with session(writing=True) as at:
        person = subjects.find(at.desk, at.read, *_split(named), subjects.retention_of(at.config))
        if as_json:
            print_json(_answer(at, person))
        else:
            _tell(at, person)
    return Exit.DONE


def export(
    named: Named,
    folder: Annotated[Path, typer.Option("--to", metavar="DIR", help=_("An empty or new folder."))],
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk import subject_export

    with session(writing=True) as at:
        retention = subjects.retention_of(at.config)
        person = subjects.find(at.desk, at.read, *_split(named), retention)
        files = subject_export.write(at.desk, at.read, at.config, person.subject, retention, folder)
        if as_json:
            print_json({"files": [str(file) for file in files], **_answer(at, person)})
        else:
            say(
                _("{n} files in {folder}. They hold personal data: keep them safe.").format(
                    n=len(files), folder=folder
                )
            )
    return Exit.DONE


def erase(
    named: Named,
    reason: Reason = "",
    anonymise: Annotated[
        bool, typer.Option("--anonymise", help=_("Keep what happened and when, and nothing of whom."))
    ] = False,
    files: Annotated[
        bool,
        typer.Option("--files", help=_("Remove their attachments wherever they were saved, too.")),
    ] = False,
    dry_run: Dry = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask."))] = False,
    as_json: AsJson = False,
) -> int:
    with session(writing=True) as at:
        retention = subjects.retention_of(at.config)
        person = subjects.find(at.desk, at.read, *_split(named), retention)
        answer = _answer(at, person)
        if dry_run:
            _shown(at, person, answer, as_json)
            return Exit.DONE
        if not yes:
            if not as_json:
                _tell(at, person)
            if not sys.stdin.isatty():
                say(_("Nothing was erased: confirm with --yes."))
                return Exit.USAGE
            if not confirmed(_("This cannot be undone. Erase it?")):
                say(_("Nothing was erased."))
                return Exit.REFUSED
        done, scrubbed, saved = subjects.erase(
            at.desk,
            person.subject,
            retention,
            reason or _("asked for by the person"),
            anonymous=anonymise,
            everywhere=files,
        )
        answer |= {
            "done": done,
            "anonymised": anonymise,
            "copies": {
                "rewritten": scrubbed.rewritten,
                "removed": scrubbed.removed,
                "left": scrubbed.left,
            },
            "files": saved._asdict(),
        }
        if as_json:
            print_json(answer)
        else:
            say(
                n_("{n} row was erased.", "{n} rows were erased.", sum(done.values())).format(
                    n=formats.number(sum(done.values()))
                )
                if not anonymise
                else _("Whom it happened to is not here any more; what happened is.")
            )
            say(
                _("Copies of the store: {rewritten} cleaned, {removed} removed.").format(
                    rewritten=len(scrubbed.rewritten), removed=len(scrubbed.removed)
                )
            )
            say(
                _(
                    "The helpdesk has its own record and was told nothing. What it tells again is not taken in here."
                )
            )
            for path in saved.removed:
                say(_("Removed: {path}").format(path=safe_line(path)))
            for path in saved.left:
                say(_("Still there, to be removed by you: {path}").format(path=safe_line(path)))
        for file in scrubbed.left:
            say(_("{file} could not be cleaned: close what reads it and erase again.").format(file=file))
    return Exit.REFUSED if scrubbed.left else Exit.DONE


def _shown(at: Session, person: subjects.Person, answer: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(answer | {"dry_run": True})
    else:
        _tell(at, person)
        say(_("Nothing was changed."))


def hold(
    named: Named,
    reason: Reason = "",
    off: Annotated[bool, typer.Option("--off", help=_("Take it off again."))] = False,
    as_json: AsJson = False,
) -> int:
    with session(writing=True) as at:
        found = subjects.who(at.read, *_split(named))
        subjects.hold(at.desk, found, None if off else reason)
    if as_json:
        print_json({"customers": list(found.customers), "held": not off})
    else:
        say(
            _("The legal hold is off.")
            if off
            else _("Nothing of this person goes until the hold is taken off.")
        )
    return Exit.DONE


def retain(dry_run: Dry = False, as_json: AsJson = False) -> int:
    with session(writing=True) as at:
        retention = subjects.retention_of(at.config)
        told = subjects.retain(at.desk, at.read, retention, dry=dry_run)
    if as_json:
        kept = {name: getattr(retention, name) for name in told}
        print_json({"gone": told, "days": kept, "rule": retention.why or None, "dry_run": dry_run})
        return Exit.DONE
    rows = []
    for name, count in told.items():
        days = getattr(retention, name)
        limit = _("as long as needed") if days is None else f"{days:g}"
        rows.append([subject_words.retained(name), limit, formats.number(count)])
    print_table([_("what"), _("days"), _("would go") if dry_run else _("gone")], rows)
    return Exit.DONE


def mask(as_json: AsJson = False) -> int:
    with session(writing=True) as at:
        done = subjects.mask_cards(at.desk)
    if as_json:
        print_json({"masked": done, "total": sum(done.values())})
    else:
        count = sum(done.values())
        say(n_("{n} row held a card's data.", "{n} rows held a card's data.", count).format(n=count))
    return Exit.DONE


def log(
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help=_("How many at the most."))] = 50,
    as_json: AsJson = False,
) -> int:
    with session() as at:
        rows = subjects.log(at.read, limit, at.store.path)
        if as_json:
            print_json([one._asdict() | {"at": shapes.iso(one.at, at.zone)} for one in rows])
            return Exit.DONE
        now = at.now()
        print_table(
            [_("when"), _("who"), _("what"), _("customer"), _("no."), _("reason")],
            (
                [
                    formats.moment(one.at, at.zone, now),
                    one.actor,
                    subject_words.act(one.action),
                    str(one.customer or ""),
                    str(one.ticket or ""),
                    one.reason,
                ]
                for one in rows
            ),
        )
    return Exit.DONE
