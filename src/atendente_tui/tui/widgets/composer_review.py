"""The reviewer beside the composer: reads along in the background, marks what it finds, and lists it by a key."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from atendente_tui.desk import reviewing
from atendente_tui.domain.instants import to_ms
from atendente_tui.i18n import _, n_
from atendente_tui.review.finding import Finding
from atendente_tui.tui.asking import LineScreen, Option, choose

if TYPE_CHECKING:
    from atendente_tui.desk.spelling import Speller
    from atendente_tui.review.finding import Place, Situation
    from atendente_tui.tui.widgets.composer import Composer

PAUSE = 0.25
"""Seconds without a key after which the text is read."""
SETTLED = 1.2
"""Seconds without a key after which the dictionary is opened for the first time."""


class Reading:
    """Reads a text a moment after the last key, off the screen's thread; what it says of an older text is dropped."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self._speller: Speller | None = None
        self._serial = 0
        self._task: asyncio.Task[None] | None = None
        self._timer: Any = None
        self.found: tuple[Finding, ...] = ()
        self.read = ""
        """The text of which `found` tells."""
        self._misspelt: tuple[str, tuple[Place, ...]] = ("", ())

    def touched(self) -> None:
        """The text is another one: what was found stays while its words stand where they stood."""
        self._serial += 1
        text = self._composer.text
        self.found = tuple(
            one for one in self.found if one.excerpt and text[one.start : one.end] == one.excerpt
        )
        self._composer.area.mark(self.open)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._composer.set_timer(PAUSE, self._begin) if text.strip() else None

    @property
    def open(self) -> tuple[Finding, ...]:
        """What nobody let pass."""
        from atendente_tui.review.rules import open_findings

        return open_findings(self.found, self._composer.going.silenced)

    def stopping(self) -> tuple[Finding, ...]:
        """What keeps the text as it is now from being sent, by every rule but the dictionary's, which is asked too
        where it has answered."""
        self.found = self._judged(self._misspelt[1] if self._misspelt[0] == self._composer.text else ())
        self.read = self._composer.text
        self._composer.area.mark(self.open)
        return tuple(one for one in self.open if one.blocks)

    def again(self) -> None:
        """Read the text at once: something beside it is different now."""
        self._begin()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        if self._speller is not None:
            asyncio.get_running_loop().run_in_executor(None, self._speller.close)

    def learn(self, word: str) -> None:
        self.speller().learn(word)
        self._misspelt = ("", ())

    def speller(self) -> Speller:
        if self._speller is None:
            from atendente_tui.desk.spelling import speller_of

            self._speller = speller_of(self._composer.app.workplace.config)
        return self._speller

    def _begin(self) -> None:
        self._timer = None
        composer = self._composer
        if composer.ticket is None or not composer.text.strip() or not composer.is_attached:
            return
        self._serial += 1
        self._task = asyncio.create_task(self._read(self._serial, composer.text))

    async def _read(self, serial: int, text: str) -> None:
        from atendente_tui.review import rules

        composer = self._composer
        where = situation(composer)
        settings = composer.app.workplace.desk.review
        if where is None:
            return
        known = self._misspelt[1] if self._misspelt[0] == text else ()
        found = await asyncio.to_thread(self._reviewed, text, where, known)
        self._take(serial, text, found)
        if rules.level(rules.SPELLING, settings) == "off" or not composer.reads_portuguese:
            return
        if self._speller is None:
            await asyncio.sleep(SETTLED - PAUSE)
        if serial != self._serial:
            return
        misspelt = await asyncio.to_thread(self.speller().places, text, where)
        if serial == self._serial and misspelt != known:
            self._misspelt = (text, misspelt)
            self._take(serial, text, self._judged(misspelt))

    def _judged(self, misspelt: Iterable[Place]) -> tuple[Finding, ...]:
        where = situation(self._composer)
        return self._reviewed(self._composer.text, where, misspelt) if where is not None else ()

    def _reviewed(self, text: str, where: Situation, misspelt: Iterable[Place]) -> tuple[Finding, ...]:
        """For any thread."""
        from atendente_tui.review import rules

        desk = self._composer.app.workplace.desk
        return rules.review(text, reviewing.with_passages(desk, text, where), desk.review, misspelt)

    def _take(self, serial: int, text: str, found: tuple[Finding, ...]) -> None:
        composer = self._composer
        if serial != self._serial or not composer.is_attached or composer.text != text:
            return
        self.found, self.read = found, text
        composer.area.mark(self.open)
        composer.say(composer.review())


