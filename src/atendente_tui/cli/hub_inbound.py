"""`hub inbound`: who may send from outside, the secret they sign with, and how signing is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import typer

from atendente_tui import labels
from atendente_tui.cli import hub
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.hub import AsJson, DatabaseOption
from atendente_tui.cli.opening import configuration
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, IdentityKind
from atendente_tui.i18n import _, later_in, p_

if TYPE_CHECKING:
    from atendente_tui.hub.sources import Source

HERE = "http://127.0.0.1:8484"
Name = Annotated[str, typer.Argument(metavar="NAME")]
Url = Annotated[str, typer.Option("--url", help=_("Where the hub listens."))]
STATES = {
    "active": later_in("source", "active"),
    "rotating": later_in("source", "two secrets"),
    "revoked": later_in("source", "revoked"),
}

CURL = """\
body='{{"message_id": "m-1", "customer": {{"name": "Maria", "identities": [{{"kind": "email", "value": "maria@example.com"}}]}}, "text": "Oi"}}'
now=$(date +%s)
signature=$(printf '%s.%s' "$now" "$body" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.* //')
curl -sS '{url}/v1/inbound/{channel}' -H 'Content-Type: application/json' --data-binary "$body" \\
  -H 'X-Atendente-Source: {name}' -H "X-Atendente-Timestamp: $now" -H "X-Atendente-Signature: sha256=$signature"
"""
PYTHON = """\
import hashlib, hmac, json, os, time, urllib.request

person = {{"name": "Maria", "identities": [{{"kind": "email", "value": "maria@example.com"}}]}}
body = json.dumps({{"message_id": "m-2", "customer": person, "text": "Oi"}}).encode()
now = str(int(time.time()))
signature = hmac.new(os.environ["SECRET"].encode(), now.encode() + b"." + body, hashlib.sha256).hexdigest()
headers = {{
    "Content-Type": "application/json",
    "X-Atendente-Source": "{name}",
    "X-Atendente-Timestamp": now,
    "X-Atendente-Signature": "sha256=" + signature,
}}
request = urllib.request.Request("{url}/v1/inbound/{channel}", body, headers)
print(urllib.request.urlopen(request).read().decode())
"""


def register(app: typer.Typer) -> None:
    group = typer.Typer(help=_("Who may send from outside."), no_args_is_help=True, rich_markup_mode=None)
    group.command("add", help=_("Let somebody send; their secret is shown this once."))(add)
    group.command("list", help=_("List who may send."))(listing)
    group.command("rotate", help=_("A new secret; the old one holds until --finish."))(rotate)
    group.command("revoke", help=_("Take nothing more of a source."))(revoke)
    group.command("send", help=_("Post a signed message, to try a source."))(send)
    app.add_typer(group, name="inbound")


def add(
    name: Name,
    channel: Annotated[Channel, typer.Option("--channel", help=_("What it carries."))],
    team: Annotated[
        str | None, typer.Option("--team", help=_("Whose its tickets are; nobody's without."))
    ] = None,
    url: Url = HERE,
    database: DatabaseOption = "",
    as_json: AsJson = False,
) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import sources

        with opened.write() as db:
            secret = sources.add(db, name, channel, team, hub.now_ms())
            source = sources.find(db, name)
    assert source is not None  # noqa: S101  # nosec B101 # for the type checker
    examples = {"curl": _filled(CURL, source, url), "python": _filled(PYTHON, source, url)}
    if as_json:
        print_json(_shape(source) | {"secret": secret, "examples": examples})
        return Exit.DONE
    say(_("Secret of {name}, shown this once:").format(name=name))
    print(secret, flush=True)
    say(_("With it in the variable SECRET, this sends a message from a shell:"))
    say(examples["curl"])
    say(_("and this from Python:"))
    say(examples["python"])
    return Exit.DONE


def _filled(example: str, source: Source, url: str) -> str:
    return example.format(name=source.name, channel=source.channel, url=url.rstrip("/"))


def listing(database: DatabaseOption = "", as_json: AsJson = False) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import sources

        with opened.read() as db:
            found = sources.every(db)
    if as_json:
        print_json([_shape(one) for one in found])
        return Exit.DONE
    print_table(
        [_("name"), _("channel"), _("team"), _("state")],
        (
            [one.name, labels.channel(one.channel), one.team or "", p_("source", STATES[_state(one)])]
            for one in found
        ),
    )
    return Exit.DONE


def rotate(
    name: Name,
    finish: Annotated[bool, typer.Option("--finish", help=_("The old secret holds no more."))] = False,
    database: DatabaseOption = "",
    as_json: AsJson = False,
) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import sources

        secret = None
        with opened.write() as db:
            if finish:
                sources.settle(db, name)
            else:
                secret = sources.rotate(db, name)
            source = sources.find(db, name)
    assert source is not None  # noqa: S101  # nosec B101 # for the type checker
    if as_json:
        print_json(_shape(source) | ({"secret": secret} if secret is not None else {}))
    elif secret is None:
        say(_("Only the newest secret of {name} holds now.").format(name=name))
    else:
        say(
            _("New secret of {name}, shown this once; the one before holds until rotate --finish:").format(
                name=name
            )
        )
        print(secret)
    return Exit.DONE


def revoke(name: Name, database: DatabaseOption = "", as_json: AsJson = False) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import sources

        with opened.write() as db:
            sources.revoke(db, name)
            source = sources.find(db, name)
    assert source is not None  # noqa: S101  # nosec B101 # for the type checker
    if as_json:
        print_json(_shape(source))
    else:
        say(_("Nothing of {name} is taken any more.").format(name=name))
    return Exit.DONE


def send(
    name: Name,
    customer: Annotated[
        str, typer.Option("--customer", help=_("Who writes, as kind:value (email:maria@example.com)."))
    ],
    text: Annotated[str, typer.Option("--text", help=_("What they say."))],
    attach: Annotated[Path | None, typer.Option("--attach", help=_("A file that goes with it."))] = None,
    url: Url = HERE,
    database: DatabaseOption = "",
    as_json: AsJson = False,
) -> int:
    identity = _identity(customer)
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import sources

        with opened.read() as db:
            source = sources.find(db, name)
    if source is None:
        raise Refused("source_unknown", found=name)
    message = {
        "message_id": f"test-{uuid4()}",
        "customer": {"name": identity["value"], "identities": [identity]},
        "text": text,
    }
    if attach is not None:
        kept = _posted(
            source, f"{url.rstrip('/')}/v1/inbound/{source.channel}/attachments", attach.read_bytes(), attach
        )
        message["attachments"] = [kept["remote_id"]]
    told = _posted(source, f"{url.rstrip('/')}/v1/inbound/{source.channel}", json.dumps(message).encode())
    if as_json:
        print_json(told)
    else:
        say(_("Taken: ticket {ticket}.").format(ticket=told["protocol"] or "—"))
    return Exit.DONE


def _posted(source: Source, url: str, body: bytes, file: Path | None = None) -> dict[str, Any]:
    """Raises Refused("inbound_refused", why), Refused("inbound_unreachable", url)."""
    import httpx

    from atendente_tui.hub import signing

    moment = hub.now_ms() // 1000
    headers = {
        signing.SOURCE: source.name,
        signing.TIMESTAMP: str(moment),
        signing.SIGNATURE: signing.sign(source.secrets[0], moment, body),
        "Content-Type": "application/json" if file is None else "application/octet-stream",
    }
    try:
        answer = httpx.post(
            url,
            params=None if file is None else {"name": file.name},
            content=body,
            headers=headers,
            timeout=30,
        )
        told: dict[str, Any] = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Refused("inbound_unreachable", url=url) from error
    if answer.status_code != 200:
        raise Refused("inbound_refused", why=str(told.get("detail", answer.status_code)))
    return told


def _identity(told: str) -> dict[str, str]:
    """Raises Refused("identity_unreadable", found, allowed)."""
    kind, colon, value = told.partition(":")
    if not colon or kind not in set(IdentityKind) or not value.strip():
        raise Refused("identity_unreadable", found=told, allowed=", ".join(IdentityKind))
    return {"kind": kind, "value": value}


def _state(source: Source) -> str:
    if not source.active:
        return "revoked"
    return "rotating" if len(source.secrets) > 1 else "active"


def _shape(source: Source) -> dict[str, Any]:
    from atendente_tui.cli.shapes import iso

    return {
        "name": source.name,
        "channel": str(source.channel),
        "team": source.team,
        "state": _state(source),
        "created": iso(source.created, ZoneInfo(configuration().ui.zone)),
    }
