"""`hub`: a team's own backend, started and administered from the terminal (docs/hub.md).

The group's verbs: `hub_starting` (start), `hub_people` (user, team), `hub_tokens` (token), `hub_care` (inbound, backup, ...).
None of them loads the server before it is needed; without the extra each says how to install it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from atendente_tui import paths
from atendente_tui.cli.exits import Ended, Exit, say
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.hub.database import Database
    from atendente_tui.hub.recording import Recording

T = TypeVar("T")
EXTRA = "atendente-tui[hub]"
NEEDED = ("alembic", "fastapi", "limits", "psycopg", "puremagic", "sqlalchemy", "sse_starlette", "uvicorn")

DatabaseOption = Annotated[
    str,
    typer.Option(
        "--database",
        metavar="URL",
        help=_(
            "sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME; by default a file in the data folder."
        ),
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]


def register(app: typer.Typer) -> None:
    from atendente_tui.cli import hub_people, hub_starting, hub_tokens

    hub_app = typer.Typer(
        help=_("The team's own helpdesk: start and administer it."),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    hub_starting.register(hub_app)
    hub_people.register(hub_app)
    hub_tokens.register(hub_app)
    if find_spec("atendente_tui.cli.hub_care") is not None:
        from importlib import import_module

        import_module("atendente_tui.cli.hub_care").register(hub_app)
    app.add_typer(hub_app, name="hub")


def need_extra() -> None:
    """Raises Refused("hub_missing") where what a hub is made of is not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise Refused("hub_missing", extra=EXTRA, missing=", ".join(missing))


def default_database() -> str:
    return f"sqlite:///{paths.data_dir() / 'hub' / 'hub.db'}"


@contextmanager
def hub_database(url: str, *, begin: bool = False) -> Iterator[Database]:
    """The hub's database, as it is or, with `begin`, made and brought up to this version.

    Ends with the contract's code where it does not answer, is not there, or is of another version.
    """
    need_extra()
    from sqlalchemy.exc import DBAPIError

    from atendente_tui.hub.database import Database

    database: Database | None = None
    try:
        if not begin:
            must_be_there(url or default_database())
        database = Database.open(url or default_database(), migrate=begin)
        if not begin:
            _must_be_ours(database)
        yield database
    except DBAPIError as error:
        shown = database.url if database is not None else _without_password(url or default_database())
        why = str(error.orig or type(error).__name__).strip().splitlines()[0][:200]
        say(_("The hub's database {database} cannot be used: {why}").format(database=shown, why=why))
        raise Ended(Exit.STORE if shown.startswith("sqlite") else Exit.UNREACHABLE) from error
    finally:
        if database is not None:
            database.close()


def changed(database: Database, job: Callable[[Recording], T]) -> T:
    """Carry out what readers are to be told of, as the hub itself does: one that runs beside it hears of it."""
    from atendente_tui.clock import SystemClock
    from atendente_tui.hub.notices import Notices
    from atendente_tui.hub.writer import Writer

    writer = Writer(database, SystemClock(), Notices(database))
    writer.start()
    try:
        return writer.submit(job).result()
    finally:
        writer.stop()


def now_ms() -> int:
    from atendente_tui.clock import SystemClock
    from atendente_tui.domain.instants import to_ms

    return to_ms(SystemClock().now())


def must_be_there(url: str) -> None:
    """Looking makes no database. Raises Refused("no_hub")."""
    from pathlib import Path

    prefix = "sqlite:///"
    if url.startswith(prefix) and not Path(url.removeprefix(prefix)).exists():
        raise Refused("no_hub", found=url.removeprefix(prefix))


def _must_be_ours(database: Database) -> None:
    """Raises Refused("no_hub"), Refused("hub_schema"), Refused("hub_older")."""
    from atendente_tui.hub.migrations.running import newest, revision

    with database.read() as db:
        found = revision(db)
    if found is None:
        raise Refused("no_hub", found=database.url)
    if found != newest():
        raise Refused("hub_older", found=found, known=newest())


def _without_password(url: str) -> str:
    from sqlalchemy import make_url

    return make_url(url).render_as_string(hide_password=True)
