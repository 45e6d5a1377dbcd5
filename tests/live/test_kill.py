"""`kill -9` while somebody types and sends, against a real Request Tracker: nothing sent twice, nothing lost.

Each round opens the workstation on what the round before left, looks for the draft it left, sends something, and is
killed at a moment drawn by lot: while typing, right after the key that sends, while it is on its way, or while the
next draft is being typed. `ATENDENTE_KILLS` says how many rounds (4; `make chaos` makes 200), `ATENDENTE_SEED` the lot.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.live.conftest import LiveRT
from tests.live.working import Profile, Witness, make_profile, own_rt
from tests.terminal import Terminal

KILLS = int(os.environ.get("ATENDENTE_KILLS", "4"))
SEED = int(os.environ.get("ATENDENTE_SEED", "1"))
LOST = 1.0
"""Seconds of typing that may be missing."""
BUSY = 0.5
"""Seconds more that a busy machine may take between showing a word and storing it."""
SIZE = (100, 24)
EMPTY = " 0 caractere "
FATES = ("typing", "leaving", "pressed", "typing again", "leaving", "typing again")

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(300 + 25 * KILLS),
    pytest.mark.flaky(reruns=0),  # a second try would hide the one time in a hundred
]

SETTINGS = """
[agent]
name = "Ana Souza"
teams = ["Support"]

[hold]
default = 0.4

[ui]
mouse = false
"""


@dataclass
class Kept:
    """What somebody at the screen would swear to."""

    confirmed: list[str] = field(default_factory=list)
    """The screen showed it as going out."""
    pressed: list[str] = field(default_factory=list)
    """The key that sends was pressed, but the screen did not show anything any more."""
    typing: list[tuple[float, str]] = field(default_factory=list)
    """The words of the draft being typed, with the moment each was on screen; the last may have been half typed."""
    worst: float = 0.0
    """Seconds of typing that were missing, at most."""


@pytest.fixture
def rt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveRT]:
    with own_rt(tmp_path_factory.mktemp("kill") / "rt") as started:
        yield started


def _screen(profile: Profile) -> Terminal:
    return Terminal(columns=SIZE[0], rows=SIZE[1], environment=profile.environment, directory=profile.folder)


def _compose(screen: Terminal) -> None:
    """Open the one ticket there is, and its composer."""
    screen.wait_for("Minha 1")
    screen.wait_for("Escrever")
    screen.press("enter")
    screen.wait_for("por que está aqui?")
    screen.press("r")
    screen.wait_for("enviar e resolver")


def _words(text: str) -> list[str]:
    """The words `r3w17` on screen, in order of their numbers."""
    return sorted(set(re.findall(r"\br\d+w\d+\b", text)), key=lambda word: int(word.split("w")[1]))


def _draft_is_back(screen: Terminal, kept: Kept, killed: float) -> None:
    """What was typed before the kill stands in the composer, but for what was typed in its last moment."""
    if not kept.typing:
        return
    typed = [word for _at, word in kept.typing]
    due = [word for at, word in kept.typing if at < killed - LOST - BUSY]
    if due:
        screen.wait_for(due[-1])
    back = _composed(screen)
    assert back == typed[: len(back)], (back, typed)
    assert set(due) <= set(back), f"missing: {sorted(set(due) - set(back))}"
    lost = [at for at, word in kept.typing if word not in back]
    if lost:
        kept.worst = max(kept.worst, killed - lost[0])


def _composed(screen: Terminal) -> list[str]:
    """The words in the composer: what stands below its upper border."""
    lines = screen.lines()
    top = next(n for n, line in enumerate(lines) if "Responder" in line and "┏" in line)
    return _words("\n".join(lines[top:]))


def _empty(screen: Terminal) -> None:
    """Discard the draft, so that every round's words are its own."""
    screen.press("ctrl+g")
    screen.wait_for("Descartar")
    screen.press("down", "enter")
    screen.wait_for(EMPTY)


