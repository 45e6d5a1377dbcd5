"""From a configuration to a running screen, by the shortest path to the first frame, and out again.

Until the frame stands nothing is imported but Textual, the database and our own light modules, and the garbage
collector rests (`__main__`); the sync and everything else follow in a thread (`AtendenteApp.when_warm`).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_text
from atendente_tui.tui.terminal import unfit

if TYPE_CHECKING:
    from atendente_tui.config import Config
    from atendente_tui.store.errors import StoreLocked
    from atendente_tui.tui.workplace import Workplace

NO_TERMINAL = 2


def run(config: Config) -> int:
    """Open the working profile and show it; the exit code: 0, 1 after a fault of ours, 2 without a fit terminal.

    Raises StoreError (locked, newer, damaged, wrong key) and SecretsError before anything is drawn.
    """
    if sentence := unfit():
        return refuse(sentence)
    calm(low_bandwidth=config.ui.low_bandwidth)
    from atendente_tui import log, os_words, paths
    from atendente_tui.store.errors import StoreLocked, StoreUnwritable

    log.begin()
    try:
        paths.private_dir(paths.data_dir())
    except OSError as error:
        raise StoreUnwritable(paths.data_dir(), os_words.why(error)) from error
    try:
        workplace = open_workplace(config)
    except StoreLocked as locked:
        if not to_read(locked):
            raise
        workplace = open_workplace(config, read_only=True)
    try:
        return show(workplace)
    finally:
        close(workplace)


def refuse(sentence: str) -> int:
    """Say on standard error why there is no screen and what works without one."""
    print(sentence, file=sys.stderr)
    print(
        _("Without a screen, use the commands: atendente queue, next, show, reply, search (see --help)."),
        file=sys.stderr,
    )
    return NO_TERMINAL


def to_read(locked: StoreLocked) -> bool:
    """Ask whether to look on while another window writes."""
    print(safe_text(str(locked)), file=sys.stderr)
    print(safe_text(_("Look on here, to read only? [Y/n] ")), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in {"", "y", "yes", _("y"), _("yes")}


def calm(*, low_bandwidth: bool = False) -> None:
    """Tell Textual, which reads this when it is imported: no animation; few frames over a thin line."""
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    if low_bandwidth:
        os.environ.setdefault("TEXTUAL_FPS", "15")


def open_workplace(config: Config, *, read_only: bool = False) -> Workplace:
    """The store, the desk and the clock of the working profile. The caller closes it.

    read_only   another process writes the store: nothing is written here, and nothing synced
    """
    from zoneinfo import ZoneInfo

    from atendente_tui import paths
    from atendente_tui.clock import SystemClock
    from atendente_tui.desk.governing import Governing
    from atendente_tui.desk.opening import agent_of, desk_of
    from atendente_tui.policies import rules_of
    from atendente_tui.store.store import Store
    from atendente_tui.tui.workplace import Workplace

    key, made = None, None
    if config.store.encryption:
        from atendente_tui.keys.chain import store_key

        key, _place, made = store_key(paths.store_dir())
    clock = SystemClock()
    store = Store.open(paths.store_dir(), key=key, rules=rules_of(config), clock=clock, read_only=read_only)
    try:
        read = store.reader()
        try:
            desk = desk_of(store, agent_of(config, read), config, clock, read)
        finally:
            read.close()
        governing = None if read_only else Governing(store, config)
    except BaseException:
        store.close()
        raise
    notices: tuple[str, ...] = (made,) if made is not None else ()
    if store.loose:
        told = _(
            "Others on this machine could get at {n} files of the store. That is over; who could, is for you to judge."
        )
        notices += (told.format(n=store.loose),)
    return Workplace(
        store, desk, config, clock, ZoneInfo(config.ui.zone), governing=governing, notices=notices
    )


def show(workplace: Workplace) -> int:
    """Run the screen on a workplace until the person leaves it."""
    from atendente_tui.tui.app import AtendenteApp

    app = AtendenteApp(workplace, when_warm=lambda: warm(workplace))
    app.run(mouse=workplace.config.ui.mouse)
    return app.return_code or 0


def warm(workplace: Workplace) -> None:
    """What begins once the screen stands: the sync, and letting go what has been kept long enough."""
    from atendente_tui.desk.letting_go import let_go

    connect(workplace)
    let_go(workplace.desk, workplace.config)


def connect(workplace: Workplace) -> None:
    """Start the sync with the configured helpdesk; with none configured, everything stays on this machine."""
    if workplace.config.backend is None or workplace.sync is not None or workplace.store.read_only:
        return
    from atendente_tui.desk.connecting import start_sync

    workplace.sync = start_sync(workplace.config, workplace.store, workplace.clock)


def close(workplace: Workplace) -> None:
    if workplace.sync is not None:
        workplace.sync.stop(5.0)
    workplace.store.close()
