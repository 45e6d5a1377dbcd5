"""The program's door: the bare word opens the workstation by the shortest path; everything else is the command line."""

from __future__ import annotations

import os
import sys


def main() -> int:
    from atendente_tui import crash, i18n

    crash.leave_no_core()
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from atendente_tui import __version__

        print(f"atendente {__version__}")
        return 0
    _have_streams()
    i18n.choose()
    if not arguments and "_ATENDENTE_COMPLETE" not in os.environ:
        import gc

        gc.disable()  # until the first frame stands: nothing made on the way to it is garbage
        from atendente_tui.cli.opening import open_workstation

        return open_workstation()
    from atendente_tui.cli.app import run

    return run(arguments)


def _have_streams() -> None:
    """A program may be started with its streams closed; then nobody reads and nobody says anything.

    What a terminal that is not UTF-8 cannot show becomes a question mark there, and no failure.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for as long as it runs
        elif mode == "w" and stream.encoding.lower() not in ("utf-8", "utf8"):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