def situation(composer: Composer) -> Situation | None:
    """What the reviewer has to know of where the text goes; None without a ticket."""
    if composer.ticket is None:
        return None
    going, app = composer.going, composer.app
    return reviewing.situation(
        app.read,
        app.workplace.desk,
        composer.ticket.id,
        public=composer.kind == "reply",
        channel=composer.elsewhere,
        copies=(*going.cc, *going.bcc),
        files=len(going.files),
        now=to_ms(going.at) if going.at is not None else app.now_ms(),
        template=bool(going.template),
    )


def counted(found: Iterable[Finding]) -> str:
    """ "1 holds it back, 2 warnings", "" for nothing."""
    every = tuple(found)
    stops = sum(1 for one in every if one.blocks)
    warns = len(every) - stops
    parts = []
    if stops:
        parts.append(n_("{n} holds it back", "{n} hold it back", stops).format(n=stops))
    if warns:
        parts.append(n_("{n} warning", "{n} warnings", warns).format(n=warns))
    return ", ".join(parts)


async def list_findings(composer: Composer) -> None:
    """Show what the review found, and do with one of them what the person asks for (inside a worker)."""
    if composer.ticket is None or composer.sending:
        return
    app, reading = composer.app, composer.reading
    if composer.text.strip():
        reading.stopping()
    found = tuple(sorted(reading.open, key=lambda one: not one.blocks))  # first what keeps it here
    if not found:
        app.say(_("The review has nothing to say."))
        return
    from atendente_tui.review.rules import rule_name

    options = [
        Option(
            str(n),
            f"{app.glyphs.warning if one.blocks else app.glyphs.dot} {rule_name(one.rule)}: {_shown(one)}",
            one.sentence,
        )
        for n, one in enumerate(found)
    ]
    chosen = await choose(app, _("What the review found"), "", options)
    if chosen is None or set(found) != set(reading.open):
        composer.write()
        return
    await _deal_with(composer, found[int(chosen)])
    composer.write()


async def _deal_with(composer: Composer, one: Finding) -> None:
    from atendente_tui.review.rules import SPELLING, rule_name

    options = []
    if one.excerpt:
        options.append(Option("go", _("go there")))
    options += [Option(f"fix:{fix}", _("write “{text}” there").format(text=fix)) for fix in one.fixes[:5]]
    if one.rule == SPELLING:
        options.append(Option("learn", _("put it into my dictionary")))
    if not one.final:
        label = _("send it all the same, and say why") if one.blocks else _("let it pass, and say why")
        options.append(Option("silence", label))
    if not options:
        options.append(Option("back", _("back to the text")))
    chosen = await choose(composer.app, rule_name(one.rule), one.sentence, options)
    text = composer.text
    if chosen is None or text[one.start : one.end] != one.excerpt:
        return
    if chosen == "go":
        composer.area.select_span(one.start, one.end)
    elif chosen == "learn":
        composer.reading.learn(one.excerpt)
        composer.reading.again()
    elif chosen.startswith("fix:"):
        composer.area.select_span(one.start, one.end)
        composer.area.put(chosen.removeprefix("fix:"))
    elif chosen == "silence":
        await silence(composer, one)


async def silence(composer: Composer, one: Finding) -> None:
    """Ask why a finding is let pass, and put that on record (inside a worker)."""
    assert composer.ticket is not None  # noqa: S101  # nosec B101 # for the type checker
    ticket_id, desk = composer.ticket.id, composer.app.workplace.desk
    why = await composer.app.push_screen_wait(
        LineScreen(_("Why may it go like this?"), one.sentence, needed=_("Say why."))
    )
    if not why or composer.ticket_id != ticket_id:
        return
    await composer.app.done(reviewing.silence(desk, ticket_id, one.rule, why))
    composer.going.silenced[one.key] = why
    composer.drafts.again()
    composer.alert = ""
    composer.area.mark(composer.reading.open)
    composer.say(composer.review())


def _shown(one: Finding) -> str:
    return f"“{one.excerpt}”" if one.excerpt else _("the whole text")


def _on_screen(screen: Any) -> Any:
    from atendente_tui.tui.widgets.composer_actions import composer_of

    composer = composer_of(screen)
    return list_findings(composer) if composer is not None else None


HANDLERS = {"review": _on_screen}
