"""The scorecard of a training: what was asked for, how much of it came true, and the events that prove it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from textual.content import Content

from atendente_tui import os_words
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import SafeText, safe_line, safe_text
from atendente_tui.quality import words
from atendente_tui.training import scorecard
from atendente_tui.tui.asking import LineScreen, Option, choose
from atendente_tui.tui.lines import Span
from atendente_tui.tui.show import cell
from atendente_tui.tui.verbs.place import open_ticket
from atendente_tui.tui.widgets.board import Board
from atendente_tui.tui.widgets.rows_pane import Row, heading

_ROLES = {"met": "good", "failed": "bad", "partly": "warning"}


class ScorecardScreen(Board):
    """Of one result (`training.results.document`)."""

    context = "scorecard"

    def __init__(self, result: Mapping[str, Any], kept_in: SafeText) -> None:
        super().__init__()
        self._result, self._kept_in = result, kept_in
        self._criteria = {str(one["id"]): one for one in result["criteria"]}

    def reload(self) -> None:
        result = self._result
        self.entitle(
            safe_line(
                _("Scorecard · {score} of 100 · {verdict}").format(
                    score=result["score"], verdict=scorecard.verdict(result)
                )
            )
        )
        self.heed(self._summary())
        self.list.set_rows(self._rows())
        self.tell()

    def _summary(self) -> SafeText:
        result = self._result
        skills = ", ".join(f"{words.skill(name)} {score}" for name, score in result["skills"].items())
        lines = [str(result["title"])]
        lines += [_("By skill: {skills}").format(skills=skills)] if skills else []
        lines += [aid] if (aid := scorecard.aid(result)) else []
        lines += [_("Kept in {file}").format(file=self._kept_in)] if self._kept_in else []
        return safe_text("\n".join(lines), lines=6)

    def _rows(self) -> list[Row]:
        width = max(
            (len(scorecard.outcome(str(one["result"]))) for one in self._criteria.values()), default=0
        )
        rows = [heading(safe_line(_("Criteria ({n})").format(n=len(self._criteria))))]
        for name, one in self._criteria.items():
            grave = scorecard.grave(one)
            outcome = str(one["result"])
            share = f" {one['met']}/{one['of']}" if outcome == "partly" else ""
            rows.append(
                Row(
                    name,
                    (
                        Span(f"{self._sign(outcome)} "),
                        Span(
                            f"{cell(safe_line(scorecard.outcome(outcome) + share), width + 4)} ",
                            _ROLES.get(outcome, "quiet"),
                        ),
                        Span(safe_line(str(one["title"] or name)), "strong" if grave else ""),
                        Span(safe_line(f"  {grave}") if grave else "", "warning"),
                    ),
                    Span(
                        safe_line(
                            " · ".join(
                                part
                                for part in (
                                    words.skill(str(one["skill"])) if one["skill"] else "",
                                    _("weight {n}").format(n=one["weight"]),
                                )
                                if part
                            )
                        ),
                        "quiet",
                    ),
                )
            )
        return rows

    def _sign(self, outcome: str) -> str:
        glyphs = self.here.glyphs
        return {"met": glyphs.done, "failed": glyphs.offline, "partly": "~", "pending": "?"}.get(
            outcome, glyphs.dot
        )

    def told(self, key: str) -> Content:
        one = self._criteria[key]
        lines = [Content.styled(safe_line(str(one["title"] or key)), "bold")]
        if one["result"] == "pending":
            lines.append(
                Content(safe_line(_("A person judges this; until then it is no part of the score.")))
            )
        if one["feedback"]:
            lines.append(Content(safe_text(str(one["feedback"]))))
        proof = list(scorecard.proof(self._result, one))
        lines += [Content(safe_line(line)) for line in proof]
        if not proof and one["result"] == "met":
            lines.append(Content(safe_line(_("Nothing happened that speaks against it."))))
        elif not proof and one["result"] in ("failed", "partly"):
            lines.append(Content(safe_line(_("What was asked for did not happen."))))
        return Content("\n").join(lines)

    def enter_does(self) -> str:
        return _("open the proof")

    def doing(self, key: str | None) -> Sequence[str]:  # noqa: ARG002
        return ("card_save",)

    async def choose(self, key: str) -> None:
        """The events that prove it, where they stand: on the ticket's timeline."""
        one = self._criteria[key]
        proof = scorecard.proof(self._result, one)  # and after the events, who judged it
        lines = dict(zip(map(str, one["evidence"]), proof, strict=False))
        places = {name: found for name in lines if (found := self._place(name)) is not None}
        if not places:
            self.here.say(_("Nothing on a timeline proves this one."))
            return
        name: str | None = next(iter(places))
        if len(places) > 1:
            options = [Option(one, lines[one]) for one in places]
            name = await choose(self.here, str(one["title"] or key), _("What proves it:"), options)
        if name is not None:
            ticket, event = places[name]
            open_ticket(self, ticket, event)

    def _place(self, event: str) -> tuple[int, int] | None:
        row = self.here.read.execute(
            "SELECT ticket_id, key FROM event WHERE remote_id = ? AND ticket_id IS NOT NULL", (event,)
        ).fetchone()
        return (int(row[0]), int(row[1])) if row is not None else None

    def do_card_save(self) -> None:
        self.run_worker(self._save(), group="board")

    async def _save(self) -> None:
        value = f"{self._result['scenario']}.md"
        note = _("The ending says which: .md for Markdown, .html for a page.")
        told = await self.here.push_screen_wait(
            LineScreen(_("Save the scorecard"), "", value=value, note=note)
        )
        if not told:
            return
        path = Path(told).expanduser()
        page = path.suffix.lower() in (".html", ".htm")
        if not page and path.suffix.lower() != ".md":
            self.here.say(note, severity="warning")
            return
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write((scorecard.html if page else scorecard.markdown)(self._result))
        except FileExistsError:
            self.here.say(_("There is a file {file} already.").format(file=path), severity="warning")
        except OSError as error:
            self.here.say(
                _("{file} cannot be written: {error}").format(file=path, error=os_words.why(error)),
                severity="warning",
            )
        else:
            self.here.say(_("Written to {file}.").format(file=path))
