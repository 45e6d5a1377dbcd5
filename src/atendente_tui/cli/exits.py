"""How the command line ends: the exit codes of the contract, and every known failure as one clear sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from atendente_tui import labels, os_words, paths
from atendente_tui.config_tables import ConfigError
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_text
from atendente_tui.secrets import SecretsError
from atendente_tui.store.errors import StoreError


class Exit(IntEnum):
    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNREACHABLE = 3
    STORE = 4


_USAGE = frozenset(
    {
        "no_such_figure",
        "one_form_only",
        "apart_unknown",
        "window_long",
        "window_backwards",
        "table_unknown",
        "figures_unreadable",
        "no_such_view",
        "no_such_backend",
        "no_backend",
        "backend_unknown",
        "backend_broken",
        "identity_unreadable",
        "override_unreadable",
        "address_unreadable",
        "size_unreadable",
        "when_unreadable",
        "no_such_folder",
        "no_such_file",
        "scenario_unplayable",
        "scenario_name",
        "word_unknown",
        "no_exercise",
        "no_such_scenario",
        "no_such_answers",
        "answers_unreadable",
        "answers_of_other",
        "exam_without_limit",
        "result_unreadable",
        "card_format",
        "class_needs_hub",
        "class_mode",
        "class_nobody",
        "class_not_whole",
        "class_event",
        "class_which",
        "no_such_class",
        "not_by_person",
        "verdict_unknown",
        "comment_long",
        "report_by",
        "no_such_track",
        "quiz_unreadable",
        "moment_unreadable",
        "subject_kind",
        "words_not_utf8",
        "backend_settings",
        "not_markdown",
        "attachment_pipe",
        "attachment_several",
        "hub_missing",
        "source_name",
        "hub_database",
        "no_hub",
        "hub_exposed",
        "hub_port",
        "tls_incomplete",
        "tls_unusable",
    }
)
"""Refusals that speak of how the command was written or set up, not of what it asked for."""


def code_of(refused: Refused) -> Exit:
    if refused.code in ("attachment_unreachable", "upload_unreachable", "inbound_unreachable"):
        return Exit.UNREACHABLE
    if refused.code in ("hub_schema", "hub_older", "store_full", "store_read_only"):
        return Exit.STORE
    return Exit.USAGE if refused.code in _USAGE else Exit.REFUSED


def say(sentence: str) -> None:
    """A sentence for the person, on standard error: standard output belongs to the answer."""
    print(safe_text(sentence), file=sys.stderr)


def confirmed(question: str) -> bool:
    """Ask a person at the terminal; anything but a clear yes is no."""
    print(safe_text(f"{question} {_('[y/N]')} "), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in {"y", "yes", _("y"), _("yes")}


def unforeseen(error: BaseException) -> int:
    """A fault of ours: a report is kept, and no traceback shows anybody's data."""
    from atendente_tui.crash import record

    say(
        _(
            "Something went wrong that should not have. A report without personal data was written: {file}"
        ).format(file=record(error))
    )
    return Exit.REFUSED


class Ended(Exception):
    """The command is over with this code; what there was to say has been said."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def failures_said() -> Iterator[None]:
    """Turn every known failure into its sentence and `Ended` with the contract's code."""
    try:
        yield
    except Ended:
        raise
    except Refused as refused:
        say(labels.refusal(refused))
        raise Ended(code_of(refused)) from refused
    except ConfigError as error:
        of_ours = {fault.file for fault in error.faults} <= {paths.config_file()}
        say(_("The configuration cannot be used:") if of_ours else _("A file cannot be used:"))
        for fault in error.faults:
            say(f"  {fault}")
        raise Ended(Exit.USAGE) from error
    except SecretsError as error:
        say(str(error))
        raise Ended(Exit.USAGE) from error
    except StoreError as error:
        say(str(error))
        raise Ended(Exit.STORE) from error
    except BrokenPipeError as error:
        # The reader of our output went away (`| head`): that is no failure, but Python would print one at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Ended(Exit.DONE) from error
    except OSError as error:
        place = f"{error.filename}: " if error.filename is not None else ""
        say(f"{place}{os_words.why(error)}")
        raise Ended(Exit.REFUSED) from error
    except Exception as error:
        if type(error).__module__.startswith("atendente_tui.backends."):
            _end_with_backend(error)
        if type(error).__module__.partition(".")[0] != "sqlcipher3":
            raise
        from atendente_tui.store.engine import explained

        told = explained(error, paths.store_dir() / "store.db", None)
        say(
            str(told)
            if isinstance(told, StoreError)
            else _("The store cannot be used: {error}").format(error=error)
        )
        raise Ended(Exit.STORE) from error


def _end_with_backend(error: Exception) -> None:
    from atendente_tui.cli.syncing import code_of_backend_error, told_backend_error
    from atendente_tui.desk.connecting import BackendError

    if isinstance(error, BackendError):
        say(told_backend_error(error))
        raise Ended(code_of_backend_error(error)) from error
