"""The dictionary: asked in a process of its own, remembered word by word; and the person's own words, a text file."""

from __future__ import annotations

import json
import os
import subprocess  # nosec B404 # our own module, in a process of its own
import sys
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from atendente_tui import paths
from atendente_tui.review.spelling import places, read_own, words
from atendente_tui.secrets import environment_for_others

if TYPE_CHECKING:
    from atendente_tui.config import Config
    from atendente_tui.review.finding import Place, Situation

DICTIONARY = "pt_BR.dic"
FOLDERS = (
    *("/usr/share/hunspell", "/usr/share/myspell", "/usr/share/myspell/dicts", "/usr/local/share/hunspell"),
    *("/opt/homebrew/share/hunspell", "~/.local/share/hunspell", "~/Library/Spelling", "/Library/Spelling"),
)
"""Where systems keep their dictionaries (Debian and Fedora: the package hunspell-pt-br or hunspell-pt-BR)."""
REMEMBERED = 20_000
"""Words kept with what the dictionary said of them."""


class Speller:
    """Starts its process with the first question and ends it with `close`. May be asked from any thread.

    Where there is no Hunspell (the extra `spelling`) or no dictionary, it knows every word.

    dictionary   a .dic file, its .aff beside it; else the one of the system
    """

    def __init__(self, dictionary: Path | None = None, own: Path | None = None) -> None:
        self._dictionary = dictionary or installed()
        self._own = own
        self._own_read: tuple[float, frozenset[str]] = (-1.0, frozenset())
        self._told: dict[str, tuple[str, ...] | None] = {}
        self._process: subprocess.Popen[str] | None = None
        self._lock = Lock()
        self.able = missing(self._dictionary) is None
        """Whether there is a dictionary to ask. False, too, once it broke."""

    def places(self, text: str, where: Situation) -> tuple[Place, ...]:
        """What the dictionary does not know in a text (`review.rules.review`). Blocks; a second or two the first time."""
        if not self.able:
            return ()
        own = self.own_words()
        asked = dict.fromkeys(one.text for one in words(text, where, own))
        unknown = self.unknown(asked)
        return tuple(places(text, where, unknown, own)) if unknown else ()

    def unknown(self, asked: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Of these words the ones it does not know, each with what it may have been meant to be."""
        wanted = list(asked)
        with self._lock:
            fresh = [one for one in wanted if one not in self._told]
            if fresh and self.able:
                answer = self._ask(fresh)
                if len(self._told) > REMEMBERED:
                    self._told.clear()
                self._told |= {one: tuple(answer[one]) if one in answer else None for one in fresh}
            return {one: fixes for one in wanted if (fixes := self._told.get(one)) is not None}

    def own_words(self) -> frozenset[str]:
        """The person's own list, read again when the file changed."""
        if self._own is None:
            return frozenset()
        try:
            changed = self._own.stat().st_mtime
            if changed != self._own_read[0]:
                self._own_read = (changed, read_own(self._own.read_text("utf-8", errors="replace")))
        except OSError:
            return frozenset()
        return self._own_read[1]

    def learn(self, word: str) -> None:
        """Put a word on the person's own list. Raises OSError where it cannot be written."""
        if self._own is None or word.casefold() in self.own_words():
            return
        self._own.parent.mkdir(parents=True, exist_ok=True)
        with self._own.open("a", encoding="utf-8") as file:
            file.write(f"{word}\n")

    def close(self) -> None:
        with self._lock:
            self._end()

    def _ask(self, asked: list[str]) -> dict[str, list[str]]:
        try:
            process = self._process or self._started()
            assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018  # nosec B101 # both are asked for
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            answer: dict[str, list[str]] = json.loads(process.stdout.readline())
            return answer
        except (OSError, ValueError):
            self.able = False  # no word is worth a broken screen
            self._end()
            return {}

    def _started(self) -> subprocess.Popen[str]:
        self._process = subprocess.Popen(  # noqa: S603  # nosec B603 # our own module and a path of the settings
            [sys.executable, "-m", "atendente_tui.review.dictionary_process", str(self._dictionary)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env=environment_for_others(),
        )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        try:
            process.wait(2.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def installed() -> Path | None:
    """The system's Brazilian dictionary, DICPATH first."""
    named = os.environ.get("DICPATH", "").split(os.pathsep)
    places = (Path(one).expanduser() / DICTIONARY for one in (*named, *FOLDERS) if one)
    return next((one for one in places if _whole(one)), None)


def missing(dictionary: Path | None) -> str | None:
    """What the dictionary cannot be asked for want of: "hunspell", "dictionary"; None when all is there."""
    if find_spec("hunspell") is None:
        return "hunspell"
    return None if dictionary is not None and _whole(dictionary) else "dictionary"


def _whole(dictionary: Path) -> bool:
    return dictionary.is_file() and dictionary.with_suffix(".aff").is_file()


def speller_of(config: Config) -> Speller:
    """The dictionary of the settings, with the personal list `palavras.txt` beside the settings file."""
    return Speller(config.review.dictionary, own_list())


def own_list() -> Path:
    return paths.config_file().parent / "palavras.txt"