def _type_words(screen: Terminal, kept: Kept, number: int, seconds: float) -> None:
    """Five words a second, each kept once it is on screen."""
    kept.typing = []
    until = time.monotonic() + seconds
    count = 0
    while time.monotonic() < until:
        word = f"r{number}w{count}"
        screen.type(word + " ")
        screen.wait_for(lambda text, word=word: word in text)  # type: ignore[misc]
        kept.typing.append((time.monotonic(), word))
        screen.read(0.2)
        count += 1


def test_every_confirmed_answer_arrives_once_and_every_draft_is_back(rt: LiveRT, tmp_path: Path) -> None:
    lot = random.Random(SEED)
    profile = make_profile(tmp_path / "ana", rt, "agent1", settings=SETTINGS)
    opened = profile.atendente(
        "create", "--customer", "Maria Invenção", "--identity", "email:maria@cliente.example", "--channel", "email",
        "--subject", "Aguenta tudo", "--team", "Support", "--text", "Cadê meu pedido?", "--now",
    )  # fmt: skip
    assert opened["state"] == "confirmed"
    profile.atendente("sync", "--once")
    profile.atendente("next")
    profile.atendente("sync", "--once")
    witness = Witness(rt)
    (number,) = witness.tickets("Subject = 'Aguenta tudo'")
    kept = Kept()
    killed = 0.0
    began = time.monotonic()
    for round_ in range(KILLS):
        with _screen(profile) as screen:
            _compose(screen)
            _draft_is_back(screen, kept, killed)
            if EMPTY not in screen.text():
                _empty(screen)
            kept.typing = []
            text = f"resposta {round_} fim"
            fate = FATES[round_ % len(FATES)]
            if fate == "typing":
                _type_words(screen, kept, round_, lot.uniform(1.5, 3.0))
            else:
                screen.type(text)
                screen.wait_for(f"{len(text)} caracteres")
                screen.send(b"\x13")
            if fate == "pressed":
                kept.pressed.append(text)
                screen.read(lot.uniform(0.0, 0.1))
            elif fate in ("leaving", "typing again"):
                screen.wait_for(EMPTY)  # the composer is empty only once the store has it
                kept.confirmed.append(text)
                if fate == "leaving":
                    screen.read(lot.uniform(0.0, 1.2))
                else:
                    screen.press("r")
                    _type_words(screen, kept, round_, lot.uniform(1.5, 3.0))
            killed = time.monotonic()
            screen.kill()
    print(f"\n{KILLS} kills in {time.monotonic() - began:.0f} s")
    with _screen(profile) as screen:
        _compose(screen)
        _draft_is_back(screen, kept, killed)
        screen.press("escape", "escape")
        screen.press("ctrl+q")
        assert screen.wait(20) == 0
    # What was under way at the last kill is looked for before it is sent again, which takes its time.
    until = time.monotonic() + 60.0
    while (told := profile.atendente("sync", "--once"))["pending"]:
        assert time.monotonic() < until, told
    assert (told["refused"], told["conflicts"], told["unknown"], told["error"]) == (0, 0, 0, None)
    arrived = [one.strip() for one in witness.said(number, "Correspond")]
    witness.close()
    for text in kept.confirmed:
        assert arrived.count(text) == 1, (text, arrived.count(text))
    for text in kept.pressed:
        assert arrived.count(text) <= 1, text
    strangers = set(arrived) - set(kept.confirmed) - set(kept.pressed)
    assert not strangers, strangers
    mails = [
        subject for to, subject in rt.mails() if "maria@cliente.example" in to and "AutoReply" not in subject
    ]
    assert len(mails) == len(arrived)
    print(
        f"{len(kept.confirmed)} confirmed, all once; {len(kept.pressed)} more pressed, "
        f"{sum(arrived.count(one) for one in kept.pressed)} arrived; at most {kept.worst:.2f} s of typing missing"
    )
