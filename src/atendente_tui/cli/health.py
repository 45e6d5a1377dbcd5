"""`doctor`: whether everything the workstation stands on holds, and what to do where it does not."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Annotated, Any

import typer

from atendente_tui import paths
from atendente_tui.cli.checks import NAMES, checks
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import configuration, store_key
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.clock import SystemClock
from atendente_tui.i18n import _, p_

_log = logging.getLogger(__name__)


def register(app: typer.Typer) -> None:
    app.command("doctor", help=_("Check everything the workstation stands on."))(doctor)


def doctor(
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help=_(
                "Set a damaged store aside, bring back the newest good copy and save what was still to be sent."
            ),
        ),
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help=_("Leave the backend out."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))] = False,
) -> int:
    mended = _repair() if repair else None
    found = list(checks(offline))
    if as_json:
        print_json({"checks": [asdict(one) for one in found]} | ({"repair": mended} if repair else {}))
    else:
        print_table(
            ["", _("check"), _("found"), _("what to do")],
            (
                [
                    "ok" if one.ok else "!!",
                    p_("check", NAMES.get(one.name, one.name)),
                    one.detail,
                    one.advice,
                ]
                for one in found
            ),
            whole=True,
        )
    return Exit.DONE if all(one.ok for one in found) else Exit.REFUSED


def _repair() -> dict[str, Any] | None:
    """Mend the store if it is damaged, and say what became of it. A sound one is left alone."""
    from atendente_tui.store import damage

    place = paths.store_dir()
    key = store_key(configuration())
    if not damage.is_damaged(place, key):
        say(_("The store is sound; there is nothing to repair."))
        return None
    done = damage.repair(place, key, SystemClock().now())
    _log.warning("the store was mended: %s places of it could not be read", done.faults)
    say(_("The damaged store is kept as {file}.").format(file=done.aside))
    if done.restored is not None:
        say(_("Its place was taken by the copy {file}.").format(file=done.restored.name))
    else:
        say(_("There was no good copy: the store begins anew and is filled by the next sync."))
    say(
        _(
            "Saved from the damaged one: {outbox} to be sent, {draft} drafts, {event} messages of ours."
        ).format(**{name: done.saved.get(name, 0) for name in ("outbox", "draft", "event")})
    )
    return {
        "aside": str(done.aside) if done.aside else None,
        "restored": str(done.restored) if done.restored else None,
        "saved": done.saved,
        "faults": done.faults,
    }
